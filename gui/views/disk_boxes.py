"""One part of the disk's picture: a box as large as what it stands for."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.formats import format_bytes
from gui.models.disk_tree import DiskNode, SpaceRole
from gui.presenting.disk import item_tip
from gui.theme import SPACE, TextRole, Tone, theme

HEAD: Final = SPACE * 3  # the least height of a group's title
_ROUND: Final = 4.0
_PAD: Final = SPACE - 2
_WORTH_WORDS: Final = SPACE * 4


def head_height() -> int:
    """Return how high the title of a group is in the font in force."""
    return max(HEAD, QFontMetrics(theme().font(TextRole.SMALL)).height() + SPACE)


def space_colors(role: SpaceRole) -> tuple[QColor, QColor]:
    """Return the background and the text colour of `role` in the look in force."""
    tokens = theme().tokens
    back = str(getattr(tokens, f"space_{role}"))
    return QColor(back), QColor(str(getattr(tokens, f"space_{role}_text")))


class DiskBox(QAbstractButton):
    """Show one node; a group shows its title, and its parts lie over it.

    `pointed` comes when mouse or keyboard came to it. Arrows and Backspace are left to the
    picture that it lies in.
    """

    pointed = Signal(object)

    def __init__(self, node: DiskNode, parent: QWidget) -> None:
        super().__init__(parent)
        self.node = node
        self.is_group = False
        self.is_tied = False
        self.setMouseTracking(True)
        self.show_node(node, is_group=False, is_tied=False)

    def show_node(self, node: DiskNode, *, is_group: bool, is_tied: bool) -> None:
        """Show `node`; `is_tied` outlines it as used by the environment that is chosen."""
        self.node, self.is_group, self.is_tied = node, is_group, is_tied
        size = format_bytes(node.size)
        self.setAccessibleName(f"{node.title}, {size}")
        self.setAccessibleDescription(self._hint())
        about = (f"{node.title} · {size}", node.tip, self._hint())
        tip = "\n".join(part for part in about if part)
        self.setToolTip(tip if node.thing is None else item_tip(node.thing))
        opens = node.can_open or node.thing is not None or node.prefix is not None or node.part
        shape = Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def sizeHint(self) -> QSize:
        """Return next to nothing: the picture gives it its place."""
        return QSize(SPACE, SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, and as much of its words as fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_group:
            self._paint_group(painter)
        else:
            self._paint_leaf(painter)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press with Enter, too; leave other keys to the picture."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.click()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the keyboard is here."""
        super().focusInEvent(event)
        self.pointed.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell that the mouse is here."""
        super().enterEvent(event)
        self.pointed.emit(self)

    def _hint(self) -> str:
        node = self.node
        if node.prefix is not None:
            if self.is_tied:
                return self.tr("Press again to see its packages.")
            return self.tr("Press to outline what it shares with the caches.")
        if node.can_open:
            return self.tr("Press to look inside.")
        is_listed = node.thing is not None or bool(node.part)
        return self.tr("Press to find it in the table.") if is_listed else ""

    def _paint_group(self, painter: QPainter) -> None:
        tokens = theme().tokens
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._outline(QColor(tokens.line)))
        painter.setBrush(QColor(tokens.hover if self.underMouse() else tokens.raised))
        painter.drawRoundedRect(room, _ROUND + 2, _ROUND + 2)
        head = QRect(_PAD + 2, 0, self.width() - 2 * _PAD - 2, head_height())
        muted = theme().color(Tone.MUTED)
        self._paint_line(painter, head, QColor(tokens.text), muted, is_strong=True)

    def _paint_leaf(self, painter: QPainter) -> None:
        back, front = space_colors(self.node.role)
        if self.underMouse():
            back = back.lighter(106) if back.lightness() < 128 else back.darker(104)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._outline(back))
        painter.setBrush(back)
        painter.drawRoundedRect(room, _ROUND, _ROUND)
        words = self.rect().adjusted(_PAD, _PAD - 2, -_PAD, -_PAD + 2)
        line = QFontMetrics(theme().font(TextRole.SMALL)).height()
        if words.width() < _WORTH_WORDS or words.height() < line:
            return
        if words.height() < 2 * line:
            words.setTop(words.top() + (words.height() - line) // 2)
            words.setHeight(line)
            self._paint_line(painter, words, front, front, is_strong=False)
            return
        painter.setFont(theme().font(TextRole.SMALL))
        painter.setPen(front)
        metrics = painter.fontMetrics()
        at = words.top() + metrics.ascent()
        for text in (self.node.title, format_bytes(self.node.size)):
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words.left(), at, shown)
            at += line

    def _paint_line(
        self, painter: QPainter, room: QRect, front: QColor, faint: QColor, *, is_strong: bool
    ) -> None:
        """Write title and size beside each other; the size goes where there is no room for it."""
        font = theme().font(TextRole.SMALL)
        if is_strong:
            font = type(font)(font)
            font.setWeight(theme().font(TextRole.STRONG).weight())
        painter.setFont(font)
        metrics = painter.fontMetrics()
        size = format_bytes(self.node.size)
        wide = metrics.horizontalAdvance(size)
        left = room.width()
        if left - wide - SPACE * 2 > min(metrics.horizontalAdvance(self.node.title), SPACE * 8):
            painter.setPen(faint)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, size
            )
            left -= wide + SPACE
        painter.setPen(front)
        shown = metrics.elidedText(self.node.title, Qt.TextElideMode.ElideRight, left)
        place = QRect(room.left(), room.top(), left, room.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _outline(self, usual: QColor) -> QPen:
        tokens = theme().tokens
        if self.hasFocus():
            return QPen(QColor(tokens.text), 2)
        if self.is_tied:
            return QPen(QColor(tokens.link), 2)
        return QPen(usual, 1)
