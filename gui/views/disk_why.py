"""A quiet "why?" beside a figure, and the small page with a drawing that it opens."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from gui.presenting.disk_lessons import (
    Drawing,
    Lesson,
    lesson_drawing,
    lesson_paragraphs,
    lesson_title,
)
from gui.theme import SPACE, TextRole, Tone, theme
from gui.widgets import ButtonKind, button, label, row

_WIDTH: Final = SPACE * 40
_ROW: Final = SPACE * 5
_NAME_SHARE: Final = 0.36
_FILE_SHARE: Final = 0.26


class LessonDrawing(QWidget):
    """Draw names of files and the files that they lead to."""

    def __init__(self, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self.setAccessibleName(drawing.said)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return one row for each name, and two at least."""
        rows = max(2, len(self._drawing.names), len(self._drawing.files))
        return QSize(SPACE * 30, rows * _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint lines first, then names and files over their ends."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font(TextRole.SMALL))
        names = [self._name_room(at) for at in range(len(self._drawing.names))]
        files = [self._file_room(at) for at in range(len(self._drawing.files))]
        for at, name in enumerate(self._drawing.names):
            self._paint_way(painter, names[at], files[name.file], is_struck=name.is_struck)
        for at, name in enumerate(self._drawing.names):
            self._paint_name(painter, names[at], name.words, is_struck=name.is_struck)
        for at, (words, ink) in enumerate(self._drawing.files):
            goes = at in self._drawing.goes
            self._paint_file(painter, files[at], words, ink, goes=goes)
        painter.end()

    def _name_room(self, at: int) -> QRectF:
        return self._room(at, len(self._drawing.names), 1, self.width() * _NAME_SHARE, SPACE * 3.5)

    def _file_room(self, at: int) -> QRectF:
        width = self.width() * _FILE_SHARE
        return self._room(
            at, len(self._drawing.files), self.width() - width - 1, width, SPACE * 4.25
        )

    def _room(self, at: int, count: int, left: float, width: float, height: float) -> QRectF:
        each = self.height() / count
        return QRectF(left, each * at + (each - height) / 2, width, height)

    def _paint_way(self, painter: QPainter, name: QRectF, file: QRectF, *, is_struck: bool) -> None:
        pen = QPen(theme().color(Tone.MUTED), 1.5)
        if is_struck:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        start, end = name.right(), file.left() - 3
        way = QPainterPath()
        way.moveTo(start, name.center().y())
        middle = (start + end) / 2
        way.cubicTo(middle, name.center().y(), middle, file.center().y(), end, file.center().y())
        painter.drawPath(way)
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        for side in (-4, 4):
            painter.drawLine(QPoint(int(end) - 5, int(file.center().y()) + side), _tip(end, file))

    def _paint_name(self, painter: QPainter, room: QRectF, words: str, *, is_struck: bool) -> None:
        tokens = theme().tokens
        painter.setPen(QColor(tokens.line))
        painter.setBrush(QColor(tokens.hover))
        painter.drawRoundedRect(room, 5, 5)
        painter.drawPixmap(
            int(room.left()) + SPACE,
            int(room.center().y()) - SPACE,
            theme().pixmap("folder", SPACE * 2, painter.device().devicePixelRatio(), Tone.MUTED),
        )
        inner = room.adjusted(SPACE * 3.75, 0, -SPACE / 2, 0)
        font = type(painter.font())(theme().font(TextRole.SMALL))
        font.setStrikeOut(is_struck)
        painter.setFont(font)
        painter.setPen(theme().color(Tone.MUTED if is_struck else Tone.TEXT))
        shown = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(inner.width())
        )
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, shown)
        font.setStrikeOut(False)
        painter.setFont(font)

    def _paint_file(
        self, painter: QPainter, room: QRectF, words: str, ink: str, *, goes: bool
    ) -> None:
        tokens = theme().tokens
        back = QColor(str(getattr(tokens, f"space_{ink}")))
        front = QColor(str(getattr(tokens, f"space_{ink}_text")))
        pen = QPen(front, 1)
        if goes:
            pen.setStyle(Qt.PenStyle.DashLine)
            back.setAlphaF(0.45)
            front = QColor(tokens.text)
        painter.setPen(pen)
        painter.setBrush(back)
        painter.drawRoundedRect(room, 4, 4)
        painter.setPen(front)
        shown = painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(room.width()) - SPACE
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)


def _tip(end: float, file: QRectF) -> QPoint:
    return QPoint(int(end), int(file.center().y()))


class WhyPopover(QFrame):
    """Explain one thing beside what was asked about; a click elsewhere or Escape closes it."""

    def __init__(self, lesson: Lesson, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "raised")
        self.setAccessibleName(lesson_title(lesson))
        self.lesson = lesson
        body = QVBoxLayout(self)
        edge = SPACE * 2
        body.setContentsMargins(edge, edge, edge, edge)
        body.setSpacing(SPACE + 4)
        body.addWidget(label(lesson_title(lesson), TextRole.HEADING, wrap=True))
        body.addWidget(LessonDrawing(lesson_drawing(lesson)))
        for paragraph in lesson_paragraphs(lesson):
            body.addWidget(label(paragraph, wrap=True))
        done = button(self.tr("Close"), ButtonKind.QUIET)
        done.clicked.connect(self.close)
        body.addLayout(row(None, done))
        done.setFocus()
        self._fit()

    def open_below(self, anchor: QWidget) -> None:
        """Open below `anchor`, or above it where the screen ends, and inside the screen."""
        screen = anchor.screen().availableGeometry()
        below = anchor.mapToGlobal(QPoint(0, anchor.height() + SPACE // 2))
        x = min(max(screen.left(), below.x()), screen.right() - self.width())
        y = below.y()
        if y + self.height() > screen.bottom():
            y = anchor.mapToGlobal(QPoint(0, 0)).y() - self.height() - SPACE // 2
        self.move(x, max(screen.top(), y))
        self.show()

    def _fit(self) -> None:
        self.ensurePolished()
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedSize(_WIDTH, layout.totalHeightForWidth(_WIDTH))


class WhyButton(QWidget):
    """Offer the explanation of one figure as a short link."""

    def __init__(self, lesson: Lesson, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesson = lesson
        self.link = button(self.tr("why?"), ButtonKind.LINK)
        self.link.setAccessibleName(lesson_title(lesson))
        self.link.setToolTip(lesson_title(lesson))
        self.link.setProperty("size", "small")
        self.link.clicked.connect(self.explain)
        self.setLayout(row(self.link))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self.link)

    def explain(self) -> WhyPopover:
        """Open the explanation, and return it."""
        popover = WhyPopover(self.lesson, self)
        popover.open_below(self.link)
        return popover
