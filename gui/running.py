"""The composition root: builds the application, runs it, and closes it down in order."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from logging.handlers import MemoryHandler
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from qasync import QEventLoop

from engine.errors import EngineError, Failure
from engine.places import Places, places_for
from engine.version import __version__
from gui.collecting import GarbageCollection
from gui.faults import FaultReporter, hold_log, write_log_to
from gui.opening_files import Application, FileOpenings
from gui.operations import Operation, cancel_operations, present_failure, present_failures_with
from gui.options import Options
from gui.quitting import QuitRequests
from gui.signals import TerminationSignals
from gui.texts import EnglishPlurals
from gui.theme import Scheme, Tone, start_theme, theme
from gui.turns import in_turns
from gui.watchdog import start_watchdog

if TYPE_CHECKING:
    from engine.session import Engine
    from engine.tasks import Leaving
    from gui.bridge import EngineBridge
    from gui.main_window import MainWindow
    from gui.practice import PracticeWorld

_log = logging.getLogger(__name__)
_PICTURE_AFTER_S = 30.0
_SWITCH_S = 0.0005
_WINDOW_ICON = (16, 24, 32, 48, 64, 128)
_WINDOW_ICON_SIZES = (16, 24, 32, 48, 64, 96)


def run(options: Options) -> int:
    """Run the window with `options`; return the exit status of the process."""
    # Every Qt call that lets go of the interpreter lock may wait this long to get it back from a
    # thread that reads files; the usual 5 ms add up to a frame that is late.
    sys.setswitchinterval(_SWITCH_S)
    held = hold_log()
    app = make_application()
    start_theme(app, None if options.scheme == "system" else Scheme(options.scheme))
    app.setWindowIcon(theme().icon("environment", Tone.ACCENT, _WINDOW_ICON))
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        return loop.run_until_complete(_Run(options, app, loop, held).run())


def make_application() -> Application:
    """Return the application object, named, with its plurals, and deaf to the last window."""
    app = Application(sys.argv[:1])
    app.setApplicationName("envdesk")
    app.setApplicationDisplayName("Envdesk")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("envdesk")
    # the loop must live until the engine is closed, long after the last window
    app.setQuitOnLastWindowClosed(False)
    app.installTranslator(EnglishPlurals(app))
    return app


class _Run:
    """One life of the application, from its places to its exit status."""

    def __init__(
        self, options: Options, app: Application, loop: QEventLoop, held: MemoryHandler
    ) -> None:
        self._options = options
        self._held = held
        self._app = app
        self._loop = loop
        self._window: MainWindow | None = None
        self._leaving: asyncio.Future[Leaving] = loop.create_future()
        self._is_asking = False
        self._openings = FileOpenings(app)  # the desktop can ask before there is a window
        self._collection = GarbageCollection(app)

    async def run(self) -> int:
        practice: PracticeWorld | None = None
        try:
            if self._options.practice:
                from gui.practice import PracticeWorld

                practice = PracticeWorld()
                if not await self._prepare(practice):
                    return 1
                places = practice.places
            else:
                places = places_for(self._options.root)
            return await self._run_window(places, is_practice=practice is not None)
        finally:
            if practice is not None:
                await practice.remove()

    async def _prepare(self, practice: PracticeWorld) -> bool:
        from gui.practice import PracticeSplash

        building = self._loop.create_task(practice.build())
        splash = PracticeSplash(building)
        splash.show()
        try:
            await building
        except EngineError as error:
            _say_plainly(error.failure)
            return False
        except asyncio.CancelledError:
            return False
        finally:
            splash.hide()
            splash.deleteLater()
        return True

    async def _run_window(self, places: Places, *, is_practice: bool) -> int:
        write_log_to(places.state, self._held)
        FaultReporter(self._tell).install(self._loop)
        from engine.session import Engine
        from engine.tasks import Leaving
        from gui.bridge import EngineBridge
        from gui.dialogs import present_error
        from gui.main_window import MainWindow
        from gui.settings import WindowSettings

        present_failures_with(present_error)
        engine = Engine(places)
        bridge = EngineBridge(engine)
        with theme().undressed():
            window = MainWindow(engine, bridge, WindowSettings(places.settings))
        # The first Qt call that returns some widget makes PySide prepare every class that it could
        # be, which takes as long as a frame: better now than when somebody looks.
        window.sidebar.environments.viewport()
        self._collection.start()
        self._window = window
        if self._options.size is not None:
            window.resize(*self._options.size)
        if self._options.select:
            window.select_name(self._options.select)
        window.close_requested.connect(lambda: self._ask(engine, bridge, is_practice=is_practice))
        signals = TerminationSignals(lambda: self._leave(Leaving.CANCEL))
        requests = QuitRequests(places, lambda: self._leave(Leaving.CANCEL))
        wanted = window.size()
        window.show()
        _keep_size(window, wanted)
        if is_practice:
            from gui.practice import practice_note

            window.content.say_lastingly(practice_note())
        window.refresh_all()
        Operation(window, engine.start).run()
        if self._options.files:
            from gui.dropping import source_named

            window.import_files(source_named(self._options.files))
        self._openings.hand_to(window.import_files)
        watchdog = start_watchdog(self._app)
        status = await self._wait(window)
        if watchdog is not None:
            watchdog.stop()
        signals.close()
        await self._close(window, engine, bridge)
        requests.close()
        return status

    async def _wait(self, window: MainWindow) -> int:
        """Wait for the end: what the user answered, or a picture that is saved."""
        if self._options.screenshot is None:
            await self._leaving
            return 0
        await _settled(window)
        status = _save_picture(window, self._options.screenshot)
        from engine.tasks import Leaving

        self._leave(Leaving.CANCEL)
        return status

    def _ask(self, engine: Engine, bridge: EngineBridge, *, is_practice: bool) -> None:
        from engine.tasks import Leaving
        from gui.tasks import ask_about_leaving

        window = self._window
        if window is None or self._is_asking or self._leaving.done():
            return
        is_busy = any(not task.state.is_final for task in engine.tasks())
        if is_practice or not is_busy:
            self._leave(Leaving.CANCEL)
            return
        self._is_asking = True
        dialog = ask_about_leaving(engine, bridge, window)
        dialog.answered.connect(self._leave)
        dialog.stayed.connect(self._stay)

    def _stay(self) -> None:
        self._is_asking = False

    def _leave(self, leaving: Leaving) -> None:
        if not self._leaving.done():
            self._leaving.set_result(leaving)

    async def _close(self, window: MainWindow, engine: Engine, bridge: EngineBridge) -> None:
        from engine.tasks import Leaving

        leaving = await self._leaving
        self._openings.hand_to(None)
        window.save()
        if leaving is not Leaving.CANCEL or not self._is_asking:
            window.hide()
        await cancel_operations()
        try:
            await engine.aclose(leaving)
        except EngineError:
            _log.exception("the engine did not close as it should")
        bridge.close()
        window.hide()
        window.deleteLater()
        self._window = None
        self._collection.stop()

    def _tell(self, failure: Failure) -> None:
        if self._window is not None and not self._leaving.done():
            present_failure(self._window, failure)


def _keep_size(window: MainWindow, wanted: QSize) -> None:
    """Make `window` as small as it was to be, as soon as it shows an environment.

    Pages that wait are laid out before their style is known, and ask for more room until then.
    """

    def resize() -> None:
        if window.width() > wanted.width() and not window.isMaximized():
            window.resize(wanted)

    def loaded() -> None:
        window.page.loaded.disconnect(loaded)
        in_turns(window, lambda: None, resize)

    window.page.loaded.connect(loaded)


async def _settled(window: MainWindow) -> None:
    until = time.monotonic() + _PICTURE_AFTER_S
    while not window.is_settled and time.monotonic() < until:  # noqa: ASYNC110 - a bounded wait
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)  # one more frame: what has just come must be painted


def _save_picture(window: MainWindow, file: Path) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        saved = False
    else:
        saved = window.grab().save(str(file), "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    if not saved:
        print(f"The picture could not be written to {file}.", file=sys.stderr)  # noqa: T201
    return 0 if saved else 1


def _say_plainly(failure: Failure) -> None:
    words = " ".join(part for part in (failure.summary, failure.cause, failure.hint) if part)
    print(words, file=sys.stderr)  # noqa: T201 - there is no window yet
