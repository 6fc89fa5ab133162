"""Larger building blocks: a banner, an empty state, a choice of segments, a disclosure."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from gui.theme import SPACE, TextRole, Tone
from gui.widgets import (
    ButtonKind,
    IconLabel,
    Spinner,
    button,
    column,
    icon_button,
    keep_icon,
    label,
    row,
    set_style_property,
)

_TEXT_WIDTH = SPACE * 52
_LEAST_TEXT = SPACE * 20
_MOST_LINES = 6
_BESIDE = SPACE * 3
_BANNER_ICONS = {
    Tone.NOTE: "info",
    Tone.SUCCESS: "check",
    Tone.WARNING: "warning",
    Tone.DANGER: "warning",
}


class Banner(QFrame):
    """Say one thing in one line across a page; `tone` is note, success, warning or danger.

    `acted` comes when the optional action is pressed, `closed` after the user closed it.
    """

    acted = Signal()
    closed = Signal()

    def __init__(
        self,
        text: str = "",
        tone: Tone = Tone.NOTE,
        *,
        action: str = "",
        closable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = IconLabel(_BANNER_ICONS[tone], tone)
        self._text = label(text, wrap=True)
        self._action = button(action, ButtonKind.LINK)
        if not action:
            self._action.hide()
        self._action.clicked.connect(self.acted)
        self._close = icon_button("close", self.tr("Close this message"))
        if not closable:
            self._close.hide()
        self._close.clicked.connect(self._on_close)
        self._lines: tuple[str, ...] = ()
        self._texts = column(self._text, spacing=0.5)
        inner = row(self._icon, self._texts, self._action, self._close)
        inner.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        inner.setContentsMargins(SPACE + 4, SPACE, SPACE, SPACE)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.setProperty("banner", tone.value)

    @cached_property
    def _list(self) -> tuple[QScrollArea, QLabel]:
        """Return what shows the lines below the text; most banners have none."""
        words, area = label("", wrap=True, selectable=True), QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("What happened"))
        words.setProperty("plain", "true")
        area.setWidget(words)
        area.viewport().setAutoFillBackground(False)
        self._texts.addWidget(area)
        return area, words

    def say(
        self,
        text: str,
        tone: Tone = Tone.NOTE,
        action: str | None = None,
        *,
        lines: tuple[str, ...] = (),
    ) -> None:
        """Show `text` in the colours of `tone`, with another `action` or, for "", without one.

        The `lines` stand below it as a list, which scrolls when it is long.
        """
        self._text.setText(text)
        self._lines = lines
        if lines or "_list" in vars(self):
            area, words = self._list
            words.setText("\n".join(f"•  {one}" for one in lines))
            area.setVisible(bool(lines))
            self._fit_list()
        if action is not None:
            self._action.setText(action)
            self._action.setVisible(bool(action))
        self._icon.show_icon(_BANNER_ICONS[tone], tone)
        set_style_property(self, "banner", tone.value)
        self.show()

    def text(self) -> str:
        """Return what it says, line by line."""
        return "\n".join((self._text.text(), *self._lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the list the height that it needs at this width."""
        super().resizeEvent(event)
        if self._lines:
            self._fit_list()

    def _fit_list(self) -> None:
        area, words = self._list
        beside = self._icon.width() + self._close.sizeHint().width() + SPACE * 5
        high = words.heightForWidth(max(SPACE * 12, self.width() - beside))
        area.setFixedHeight(min(high, words.fontMetrics().lineSpacing() * _MOST_LINES) + 2)

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()


