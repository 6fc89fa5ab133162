from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QPushButton, QTabBar, QWidget

from engine.errors import EngineError, ErrorCode
from engine.events import Settled, Settlement, Task, TaskChanged, TaskId, TaskState
from engine.places import Places
from engine.records import Environment, Mark, RecordKind
from engine.requests import CreateRequest, RemoveRequest, RenameRequest
from engine.session import Engine
from engine.tasks import Leaving
from gui.actions import EnvironmentAction
from gui.bridge import EngineBridge
from gui.dialogs.create import CreateForm
from gui.main_window import MainWindow
from gui.models.basket import Wish, WishKind
from gui.operations import cancel_operations
from gui.settings import WindowSettings
from gui.views.sidebar import ActivityChosen, DiskChosen
from tests.support.environments import Package, make_environment, numbered_packages, write_record
from tests.support.windowing import until

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def envs(places: Places) -> Path:
    """Return a folder of three environments on disk, made before the window looks."""
    make_environment(places.envs / "course", numbered_packages(30), pip=[("requests", "2.32.5")])
    make_environment(places.envs / "数据 分析", ["numpy"])
    make_environment(places.envs / "zoo", ["zlib"], python="")
    return places.envs


def names(window: MainWindow) -> list[str]:
    return [window.model.row_at(row).title for row in range(window.model.rowCount())]


def packages(window: MainWindow) -> list[str]:
    model = window.page.packages.model
    return [model.record_at(row).name for row in range(model.rowCount())]


def dialogs(window: MainWindow) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


async def opened(window: MainWindow) -> QDialog:
    await until(lambda: dialogs(window))
    (dialog,) = dialogs(window)
    return dialog


async def at_rest(window: MainWindow) -> None:
    await until(lambda: window.is_settled)


async def test_that_list_sizes_and_packages_come_by_themselves(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    assert names(window) == ["course", "zoo", "数据 分析"]
    assert window.page.prefix == envs / "course"
    assert len(packages(window)) == 32
    assert all(environment.sizes for environment in window.model.environments())
    assert "of its own" in window.page.header.facts.text()


async def test_that_choosing_another_environment_shows_its_packages(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.sidebar.environments.setFocus()
    QTest.keyClick(window.sidebar.environments, Qt.Key.Key_End)
    await until(lambda: packages(window) == ["numpy", "python"])
    assert window.page.header.title.whole() == "数据 分析"
    window.page.tabs.setCurrentWidget(window.page.history)
    await until(lambda: window.page.history.tree.topLevelItemCount() == 1)
    window.page.tabs.setCurrentWidget(window.page.details)
    await until(window.page.details.values)
    assert str(envs / "数据 分析") in str(window.page.details.values())


async def test_that_what_others_do_shows_up_by_itself(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    make_environment(envs / "made by conda", ["pip"])
    await until(lambda: "made by conda" in names(window))
    assert window.page.prefix == envs / "course", "the choice stays"
    write_record(envs / "course", Package("added"), "")
    await until(lambda: "added" in packages(window))
    shutil.rmtree(envs / "zoo")
    await until(lambda: "zoo" not in names(window))


async def test_that_the_next_one_is_shown_when_the_chosen_one_goes(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.select_name("zoo")
    await until(lambda: packages(window) == ["zlib"])
    shutil.rmtree(envs / "zoo")
    await until(lambda: window.page.prefix == envs / "数据 分析")
    shutil.rmtree(envs)
    await until(lambda: not names(window))
    await until(lambda: visible_button(window, "New environment"))


async def test_that_without_environments_the_first_one_is_offered(window: MainWindow) -> None:
    await until(lambda: window.is_settled)
    offer = visible_button(window, "New environment")
    assert offer is not None
    offer.click()
    (await opened(window)).reject()


def visible_button(window: MainWindow, text: str) -> QPushButton | None:
    buttons = window.findChildren(QPushButton)
    return next((one for one in buttons if one.isVisible() and text in one.text()), None)


@pytest.mark.parametrize(
    ("action", "title"),
    [
        (EnvironmentAction.CLONE, "Clone"),
        (EnvironmentAction.RENAME, "Rename"),
        (EnvironmentAction.REMOVE, "Remove"),
    ],
)
async def test_that_changes_open_their_dialog_over_the_window(
    envs: Path, window: MainWindow, action: EnvironmentAction, title: str
) -> None:
    await at_rest(window)
    window.act(action, envs / "zoo")
    dialog = await opened(window)
    assert title in dialog.windowTitle()
    dialog.reject()


async def test_that_base_cannot_be_removed_or_renamed_from_the_window(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    environment = window.model.environment(envs / "zoo")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=(Mark.BASE,))])
    window.act(EnvironmentAction.REMOVE, envs / "zoo")
    window.act(EnvironmentAction.RENAME, envs / "zoo")
    assert dialogs(window) == []


async def test_that_the_note_about_base_says_why_it_is_not_for_work(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    environment = window.model.environment(envs / "course")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=(Mark.BASE, Mark.UNREADABLE))])
    window.page.show_row(window.model.row_at(0))
    assert "holds conda itself" in window.page.header.note.text()
    assert window.page.header.note.isVisible()
    window.page.header.note.acted.emit()
    dialog = await opened(window)
    assert "New environment" in dialog.windowTitle()
    dialog.reject()
    await until(lambda: not dialogs(window))


