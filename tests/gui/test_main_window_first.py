"""The main window begins where it was left, quietly, also where it cannot read the list."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.records import Environment
from engine.session import Engine
from engine.tasks import Leaving
from gui.bridge import EngineBridge
from gui.main_window import MainWindow
from gui.operations import cancel_operations
from gui.settings import WindowSettings
from tests.support.main_window import at_rest, dialogs, visible_button
from tests.support.windowing import until


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
