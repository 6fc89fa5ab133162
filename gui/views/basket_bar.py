"""The bar below the packages: what was put into the basket, and what to do with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from gui.dialogs.fitting import scrolled
from gui.models.basket import Basket, Wish, WishKind
from gui.panels import Disclosure
from gui.presenting.wishes import wish_sentence
from gui.theme import SPACE, Tone
from gui.widgets import (
    ButtonKind,
    ElidedLabel,
    IconLabel,
    button,
    column,
    icon_button,
    line,
    row,
)

_ROW: Final = SPACE * 4
_MOST_ROWS: Final = 5
_ICONS: Final[dict[WishKind, tuple[str, Tone]]] = {
    WishKind.ADD: ("plus", Tone.SUCCESS),
    WishKind.SWITCH: ("arrow-up", Tone.ACCENT),
    WishKind.UPDATE: ("arrow-up", Tone.ACCENT),
    WishKind.UPDATE_ALL: ("arrow-up", Tone.ACCENT),
    WishKind.REMOVE: ("close", Tone.DANGER),
}


class WishRow(QWidget):
    """Show one wish in a line; `dropped` when it is taken out."""

    dropped = Signal(object)

    def __init__(self, wish: Wish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wish = wish
        words = wish_sentence(wish)
        icon, tone = _ICONS[wish.kind]
        self.drop = icon_button("close", self.tr("Take out: {change}").format(change=words))
        self.drop.clicked.connect(lambda: self.dropped.emit(wish))
        inner = row(IconLabel(icon, tone), ElidedLabel(words), self.drop)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.setFixedHeight(_ROW)


class BasketBar(QFrame):
    """Say how many changes wait; hidden while there are none.

    `dropped` carries a wish that is taken out again; `left` comes when it goes while it has the
    focus.
    """

    dropped = Signal(object)
    left = Signal()
    discarded = Signal()
    reviewed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Basket"))
        self._shown: list[WishRow] = []
        self._rows = column(spacing=0)
        inner = QWidget()
        inner.setLayout(self._rows)
        self._list: QScrollArea = scrolled(inner)
        self.disclosure = Disclosure(self.tr("%n change(s) in the basket", None, 0), QWidget())
        self.disclosure.toggled.connect(self._list.setVisible)
        self._list.hide()
        self.discard = button(self.tr("D&iscard"))
        self.review = button(self.tr("Re&view…"), ButtonKind.PRIMARY)
        self.discard.setToolTip(self.tr("Take all changes out of the basket"))
        self.review.setToolTip(
            self.tr("See what these changes bring along, before anything is done")
        )
        self.discard.clicked.connect(self.discarded)
        self.review.clicked.connect(self.reviewed)
        bar = row(self.disclosure, self.discard, self.review)
        bar.setStretch(0, 1)
        body = column(bar, self._list, spacing=0.5)
        body.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        self.setLayout(column(line(), body, spacing=0))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_basket(self, basket: Basket) -> None:
        """Show what is in `basket`."""
        self._hand_on_focus(basket)
        for old in self._shown:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown.clear()
        for wish in basket.wishes:
            made = WishRow(wish)
            made.dropped.connect(self.dropped)
            self._rows.addWidget(made)
            self._shown.append(made)
        self.disclosure.rename(self.tr("%n change(s) in the basket", None, len(basket)))
        self._list.setFixedHeight(min(len(basket), _MOST_ROWS) * _ROW)
        self.setVisible(bool(basket.wishes))

    def rows(self) -> tuple[WishRow, ...]:
        """Return the lines of the list."""
        return tuple(self._shown)

    def _hand_on_focus(self, basket: Basket) -> None:
        """Take the focus off what `basket` makes go: Qt would hand it to the next in the window."""
        focused = self.window().focusWidget()
        if not self.isAncestorOf(focused):
            return
        if not basket.wishes:
            self.left.emit()
        elif self._list.isAncestorOf(focused):
            self.review.setFocus()
