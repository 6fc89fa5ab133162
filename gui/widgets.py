"""Small building blocks that every view and dialog is put together from.

They set properties (`role`, `tone`, `kind`, `panel`) that the style sheet knows; nothing here sets
a colour or a font of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.theme import SPACE, TextRole, Tone, theme

Item = QWidget | QLayout | None
L = TypeVar("L", bound=QBoxLayout)

_ICON = 16
_COPIED_FOR_MS = 1500
_SPIN_MS = 80
_SPIN_DEGREES = 30
_OTHER_LETTERS = (QEvent.Type.FontChange, QEvent.Type.StyleChange)


class ButtonKind(StrEnum):
    """Say how loud a button is; a window has one primary button at most."""

    PLAIN = "plain"
    PRIMARY = "primary"
    QUIET = "quiet"
    LINK = "link"
    DANGER = "danger"


def label(
    text: str = "",
    role: TextRole = TextRole.BODY,
    tone: Tone = Tone.TEXT,
    *,
    wrap: bool = False,
    selectable: bool = False,
) -> QLabel:
    """Return a plain-text label; `wrap` breaks lines, `selectable` lets mouse and keyboard copy."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role.value)
    made.setProperty("tone", tone.value)
    if role is TextRole.MONO:
        made.setFont(theme().font(TextRole.MONO))
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def set_tone(target: QLabel, tone: Tone) -> None:
    """Give a label made by `label` another tone."""
    set_style_property(target, "tone", tone.value)


