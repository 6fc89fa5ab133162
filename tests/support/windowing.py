"""What a test of dialogs and task widgets works with: a Qt loop, a real engine, no modal calls."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
)
from contextlib import asynccontextmanager
from typing import Any, NoReturn, TypeVar, cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QColorDialog,
    QDialog,
    QFileDialog,
    QFontDialog,
    QInputDialog,
    QMenu,
    QMessageBox,
    QWidget,
)
from qasync import QEventLoop

from engine.places import Places
from engine.session import Engine
from engine.tasks import Leaving
from gui.bridge import EngineBridge
from gui.main_window import MainWindow
from gui.opening_files import Application
from gui.operations import cancel_operations, present_failures_with
from gui.settings import WindowSettings
from gui.texts import EnglishPlurals
from gui.theme import start_theme

T = TypeVar("T")
_BLOCKING = {
    QDialog: ("exec",),
    QMenu: ("exec",),
    QMessageBox: ("about", "aboutQt", "critical", "information", "question", "warning"),
    QFileDialog: (
        "getExistingDirectory",
        "getExistingDirectoryUrl",
        "getOpenFileName",
        "getOpenFileNames",
        "getSaveFileName",
    ),
    QInputDialog: ("getDouble", "getInt", "getItem", "getMultiLineText", "getText"),
    QColorDialog: ("getColor",),
    QFontDialog: ("getFont",),
}


class _OnlyWhileItRuns(QEventLoop):
    """Turn for as long as a coroutine runs, and not once more.

    qasync handles whatever is due once more after that, when no loop counts as running: what the
    engine of a fixture has planned for just that moment would die of it.
    """

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        task: asyncio.Future[T] = asyncio.ensure_future(cast("Awaitable[T]", future), loop=self)

        def stop(_: object) -> None:
            self.stop()

        task.add_done_callback(stop)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(stop)
        return task.result()


def loop_factories(
    qapp_of: Callable[[], QApplication],
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return what makes coroutine tests run on Qt's loop."""

    def make() -> asyncio.AbstractEventLoop:
        # A closed loop is garbage with Qt timers in it. Were it collected while another thread
        # runs, Qt would go on firing timers of an object that is no more.
        gc.collect()
        return _OnlyWhileItRuns(qapp_of())

    return {"qt": make}


def application() -> QApplication:
    """Return the application of the test process, dressed and speaking English."""
    app = QApplication.instance() or Application([])
    assert isinstance(app, QApplication)
    return app


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Give the application its look and its plurals."""
    start_theme(qapp)
    plurals = EnglishPlurals(qapp)
    qapp.installTranslator(plurals)
    yield
    qapp.removeTranslator(plurals)


@pytest.fixture(autouse=True)
def nothing_modal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when anything opens a dialog that blocks."""
    for kind, names in _BLOCKING.items():
        for name in names:

            def refuse(*_: object, what: str = f"{kind.__name__}.{name}", **__: object) -> NoReturn:
                raise AssertionError(f"{what} would block the window")

            monkeypatch.setattr(kind, name, refuse)


@pytest.fixture
async def engine(configured: Places) -> AsyncIterator[Engine]:
    """Return a real engine below a root of its own, whose channel is served on loopback."""
    made = Engine(configured)
    await made.start()
    yield made
    await cancel_operations()
    await made.aclose(Leaving.CANCEL)


@pytest.fixture
async def quiet_engine(places: Places) -> AsyncIterator[Engine]:
    """Return a real engine that was not started and has no channel, for what needs no worker."""
    made = Engine(places)
    yield made
    await cancel_operations()
    await made.aclose(Leaving.CANCEL)


@pytest.fixture
def bridge(engine: Engine) -> Iterator[EngineBridge]:
    """Return the ear of a window on the real engine."""
    made = EngineBridge(engine)
    yield made
    made.close()


@pytest.fixture
def ear(engine: Engine) -> Iterator[EngineBridge]:
    """Return the same for a test that has a bridge of its own on another engine."""
    made = EngineBridge(engine)
    yield made
    made.close()


@pytest.fixture
def house(qapp: QApplication) -> Iterator[QWidget]:
    """Return a window that dialogs can open over."""
    present_failures_with(_unexpected)
    made = QWidget()
    made.resize(900, 600)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, 0)


def _unexpected(_: QWidget, failure: object) -> None:
    raise AssertionError(f"nobody took this failure: {failure}")


@asynccontextmanager
async def opened_window(
    places: Places, settings: WindowSettings, chosen: str = ""
) -> AsyncGenerator[MainWindow]:
    """Open the main window over a real, started engine; what is on disk is listed at once."""
    engine = Engine(places)
    bridge = EngineBridge(engine)
    made = MainWindow(engine, bridge, settings)
    made.show()
    if chosen:
        made.select_name(chosen)
    made.refresh_all()
    await engine.start()
    yield made
    await cancel_operations()
    await engine.aclose(Leaving.CANCEL)
    bridge.close()
    made.hide()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as `condition` holds; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key in `widget`."""
    QTest.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_text(widget: QWidget, text: str) -> None:
    """Type `text`, in any script, into `widget`."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character)
            QCoreApplication.sendEvent(widget, event)


def click(widget: QWidget) -> None:
    """Click into the middle of `widget`."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
