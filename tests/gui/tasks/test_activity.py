from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import ErrorCode, Failure
from engine.events import TaskChanged, TaskLog, TaskState
from engine.session import Engine
from gui.bridge import EngineBridge
from gui.panels import EmptyState
from gui.tasks import ActivityView
from tests.support.tasks import LINKING, quick_removal, told
from tests.support.windowing import until


@pytest.fixture
def bridge(quiet_engine: Engine) -> EngineBridge:
    return EngineBridge(quiet_engine)


@pytest.fixture
def view(quiet_engine: Engine, bridge: EngineBridge, qtbot: QtBot) -> ActivityView:
    made = ActivityView(quiet_engine, bridge)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


async def test_that_an_empty_list_says_what_would_be_there(view: ActivityView) -> None:
    empty = view.findChild(EmptyState)
    assert empty is not None
    assert empty.isVisible()


async def test_that_the_newest_task_stands_first(view: ActivityView, bridge: EngineBridge) -> None:
    for name in ("1", "2", "3"):
        bridge.told.emit(TaskChanged(told(name)))
    await until(lambda: view.cards()[0].y() > view.cards()[-1].y())


async def test_that_a_card_tells_state_and_times(view: ActivityView, bridge: EngineBridge) -> None:
    began = datetime.now(UTC) - timedelta(seconds=40)
    bridge.told.emit(TaskChanged(told(state=TaskState.WAITING)))
    (card,) = view.cards()
    assert card.times_text().startswith("Waiting since today")
    bridge.told.emit(TaskChanged(replace(told(progress=LINKING), started=began)))
    assert card.times_text().startswith("Running, began")
    done = replace(
        told(state=TaskState.SUCCEEDED), started=began, ended=began + timedelta(seconds=12)
    )
    bridge.told.emit(TaskChanged(done))
    assert card.times_text().startswith("Done, began")
    assert card.times_text().endswith("took 12 s")


async def test_that_a_failure_is_explained_on_its_card(
    view: ActivityView, bridge: EngineBridge
) -> None:
    failure = Failure(ErrorCode.DISK_FULL, "")
    bridge.told.emit(TaskChanged(told(state=TaskState.FAILED, failure=failure)))
    (card,) = view.cards()
    assert card.failure_sentence() == "The disk is full."


async def test_that_a_card_says_why_its_task_cannot_be_stopped(
    view: ActivityView, bridge: EngineBridge
) -> None:
    bridge.told.emit(TaskChanged(told(progress=LINKING)))
    (card,) = view.cards()
    assert not card.is_stuck()
    bridge.told.emit(TaskChanged(told(progress=LINKING, can_cancel=False)))
    assert card.is_stuck()


async def test_that_the_log_of_a_real_task_is_there_whole_and_goes_on_while_open(
    engine: Engine, ear: EngineBridge, qtbot: QtBot
) -> None:
    view = ActivityView(engine, ear)
    qtbot.addWidget(view)
    view.show()
    task_id = await quick_removal(engine)
    await until(lambda: engine.tasks()[0].state.is_final)
    (card,) = view.cards()
    assert card.task.state is TaskState.SUCCEEDED
    card.log.set_open(True)
    assert card.log_text() == "\n".join(engine.log(task_id))
    ear.told.emit(TaskLog(task_id, "one more line"))
    assert card.log_text().endswith("one more line")


async def test_that_what_happened_while_nobody_looked_is_there_when_somebody_does(
    engine: Engine, ear: EngineBridge, qtbot: QtBot
) -> None:
    view = ActivityView(engine, ear)
    qtbot.addWidget(view)
    await quick_removal(engine)
    await until(lambda: engine.tasks()[0].state.is_final)
    assert view.cards() == ()
    view.show()
    (card,) = view.cards()
    assert card.task.state is TaskState.SUCCEEDED
    card.log.set_open(True)
    shown = card.log_text()
    view.hide()
    await quick_removal(engine, "older")
    await until(lambda: engine.tasks()[1].state.is_final)
    view.show()
    assert len(view.cards()) == 2
    assert card.log_text() == shown
