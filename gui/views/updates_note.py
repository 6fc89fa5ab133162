"""The line above the packages that says how looking for updates goes, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gui.theme import SPACE, Tone
from gui.widgets import (
    ButtonKind,
    IconLabel,
    Spinner,
    button,
    column,
    icon_button,
    label,
    row,
    set_style_property,
)

_SAID_FOR_MS = 10_000


class UpdatesNote(QFrame):
    """Say one thing about updates; hidden while there is nothing to say.

    `stopped` comes when looking shall end, `retried` when it shall begin anew, `shown` when the
    packages that can be updated shall be shown.
    """

    stopped = Signal()
    retried = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spinner = Spinner()
        self._icon = IconLabel("info", Tone.NOTE)
        self._text = label("", wrap=True)
        self.stop = button(self.tr("Stop"), ButtonKind.LINK)
        self.again = button(self.tr("Try again"), ButtonKind.LINK)
        self.show_them = button(self.tr("Show them"), ButtonKind.LINK)
        self.close_it = icon_button("close", self.tr("Close this message"))
        self.stop.clicked.connect(self.stopped)
        self.again.clicked.connect(self.retried)
        self.show_them.clicked.connect(self.shown)
        self.close_it.clicked.connect(self.hush)
        ways = (self.stop, self.again, self.show_them, self.close_it)
        box = QFrame()
        self._box = box
        inner = row(self._spinner, self._icon, self._text, *ways)
        inner.setStretch(2, 1)
        inner.setContentsMargins(SPACE + 4, SPACE // 2, SPACE, SPACE // 2)
        box.setLayout(inner)
        outer = column(box)
        outer.setContentsMargins(SPACE * 3, 0, SPACE * 3, SPACE)
        self.setLayout(outer)
        self._hush = QTimer(self, singleShot=True, interval=_SAID_FOR_MS)
        self._hush.timeout.connect(self.hush)
        self.hide()

    def text(self) -> str:
        """Return what is said, "" for nothing."""
        return "" if self.isHidden() else self._text.text()

    def say_busy(self) -> None:
        """Say that updates are looked for."""
        self._say(self.tr("Looking for updates…"), Tone.NOTE, is_busy=True)

    def say(self, text: str, *, has_some: bool = False) -> None:
        """Say for some seconds what was found; `has_some` offers to show that."""
        self._say(text, Tone.NOTE, has_some=has_some)
        self._hush.start()

    def say_trouble(self, text: str) -> None:
        """Say what did not work, and offer another try."""
        self._say(text, Tone.WARNING, can_retry=True)

    def hush(self) -> None:
        """Say nothing."""
        self._hush.stop()
        self.hide()

    def _say(
        self,
        text: str,
        tone: Tone,
        *,
        is_busy: bool = False,
        can_retry: bool = False,
        has_some: bool = False,
    ) -> None:
        self._hush.stop()
        self._text.setText(text)
        self._icon.show_icon("info" if tone is Tone.NOTE else "warning", tone)
        set_style_property(self._box, "banner", tone.value)
        self._spinner.setVisible(is_busy)
        self._icon.setVisible(not is_busy)
        self.stop.setVisible(is_busy)
        self.again.setVisible(can_retry)
        self.show_them.setVisible(has_some)
        self.close_it.setVisible(not is_busy)
        self.show()