async def test_that_a_frozen_environment_is_copied_by_one_click(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    environment = window.model.environment(envs / "course")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=(Mark.FROZEN,))])
    window.page.show_row(window.model.row_at(0))
    window.page.header.note.acted.emit()
    dialog = await opened(window)
    assert "Clone course" in dialog.windowTitle()
    dialog.reject()
    await until(lambda: not dialogs(window))


async def test_that_what_base_cannot_take_opens_a_new_environment_filled_in(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    wish = Wish(WishKind.ADD, RecordKind.CONDA, "scipy", "scipy >=1.11")
    window.page.packages.wished_elsewhere.emit((wish,))
    dialog = await opened(window)
    form = dialog.findChild(CreateForm)
    assert form is not None
    assert form.packages.specs() == ("scipy >=1.11",)
    assert form.placing.name.text() == "scipy"
    await until(form.channels.channels)
    dialog.reject()
    await until(lambda: not dialogs(window))


async def test_that_keys_reach_what_they_name(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    window.activateWindow()
    window.sidebar.environments.setFocus()
    await until(lambda: QApplication.focusWidget() is window.sidebar.environments)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_F, control)
    assert QApplication.focusWidget() is window.page.packages.filter_box
    QTest.keyClick(window, Qt.Key.Key_L, control)
    assert QApplication.focusWidget() is window.sidebar.environments
    QTest.keyClick(window, Qt.Key.Key_N, control)
    (await opened(window)).reject()
    await until(lambda: not dialogs(window))
    window.activateWindow()
    window.sidebar.environments.setFocus()
    await until(lambda: QApplication.focusWidget() is window.sidebar.environments)
    QTest.keyClick(window.sidebar.environments, Qt.Key.Key_Delete)
    dialog = await opened(window)
    assert "Remove" in dialog.windowTitle()
    dialog.reject()


async def test_that_f5_reads_again_what_is_shown(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    loads: list[int] = []
    window.page.loaded.connect(lambda: loads.append(1))
    QTest.keyClick(window, Qt.Key.Key_F5)
    await until(lambda: loads)


async def test_that_the_activation_command_is_copied_and_said(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    QApplication.clipboard().setText("")
    window.act(EnvironmentAction.COPY_COMMAND, envs / "数据 分析")
    await until(lambda: QApplication.clipboard().text())
    assert "数据 分析" in QApplication.clipboard().text()
    assert QApplication.clipboard().text() in window.content.banner.text()
    assert window.content.banner.isVisible()


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


async def test_that_going_elsewhere_and_back_keeps_the_window_in_order(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.sidebar.choose(ActivityChosen())
    assert window.activity.isVisible()
    window.refresh_all()
    await until(lambda: window.is_settled)
    assert window.activity.isVisible(), "a new list does not call anybody away"
    window.select_name("course")
    assert window.page.isVisible()


async def test_that_closing_only_asks(envs: Path, window: MainWindow) -> None:
    asked: list[int] = []
    window.close_requested.connect(lambda: asked.append(1))
    assert not window.close()
    assert asked == [1]
    assert window.isVisible()


async def test_that_a_list_that_cannot_be_read_is_said_in_place_and_tried_again(
    envs: Path, places: Places, settings: WindowSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(places)
    bridge = EngineBridge(engine)
    window = MainWindow(engine, bridge, settings)
    window.show()
    reading = engine.environments
    refusals = [EngineError(ErrorCode.CONFIG_UNREADABLE, "The file cannot be read.")] * 2

    async def refuse_first() -> tuple[Environment, ...]:
        if refusals:
            raise refusals.pop()
        return await reading()

    monkeypatch.setattr(engine, "environments", refuse_first)
    for _ in range(2):
        window.refresh()
        await until(lambda: visible_button(window, "T&ry again"))
        await until(lambda: not window.is_reading)
    again = visible_button(window, "T&ry again")
    assert again is not None
    again.click()
    await until(lambda: window.page.is_loaded)
    refusals.append(EngineError(ErrorCode.CONFIG_UNREADABLE, "The file cannot be read."))
    window.refresh()
    await until(window.content.banner.isVisible)
    assert window.page.isVisible(), "the old list still serves"
    assert dialogs(window) == []
    bridge.close()
    await cancel_operations()
    await engine.aclose(Leaving.CANCEL)
    window.deleteLater()


async def test_that_the_last_environment_is_shown_first_the_next_time(
    envs: Path, places: Places, settings: WindowSettings, window: MainWindow
) -> None:
    await at_rest(window)
    window.select_name("数据 分析")
    await at_rest(window)
    window.save()
    engine = Engine(places)
    bridge = EngineBridge(engine)
    other = MainWindow(engine, bridge, WindowSettings(Path(places.home.parent) / "none"))
    again = MainWindow(engine, bridge, settings)
    for one, expected in ((other, "course"), (again, "数据 分析")):
        one.refresh()
        await until(lambda one=one: one.page.prefix)
        assert one.page.prefix == envs / expected
        await until(lambda one=one: one.page.is_loaded)
        one.deleteLater()
    bridge.close()
    await engine.aclose(Leaving.CANCEL)


class _Shown(QObject):
    """Notes every widget that becomes a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[QWidget] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


async def test_that_nothing_flashes_up_before_the_window(
    envs: Path, places: Places, settings: WindowSettings, qapp: QApplication
) -> None:
    shown = _Shown()
    qapp.installEventFilter(shown)
    engine = Engine(places)
    bridge = EngineBridge(engine)
    window = MainWindow(engine, bridge, settings)
    window.show()
    window.refresh_all()
    await until(lambda: window.page.is_loaded)
    for at in range(window.page.tabs.count()):
        window.page.tabs.setCurrentIndex(at)
        await until(lambda: window.page.is_loaded)
    qapp.removeEventFilter(shown)
    assert shown.windows == [window]
    window.hide()
    window.deleteLater()
    bridge.close()
    await engine.aclose(Leaving.CANCEL)


async def test_that_every_letter_leads_to_one_place_on_every_page(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    damaged = next((envs / "course" / "conda-meta").glob("*.json"))
    damaged.write_text("{")
    window.select_name("course")
    for tab in (window.page.packages, window.page.health, window.page.history, window.page.details):
        window.page.tabs.setCurrentWidget(tab)
        await at_rest(window)
        if tab is window.page.health:
            window.refresh_all()
            await until(window.page.health.repair_all.isVisible)
        assert not shared_letters(window), tab
    for place in (DiskChosen(), ActivityChosen()):
        window.sidebar.choose(place)
        assert not shared_letters(window), place


def shared_letters(window: MainWindow) -> list[str]:
    """Return the letters that more than one of the things that can be seen answer to."""
    texts = [made.text() for made in window.findChildren(QAbstractButton) if made.isVisible()]
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]
    texts += [bar.tabText(at) for bar in bars for at in range(bar.count())]
    letters = [text.replace("&&", "").partition("&")[2][:1].lower() for text in texts]
    return [letter for letter in set(letters) if letter and letters.count(letter) > 1]
