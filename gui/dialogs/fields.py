"""How a form lays out one question: a title, the field, and a line of words below it."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, IconLabel, button, column, label, row, set_tone

_ICONS = {Tone.DANGER: "error", Tone.WARNING: "warning", Tone.NOTE: "info"}


class FieldMessage(QWidget):
    """Say one thing about the field above it, with at most one thing to press; empty at first.

    `acted` comes when the offer is pressed.
    """

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = ""
        self.hide()

    @cached_property
    def _text(self) -> QLabel:
        return label("", TextRole.SMALL, Tone.MUTED, wrap=True)

    @cached_property
    def _offer(self) -> QPushButton:
        made = button("", ButtonKind.LINK)
        made.clicked.connect(self.acted)
        return made

    @cached_property
    def _icon(self) -> IconLabel:
        """Return the icon; most messages are never said, so all is made for the first one."""
        made = IconLabel("info", Tone.NOTE, SPACE * 2)
        texts = column(self._text, row(self._offer, None), spacing=0.25)
        inner = row(made, texts, spacing=0.75)
        inner.setAlignment(made, Qt.AlignmentFlag.AlignTop)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        return made

    def clear(self) -> None:
        """Say nothing, and take no room."""
        self._said = ""
        self.hide()

    def say(self, text: str, tone: Tone = Tone.MUTED, offer: str = "") -> None:
        """Show `text`, and `offer` as something to press when it is not empty."""
        if not text:
            self.clear()
            return
        self._said = text
        icon = _ICONS.get(tone)
        self._icon.setVisible(icon is not None)
        if icon is not None:
            self._icon.show_icon(icon, tone)
        self._text.setText(text)
        set_tone(self._text, tone)
        self._offer.setText(offer)
        self._offer.setVisible(bool(offer))
        self.show()

    def text(self) -> str:
        """Return what it says."""
        return self._said

    def offer(self) -> str:
        """Return what can be pressed, "" for nothing."""
        is_there = bool(self._said) and self._offer.isVisibleTo(self)
        return self._offer.text() if is_there else ""

    def take_offer(self) -> None:
        """Press the offer, as the user would."""
        self._offer.click()


def question(
    title: str, *fields: QWidget, buddy: QWidget | None = None, aside: QLabel | None = None
) -> QVBoxLayout:
    """Return `fields` under their `title`, whose mnemonic leads to `buddy`, or to the first.

    What `aside` says stands beside the title, so that nothing moves when it comes and goes.
    """
    target = buddy or fields[0]
    name = label(title, TextRole.STRONG)
    name.setBuddy(target)
    head = name if aside is None else row(name, None, aside)
    if not target.accessibleName():
        target.setAccessibleName(title.replace("&", ""))
    return column(head, *fields, spacing=0.5)
