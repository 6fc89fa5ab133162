from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import unowned
from engine.health.values import FindingCode, Gap, Gravity
from tests.support.checking import ways_of
from tests.support.scenes import scene_at

SITE = "lib/python3.12/site-packages"
OF_PIP = f"{SITE}/pip/__init__.py"


def names_in(prefix: Path, root: Path, *claimed: str) -> list[str]:
    """Return what is told as nobody's, relative to site-packages."""
    known = {OF_PIP, *(f"{SITE}/{name}" for name in claimed)}
    found = list(unowned.find(scene_at(prefix, root), known))
    assert all(each.code is FindingCode.FILES_UNOWNED for each in found)
    paths = [each.path for finding in found for each in finding.evidence if each.path]
    return [path.relative_to(prefix / SITE).as_posix() for path in paths]


@pytest.mark.parametrize("name", ["mine.py", "fast.so", "fast.pyd", "paths.pth"])
def test_that_everything_that_can_be_imported_counts(
    prefix: Path, site: Path, tmp_path: Path, name: str
) -> None:
    (site / name).touch()
    assert names_in(prefix, tmp_path) == [name]
    assert names_in(prefix, tmp_path, name) == []


@pytest.mark.parametrize(
    "name",
    [
        *("table.csv", "mine.pyc", "__pycache__/mine.cpython-312.pyc", "notes/read.txt"),
        *("easy-install.pth", "~umpy/core.py", "old-1.0-py3.12.egg/old.py"),
        *("new-1.0.dist-info/entry.py", "old-1.0.egg-info/top.py"),
    ],
)
def test_that_what_is_no_module_or_explained_otherwise_does_not_count(
    prefix: Path, site: Path, tmp_path: Path, name: str
) -> None:
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).touch()
    assert names_in(prefix, tmp_path) == []


def test_that_folders_are_named_whole_unless_something_in_them_is_claimed(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    for name in ("mine/deep/a.py", "mine/b.py", "theirs/__init__.py", "theirs/added/c.py"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).touch()
    assert names_in(prefix, tmp_path, "theirs/__init__.py") == ["mine", "theirs/added"]


def test_that_older_tools_tell_their_modules_in_a_list(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    info = site / "Old_Timer-1.0.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: Old-Timer\nVersion: 1.0\n")
    for name in ("ancient.py", "mine.py"):
        (site / name).touch()
    (info / "top_level.txt").write_text("ancient\n")
    assert names_in(prefix, tmp_path) == ["mine.py"]


def test_that_a_half_installed_package_explains_its_modules(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (site / "big_kite-1.0.dist-info").mkdir()
    (site / "big_kite").mkdir()
    (site / "big_kite" / "__init__.py").touch()
    assert names_in(prefix, tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="makes symbolic links")
def test_that_dead_links_of_nobody_are_told_and_those_that_lead_somewhere_are_not(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (site / "alive.dat").symlink_to(prefix / "bin")
    (site / "dead.dat").symlink_to("/nowhere/at/all")
    (found,) = unowned.find(scene_at(prefix, tmp_path), {OF_PIP})
    assert (found.code, found.gravity) == (FindingCode.LINKS_BROKEN, Gravity.NOTE)
    assert ways_of(found) == (f"delete-files {SITE}/dead.dat",)


def test_that_nothing_is_said_while_it_is_not_known_whose_files_are_whose(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (site / "mine.py").touch()
    next((prefix / "conda-meta").glob("pip-*.json")).write_text("{")
    scene = scene_at(prefix, tmp_path)
    assert list(unowned.find(scene, {OF_PIP})) == []
    assert [each.gap for each in scene.unchecked] == [Gap.FILES_UNOWNED]
