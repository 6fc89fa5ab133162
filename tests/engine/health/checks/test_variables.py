from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.health.checks import variables
from engine.health.values import Finding, Gravity
from tests.support.environments import make_environment
from tests.support.scenes import scene_at


def found_in(
    prefix: Path, root: Path, platform: str = sys.platform, **environ: str
) -> list[Finding]:
    return list(variables.find(scene_at(prefix, root, environ, platform), ()))


@pytest.mark.parametrize("value", ["", "0", "no", "False", "off"])
def test_that_a_switch_that_is_off_leads_nowhere(prefix: Path, tmp_path: Path, value: str) -> None:
    assert found_in(prefix, tmp_path, PIP_USER=value) == []


def test_that_the_folder_that_pip_would_use_is_told(prefix: Path, tmp_path: Path) -> None:
    (found,) = found_in(prefix, tmp_path, "linux", PIP_USER="true")
    assert found.value("shared").endswith("/.local/lib/python3.12/site-packages")
    (found,) = found_in(prefix, tmp_path, PIP_PREFIX="/gone")
    assert (found.value("target"), len(found.evidence)) == ("/gone", 1)
    (found,) = found_in(prefix, tmp_path, PYTHONHOME=str(tmp_path))
    assert found.value("target") == ""
    assert [each.path for each in found.evidence] == [None, tmp_path]


def test_that_only_folders_with_something_to_import_leak_and_grave_is_what_hides(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    empty, shared = tmp_path / "empty", tmp_path / "shared"
    for folder in (empty / "notes", shared / "kite", shared / "data"):
        folder.mkdir(parents=True)
    (shared / "kite" / "__init__.py").touch()
    assert found_in(prefix, tmp_path, "linux", PYTHONPATH=f"{empty}:/nowhere") == []
    (found,) = found_in(prefix, tmp_path, "linux", PYTHONPATH=f"{empty}::{shared}")
    assert (found.gravity, found.value("shadowed")) == (Gravity.NOTE, "")
    assert [each.path for each in found.evidence] == [None, shared]
    (site / "kite.py").touch()
    (found,) = found_in(prefix, tmp_path, "linux", PYTHONPATH=str(shared))
    assert (found.gravity, found.value("shadowed")) == (Gravity.RISKY, "kite")


def test_that_windows_parts_folders_by_its_own_sign(tmp_path: Path) -> None:
    site = tmp_path / "e" / "Lib" / "site-packages"
    prefix = make_environment(tmp_path / "e")
    site.mkdir(parents=True)
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "kite.py").touch()
    (found,) = found_in(prefix, tmp_path, "win32", PYTHONPATH=f"C:\\nowhere;{shared}")
    assert found.evidence[1].path == shared


def test_that_nothing_leaks_where_there_is_no_python(tmp_path: Path) -> None:
    prefix = make_environment(tmp_path / "e", ["zlib"], python="")
    assert found_in(prefix, tmp_path, PIP_USER="1", PYTHONHOME=str(tmp_path)) == []
