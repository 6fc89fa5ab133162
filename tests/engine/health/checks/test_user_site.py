from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.health.checks import user_site
from engine.health.values import Finding, Gravity
from engine.places import places_below
from tests.support.environments import make_environment, write_distribution
from tests.support.scenes import scene_at

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names the folder of Linux")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Return the person's own packages, one that only they have."""
    site = places_below(tmp_path).home / ".local/lib/python3.12/site-packages"
    write_distribution(site, "kite", "1.0")
    (site / "~alf-1.0.dist-info").mkdir()
    return site


def found_in(prefix: Path, root: Path, environ: dict[str, str] | None = None) -> list[Finding]:
    return list(user_site.find(scene_at(prefix, root, environ), ()))


def test_that_packages_that_hide_nothing_are_a_note(
    prefix: Path, tmp_path: Path, theirs: Path
) -> None:
    (found,) = found_in(prefix, tmp_path)
    assert (found.gravity, found.subject) == (Gravity.NOTE, str(theirs))
    assert (found.value("names"), found.value("shadowed")) == ("kite", "")
    write_distribution(theirs, "Pip", "1.0")
    (found,) = found_in(prefix, tmp_path)
    assert (found.gravity, found.value("shadowed")) == (Gravity.RISKY, "pip")


@pytest.mark.usefixtures("theirs")
def test_that_what_keeps_them_out_is_seen(prefix: Path, tmp_path: Path) -> None:
    assert found_in(prefix, tmp_path, {"PYTHONNOUSERSITE": "1"}) == []
    state = {"version": 1, "env_vars": {"PYTHONNOUSERSITE": "1"}}
    (prefix / "conda-meta" / "state").write_text(json.dumps(state))
    assert found_in(prefix, tmp_path) == []


@pytest.mark.usefixtures("theirs")
def test_that_they_are_not_seen_by_a_virtual_environment_nor_without_python(tmp_path: Path) -> None:
    venv = make_environment(tmp_path / "venv", python="")
    (venv / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    assert len(found_in(venv, tmp_path)) == 1
    (venv / "pyvenv.cfg").write_text("version = 3.12.7\n")
    assert found_in(venv, tmp_path) == []
    assert found_in(make_environment(tmp_path / "none", python=""), tmp_path) == []
