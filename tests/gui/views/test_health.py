"""What the Health tab shows, remembers and asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from engine.errors import ErrorCode, Failure
from engine.health.mending import MendKind
from engine.health.values import (
    Depth,
    Evidence,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    Health,
    HealthProgress,
    RepairKind,
    RepairStep,
    RepairWish,
    Unchecked,
)
from gui.models.health import Diagnosis, HealthBook
from gui.presenting.health import (
    HealthState,
    explain_finding,
    known_findings,
    state_sentence,
)
from gui.presenting.repairs import mend_sentence, mend_word, repair_label, repair_sentence
from gui.settings import WindowSettings
from gui.views.health import HealthView
from tests.support.windowing import click, until

ENV = Path("/envs/course")
NOW = datetime(2026, 3, 4, tzinfo=UTC)
PLACE = re.compile(r"[{}]|%n|\(s\)")
RESTORE = (RepairStep(RepairKind.RESTORE_CONDA, "numpy"),)
HAND = (RepairStep(RepairKind.HAND_TO_PYPI, "numpy"),)
OVERWRITTEN = Finding(
    FindingCode.CONDA_OVERWRITTEN,
    Gravity.RISKY,
    "numpy",
    ENV,
    "pip put numpy 2 in the place of conda's 1.",
    values=(
        ("installer", "pip"),
        ("package", "numpy"),
        ("conda_version", "1.0"),
        ("pypi_version", "2.0"),
    ),
    evidence=(Evidence(ENV / "conda-meta" / "numpy-1.0-0.json", "numpy 1.0"),),
    repairs=(RESTORE, HAND),
    since=NOW,
)
MISSING = replace(
    OVERWRITTEN,
    code=FindingCode.REQUIREMENT_MISSING,
    gravity=Gravity.BROKEN,
    subject="six",
    values=(("by", "dateutil"), ("needed", "six")),
    repairs=((RepairStep(RepairKind.INSTALL, "six"),),),
)
FROZEN = replace(
    OVERWRITTEN, code=FindingCode.FROZEN, gravity=Gravity.NOTE, subject="", repairs=(), evidence=()
)


def health(*findings: Finding, depth: Depth = Depth.QUICK, stamp: str = "1") -> Health:
    return Health(ENV, depth, stamp, NOW, findings)


@pytest.fixture
def book(settings: WindowSettings) -> HealthBook:
    return HealthBook(settings)


@pytest.fixture
def view(qapp: QApplication) -> HealthView:
    made = HealthView()
    made.resize(760, 500)
    made.show()
    return made


@pytest.mark.parametrize("code", FindingCode)
def test_that_every_finding_is_said_without_values_and_without_a_place_left(
    code: FindingCode,
) -> None:
    words = explain_finding(replace(OVERWRITTEN, code=code, values=()))
    for text in (words.sentence, words.meaning, words.why):
        assert text.endswith((".", "”."))
        assert not PLACE.search(text)
        assert len(text) < 200


def test_that_sentences_of_findings_differ_and_take_their_values() -> None:
    told = [
        explain_finding(replace(OVERWRITTEN, code=code, values=())).sentence for code in FindingCode
    ]
    assert len(set(told)) == len(told)
    assert known_findings().keys() == {code.value for code in FindingCode}
    words = explain_finding(OVERWRITTEN)
    assert words.sentence == (
        "numpy was installed twice: version 1.0 by conda, then 2.0 by pip on top of it."
    )


@pytest.mark.parametrize(("count", "said"), [("1", "1 file."), ("3", "3 files.")])
def test_that_counts_have_their_plural(count: str, said: str) -> None:
    values = (("count", count), ("package", "zlib"))
    found = replace(OVERWRITTEN, code=FindingCode.FILES_MISSING, values=values)
    assert explain_finding(found).sentence == f"zlib has lost {said}"


@pytest.mark.parametrize("kind", RepairKind)
def test_that_every_repair_says_what_it_does_and_has_a_button(kind: RepairKind) -> None:
    for subject in ("", "numpy"):
        steps = (RepairStep(kind, subject), RepairStep(kind, f"{subject}-other"))
        assert repair_sentence(steps).endswith(".")
        assert repair_label(steps)
        assert not PLACE.search(repair_sentence(steps) + repair_label(steps)) or not subject


def test_that_every_kind_of_file_and_state_has_its_words() -> None:
    for words in (
        [mend_sentence(kind, 2) for kind in MendKind],
        [mend_word(kind) for kind in MendKind],
        [state_sentence(state) for state in HealthState],
    ):
        assert all(words)
        assert len(set(words)) == len(words)


def test_that_only_what_no_package_brings_is_looked_for_in_the_computer() -> None:
    unmet = replace(OVERWRITTEN, code=FindingCode.DEPENDS_UNMET)
    values = (("by", "kite"), ("needed", "wind"), ("wants", "wind >=1"), ("system", ""))
    words = explain_finding(replace(unmet, values=values))
    assert words.sentence == "wind (1 or newer) is not installed, although it is needed by kite."
    words = explain_finding(replace(unmet, values=(*values[:2], ("system", "__cuda >=99"))))
    assert words.sentence == (
        "This computer does not have an NVIDIA graphics card and its software CUDA 99 or newer,"
        " which is needed by kite."
    )


def test_that_what_goes_with_no_version_at_all_is_not_told_as_older_than_nothing() -> None:
    values = (("needed", "wind"), ("version", "1.0"), ("by", "kite"), ("wants", "wind <0a0"))
    found = replace(OVERWRITTEN, code=FindingCode.CONSTRAINS_VIOLATED, values=values)
    assert explain_finding(found).meaning == "Using both at once can go wrong."


def test_that_a_stranger_among_the_notes_of_conda_is_told_from_a_note_that_is_broken() -> None:
    values = (("file", "notes-1.0-0.json"), ("package", "notes"))
    unreadable = replace(OVERWRITTEN, code=FindingCode.META_UNREADABLE)
    words = explain_finding(replace(unreadable, values=(*values, ("problem", "not-json"))))
    assert words.sentence == "conda's note about notes cannot be read."
    words = explain_finding(replace(unreadable, values=(*values, ("problem", "foreign"))))
    assert words.sentence.startswith("notes-1.0-0.json lies among the notes")


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


async def test_that_cards_offer_the_best_way_the_other_one_and_ignoring(view: HealthView) -> None:
    chosen: list[object] = []
    view.repair_chosen.connect(chosen.append)
    view.ignore_chosen.connect(chosen.append)
    view.show_diagnosis(Diagnosis((OVERWRITTEN, FROZEN), (), frozenset({Depth.QUICK})))
    await until(lambda: len(view.cards) == 2)
    assert view.summary() == "2 things found"
    first, second = view.cards
    assert [way.text() for way in first.ways] == ["Repair", "Keep numpy from PyPI"]
    assert second.ways == []
    for way in first.ways:
        click(way)
    click(first.ignore)
    assert chosen == [RESTORE, HAND, OVERWRITTEN.key]
    assert "Needs attention" in first.accessibleName()
    view.repair_all_chosen.connect(chosen.append)
    chosen.clear()
    click(view.repair_all)
    assert chosen == [(RepairWish(OVERWRITTEN.key, (RESTORE, HAND)),)]


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


async def test_that_a_card_says_what_will_be_done_why_it_is_so_and_what_the_words_mean(
    view: HealthView,
) -> None:
    view.show_diagnosis(Diagnosis((OVERWRITTEN, FROZEN), (), frozenset({Depth.QUICK})))
    await until(lambda: len(view.cards) == 2)
    first, second = view.cards
    assert "Repair: Puts the files of numpy back as conda installed them." in said(first)
    assert "Envdesk cannot do anything about this by itself." in said(second)
    assert not first.more.is_open
    first.more.set_open(True)
    assert "pip: a program that comes with Python" in said(first)
    assert f"{Path('conda-meta') / 'numpy-1.0-0.json'}  —  numpy 1.0" in said(first)
    assert "environment: a folder with a Python and packages of its own" in said(view)


HOLE = replace(
    OVERWRITTEN,
    code=FindingCode.VULNERABLE,
    subject="kite",
    values=(("distribution", "kite"), ("version", "1.0"), ("fixed", ""), ("partly", "")),
    repairs=((RepairStep(RepairKind.REMOVE, "kite"),),),
)
GONE = replace(
    OVERWRITTEN,
    code=FindingCode.GONE_FROM_CHANNEL,
    gravity=Gravity.NOTE,
    subject="wind",
    values=(("package", "wind"), ("version", "2.0"), ("channel", "sea")),
    repairs=(),
)


async def test_that_what_nothing_mends_says_what_the_user_can_do_and_has_no_dead_button(
    view: HealthView,
) -> None:
    view.show_diagnosis(Diagnosis((HOLE, GONE), (), frozenset({Depth.ONLINE})))
    await until(lambda: len(view.cards) == 2)
    hole, gone = view.cards
    assert "kite 1.0 has a known security hole, and no version without it is known" in said(hole)
    assert "open nothing from strangers with kite" in said(hole)
    assert [way.text() for way in hole.ways] == ["Remove kite"]
    assert "wind 2.0 is not offered any more by sea" in said(gone)
    assert "there is nothing to repair. Keep this environment" in said(gone)
    assert gone.ways == []
    assert "by itself" not in said(hole) + said(gone)
    assert not view.repair_all.isVisible()


@pytest.mark.parametrize(
    ("code", "values", "steps", "sentence", "will"),
    [
        (
            FindingCode.VULNERABLE,
            (*HOLE.values[:2], ("fixed", "1.4")),
            RepairStep(RepairKind.UPDATE, "kite>=1.4"),
            "It is closed in version 1.4.",
            "Updates to kite (1.4 or newer), and with it what depends on it.",
        ),
        (
            FindingCode.VULNERABLE,
            (*HOLE.values[:2], ("partly", "1.4")),
            RepairStep(RepairKind.UPDATE, "kite>=1.4"),
            "Version 1.4 closes some of them, none closes all yet.",
            "Updates to kite (1.4 or newer), and with it what depends on it.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("newer", "2.1")),
            RepairStep(RepairKind.UPDATE, "wind"),
            "The channel has 2.1 now.",
            "Updates wind.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.INSTALL, "wind ==1.9"),
            "Go back to it if you want",
            "Installs wind 1.9.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/sea::wind ==1.9"),
            "The channel has only 1.9 now, which is older.",
            "Takes wind 1.9 from the channel sea instead.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("elsewhere", "lake"), ("offered", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/lake::wind"),
            "Your channel lake has 1.9 of it.",
            "Takes wind from the channel lake instead.",
        ),
    ],
)
def test_that_what_an_online_check_found_is_told_with_what_there_is_instead(
    code: FindingCode,
    values: tuple[tuple[str, str], ...],
    steps: RepairStep,
    sentence: str,
    will: str,
) -> None:
    found = replace(OVERWRITTEN, code=code, values=values, repairs=((steps,),))
    words = explain_finding(found)
    assert sentence in f"{words.sentence} {words.meaning} {words.advice}"
    assert bool(words.advice) is found.is_choice
    assert repair_sentence((steps,)) == will


async def test_that_what_only_the_user_can_decide_says_so_and_is_left_out_of_repair_all(
    view: HealthView,
) -> None:
    unowned = replace(
        MISSING,
        code=FindingCode.FILES_UNOWNED,
        gravity=Gravity.NOTE,
        subject="site-packages",
        values=(("count", "1"), ("names", "my_notes.py")),
        repairs=((RepairStep(RepairKind.DELETE_FILES, "lib/my_notes.py"),),),
    )
    view.show_diagnosis(Diagnosis((unowned,), (), frozenset({Depth.DEEP})))
    await until(lambda: len(view.cards) == 1)
    assert [way.text() for way in view.cards[0].ways] == ["Delete my_notes.py"]
    assert not view.repair_all.isVisible()


async def test_that_what_could_not_be_looked_at_is_told(view: HealthView) -> None:
    silent = Unchecked(Gap.CHANNEL_SILENT, "No.", (("channel", "conda-forge"),))
    view.show_diagnosis(Diagnosis((), (), frozenset({Depth.ONLINE}), (silent,)))
    await until(lambda: "The channel conda-forge gave no answer." in said(view))
    assert "Not everything could be looked at." in said(view)


async def test_that_ignored_findings_can_be_shown_again(view: HealthView) -> None:
    heeded: list[str] = []
    view.heed_chosen.connect(heeded.append)
    view.show_diagnosis(Diagnosis((), (MISSING,), frozenset({Depth.QUICK})))
    await until(lambda: len(view.ignored) == 1)
    assert view.summary() == "No problems found"
    assert not view.repair_all.isVisible()
    view.ignored[0].show_again.click()
    assert heeded == [MISSING.key]


async def test_that_nothing_can_be_repaired_where_changes_are_refused(view: HealthView) -> None:
    view.show_diagnosis(Diagnosis((MISSING,), (), frozenset({Depth.QUICK})), "It holds conda.")
    await until(lambda: len(view.cards) == 1)
    assert not view.repair_all.isVisible()
    assert not any(way.isEnabled() for way in view.cards[0].ways)


async def test_that_protection_alone_is_said_once_and_what_is_gone_is_not_checked(
    view: HealthView,
) -> None:
    view.show_diagnosis(Diagnosis((FROZEN,), (), frozenset({Depth.QUICK})), "It is protected.")
    await until(lambda: len(view.cards) == 1)
    assert "It is protected." not in said(view)
    assert view.deep.isEnabled()
    view.show_diagnosis(Diagnosis((MISSING,), (), frozenset({Depth.QUICK})), "It is protected.")
    await until(lambda: view.cards[0].finding is MISSING)
    assert "It is protected." in said(view)
    gone = replace(MISSING, code=FindingCode.PREFIX_GONE, values=())
    view.show_diagnosis(Diagnosis((gone,), (), frozenset({Depth.QUICK})))
    assert not view.deep.isEnabled()
    assert not view.online.isEnabled()
    view.show_diagnosis(Diagnosis((), (), frozenset({Depth.QUICK})))
    assert view.deep.isEnabled()


def test_that_a_check_shows_how_far_it_is_and_can_be_stopped(view: HealthView) -> None:
    stopped: list[bool] = []
    asked: list[object] = []
    view.stop_chosen.connect(lambda: stopped.append(True))
    view.check_chosen.connect(asked.append)
    click(view.deep)
    click(view.online)
    assert asked == [Depth.DEEP, Depth.ONLINE]
    view.deep.setFocus()
    view.show_check(Depth.DEEP)
    assert view.stop.hasFocus()
    view.show_progress(HealthProgress(ENV, 5, 10, 100, 400))
    assert view.stop.isVisible()
    assert not view.deep.isVisible()
    click(view.stop)
    assert stopped == [True]
    view.show_check(None)
    assert view.deep.isVisible()
    assert view.deep.hasFocus()
    view.show_trouble(Failure(ErrorCode.CHANNEL_UNREACHABLE, "No."))
    assert view.trouble.isVisible()
