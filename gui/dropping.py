"""Take files and text that are dropped on the window, pasted into it, or chosen in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPlainTextEdit, QWidget

from gui.dialogs.import_form import FileSource
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import IconLabel, column, label

_LONGEST_TEXT: Final = 1 << 20
_WRITTEN: Final = QUrl.ComponentFormattingOption.FullyEncoded
_ARCHIVES: Final = (".zip", ".tar.gz", ".tar.xz")
_DRAGS: Final = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


def source_in(data: QMimeData) -> FileSource | None:
    """Return what is dragged or pasted: files of this computer, else text; None for neither.

    A browser drags text, the address of a file that it has, or links: web addresses are those of
    files, too.
    """
    found = _source_of(data.urls())
    if found is not None or data.urls():
        return found
    text = data.text()
    if not text.strip() or len(text) > _LONGEST_TEXT:
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    urls = [QUrl(line) for line in lines if line.startswith("file:") or " " not in line]
    # An archive among several is a package to build, as a line of a list says it.
    is_list = len(lines) > 1 and any(line.lower().endswith(_ARCHIVES) for line in lines)
    if len(urls) == len(lines) and not is_list and all(map(_is_file, urls)):
        found = _source_of(urls)
    return found or FileSource(text=text)


def _source_of(urls: Iterable[QUrl]) -> FileSource | None:
    """Return the files that `urls` name, None where none of them is that of a file."""
    named = [url for url in urls if _is_file(url)]
    if not named:
        return None
    return FileSource(
        tuple(Path(url.toLocalFile()) for url in named if url.isLocalFile()),
        addresses=tuple(url.toString(_WRITTEN) for url in named if _is_web(url)),
    )


def source_named(words: Sequence[str]) -> FileSource:
    """Return what is named on the command line: files and folders, and web addresses."""
    addresses = [word for word in words if _is_web(QUrl(word))]
    return FileSource(
        tuple(Path(word).absolute() for word in words if word not in addresses),
        addresses=tuple(QUrl(word).toString(_WRITTEN) for word in addresses),
    )


def _is_file(url: QUrl) -> bool:
    return url.isLocalFile() or _is_web(url)


def _is_web(url: QUrl) -> bool:
    return url.isValid() and url.scheme() in ("http", "https") and bool(url.host())


class DropOverlay(QWidget):
    """Cover the window while something that can be taken is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        middle = Qt.AlignmentFlag.AlignHCenter
        words = label(self.tr("Drop it to install what it asks for"), TextRole.TITLE)
        more = label(
            self.tr("Nothing happens before you have seen what would be installed."),
            tone=Tone.MUTED,
        )
        inner = column(None, margins=4)
        inner.addWidget(IconLabel("download", Tone.ACCENT, SPACE * 6), alignment=middle)
        inner.addSpacing(SPACE)
        inner.addWidget(words, alignment=middle)
        inner.addWidget(more, alignment=middle)
        inner.addStretch(1)
        self.setLayout(inner)
        self._under = parent
        self.hide()

    def cover(self) -> None:
        """Cover all of the parent."""
        self.setGeometry(self._under.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a veil, and a frame that says where to drop."""
        from PySide6.QtGui import QColor, QPen

        from gui.theme import theme

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme().tokens.surface)
        veil.setAlpha(235)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(theme().color(Tone.ACCENT), 2, Qt.PenStyle.DashLine))
        inset = SPACE * 2
        painter.drawRoundedRect(self.rect().adjusted(inset, inset, -inset, -inset), 12, 12)
        painter.end()


class FileDrops(QObject):
    """Hear of drags, wherever in `window` they are, and of pasting where nothing is written.

    `take` gets what was dropped or pasted; `expect` is called when that is about to happen. Drags
    that begin in this program are left to those who began them.
    """

    def __init__(
        self,
        window: QWidget,
        take: Callable[[FileSource], object],
        expect: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._take = take
        self._expect = expect
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        for field in window.findChildren(QLineEdit):
            field.setAcceptDrops(False)  # it would take the name of the file for what to find
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer drags over the window."""
        if watched is not self._window:
            return False
        if event.type() == QEvent.Type.DragLeave:
            self.overlay.hide()
            return False
        if event.type() not in _DRAGS or not isinstance(event, QDropEvent):
            return False
        is_ours = bool(event.source())
        source = None if is_ours else source_in(event.mimeData())
        if source is None or QApplication.activeModalWidget() is not None:
            return False
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            if not self.overlay.isVisible():
                self._expect()
            self.overlay.cover()
        else:
            self.overlay.hide()
            self._take(source)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def paste(self) -> None:
        """Take what is in the clipboard, unless the keyboard is in a field that takes it itself."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit | QPlainTextEdit):
            focus.paste()
            return
        source = source_in(QGuiApplication.clipboard().mimeData())
        if source is not None:
            self._take(source)

    def open(self) -> None:
        """Let the user choose files."""
        self._expect()
        tr = self.tr
        dialog = QFileDialog(self._window, tr("Choose files that say what to install"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        known = (
            "*.yml *.yaml *.txt *.toml *.cfg *.lock Pipfile *.conda *.tar.bz2 *.whl *.py *.ipynb"
        )
        dialog.setNameFilters(
            [
                tr("Files that say what to install ({patterns})").format(
                    patterns=f"{known} *.ipynb"
                ),
                tr("All files (*)"),
            ]
        )
        dialog.filesSelected.connect(self._on_files)
        dialog.open()

    def _on_files(self, files: list[str]) -> None:
        if files:
            self._take(FileSource(tuple(map(Path, files))))
