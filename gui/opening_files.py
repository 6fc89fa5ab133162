"""Hear of files that the desktop asks this application to open.

On macOS a file that is opened with an application, or dropped on its icon, comes as an event for
each file, often before there is a window (Qt docs, QFileOpenEvent); on other systems it stands on
the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from gui.dialogs.import_form import FileSource

_TOGETHER_MS: Final = 200  # several files of one choice come one after the other
_BUSY_MS: Final = 500


class Application(QApplication):
    """Tell of each file that the desktop asks to open, which Qt says to the application alone.

    A filter of events would hear of it as well, but is asked about every event of every widget.
    """

    file_asked = Signal(object)

    def event(self, event: QEvent) -> bool:
        """Take the events that ask to open files."""
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            name = event.file() or event.url().toLocalFile()
            if name:
                self.file_asked.emit(Path(name).absolute())
                return True
        return super().event(event)


class FileOpenings(QObject):
    """Collect what is to be opened, and hand it over when the window can take it.

    Files that come together are handed over together; nothing is, while a dialog is open.
    `handed_on` tells, at each try, whether they were taken.
    """

    handed_on = Signal(bool)

    def __init__(self, app: Application) -> None:
        super().__init__(app)
        self._paths: list[Path] = []
        self._take: Callable[[FileSource], object] | None = None
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._hand_over)
        app.file_asked.connect(self._on_file)

    def hand_to(self, take: Callable[[FileSource], object] | None) -> None:
        """Let `take` have what is opened from now on, and what came before; None for nobody."""
        self._take = take
        if self._paths:
            self._pause.start(_TOGETHER_MS)

    def _on_file(self, path: Path) -> None:
        self._paths.append(path)
        self._pause.start(_TOGETHER_MS)

    def _hand_over(self) -> None:
        if self._take is None or not self._paths:
            return
        if QApplication.activeModalWidget() is not None:
            self._pause.start(_BUSY_MS)
            self.handed_on.emit(False)
            return
        from gui.dialogs.import_form import FileSource  # not needed to start

        paths, self._paths = tuple(dict.fromkeys(self._paths)), []
        self._take(FileSource(paths))
        self.handed_on.emit(True)
