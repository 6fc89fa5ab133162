"""What is known of the health of environments, and what the user does not want to hear of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.events import TaskId, TaskState
from engine.health.values import (
    Depth,
    Evidence,
    Finding,
    FindingCode,
    Gap,
    RepairKind,
    RepairStep,
    Unchecked,
)
from engine.plan import Change, ChangeKind, Figures, Plan
from engine.records import State
from engine.requests import RepairRequest
from gui.models.health import HealthBook
from gui.presenting.health import HealthState
from gui.settings import WindowSettings
from tests.support.findings import (
    ENV,
    FROZEN,
    GONE,
    HOLE,
    MISSING,
    NOW,
    OVERWRITTEN,
    health,
)
from tests.support.tasks import told


@pytest.fixture
def book(settings: WindowSettings) -> HealthBook:
    return HealthBook(settings)


def test_that_the_dot_shows_the_worst_that_is_not_ignored(book: HealthBook) -> None:
    assert book.of(ENV).state is HealthState.UNKNOWN
    book.take(health(FROZEN))
    assert book.of(ENV).state is HealthState.SOUND
    book.take(health(OVERWRITTEN, MISSING, FROZEN))
    assert book.of(ENV).state is HealthState.BROKEN
    assert [each.code for each in book.of(ENV).findings] == [
        FindingCode.REQUIREMENT_MISSING,
        FindingCode.CONDA_OVERWRITTEN,
        FindingCode.FROZEN,
    ]
    book.ignore(ENV, MISSING.key)
    assert book.of(ENV).state is HealthState.RISKY
    assert book.of(ENV).ignored == (MISSING,)


def test_that_what_is_ignored_stays_so_after_a_restart_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "settings"
    settings = WindowSettings(folder)
    first = HealthBook(settings)
    first.take(health(MISSING))
    first.ignore(ENV, MISSING.key)
    settings.save()
    settings = WindowSettings(folder)
    second = HealthBook(settings)
    second.take(health(MISSING))
    assert second.of(ENV).findings == ()
    second.heed(ENV, MISSING.key)
    assert second.of(ENV).findings == (MISSING,)
    settings.save()
    assert WindowSettings(folder).ignored_findings(ENV) == ()


def test_that_a_thorough_check_stands_until_the_environment_changes(book: HealthBook) -> None:
    altered = replace(MISSING, code=FindingCode.FILES_ALTERED)
    book.take(health(MISSING))
    book.take(health(MISSING, altered, depth=Depth.DEEP))
    book.take(health(MISSING))
    assert {each.code for each in book.of(ENV).findings} == {
        FindingCode.REQUIREMENT_MISSING,
        FindingCode.FILES_ALTERED,
    }
    book.take(health(stamp="2"))
    assert book.of(ENV).findings == ()


def test_that_the_same_health_again_tells_nobody(book: HealthBook) -> None:
    told: list[object] = []
    book.changed.connect(told.append)
    for _ in range(3):
        book.take(health(MISSING))
    assert told == [ENV]


def test_that_ignoring_and_heeding_are_about_one_finding_of_one_environment(
    book: HealthBook,
) -> None:
    other = Path("/envs/lecture")
    book.take(health(OVERWRITTEN, MISSING))
    book.take(replace(health(OVERWRITTEN, MISSING), prefix=other))
    book.ignore(ENV, MISSING.key)
    book.ignore(ENV, OVERWRITTEN.key)
    book.take(replace(health(OVERWRITTEN, MISSING), prefix=other))
    assert book.of(ENV).ignored == (MISSING, OVERWRITTEN)
    assert book.of(other).ignored == ()
    book.heed(ENV, MISSING.key)
    assert book.of(ENV).findings == (MISSING,)
    assert book.of(ENV).ignored == (OVERWRITTEN,)


def test_that_what_several_checks_tell_is_shown_once(book: HealthBook) -> None:
    silent = Unchecked(Gap.CHANNEL_SILENT, "No.", (("channel", "conda-forge"),))
    other = Unchecked(Gap.SYSTEM_UNKNOWN, "Unknown.")
    for depth, gaps in (
        (Depth.QUICK, (other,)),
        (Depth.DEEP, (other,)),
        (Depth.ONLINE, (silent, other)),
    ):
        book.take(replace(health(MISSING, depth=depth), unchecked=gaps))
    assert book.of(ENV).findings == (MISSING,)
    assert book.of(ENV).unchecked == (other, silent)
    assert book.of(ENV).depths == frozenset(Depth)


def test_that_only_what_has_a_repair_that_nobody_has_to_choose_is_repaired_with_all(
    book: HealthBook,
) -> None:
    unowned = replace(MISSING, code=FindingCode.FILES_UNOWNED)
    assert unowned.is_choice
    book.take(health(MISSING, unowned, FROZEN))
    assert book.of(ENV).repairable == (MISSING,)
    book.ignore(ENV, MISSING.key)
    assert book.of(ENV).repairable == ()


def altered(package: str) -> Finding:
    return replace(
        OVERWRITTEN,
        code=FindingCode.FILES_ALTERED,
        subject=package,
        values=(("package", package), ("count", "1")),
        repairs=((RepairStep(RepairKind.RESTORE_CONDA, package),),),
    )


def test_that_holes_are_told_for_as_long_as_the_release_is_there(
    book: HealthBook, tmp_path: Path
) -> None:
    info = tmp_path / "kite-1.0.dist-info"
    info.mkdir()
    hole = replace(HOLE, evidence=(Evidence(info, "kite 1.0"), Evidence(None, "PYSEC-1")))
    book.take(health(MISSING))
    book.take(health(hole, depth=Depth.ONLINE))
    book.take(health(stamp="2"))
    assert book.of(ENV).findings == (hole,)
    assert book.of(ENV).depths == {Depth.QUICK}
    info.rmdir()
    book.take(health(stamp="3"))
    assert book.of(ENV).findings == ()


def test_that_no_answer_is_no_answer(book: HealthBook) -> None:
    book.take(health(HOLE, GONE, depth=Depth.ONLINE))
    silent = Unchecked(Gap.INDEX_SILENT, "Nobody there.")
    sea = Unchecked(Gap.CHANNEL_SILENT, "Nobody there.", (("channel", "sea"),))
    book.take(replace(health(depth=Depth.ONLINE), unchecked=(silent,)))
    assert book.of(ENV).findings == (HOLE,)
    book.take(health(HOLE, GONE, depth=Depth.ONLINE))
    book.take(replace(health(depth=Depth.ONLINE), unchecked=(sea,)))
    assert book.of(ENV).findings == (GONE,)
    book.take(health(depth=Depth.ONLINE))
    assert book.of(ENV).findings == ()


def make_plan(request: RepairRequest, *changing: str) -> Plan:
    changes = tuple(Change(ChangeKind.MEND, name, None, None) for name in changing)
    nothing = State()
    return Plan(request, ENV, nothing, nothing, changes, Figures(), (), "1", NOW)


def repairing(book: HealthBook, *findings: Finding, task: str = "1", changing: str = "") -> None:
    steps = tuple(step for each in findings for step in each.repairs[0])
    request = RepairRequest(ENV, (), steps=steps)
    book.expect_repair(make_plan(request, *changing.split()), TaskId(task))


def test_that_a_repair_leaves_what_else_was_found_in_files(book: HealthBook) -> None:
    first, second, third = altered("numpy"), altered("scipy"), altered("wind")
    book.take(health(MISSING))
    book.take(health(MISSING, first, second, third, depth=Depth.DEEP))
    repairing(book, first, MISSING, changing="six wind")
    assert len(book.of(ENV).findings) == 4
    book.take(health(stamp="2"))
    assert book.of(ENV).findings == (second,)
    assert Depth.DEEP not in book.of(ENV).depths
    book.take(health(stamp="3"))  # by somebody else
    assert book.of(ENV).findings == ()


def test_that_repairs_that_wait_for_each_other_are_told_apart(book: HealthBook) -> None:
    first, second = altered("numpy"), altered("scipy")
    book.take(health())
    book.take(health(first, second, depth=Depth.DEEP))
    repairing(book, first, task="1")
    repairing(book, second, task="2")
    book.take(health(stamp="2"))
    assert book.of(ENV).findings == (second,)
    book.hear(told("2", TaskState.FAILED))
    assert book.of(ENV).findings == (second,)
    repairing(book, second, task="3")
    book.take(health(stamp="3"))
    assert book.of(ENV).findings == ()


def test_that_another_deep_check_knows_better(book: HealthBook) -> None:
    book.take(health())
    book.take(health(altered("numpy"), altered("scipy"), depth=Depth.DEEP))
    repairing(book, altered("numpy"))
    book.take(health(stamp="2"))
    assert book.of(ENV).findings == (altered("scipy"),)
    book.take(health(stamp="2", depth=Depth.DEEP))
    assert book.of(ENV).findings == ()
