from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import ErrorCode, Failure
from engine.events import Phase, Progress, ProgressUnit, TaskChanged, TaskState
from engine.practice import ChannelServer
from engine.requests import CloneRequest, RemoveRequest
from engine.session import Engine
from gui.bridge import EngineBridge
from gui.dialogs import PreviewDialog
from gui.dialogs.errors import FailureDialog
from gui.dialogs.preview import Stage
from gui.tasks import TaskPanel
from tests.support.environments import make_environment, numbered_packages
from tests.support.tasks import CREATE, LINKING, quick_removal, stalled_creation, told
from tests.support.windowing import click, until

FULL = Failure(ErrorCode.DISK_FULL, "", values=(("path", "/envs"),))


@pytest.fixture
def bridge(quiet_engine: Engine) -> EngineBridge:
    return EngineBridge(quiet_engine)


@pytest.fixture
def panel(quiet_engine: Engine, bridge: EngineBridge, qtbot: QtBot) -> TaskPanel:
    made = TaskPanel(quiet_engine, bridge)
    qtbot.addWidget(made)
    made.resize(1000, 60)
    return made


def is_shown(panel: TaskPanel) -> bool:
    """Return whether the bar takes room in the window that holds it."""
    return not panel.isHidden()


async def test_that_the_bar_takes_no_room_while_nothing_happens(panel: TaskPanel) -> None:
    assert not is_shown(panel)


