"""Make a throw-away world to practise in, while a small window says so."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from engine.codec import decode
from engine.errors import EngineError, ErrorCode
from engine.launching import engine_command
from engine.messages import ErrorDocument
from engine.places import Places, places_below
from engine.workers import WorkerProcess
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import Spinner, column, label, row

_TEXT_WIDTH = SPACE * 46


class PracticeWorld:
    """Hold a practice world in a temporary folder, from `build` to `remove`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="envdesk-practice-"))
        self.places: Places = places_below(self._folder / "world")

    async def build(self) -> None:
        """Build it in a worker process; takes some seconds; raises EngineError.

        Cancelling the caller's task stops the worker.
        """
        root = self.places.home.parent
        worker = WorkerProcess(engine_command("practice", str(root), places=self.places))
        try:
            answer = await worker.read()
        except OSError as error:
            raise _could_not(str(error)) from error
        finally:
            worker.kill()
        if worker.returncode == 0:
            return
        if not answer.strip():
            raise _could_not(worker.errors())
        raise EngineError.from_failure(decode(answer, ErrorDocument).error)

    async def remove(self) -> None:
        """Delete everything in it; what cannot be deleted is left to the system."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


class PracticeSplash(QWidget):
    """Say that a practice world is being prepared; closing it gives up."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        super().__init__()
        self._task = task
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Envdesk")
        title = label(self.tr("Preparing a practice world…"), TextRole.HEADING)
        text = label(
            self.tr(
                "It has channels, packages and environments of its own. Try anything: it is thrown"
                " away when you close the window, and nothing else is touched."
            ),
            tone=Tone.MUTED,
            wrap=True,
        )
        text.setFixedWidth(_TEXT_WIDTH)
        text.ensurePolished()
        text.setFixedHeight(text.heightForWidth(_TEXT_WIDTH))
        words = column(title, text)
        spinner = Spinner(SPACE * 3)
        inner = row(spinner, words, spacing=2, margins=4)
        inner.setAlignment(spinner, Qt.AlignmentFlag.AlignTop)
        self.setLayout(inner)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up."""
        self._task.cancel()
        super().closeEvent(event)


def practice_note() -> str:
    """Return what the main window says about a practice world."""
    return QCoreApplication.translate(
        "Practice",
        "This is a practice world. Try anything: it is thrown away when you close the window.",
    )


def _could_not(detail: str) -> EngineError:
    return EngineError(
        ErrorCode.WORKER_DIED, "The practice world could not be built.", detail=detail
    )
