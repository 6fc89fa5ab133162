"""A bar above a table that takes one line where there is room, and two where there is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from gui.theme import SPACE
from gui.views.fitted import Fitted
from gui.widgets import ElidedLabel, column, row


class TwoLines(Fitted):
    """Show `first`, `second` and `last` side by side; without room, `second` goes below.

    The very first one is as wide as there is room, between its own limits.
    """

    def __init__(
        self,
        first: Sequence[QWidget],
        second: Sequence[QWidget],
        last: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._first, self._second, self._last = tuple(first), tuple(second), tuple(last)
        self._is_split = False
        self._above = row(*self._first, *self._second, None, *self._last)
        self._below = row()
        if last:
            self._above.setStretch(0, 1)
        self.setLayout(column(self._above, self._below, spacing=0))

    @property
    def is_split(self) -> bool:
        """Return whether it takes two lines now."""
        return self._is_split

    def minimumSizeHint(self) -> QSize:
        """Return the room that the wider one of two lines needs."""
        margins = self.contentsMargins()
        beside = margins.left() + margins.right()
        width = max(_least((*self._first, *self._last)), _least(self._second))
        return QSize(width + beside, super().minimumSizeHint().height())

    def fit(self) -> None:
        """Take as many lines as this width needs."""
        margins = self.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        is_split = room < _least((*self._first, *self._second, *self._last))
        if is_split == self._is_split:
            return
        self._is_split = is_split
        for at, widget in enumerate(self._second):
            if is_split:
                self._above.removeWidget(widget)
                self._below.insertWidget(at, widget)
            else:
                self._below.removeWidget(widget)
                self._above.insertWidget(len(self._first) + at, widget)
        if is_split:
            self._below.addStretch(1)
            self._below.setContentsMargins(0, SPACE, 0, 0)
        else:
            self._below.takeAt(self._below.count() - 1)
            self._below.setContentsMargins(0, 0, 0, 0)
        self.updateGeometry()


def _least(widgets: Sequence[QWidget]) -> int:
    """Return the least width of `widgets` side by side; what can vanish needs none."""
    widths = [
        max(widget.minimumSizeHint().width(), widget.minimumWidth())
        for widget in widgets
        if not widget.isHidden() and not isinstance(widget, ElidedLabel)
    ]
    return sum(widths) + SPACE * max(0, len(widgets) - 1)
