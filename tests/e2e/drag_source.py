"""A program like a file manager or a browser: one window, out of which something can be dragged.

It is given the path of a file, or of a JSON document that ends in `.drag`: that maps the names of
formats, as a browser offers several, to what they hold.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE = "drag source"
SIDE = 120


class Source(QLabel):
    """Show something; a drag begins as soon as the mouse moves with its button held."""

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
        """Drag the file, or what the document says."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        data = QMimeData()
        if self._path.endswith(".drag"):
            formats: dict[str, str] = json.loads(Path(self._path).read_text(encoding="utf-8"))
            for name, text in formats.items():
                # Firefox writes an address and its title so (MDN, "Recommended drag types").
                encoding = "utf-16-le" if name == "text/x-moz-url" else "utf-8"
                data.setData(name, text.encode(encoding))
        else:
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
