"""A program like a file manager: one window, out of which the file it was given can be dragged."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE = "drag source"
SIDE = 120


class Source(QLabel):
    """Show a file; a drag begins as soon as the mouse moves with its button held."""

    def __init__(self, path: str) -> None:
        super().__init__("drag me")
        self._path = path
        self.setWindowTitle(TITLE)
        self.setWindowFlags(
            Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.BypassWindowManagerHint
        )
        self.setGeometry(0, 0, SIDE, SIDE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the file."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag = QDrag(self)
        drag.setMimeData(data)
        action = drag.exec(Qt.DropAction.CopyAction)
        sys.stdout.write(f"{action.name}\n")
        sys.stdout.flush()


def main() -> None:
    """Show the window until the process is ended."""
    app = QApplication(sys.argv[:1])
    source = Source(sys.argv[1])
    source.show()
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