async def test_that_the_running_task_is_told_in_words_with_its_progress(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    bridge.told.emit(TaskChanged(told(progress=LINKING)))
    (line,) = panel.lines()
    assert line.sentence() == "Creating 数据分析: installing 41 of 54"
    bar = line.findChild(QProgressBar)
    assert bar is not None
    assert bar.value() / bar.maximum() == pytest.approx(41 / 54, abs=0.01)
    assert line.cancel.isEnabled()


async def test_that_progress_leaves_nothing_behind(panel: TaskPanel, bridge: EngineBridge) -> None:
    bridge.told.emit(TaskChanged(told(progress=LINKING)))
    before = len(panel.findChildren(QObject))
    for _ in range(20):
        bridge.told.emit(TaskChanged(told(progress=LINKING)))
    assert len(panel.findChildren(QObject)) == before


async def test_that_progress_which_comes_in_floods_is_drawn_now_and_then_and_ends_right(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    bridge.told.emit(TaskChanged(told()))
    (line,) = panel.lines()
    drawn: list[int] = []
    bar = line.findChild(QProgressBar)
    assert bar is not None
    bar.valueChanged.connect(drawn.append)
    for done in range(0, 5001):
        progress = Progress(Phase.COPYING, done, 5000, ProgressUnit.FILES)
        bridge.told.emit(TaskChanged(told(progress=progress)))
    await until(lambda: bar.value() == bar.maximum())
    assert len(drawn) < 50
    assert "5000 of 5000" in line.sentence().replace(",", "")


async def test_that_others_are_counted_and_shown_on_demand(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    clone = CloneRequest(Path("/envs/a"), Path("/envs/b"))
    bridge.told.emit(TaskChanged(told("w", TaskState.WAITING, clone)))
    bridge.told.emit(TaskChanged(told("r", progress=LINKING)))
    bridge.told.emit(TaskChanged(told("s", request=RemoveRequest(Path("/envs/c")))))
    assert panel.more.text() == "2 more tasks"
    shown = [line for line in panel.lines() if line.isVisibleTo(panel)]
    assert [line.task.state for line in shown] == [TaskState.RUNNING]
    click(panel.more)
    assert all(line.isVisibleTo(panel) for line in panel.lines())
    assert panel.lines()[-1].sentence() == "Cloning a as b: waiting for its turn"
    click(panel.more)
    assert sum(line.isVisibleTo(panel) for line in panel.lines()) == 1


async def test_that_what_cannot_be_stopped_says_why(panel: TaskPanel, bridge: EngineBridge) -> None:
    bridge.told.emit(TaskChanged(told(progress=LINKING, can_cancel=False)))
    (line,) = panel.lines()
    assert not line.cancel.isEnabled()
    assert "no longer be stopped" in line.cancel.toolTip()


async def test_that_a_failure_stays_until_it_is_closed_and_can_be_looked_at(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    bridge.told.emit(TaskChanged(told(progress=LINKING)))
    bridge.told.emit(TaskChanged(told(state=TaskState.FAILED, failure=FULL)))
    assert panel.lines() == ()
    (notice,) = panel.notices()
    assert notice.sentence().startswith("数据分析 could not be made. The disk that holds /envs")
    click(notice.action)
    dialog = notice.window().findChild(FailureDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.accept()
    notice.closed.emit()
    assert panel.notices() == ()
    assert not is_shown(panel)


async def test_that_a_plan_which_is_out_of_date_is_made_and_shown_anew(
    engine: Engine, ear: EngineBridge, house: QWidget
) -> None:
    prefix = make_environment(engine.places.envs / "old", numbered_packages(3), files=True)
    stale = Failure(ErrorCode.PLAN_STALE, "")
    panel = TaskPanel(engine, ear, house)
    ear.told.emit(
        TaskChanged(told(state=TaskState.FAILED, request=RemoveRequest(prefix), failure=stale))
    )
    (notice,) = panel.notices()
    notice.action.click()
    assert panel.notices() == ()
    dialog = house.findChild(PreviewDialog)
    assert dialog is not None
    await until(lambda: dialog.stage is Stage.SHOWING)
    assert dialog.windowTitle() == "Remove old"


async def test_that_a_good_end_offers_a_terminal_and_goes_by_itself(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    bridge.told.emit(TaskChanged(told(state=TaskState.SUCCEEDED)))
    (notice,) = panel.notices()
    assert notice.sentence() == "数据分析 is ready."
    assert notice.action.text() == "Open terminal"
    assert notice.action.isVisibleTo(panel)
    notice.run_out()
    assert panel.notices() == ()


async def test_that_only_the_latest_ends_are_kept(panel: TaskPanel, bridge: EngineBridge) -> None:
    for number in range(6):
        request = RemoveRequest(Path(f"/envs/{number}"))
        bridge.told.emit(TaskChanged(told(str(number), TaskState.FAILED, request, failure=FULL)))
    assert [notice.task.id for notice in panel.notices()] == ["3", "4", "5"]


async def test_that_news_of_an_environment_takes_the_place_of_what_was_said_before(
    panel: TaskPanel, bridge: EngineBridge
) -> None:
    removal = RemoveRequest(CREATE.prefix)
    bridge.told.emit(TaskChanged(told("1", TaskState.SUCCEEDED)))
    bridge.told.emit(TaskChanged(told("2", TaskState.SUCCEEDED, removal)))
    assert [notice.sentence() for notice in panel.notices()] == ["数据分析 is gone."]


async def test_that_an_end_is_told_once(panel: TaskPanel, bridge: EngineBridge) -> None:
    for _ in range(3):
        bridge.told.emit(TaskChanged(told(state=TaskState.SUCCEEDED)))
    assert len(panel.notices()) == 1


async def test_that_a_task_which_began_before_the_bar_is_shown(
    engine: Engine, ear: EngineBridge, qtbot: QtBot, server: ChannelServer
) -> None:
    await stalled_creation(engine, server)
    panel = TaskPanel(engine, ear)
    qtbot.addWidget(panel)
    assert len(panel.lines()) == 1


async def test_that_cancel_answers_at_once_and_leaves_nothing(
    engine: Engine, ear: EngineBridge, qtbot: QtBot, server: ChannelServer
) -> None:
    panel = TaskPanel(engine, ear)
    qtbot.addWidget(panel)
    panel.show()
    await stalled_creation(engine, server)
    (line,) = panel.lines()
    await until(lambda: "downloading" in line.sentence())
    click(line.cancel)
    assert line.cancel.text() == "Cancelling…"
    assert not line.cancel.isEnabled()
    await until(lambda: engine.tasks()[0].state is TaskState.CANCELLED, 10)
    assert panel.lines() == ()
    (notice,) = panel.notices()
    assert notice.sentence() == "Cancelled: slow was not made, and nothing is left of it."
    assert list(engine.places.envs.iterdir()) == []


async def test_that_a_real_removal_runs_through_the_bar(
    engine: Engine, ear: EngineBridge, qtbot: QtBot
) -> None:
    panel = TaskPanel(engine, ear)
    qtbot.addWidget(panel)
    await quick_removal(engine)
    assert panel.lines()[0].sentence().startswith("Removing old")
    await until(panel.notices)
    assert panel.notices()[0].sentence() == "old is gone."
    assert not panel.notices()[0].action.isVisibleTo(panel)
