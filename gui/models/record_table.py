"""One generic table model: columns are data, rows are values, sorting and filtering in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.theme import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

RECORD_ROLE: Final = Qt.ItemDataRole.UserRole

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Chip:
    """Describe a small coloured label in a cell: its words and the token pair it is drawn in."""

    text: str
    tokens: str


def _no_icon(_: object) -> tuple[str, Tone] | None:
    return None


def _no_chip(_: object) -> Chip | None:
    return None


def _no_tint(_: object) -> Tone | None:
    return None


def _no_tip(_: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """Describe one column by what it shows of a record; `title` is called when it is shown.

    `sort_key` returns anything that compares; `width` is in pixels at first; `chip` draws the
    cell as a coloured label in place of its text; a column not `shown` waits in the chooser,
    and one that `gives_way` stays away where there is no room for it. `narrow` is the width of one
    that can do with less, where even that leaves too little. `tint` is the tone of a cell that
    differs from the column's `tone`.
    """

    key: str
    title: Callable[[], str]
    text: Callable[[R], str]
    sort_key: Callable[[R], Any]
    width: int = 120
    tone: Tone = Tone.TEXT
    is_number: bool = False
    is_shown: bool = True
    gives_way: bool = False
    narrow: int = 0
    icon: Callable[[R], tuple[str, Tone] | None] = _no_icon
    chip: Callable[[R], Chip | None] = _no_chip
    tint: Callable[[R], Tone | None] = _no_tint
    tip: Callable[[R], str] = _no_tip


@dataclass(frozen=True, slots=True)
class Look:
    """Say how a row differs from the others: struck out, in italics, or in the colour of `tone`."""

    strikes: bool = False
    leans: bool = False
    tone: Tone | None = None


PLAIN: Final = Look()


class RecordTableModel(QAbstractTableModel, Generic[R]):
    """Show records in a table; `key` tells one from another across resets.

    The first column decides between records that another column holds equal.
    """

    def __init__(
        self,
        columns: tuple[Column[R], ...],
        key: Callable[[R], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self._key = key
        self._records: tuple[R, ...] = ()
        self._top: tuple[R, ...] = ()
        self._top_count = 0
        self._ordered: list[R] = []
        self._rows: list[R] = []
        self._positions: dict[str, int] | None = None
        self._accepts: Callable[[R], bool] | None = None
        self._sort_column = 0
        self._order = Qt.SortOrder.AscendingOrder

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """Return the columns."""
        return self._columns

    @property
    def records(self) -> tuple[R, ...]:
        """Return all records, in the order they were given, filtered or not."""
        return self._records

    @property
    def sorting(self) -> tuple[int, Qt.SortOrder]:
        """Return the column and the order in force."""
        return self._sort_column, self._order

    def set_records(self, records: Sequence[R]) -> None:
        """Show `records`; rows that stay where they are, and only changed, are told as such."""
        self._records = tuple(records)
        ordered = self._sorted()
        rows = self._filtered(ordered)
        same = [self._key(record) for record in rows] == [self._key(row) for row in self._rows]
        if not same:
            self._replace(ordered, rows)
            return
        changed = [index for index, row in enumerate(rows) if row != self._rows[index]]
        self._ordered, self._rows = ordered, rows
        if changed:
            last = len(self._columns) - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def set_top(self, records: Sequence[R]) -> None:
        """Show `records` above all others, whatever the order."""
        top = tuple(records)
        if top != self._top:
            self._top = top
            self._replace(self._ordered, self._filtered(self._ordered))

    @property
    def top_count(self) -> int:
        """Return how many rows stand above all others."""
        return self._top_count

    def look_of(self, record: R) -> Look:
        """Return how the row of `record` is drawn."""
        del record
        return PLAIN

    def set_filter(self, accepts: Callable[[R], bool] | None) -> None:
        """Show only the records that `accepts` takes; all when it is None."""
        self._accepts = accepts
        rows = self._filtered(self._ordered)
        if rows != self._rows:
            self._replace(self._ordered, rows)

    def record_at(self, row: int) -> R:
        """Return the record shown in `row`."""
        return self._rows[row]

    def key_at(self, row: int) -> str:
        """Return the key of the record shown in `row`."""
        return self._key(self._rows[row])

    def row_of(self, key: str) -> int:
        """Return the row that shows the record with `key`, or -1."""
        if self._positions is None:
            self._positions = {self._key(row): at for at, row in enumerate(self._rows)}
        return self._positions.get(key, -1)

    def column_of(self, key: str) -> int:
        """Return the column with `key`, or -1."""
        return next((at for at, column in enumerate(self._columns) if column.key == key), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many records are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        record = self._rows[index.row()]
        column = self._columns[index.column()]
        return self._cell(record, column, role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._columns[section].is_number else _LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by `column`; a column that is not there changes nothing."""
        if not 0 <= column < len(self._columns) or (column, order) == self.sorting:
            return
        self._sort_column, self._order = column, order
        ordered = self._sorted()
        self._replace(ordered, self._filtered(ordered))

    def _cell(self, record: R, column: Column[R], role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(record)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return column.tip(record) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.is_number else _LEFT
            case _:
                return record if role == RECORD_ROLE else None

    def _sorted(self) -> list[R]:
        first = self._columns[0]
        ordered = sorted(self._records, key=first.sort_key)
        chosen = self._columns[self._sort_column]
        descending = self._order is Qt.SortOrder.DescendingOrder
        if chosen is not first or descending:
            ordered.sort(key=chosen.sort_key, reverse=descending)
        return ordered

    def _filtered(self, ordered: list[R]) -> list[R]:
        accepts = self._accepts
        if accepts is None:
            self._top_count = len(self._top)
            return [*self._top, *ordered]
        top = [row for row in self._top if accepts(row)]
        self._top_count = len(top)
        return [*top, *(row for row in ordered if accepts(row))]

    def _replace(self, ordered: list[R], rows: list[R]) -> None:
        self.beginResetModel()
        self._ordered, self._rows = ordered, rows
        self._positions = None
        self.endResetModel()
