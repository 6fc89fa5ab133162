"""What the Health tab shows and asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from engine.errors import ErrorCode, Failure
from engine.health.values import (
    Depth,
    Evidence,
    FindingCode,
    Gap,
    Gravity,
    HealthProgress,
    RepairKind,
    RepairStep,
    RepairWish,
    Unchecked,
)
from gui.models.health import Diagnosis
from gui.views.health import HealthView
from tests.support.findings import (
    ENV,
    FROZEN,
    GONE,
    HAND,
    HOLE,
    MISSING,
    OVERWRITTEN,
    RESTORE,
)
from tests.support.windowing import click, until


@pytest.fixture
def view(qapp: QApplication) -> HealthView:
    made = HealthView()
    made.resize(760, 500)
    made.show()
    return made


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


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


async def test_that_what_nothing_mends_says_what_the_user_can_do_and_has_no_dead_button(
    view: HealthView,
) -> None:
    view.show_diagnosis(Diagnosis((HOLE, GONE), (), frozenset({Depth.ONLINE})))
    await until(lambda: len(view.cards) == 2)
    hole, gone = view.cards
    assert "kite 1.0 has a known security hole, and no version without it is known" in said(hole)
    assert "let no program that uses kite read files or web pages from people" in said(hole)
    assert [way.text() for way in hole.ways] == ["Remove kite"]
    assert "wind 2.0 can no longer be had from sea" in said(gone)
    assert "there is nothing to repair. Keep this environment" in said(gone)
    assert gone.ways == []
    assert "by itself" not in said(hole) + said(gone)
    assert not view.repair_all.isVisible()


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
    (card,) = view.cards
    assert [way.text() for way in card.ways] == ["Delete my_notes.py"]
    assert "What the button does: Deletes my_notes.py." in said(card)
    assert not view.repair_all.isVisible()


async def test_that_no_package_goes_with_all_the_others_unless_it_is_asked_for(
    view: HealthView,
) -> None:
    lacking = replace(
        MISSING,
        code=FindingCode.DEPENDS_UNMET,
        values=(("by", "furnace"), ("virtual", "yes"), ("system", "__cuda >=99")),
        repairs=((RepairStep(RepairKind.REMOVE, "furnace"),),),
    )
    both = replace(
        MISSING,
        code=FindingCode.FILES_OWNED_TWICE,
        values=(("packages", "harbor-east, harbor-west"),),
        repairs=((RepairStep(RepairKind.REMOVE, "harbor-west"),),),
    )
    view.show_diagnosis(Diagnosis((lacking, both), (), frozenset({Depth.DEEP})))
    await until(lambda: len(view.cards) == 2)
    texts = [way.text() for card in view.cards for way in card.ways]
    assert texts == ["Remove furnace", "Remove harbor-west"]
    assert not view.repair_all.isVisible()


async def test_that_evidence_names_the_environment_itself_and_counts_what_is_left_out(
    view: HealthView,
) -> None:
    proofs = tuple(Evidence(ENV / f"{number}.py") for number in range(50))
    gone = replace(
        MISSING,
        code=FindingCode.PREFIX_GONE,
        evidence=(Evidence(ENV), Evidence(Path("/list.txt"))),
    )
    lost = replace(
        MISSING,
        code=FindingCode.FILES_MISSING,
        values=(("package", "six"), ("count", "345")),
        evidence=proofs,
    )
    view.show_diagnosis(Diagnosis((gone, lost), (), frozenset({Depth.DEEP})))
    await until(lambda: len(view.cards) == 2)
    assert f"{ENV}\n{Path('/list.txt')}" in said(view.cards[0])
    assert "19.py\nand 325 more" in said(view.cards[1])


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
    assert view.summary() == "Nothing else found"
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


async def test_that_what_removes_a_package_says_so_on_its_button(view: HealthView) -> None:
    unfit = replace(MISSING, repairs=((RepairStep(RepairKind.REMOVE, "furnace"),),))
    view.show_diagnosis(Diagnosis((unfit,), (), frozenset({Depth.QUICK})))
    await until(lambda: len(view.cards) == 1)
    (way,) = view.cards[0].ways
    assert way.text() == "Remove furnace"
    assert way.toolTip().startswith("Removes furnace.\nYou see a list of the changes")
    assert "Before a repair you see a list of the changes and can still cancel." in said(view)


async def test_that_the_folder_of_what_may_be_own_work_can_be_looked_into(view: HealthView) -> None:
    looked: list[object] = []
    view.look_chosen.connect(looked.append)
    evidence = (Evidence(ENV / "lib" / "my_notes.py"),)
    unowned = replace(MISSING, code=FindingCode.FILES_UNOWNED, evidence=evidence)
    view.show_diagnosis(Diagnosis((unowned, MISSING), (), frozenset({Depth.DEEP})))
    await until(lambda: len(view.cards) == 2)
    first, second = view.cards
    assert second.look is None
    assert first.look is not None
    click(first.look)
    assert looked == [ENV / "lib"]


async def test_that_very_long_names_and_paths_are_not_cut_off(view: HealthView) -> None:
    name = "averyveryverylongname" * 8
    folder = "C:\\" + "\\".join(["somewhere"] * 20)
    lost = replace(
        MISSING,
        values=(("by", name), ("needed", name), ("folder", folder)),
        evidence=(Evidence(None, folder),),
        repairs=(
            (RepairStep(RepairKind.INSTALL, name),),
            (RepairStep(RepairKind.REMOVE, name),),
        ),
    )
    view.resize(560, 500)
    view.show_diagnosis(Diagnosis((lost,), (lost,), frozenset({Depth.QUICK})))
    await until(lambda: len(view.cards) == 1)
    view.cards[0].more.set_open(True)
    assert view.cards[0].minimumSizeHint().width() < 500
    assert view.ignored[0].minimumSizeHint().width() < 500
    assert name in view.cards[0].ways[1].accessibleName()


async def test_that_a_thorough_check_that_found_nothing_more_says_that_it_was_made(
    view: HealthView,
) -> None:
    view.show_diagnosis(Diagnosis((MISSING,), (), frozenset({Depth.QUICK})))
    assert "Every file was looked at." not in said(view)
    depths = frozenset({Depth.QUICK, Depth.DEEP, Depth.ONLINE})
    view.show_diagnosis(Diagnosis((MISSING,), (), depths))
    assert "Every file was looked at. The channels were asked." in said(view)