def set_style_property(target: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and make it look again."""
    if target.property(name) == value:
        return
    target.setProperty(name, value)
    target.style().unpolish(target)
    target.style().polish(target)


def column(*items: Item, spacing: float = 1, margins: float = 0) -> QVBoxLayout:
    """Return `items` below each other; distances in units of `SPACE`; None is a stretch."""
    return _filled(QVBoxLayout(), items, spacing, margins)


def row(*items: Item, spacing: float = 1, margins: float = 0) -> QHBoxLayout:
    """Return `items` beside each other; distances in units of `SPACE`; None is a stretch."""
    return _filled(QHBoxLayout(), items, spacing, margins)


def button(
    text: str, kind: ButtonKind = ButtonKind.PLAIN, icon: str = "", parent: QWidget | None = None
) -> QPushButton:
    """Return a push button with words; `icon` names a line icon that follows the theme."""
    made = QPushButton(text, parent)
    made.setProperty("kind", kind.value)
    made.setAutoDefault(False)
    if kind is ButtonKind.LINK:
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon:
        loud = kind in (ButtonKind.PRIMARY, ButtonKind.DANGER)
        keep_icon(made, icon, Tone.ON_ACCENT if loud else Tone.TEXT)
    return made


def icon_button(icon: str, name: str, parent: QWidget | None = None) -> QToolButton:
    """Return a button without words; `name` is its tooltip and what screen readers say."""
    made = QToolButton(parent)
    made.setProperty("kind", "icon")
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setAutoRaise(True)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    keep_icon(made, icon, Tone.MUTED)
    return made


def keep_icon(target: QPushButton | QToolButton, name: str, tone: Tone = Tone.TEXT) -> KeptIcon:
    """Give `target` the line icon `name`, also after a change of theme; once for each button."""
    return KeptIcon(target, name, tone)


class KeptIcon(QObject):
    """Give a button or an action its line icon, now and after each change of theme.

    It lives, and ends, with its target.
    """

    def __init__(self, target: QPushButton | QToolButton | QAction, name: str, tone: Tone) -> None:
        super().__init__(target)
        self._target, self._name, self._tone = target, name, tone
        if not isinstance(target, QAction):
            target.setIconSize(QSize(_ICON, _ICON))
        self._dress()
        theme().changed.connect(self._dress)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Show another icon from now on."""
        self._name, self._tone = name, tone
        self._dress()

    def _dress(self) -> None:
        self._target.setIcon(theme().icon(self._name, self._tone))


class SearchBox(QLineEdit):
    """Offer a line to type into that finds as one types; `name` is its hint and its name.

    Escape empties it; in an empty one it means what it means around it.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        icon = QAction(self)
        KeptIcon(icon, "search", Tone.MUTED)
        self.addAction(icon, QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty the line with Escape."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


def line() -> QFrame:
    """Return a thin horizontal line."""
    made = QFrame()
    made.setProperty("line", "true")
    made.setFixedHeight(1)
    return made


def copy_text(text: str) -> None:
    """Put `text` on the clipboard."""
    QGuiApplication.clipboard().setText(text)


class CopyButton(QToolButton):
    """Copy what `text` returns when pressed, and say so for a moment."""

    def __init__(
        self, text: Callable[[], str], name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._name = name or self.tr("Copy")
        self.setProperty("kind", "icon")
        self.setToolTip(self._name)
        self.setAccessibleName(self._name)
        self._icon = KeptIcon(self, "copy", Tone.MUTED)
        self._timer = QTimer(self, singleShot=True, interval=_COPIED_FOR_MS)
        self._timer.timeout.connect(self._rest)
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        copy_text(self._text())
        self._icon.show_icon("check", Tone.SUCCESS)
        self.setToolTip(self.tr("Copied"))
        self._timer.start()

    def _rest(self) -> None:
        self._icon.show_icon("copy", Tone.MUTED)
        self.setToolTip(self._name)


class IconLabel(QLabel):
    """Show a line icon that follows the theme; words that say the same stand beside it."""

    def __init__(
        self, name: str, tone: Tone = Tone.TEXT, size: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)
        theme().changed.connect(self.update)

    def show_icon(self, name: str, tone: Tone) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon at the screen's own resolution."""
        painter = QPainter(self)
        pixmap = theme().pixmap(self._name, self._size, self.devicePixelRatioF(), self._tone)
        painter.drawPixmap(0, 0, pixmap)
        painter.end()


class Spinner(QWidget):
    """Turn slowly while something is under way; it stands still, and costs nothing, when hidden."""

    def __init__(self, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size, self._angle = size, 0
        self.setFixedSize(size, size)
        self.setAccessibleName(self.tr("Working"))
        self._timer = QTimer(self, interval=_SPIN_MS)
        self._timer.timeout.connect(self._turn)

    def _turn(self) -> None:
        self._angle = (self._angle + _SPIN_DEGREES) % 360
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Start turning."""
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop turning."""
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring at its present angle."""
        painter = QPainter(self)
        paint_spinner(painter, QRectF(0, 0, self._size, self._size), self._angle)
        painter.end()


def paint_spinner(painter: QPainter, rect: QRectF, angle: float) -> None:
    """Paint the ring of a spinner into `rect`, turned clockwise by `angle` degrees."""
    ratio = painter.device().devicePixelRatio()
    pixmap = theme().pixmap("spinner", round(rect.width()), ratio, Tone.ACCENT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(rect.center())
    painter.rotate(angle)
    painter.drawPixmap(round(-rect.width() / 2), round(-rect.height() / 2), pixmap)
    painter.restore()


class ElidedLabel(QLabel):
    """Show one line, shortened with an ellipsis where the room ends; the tooltip has it whole.

    One that is `whole_only` says nothing rather than a part. The tooltip also has its `more`.
    """

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        tone: Tone = Tone.TEXT,
        where: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
        *,
        whole_only: bool = False,
    ) -> None:
        super().__init__(parent)
        self._is_whole_only = whole_only
        self._whole = text
        self._where = where
        self._more = ""
        self._hint: QSize | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setProperty("tone", tone.value)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.set_whole(text)

    def set_whole(self, text: str, more: str = "") -> None:
        """Show `text`, and have the tooltip say `more`."""
        self._whole, self._more = text, more
        self._hint = None
        self.setAccessibleName(text)
        self.updateGeometry()
        parent = self.parentWidget() if self._is_whole_only else None
        if parent is not None and (layout := parent.layout()) is not None:
            layout.activate()  # it has no room yet, and would be empty for a moment
        self._elide()

    def whole(self) -> str:
        """Return the text without the ellipsis."""
        return self._whole

    def sizeHint(self) -> QSize:
        """Return the room that the whole text would take."""
        if self._hint is None:
            flat = self._whole.replace("\n", " ")
            width = QFontMetrics(self.font()).horizontalAdvance(flat) + 2
            self._hint = QSize(width, super().sizeHint().height())
        return self._hint

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: it can always be shortened."""
        return QSize(SPACE * 3, super().minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:
        """Shorten to the room that there is by now."""
        super().showEvent(event)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Shorten anew in another font."""
        super().changeEvent(event)
        if event.type() in _OTHER_LETTERS:
            self._hint = None
            # what is being built is dressed again and again
            if self.isVisible():
                self._elide()

    def _elide(self) -> None:
        flat = self._whole.replace("\n", " ")
        shown = self.fontMetrics().elidedText(flat, self._where, self.width())
        if self._is_whole_only and shown != flat:
            shown = ""
        if shown != self.text():
            self.setText(shown)
            self.updateGeometry()
        parts = (self._whole if shown != flat else "", self._more)
        tip = "\n".join(part for part in parts if part)
        if tip != self.toolTip():
            self.setToolTip(tip)


def _filled(layout: L, items: tuple[Item, ...], spacing: float, margins: float) -> L:
    layout.setSpacing(round(spacing * SPACE))
    edge = round(margins * SPACE)
    layout.setContentsMargins(edge, edge, edge, edge)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout
