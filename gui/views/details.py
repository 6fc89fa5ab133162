"""The Details tab: the facts about one environment, each explained and worth copying."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QScrollArea, QStackedWidget, QWidget

from engine.errors import Failure
from engine.records import Detail, DetailKey, Details
from gui.panels import Loading
from gui.texts import detail_sentence, detail_title
from gui.theme import SPACE, TextRole, Tone
from gui.turns import in_turns
from gui.views.failed_state import FailedState
from gui.widgets import CopyButton, button, column, label, line, row

_NAMES_WIDTH = SPACE * 34
_ROWS_AT_ONCE = 3


class DetailsView(QWidget):
    """Show the facts of one environment; `retry_requested` after they could not be read.

    `share_requested` asks for a file about it, for somebody else.
    """

    retry_requested = Signal()
    share_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Details | None = None
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._loading = Loading(self.tr("Looking at this environment…"))
        self._failed = FailedState(self.tr("T&ry again"))
        self._failed.acted.connect(self.retry_requested)
        self._pages = QStackedWidget()
        for page in (self._scroll, self._loading, self._failed):
            self._pages.addWidget(page)
        self.setLayout(column(self._pages))

    def show_details(self, details: Details) -> None:
        """Show `details`."""
        if details != self._shown:
            self._shown = details
            self._build(details.facts)
        self._pages.setCurrentWidget(self._scroll)

    def _build(self, facts: tuple[Detail, ...]) -> None:
        """Fill a page out of sight, a little in each turn of the loop, and show it when whole."""
        page = QWidget(self._scroll.viewport())
        page.hide()
        page.setProperty("panel", "surface")
        grid = _grid(page)
        shown = [fact for fact in facts if fact.values]
        rows = [(at, shown[at : at + _ROWS_AT_ONCE]) for at in range(0, len(shown), _ROWS_AT_ONCE)]
        steps = [partial(_add_rows, grid, at, few) for at, few in rows]
        self.share = button(self.tr("&Share…"), icon="share")
        self.share.clicked.connect(self.share_requested)
        sharing = partial(_add_action, grid, 2 * len(shown), self.share)
        in_turns(page, *steps, sharing, lambda: self._finish(page, grid))

    def _finish(self, page: QWidget, grid: QGridLayout) -> None:
        grid.setRowStretch(grid.rowCount(), 1)
        self._scroll.setWidget(page)
        page.show()

    def show_loading(self) -> None:
        """Show that the facts are on their way."""
        self._pages.setCurrentWidget(self._loading)

    def show_failure(self, failure: Failure) -> None:
        """Show why there is nothing to see, and offer another try."""
        self._failed.tell(failure)
        self._pages.setCurrentWidget(self._failed)

    def values(self) -> dict[DetailKey, tuple[str, ...]]:
        """Return what is shown."""
        facts = self._shown.facts if self._shown is not None else ()
        return {fact.key: fact.values for fact in facts}


def _grid(page: QWidget) -> QGridLayout:
    grid = QGridLayout(page)
    grid.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 3)
    grid.setHorizontalSpacing(SPACE * 3)
    grid.setVerticalSpacing(SPACE * 2)
    grid.setColumnMinimumWidth(0, _NAMES_WIDTH)
    grid.setColumnStretch(1, 1)
    return grid


def _add_rows(grid: QGridLayout, first: int, facts: Sequence[Detail]) -> None:
    for at, fact in enumerate(facts, first):
        title = label(detail_title(fact.key), TextRole.STRONG)
        sentence = label(detail_sentence(fact.key), TextRole.SMALL, Tone.MUTED, wrap=True)
        sentence.setFixedWidth(_NAMES_WIDTH)
        names = column(title, sentence, None, spacing=0.25)
        values = column(*(_value(value, title.text()) for value in fact.values), None, spacing=0)
        grid.addLayout(names, at * 2, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(values, at * 2, 1, Qt.AlignmentFlag.AlignTop)
        if at:
            grid.addWidget(line(), at * 2 - 1, 0, 1, 2)


def _add_action(grid: QGridLayout, at: int, action: QPushButton) -> None:
    title = label(QCoreApplication.translate("DetailsView", "For somebody else"), TextRole.STRONG)
    sentence = label(
        QCoreApplication.translate(
            "DetailsView", "A file from which the same environment can be made elsewhere."
        ),
        TextRole.SMALL,
        Tone.MUTED,
        wrap=True,
    )
    sentence.setFixedWidth(_NAMES_WIDTH)
    names = column(title, sentence, None, spacing=0.25)
    action.setAccessibleDescription(sentence.text())
    if at:
        grid.addWidget(line(), at - 1, 0, 1, 2)
    grid.addLayout(names, at, 0, Qt.AlignmentFlag.AlignTop)
    top_left = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
    grid.addWidget(action, at, 1, top_left)


def _value(value: str, title: str) -> QWidget:
    shown = label(value, wrap=True, selectable=True)
    shown.setAccessibleName(f"{title}: {value}")
    copy = CopyButton(lambda: value)
    copy.setAccessibleName(f"{copy.toolTip()}: {title}")
    holder = QWidget()
    inner = row(shown, copy, spacing=1)
    inner.setStretch(0, 1)
    inner.setAlignment(copy, Qt.AlignmentFlag.AlignTop)
    holder.setLayout(inner)
    return holder
