"""The keyboard stays where it was in the Health tab while cards come and go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget

from engine.health.values import Depth, Finding, FindingCode
from gui.models.health import Diagnosis
from gui.views.health import HealthView
from tests.support.findings import FROZEN, MISSING, OVERWRITTEN
from tests.support.windowing import until

LEFT = replace(MISSING, code=FindingCode.PIP_MISSING, subject="pip")


@pytest.fixture
def view(qapp: QApplication) -> HealthView:
    made = HealthView()
    made.resize(760, 500)
    made.show()
    return made


async def show(view: HealthView, *findings: Finding, ignored: tuple[Finding, ...] = ()) -> None:
    before = view.cards, view.ignored
    view.show_diagnosis(Diagnosis(findings, ignored, frozenset({Depth.QUICK})))
    await until(lambda: (view.cards, view.ignored) != before)


def focused(view: HealthView) -> str:
    widget = view.focusWidget()
    assert isinstance(widget, QAbstractButton)
    return widget.accessibleName() or widget.text()


async def test_that_ignoring_one_after_another_needs_no_mouse(view: HealthView) -> None:
    await show(view, OVERWRITTEN, MISSING, LEFT)
    view.cards[1].ignore.setFocus()
    await show(view, OVERWRITTEN, LEFT, ignored=(MISSING,))
    assert view.focusWidget() is view.cards[1].ignore
    assert focused(view) == "Ignore this: This environment has no pip of its own."
    await show(view, OVERWRITTEN, ignored=(MISSING, LEFT))
    assert view.focusWidget() is view.cards[0].ignore
    await show(view, ignored=(MISSING, LEFT, OVERWRITTEN))
    assert focused(view) == "3 ignored"


async def test_that_showing_again_needs_no_mouse(view: HealthView) -> None:
    await show(view, ignored=(OVERWRITTEN, MISSING))
    view.ignored[0].show_again.setFocus()
    assert focused(view).startswith("Show again: numpy was installed twice")
    await show(view, OVERWRITTEN, ignored=(MISSING,))
    assert view.focusWidget() is view.ignored[0].show_again
    await show(view, OVERWRITTEN, MISSING)
    assert view.focusWidget() is view.cards[1].ways[0]


async def test_that_a_card_that_stays_keeps_the_keyboard_and_stays_unfolded(
    view: HealthView,
) -> None:
    await show(view, OVERWRITTEN, MISSING)
    view.cards[1].more.set_open(True)
    view.cards[0].ways[1].setFocus()
    await show(view, LEFT, OVERWRITTEN, MISSING)
    assert view.focusWidget() is view.cards[1].ways[1]
    assert [card.more.is_open for card in view.cards] == [False, False, True]
    view.cards[1].ways[1].setFocus()
    await show(view, LEFT, MISSING)  # it was repaired
    assert view.focusWidget() is view.cards[1].ways[0]
    await show(view)
    assert focused(view) == "What the words mean"


async def test_that_the_keyboard_elsewhere_is_left_alone(view: HealthView) -> None:
    await show(view, OVERWRITTEN, MISSING)
    view.deep.setFocus()
    await show(view, MISSING)
    assert view.focusWidget() is view.deep


async def test_that_tab_goes_through_the_cards_as_they_are_seen(view: HealthView) -> None:
    beside = QPushButton(view)  # in the window before the cards
    await show(view, OVERWRITTEN, FROZEN, ignored=(MISSING,))
    first, second = view.cards
    wanted: list[QWidget] = [*first.ways, first.ignore, second.ignore]
    seen: list[QWidget] = []
    at: QWidget | None = view.repair_all
    while at is not None and at is not beside and len(seen) < 1_000:
        at = at.nextInFocusChain()
        if at in wanted:
            seen.append(at)
    assert seen == wanted


async def test_that_cards_of_another_environment_go_at_once(view: HealthView) -> None:
    assert not view.repair_all.isVisible()
    await show(view, OVERWRITTEN)
    assert view.repair_all.isVisible()
    view.leave()
    assert view.cards == ()
    assert view.summary() == ""
    assert not view.repair_all.isVisible()
    view.show_diagnosis(Diagnosis((OVERWRITTEN,), (), frozenset({Depth.QUICK})))
    view.leave()  # before it was whole
    await show(view, MISSING)
    assert [card.finding for card in view.cards] == [MISSING]
