from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.events import TaskState
from engine.practice import ChannelServer
from engine.session import Engine
from engine.tasks import Leaving
from gui.bridge import EngineBridge
from gui.tasks import ClosingDialog, ask_about_leaving
from tests.support.tasks import stalled_creation
from tests.support.windowing import click, press, until


@pytest.fixture
async def dialog(
    engine: Engine, bridge: EngineBridge, house: QWidget, server: ChannelServer
) -> ClosingDialog:
    await stalled_creation(engine, server)
    return ask_about_leaving(engine, bridge, house)


async def test_that_the_work_under_way_is_shown_with_three_ways_to_leave(
    dialog: ClosingDialog,
) -> None:
    assert dialog.isVisible()
    assert dialog.title() == "1 task under way."
    assert [one.sentence().partition(":")[0] for one in dialog.lines()] == ["Creating slow"]
    assert dialog.wait.isDefault()
    assert all(
        choice.isVisible() and choice.accessibleDescription()
        for choice in (dialog.wait, dialog.detach, dialog.cancel)
    )


async def test_that_waiting_answers_when_the_work_is_done(
    dialog: ClosingDialog, engine: Engine, server: ChannelServer
) -> None:
    answers: list[object] = []
    dialog.answered.connect(answers.append)
    click(dialog.wait)
    assert answers == []
    assert dialog.cancel.isEnabled()
    server.faults.clear()
    await until(lambda: answers)
    assert answers == [Leaving.WAIT]
    assert engine.tasks()[0].state is TaskState.SUCCEEDED


@pytest.mark.parametrize("leaving", [Leaving.CANCEL, Leaving.DETACH])
async def test_that_waiting_can_be_given_up_for_another_answer_once(
    dialog: ClosingDialog, leaving: Leaving
) -> None:
    answers: list[object] = []
    dialog.answered.connect(answers.append)
    click(dialog.wait)
    click(dialog.cancel if leaving is Leaving.CANCEL else dialog.detach)
    click(dialog.cancel)
    click(dialog.detach)
    assert answers == [leaving]
    assert dialog.isVisible()
    press(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()


async def test_that_escape_keeps_the_window_open(dialog: ClosingDialog, engine: Engine) -> None:
    heard: list[str] = []
    dialog.stayed.connect(lambda: heard.append("stayed"))
    dialog.answered.connect(lambda: heard.append("answered"))
    press(dialog, Qt.Key.Key_Escape)
    assert heard == ["stayed"]
    assert not dialog.isVisible()
    assert not engine.tasks()[0].state.is_final


async def test_that_work_which_ends_while_nobody_has_answered_closes_nothing_by_itself(
    dialog: ClosingDialog, server: ChannelServer
) -> None:
    answers: list[object] = []
    dialog.answered.connect(answers.append)
    server.faults.clear()
    await until(lambda: not dialog.lines())
    assert answers == []
    assert dialog.title() == "The work is done."
    press(dialog, Qt.Key.Key_Return)
    assert answers == [Leaving.WAIT]
