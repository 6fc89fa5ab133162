"""A change whose packages are linked beside the mirror ends as one that rattler makes in it."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from engine.requests import ChangeRequest, CreateRequest
from tests.support.changing import by_rattler, done, quickly
from tests.support.practising import Practice


@pytest.fixture
def course(practice: Practice) -> Path:
    prefix = practice.places.envs / "course"
    specs = ("tidepool <3.2", "numerals <2.1", "glyphs", "harbor-east")
    request = CreateRequest(prefix, practice.both, python="3", specs=specs, with_pip=False)
    practice.call(done, request, practice.places)
    (prefix / "share" / "mine").mkdir()
    (prefix / "share" / "mine" / "notes.txt").write_text("mine")
    copytree(prefix, practice.places.home / "kept", symlinks=True)
    return prefix


def look(prefix: Path) -> dict[str, object]:
    """Return everything there is, but for the moments in the history."""
    found: dict[str, object] = {}
    for folder, below, names in os.walk(prefix):
        for path in (Path(folder, name) for name in (*below, *names)):
            mode = path.lstat().st_mode
            shown = path.relative_to(prefix).as_posix()
            if stat.S_ISLNK(mode):
                found[shown] = path.readlink()
            elif stat.S_ISDIR(mode):
                found[shown] = mode
            elif shown == "conda-meta/history":
                lines = path.read_text().splitlines()
                found[shown] = [line for line in lines if not line.startswith("==> ")]
            elif shown.startswith("conda-meta/") and shown.endswith(".json"):
                document = json.loads(path.read_bytes())
                document["paths_data"]["paths"].sort(key=str)
                document["files"].sort()
                found[shown] = (mode, document)
            else:
                found[shown] = (mode, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def both_ways(
    practice: Practice, prefix: Path, wishes: dict[str, tuple[str, ...]]
) -> tuple[bool, dict[str, object], dict[str, object]]:
    request = replace(ChangeRequest(prefix, practice.both), **wishes)  # pyright: ignore[reportArgumentType]
    moved = practice.call(quickly, request, practice.places)
    quick = look(prefix)
    rmtree(prefix)
    copytree(practice.places.home / "kept", prefix, symlinks=True)
    practice.call(by_rattler, request, practice.places)
    return moved, quick, look(prefix)


@pytest.mark.parametrize(
    "wishes",
    [
        pytest.param({"remove": ("glyphs", "harbor-east")}, id="removed"),
        pytest.param(
            {
                "add": ("moonrise", "lodestone", "signpost"),
                "update": ("numerals",),
                "remove": ("glyphs",),
            },
            id="all-at-once",
        ),
    ],
)
def test_that_packages_linked_beside_end_where_rattler_would_put_them(
    practice: Practice, course: Path, wishes: dict[str, tuple[str, ...]]
) -> None:
    moved, quick, slow = both_ways(practice, course, wishes)
    assert moved
    assert quick == slow
    assert not (course.parent / ".envdesk").exists()


@pytest.mark.parametrize("name", ["quarry", "harbor-west"], ids=["of-nobody", "of-a-package"])
def test_that_rattler_is_told_of_everything_where_a_file_is_in_the_way(
    practice: Practice, course: Path, name: str
) -> None:
    for place in (course, practice.places.home / "kept"):
        (place / "share" / "quarry").mkdir()
        (place / "share" / "quarry" / "stone.bin").write_text("mine")
    moved, quick, slow = both_ways(practice, course, {"add": (name,)})
    assert not moved
    assert quick == slow
