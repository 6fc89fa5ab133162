"""The changes of a plan as a tree of two levels: kinds, and the packages under each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont

from engine.plan import Change, ChangeKind
from gui import formats
from gui.presenting import (
    download_text,
    group_title,
    reason_text,
    source_text,
    version_text,
    whole_reason_text,
)
from gui.theme import SPACE, TextRole, theme

Index = QModelIndex | QPersistentModelIndex

_ORDER: Final = (
    ChangeKind.REMOVE,
    ChangeKind.DOWNGRADE,
    ChangeKind.REPLACE,
    ChangeKind.MEND,
    ChangeKind.UPDATE,
    ChangeKind.ADD,
)
_TOP: Final = 0xFFFF
_ROW_HEIGHT: Final = SPACE * 4
_TO_THE_RIGHT: Final = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)


class ChangeColumn(IntEnum):
    """Name the columns, from left to right."""

    PACKAGE = 0
    VERSION = 1
    SOURCE = 2
    SIZE = 3
    REASON = 4


@dataclass(frozen=True, slots=True)
class _Group:
    kind: ChangeKind
    changes: tuple[Change, ...]


class ChangesModel(QAbstractItemModel):
    """Hold the changes of one plan, filtered and sorted in Python, with one reset each time.

    What takes most care stands first: removed, downgraded, changed source, updated, added. Within
    a kind, what the user chose comes before what it needs.
    """

    ChangeRole: Final = int(Qt.ItemDataRole.UserRole)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: tuple[Change, ...] = ()
        self._groups: tuple[_Group, ...] = ()
        self._mends = False
        self._words = ""
        self._sorting: tuple[int, bool] | None = None
        self._strong = theme().font(TextRole.STRONG)

    def set_changes(self, changes: Sequence[Change], *, mends: bool = False) -> None:
        """Show `changes`, without a filter; `mends` says that they are those of a repair."""
        self._changes = tuple(changes)
        self._mends = mends
        self._words = ""
        self._rebuild()

    def set_filter(self, words: str) -> None:
        """Show only the changes that hold every one of `words` in name, version or source."""
        if words != self._words:
            self._words = words
            self._rebuild()

    def shown_count(self) -> int:
        """Return how many changes pass the filter."""
        return sum(len(group.changes) for group in self._groups)

    def change_at(self, index: Index) -> Change | None:
        """Return the change at `index`, None on the title of a kind."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self._groups[index.internalId()].changes[index.row()]

    @property
    def has_moves(self) -> bool:
        """Return whether a package comes from another source than before."""
        return any(
            change.before is not None
            and change.after is not None
            and change.before.source.name != change.after.source.name
            for change in self._changes
        )

    @property
    def has_downloads(self) -> bool:
        """Return whether the size column tells of downloads, not of the disk."""
        return any(change.after is not None for change in self._changes)

    def _rebuild(self) -> None:
        self.beginResetModel()
        wanted = self._words.casefold().split()
        kept = [change for change in self._changes if _matches(change, wanted)]
        kept.sort(key=_plain_key)
        if self._sorting is not None:
            column, backwards = self._sorting
            kept.sort(key=_sort_keys(self._size_of, self._reason)[column], reverse=backwards)
        groups = (
            _Group(kind, tuple(change for change in kept if change.kind is kind)) for kind in _ORDER
        )
        self._groups = tuple(group for group in groups if group.changes)
        self.endResetModel()

    def _size_of(self, change: Change) -> int:
        if change.after is not None:
            return change.download_bytes or 0
        return (change.before.installed_bytes or 0) if change.before else 0

    def _text(self, change: Change, column: int) -> str:
        match column:
            case ChangeColumn.PACKAGE:
                return change.name
            case ChangeColumn.VERSION:
                return version_text(change)
            case ChangeColumn.SOURCE:
                return source_text(change)
            case ChangeColumn.SIZE:
                return self._size_text(change)
            case _:
                return self._reason(change)

    def whole_reason(self, change: Change) -> str:
        """Return who asked for the package, with everybody who needs it."""
        return whole_reason_text(change, mends=self._mends)

    def _reason(self, change: Change) -> str:
        return reason_text(change, mends=self._mends)

    def _size_text(self, change: Change) -> str:
        if change.after is not None:
            return download_text(change)
        # Among downloads, the size of what goes would look like one more.
        if change.before is None or self.has_downloads:
            return ""
        return formats.format_bytes(change.before.installed_bytes)

    def _change_data(self, change: Change, column: int, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(change, column)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._whole_text(change, column) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _TO_THE_RIGHT if column == ChangeColumn.SIZE else None
            case self.ChangeRole:
                return change
            case _:
                return None

    def _whole_text(self, change: Change, column: int) -> str:
        if column == ChangeColumn.REASON:
            return self.whole_reason(change)
        if column == ChangeColumn.SOURCE and change.after is not None and change.after.source.url:
            return change.after.source.url
        return self._text(change, column)

    def _group_data(self, group: _Group, column: int, role: int) -> object:
        if column != ChangeColumn.PACKAGE:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return group_title(group.kind, len(group.changes))
        if role == Qt.ItemDataRole.FontRole:
            return QFont(self._strong)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(SPACE, _ROW_HEIGHT)
        change = self.change_at(index)
        if change is None:
            return self._group_data(self._groups[index.row()], index.column(), role)
        return self._change_data(change, index.column(), role)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == ChangeColumn.SIZE:
            return _TO_THE_RIGHT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        size = self.tr("Download") if self.has_downloads else self.tr("Size")
        return {
            ChangeColumn.PACKAGE: self.tr("Package"),
            ChangeColumn.VERSION: self.tr("Version"),
            ChangeColumn.SOURCE: self.tr("Source"),
            ChangeColumn.SIZE: size,
            ChangeColumn.REASON: self.tr("Why"),
        }[ChangeColumn(section)]

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Return the index of a cell."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, _TOP)
        return self.createIndex(row, column, parent.row())

    def parent(self, child: Index) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the title that `child` stands under."""
        if not child.isValid() or child.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(child.internalId(), 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many kinds there are, or how many changes are under one."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() != _TOP or parent.column() != 0:
            return 0
        return len(self._groups[parent.row()].changes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many columns there are."""
        return len(ChangeColumn)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort within each kind; a negative `column` brings back the order of the plan."""
        self._sorting = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._rebuild()


def _matches(change: Change, wanted: list[str]) -> bool:
    if not wanted:
        return True
    text = f"{change.name} {version_text(change)} {source_text(change)}".casefold()
    return all(word in text for word in wanted)


def _plain_key(change: Change) -> tuple[bool, str]:
    return (bool(change.needed_by), change.name.casefold())


def _sort_keys(
    size_of: Callable[[Change], int], reason: Callable[[Change], str]
) -> dict[int, Callable[[Change], str | int]]:
    return {
        ChangeColumn.PACKAGE: lambda change: change.name.casefold(),
        ChangeColumn.VERSION: version_text,
        ChangeColumn.SOURCE: lambda change: source_text(change).casefold(),
        ChangeColumn.SIZE: size_of,
        ChangeColumn.REASON: reason,
    }
