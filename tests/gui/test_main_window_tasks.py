"""The main window follows the tasks that make, rename and settle environments."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.events import Settled, Settlement, Task, TaskChanged, TaskId, TaskState
from engine.requests import CreateRequest, RemoveRequest, RenameRequest
from gui.main_window import MainWindow
from tests.support.environments import make_environment
from tests.support.main_window import at_rest, names, packages
from tests.support.windowing import until

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def creation(prefix: Path, state: TaskState) -> TaskChanged:
    return TaskChanged(Task(TaskId("1"), CreateRequest(prefix, ("c",)), state, NOW))


async def test_that_an_environment_is_chosen_from_its_first_moment_to_its_last_package(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.page.header.more.setFocus()
    window.hear(creation(envs / "new one", TaskState.WAITING))
    assert window.focusWidget() is window.sidebar.environments, "its buttons are hidden for now"
    assert window.page.prefix == envs / "new one"
    assert "new one" in names(window)
    assert not window.page.tabs.isVisible()
    make_environment(envs / "new one", ["pandas"])
    window.hear(creation(envs / "new one", TaskState.SUCCEEDED))
    await until(lambda: packages(window) == ["pandas", "python"])
    assert window.page.prefix == envs / "new one"
    assert window.page.tabs.isVisible()


async def test_that_a_creation_that_failed_leaves_neither_row_nor_page(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.hear(creation(envs / "new one", TaskState.RUNNING))
    window.hear(creation(envs / "new one", TaskState.FAILED))
    await until(lambda: window.page.prefix != envs / "new one")
    assert "new one" not in names(window)


async def test_that_a_renamed_environment_stays_on_the_page(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    window.select_name("zoo")
    request = RenameRequest(envs / "zoo", envs / "garden")
    window.hear(TaskChanged(Task(TaskId("1"), request, TaskState.RUNNING, NOW)))
    (envs / "zoo").rename(envs / "garden")
    window.hear(TaskChanged(Task(TaskId("1"), request, TaskState.SUCCEEDED, NOW)))
    await until(lambda: window.page.prefix == envs / "garden")


async def test_that_a_renamed_environment_stays_chosen_when_it_is_seen_before_its_task_ends(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.select_name("course")
    request = RenameRequest(envs / "course", envs / "lecture")
    window.hear(TaskChanged(Task(TaskId("1"), request, TaskState.RUNNING, NOW)))
    aside = envs.parent / "on its way"
    (envs / "course").rename(aside)
    window.refresh()
    await until(lambda: names(window) == ["zoo", "数据 分析"])
    assert window.sidebar.environments.current is None, "nobody asked for another one"
    aside.rename(envs / "lecture")
    window.refresh()
    await until(lambda: "lecture" in names(window))
    assert window.page.prefix == envs / "lecture"
    window.hear(TaskChanged(Task(TaskId("1"), request, TaskState.SUCCEEDED, NOW)))
    await at_rest(window)
    assert window.sidebar.environments.current == envs / "lecture"
    assert window.page.prefix == envs / "lecture"


async def test_that_settled_work_is_told_until_it_is_read(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    removal, creation = RemoveRequest(envs / "zoo"), CreateRequest(envs / "new", ())
    window.hear(Settled(envs / "zoo", removal, Settlement.PUT_BACK))
    assert "zoo is as it was before" in window.content.banner.text()
    window.hear(Settled(envs / "new", creation, Settlement.PUT_BACK))
    assert "new was not made" in window.content.banner.text(), "it never was, before"
    window.hear(Settled(envs / "zoo", removal, Settlement.FINISHED))
    assert "zoo is gone" in window.content.banner.text()
    assert "interrupted" in window.content.banner.text()
    assert window.content.banner.isVisible()
