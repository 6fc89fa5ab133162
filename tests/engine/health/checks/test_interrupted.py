from __future__ import annotations

from pathlib import Path

from engine.health.checks import interrupted
from engine.health.values import FindingCode
from engine.places import places_below
from engine.requests import ChangeRequest
from engine.transactions.journal import begin, end
from engine.transactions.locking import hold
from tests.support.checking import ways_of
from tests.support.environments import sound_environment
from tests.support.scenes import scene_at


def test_that_a_change_that_goes_on_was_not_interrupted(prefix: Path, tmp_path: Path) -> None:
    with hold((prefix,), places_below(tmp_path)):
        journal = begin(ChangeRequest(prefix, ("c",)), prefix)
        assert list(interrupted.find(scene_at(prefix, tmp_path), ())) == []
    (found,) = interrupted.find(scene_at(prefix, tmp_path), ())
    assert (found.code, found.value("by")) == (FindingCode.INTERRUPTED, "envdesk")
    end(journal)
    assert list(interrupted.find(scene_at(prefix, tmp_path), ())) == []


def test_that_what_happened_to_a_neighbour_is_not_told_here(prefix: Path, tmp_path: Path) -> None:
    neighbour = sound_environment(prefix.with_name("neighbour"))
    begin(ChangeRequest(neighbour, ("c",)), neighbour)
    assert list(interrupted.find(scene_at(prefix, tmp_path), ())) == []
    assert len(list(interrupted.find(scene_at(neighbour, tmp_path), ()))) == 1


def test_that_only_what_belongs_to_nothing_that_is_installed_was_left_behind(
    prefix: Path, tmp_path: Path
) -> None:
    (prefix / ".conda_trash").mkdir()
    for name in ("pip", "pip-25.0-pyhd8ed1ab_0", "long-gone"):
        (prefix / "__clobbers__" / name).mkdir(parents=True)
    (found,) = interrupted.find(scene_at(prefix, tmp_path), ())
    assert found.code is FindingCode.CONDA_LEFTOVERS
    assert ways_of(found) == ("delete-files .conda_trash + delete-files __clobbers__/long-gone",)
