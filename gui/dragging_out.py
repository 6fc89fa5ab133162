"""Drag an environment out of the list: as a file that says what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QGuiApplication

from engine.files.values import ExportFormat
from gui.operations import Operation
from gui.theme import SPACE, theme
from gui.views.environment_list import EnvironmentList

if TYPE_CHECKING:
    from engine.session import Engine


class DragOut(QObject):
    """Write the file when a drag begins, and hand it over when it is there.

    The file lies in the application's cache, where it stays for programs that read it later.
    """

    def __init__(self, engine: Engine, source: EnvironmentList) -> None:
        super().__init__(source)
        self.engine = engine
        self._source = source
        source.dragged.connect(self.begin)

    def begin(self, prefix: Path) -> None:
        """Begin to drag the environment at `prefix`."""
        Operation(self._source, lambda: self._written(prefix)).then(self._start_soon).run()

    async def _written(self, prefix: Path) -> Path:
        written = await self.engine.export(prefix, ExportFormat.ENVIRONMENT_YAML)
        folder = self.engine.places.cache / "shared" / prefix.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / written.file_name
        await self.engine.save_export(written, path)
        return path

    def _start_soon(self, path: Path) -> None:
        # A drag has an event loop of its own, and must not begin inside of a step of a task.
        QTimer.singleShot(0, self, lambda: self._start(path))

    def _start(self, path: Path) -> None:
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return  # it was let go before the file was there
        drag = QDrag(self._source)
        drag.setMimeData(mime_of(path))
        drag.setPixmap(theme().pixmap("file", SPACE * 4, self._source.devicePixelRatioF()))
        drag.exec(Qt.DropAction.CopyAction)


def mime_of(path: Path) -> QMimeData:
    """Return the file at `path` as a file manager and an editor take it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data