class EmptyState(QWidget):
    """Fill a page that has nothing to show: an icon, a title, a sentence, perhaps one button."""

    acted = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str = "",
        *,
        kind: ButtonKind = ButtonKind.PRIMARY,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = (title, text)
        self._icon, self._kind, self._offer = icon, kind, action

    @cached_property
    def _picture(self) -> IconLabel:
        return IconLabel(self._icon, Tone.MUTED, SPACE * 6)

    @cached_property
    def action(self) -> QPushButton:
        """Return the button, which is hidden where there is nothing to offer."""
        made = button(self._offer, self._kind)
        made.clicked.connect(self.acted)
        if not self._offer:
            made.hide()
        return made

    @cached_property
    def _labels(self) -> tuple[QLabel, QLabel]:
        """Return the title and the sentence; most pages never lack what they show."""
        title, text = self._words
        heading = label(title, TextRole.HEADING, wrap=True)
        sentence = label(text, tone=Tone.MUTED, wrap=True)
        for words in (heading, sentence):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setFixedWidth(self._text_width())
        middle = Qt.AlignmentFlag.AlignHCenter
        inner = column(None, margins=3)
        inner.addWidget(self._picture, alignment=middle)
        inner.addSpacing(SPACE)
        # a layout asks for the height at this width; a widget that is aligned is not asked
        inner.addLayout(row(None, heading, None))
        inner.addLayout(row(None, sentence, None))
        inner.addSpacing(SPACE)
        inner.addWidget(self.action, alignment=middle)
        inner.addStretch(2)
        self.setLayout(inner)
        return heading, sentence

    def minimumSizeHint(self) -> QSize:
        """Return a width that the sentence can be broken to."""
        return QSize(_LEAST_TEXT + 2 * _BESIDE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the sentence to the room that there is."""
        super().resizeEvent(event)
        if self.layout() is not None:
            for words in self._labels:
                words.setFixedWidth(self._text_width())

    def _text_width(self) -> int:
        return max(_LEAST_TEXT, min(_TEXT_WIDTH, self.width() - 2 * _BESIDE))

    def say(self, title: str, text: str) -> None:
        """Show another title and sentence."""
        self._words = (title, text)
        for target, words in zip(self._labels, self._words, strict=True):
            target.setText(words)

    def showEvent(self, event: QShowEvent) -> None:
        """Make what is shown."""
        if self.layout() is None:
            for part in (self._picture, *self._labels):
                part.show()
            self.action.setVisible(bool(self._offer))
            inner = self.layout()
            if inner is not None:
                inner.activate()  # or it is painted once before its parts have their places
        super().showEvent(event)


class Loading(QWidget):
    """Fill a page whose content is on its way."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text or self.tr("One moment...")

    def showEvent(self, event: QShowEvent) -> None:
        """Make what is shown."""
        if self.layout() is None:
            parts = (Spinner(), label(self._text, tone=Tone.MUTED))
            inner = column(None, row(None, *parts, None), None)
            self.setLayout(inner)
            for part in parts:
                part.show()
            inner.activate()  # or its parts keep no place until the window changes its size
        super().showEvent(event)


class Segmented(QFrame):
    """Offer a choice of one among a few, side by side; arrow keys move, `chosen` tells."""

    chosen = Signal(object)

    def __init__(
        self, choices: tuple[tuple[object, str], ...], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "segments")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._values = tuple(value for value, _ in choices)
        buttons: list[QPushButton] = []
        for index, (_, text) in enumerate(choices):
            made = button(text)
            made.setProperty("kind", "segment")
            made.setCheckable(True)
            self._group.addButton(made, index)
            buttons.append(made)
        buttons[0].setChecked(True)
        inner = row(*buttons, spacing=0)
        inner.setContentsMargins(2, 2, 2, 2)
        self.setLayout(inner)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def value(self) -> object:
        """Return the chosen value."""
        return self._values[self._group.checkedId()]

    def choose(self, value: object) -> None:
        """Choose `value` as the user would."""
        index = self._values.index(value)
        if index != self._group.checkedId():
            self._group.button(index).setChecked(True)
            self.chosen.emit(value)

    def show_value(self, value: object) -> None:
        """Show `value` as chosen, without telling."""
        self._group.button(self._values.index(value)).setChecked(True)

    def explain(self, value: object, text: str) -> None:
        """Give a choice a tooltip."""
        self._group.button(self._values.index(value)).setToolTip(text)

    def rename(self, value: object, text: str) -> None:
        """Give a choice other words."""
        self._group.button(self._values.index(value)).setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        index = (self._group.checkedId() + step) % len(self._values)
        self._group.button(index).setFocus()
        self.choose(self._values[index])

    def _on_clicked(self, index: int) -> None:
        self.chosen.emit(self._values[index])


class Disclosure(QWidget):
    """Hide `content` behind a line of words with a small arrow."""

    toggled = Signal(bool)

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._head = button(title, ButtonKind.LINK)
        self._head.setCheckable(True)
        self._head.toggled.connect(self._on_toggled)
        self._arrow = keep_icon(self._head, "chevron-right", Tone.ACCENT)
        content.hide()
        self.setLayout(column(row(self._head, None), content))

    @property
    def is_open(self) -> bool:
        """Return whether the content is shown."""
        return self._head.isChecked()

    def rename(self, title: str) -> None:
        """Give the line other words."""
        self._head.setText(title)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self._head.setChecked(is_open)

    def _on_toggled(self, is_open: bool) -> None:
        self._arrow.show_icon("chevron-down" if is_open else "chevron-right", Tone.ACCENT)
        self._content.setVisible(is_open)
        self.toggled.emit(is_open)
