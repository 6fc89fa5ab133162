"""What is known of the health of environments, and what the user does not want to hear of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.health.values import Depth, FindingCode, Gap, Unchecked
from gui.models.health import HealthBook
from gui.presenting.health import HealthState
from gui.settings import WindowSettings
from tests.support.findings import ENV, FROZEN, MISSING, OVERWRITTEN, health


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
