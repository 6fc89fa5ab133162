"""Environments whose packages were changed: what the tables say, what runs, what is left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.history import read_revisions, requested_specs
from engine.plan import ChangeKind
from engine.requests import ChangeRequest, CreateRequest
from engine.transactions.locking import WORKROOM
from tests.support.changing import done, files_below, imported, recorded_files, versions
from tests.support.practising import Practice


@pytest.fixture
def course(practice: Practice) -> Path:
    """Make an environment with Python and tidepool, numerals held at an older version."""
    prefix = practice.places.envs / "course"
    specs = ("tidepool <3.2", "numerals <2.1", "glyphs")
    request = CreateRequest(prefix, practice.both, python="3", specs=specs)
    practice.call(done, request, practice.places)
    return prefix


def change(practice: Practice, prefix: Path, **wishes: object) -> ChangeRequest:
    return replace(ChangeRequest(prefix, practice.both), **wishes)  # pyright: ignore[reportArgumentType]


def check(prefix: Path) -> None:
    """Check that every recorded file is there, and that no file belongs to nobody."""
    recorded = recorded_files(prefix)
    present = files_below(prefix)
    assert not recorded.keys() - present
    assert not [path for path in present - recorded.keys() if "/__pycache__/" not in path]
    assert not list((prefix / "conda-meta").glob(".envdesk-*"))
    assert not (prefix.parent / WORKROOM).exists()


def test_that_an_addition_leaves_all_else_as_it_is(practice: Practice, course: Path) -> None:
    before = {p.name: p.read_bytes() for p in (course / "conda-meta").glob("*.json")}
    plan, _ = practice.call(done, change(practice, course, add=("almanac",)), practice.places)
    assert [(c.kind, c.name) for c in plan.changes] == [(ChangeKind.ADD, "almanac")]
    assert plan.warnings == ()
    after = {p.name: p.read_bytes() for p in (course / "conda-meta").glob("*.json")}
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1
    assert imported(course, "almanac", "tidepool", "numerals") == {
        "almanac": versions(course)["almanac"],
        "tidepool": "3.1.0",
        "numerals": "2.0.1",
    }
    check(course)


def test_that_an_update_a_removal_and_an_addition_go_as_one(
    practice: Practice, course: Path
) -> None:
    (course / "notebook.ipynb").write_text("mine")
    (course / "link to notes").symlink_to("notebook.ipynb")
    inode = (course / "notebook.ipynb").stat().st_ino
    request = change(practice, course, add=("moonrise",), update=("numerals",), remove=("glyphs",))
    plan, _ = practice.call(done, request, practice.places)
    kinds = {c.name: c.kind for c in plan.changes}
    assert kinds == {
        "moonrise": ChangeKind.ADD,
        "numerals": ChangeKind.UPDATE,
        "glyphs": ChangeKind.REMOVE,
    }
    assert versions(course) == {"moonrise": "0.9.0", "numerals": "2.1.0", "tidepool": "3.1.0"}
    assert imported(course, "moonrise", "numerals", "tidepool") == versions(course)
    assert (course / "notebook.ipynb").stat().st_ino == inode
    assert (course / "link to notes").readlink() == Path("notebook.ipynb")
    (course / "notebook.ipynb").unlink()
    (course / "link to notes").unlink()
    check(course)
    last = read_revisions(course)[-1]
    assert {each.rpartition("::")[2].rsplit("-", 2)[0] for each in last.added} == {
        "moonrise",
        "numerals",
    }
    assert {each.rpartition("::")[2].rsplit("-", 2)[0] for each in last.removed} == {
        "glyphs",
        "numerals",
    }
    asked = requested_specs(read_revisions(course))
    assert set(asked) == {"moonrise", "numerals", "tidepool <3.2", "python=3", "pip"}


def test_that_a_removal_takes_its_orphans_and_compiled_files_along(
    practice: Practice, course: Path
) -> None:
    imported(course, "tidepool")
    practice.call(done, change(practice, course, add=("starchart", "papyrus")), practice.places)
    assert {"starchart", "papyrus", "harpstring"} <= versions(course).keys()
    request = change(practice, course, remove=("papyrus",))
    practice.call(done, request, practice.places)
    assert "harpstring" not in versions(course)
    assert imported(course, "papyrus", "harpstring") == {"papyrus": "", "harpstring": ""}
    assert not [path for path in files_below(course) if "harpstring" in path or "papyrus" in path]
    check(course)
    json.loads(next((course / "conda-meta").glob("tidepool*.json")).read_bytes())
