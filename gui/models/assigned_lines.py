"""Who brings what a file asks for, as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.files.assigned import Assigned, ReasonCode, Side
from engine.files.assigning import moved
from engine.files.values import Place
from gui.presenting.files import reason_words, side_name
from gui.theme import Tone, theme

Index = QModelIndex | QPersistentModelIndex
Key = tuple[Place, str]
_ROOT: Final = QModelIndex()
NAME: Final = 0
SIDE: Final = 1
REASON: Final = 2


def key_of(line: Assigned) -> Key:
    """Return what identifies a line from one answer to the next."""
    return (line.wanted.place, line.wanted.text)


class AssignedModel(QAbstractTableModel):
    """Hold the lines; what the user chose for one stays when the lines are answered anew."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Assigned] = []
        self._chosen: dict[Key, Side] = {}

    def set_lines(self, lines: Sequence[Assigned]) -> None:
        """Show `lines`, with what was chosen for them."""
        self.beginResetModel()
        self._lines = [
            moved(line, self._chosen[key_of(line)]) if key_of(line) in self._chosen else line
            for line in lines
        ]
        self.endResetModel()

    def lines(self) -> tuple[Assigned, ...]:
        """Return the lines as they are now."""
        return tuple(self._lines)

    def chosen(self) -> Mapping[Key, Side]:
        """Return what the user chose."""
        return self._chosen

    def choose(self, row: int, side: Side) -> None:
        """Have `side` bring the line in `row`."""
        line = moved(self._lines[row], side)
        if line is not self._lines[row]:
            self._chosen[key_of(line)] = side
            self._lines[row] = line
            self.dataChanged.emit(self.index(row, NAME), self.index(row, REASON))

    def line_at(self, row: int) -> Assigned:
        """Return the line in `row`."""
        return self._lines[row]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return what, from whom, and why."""
        return 0 if parent.isValid() else REASON + 1

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return the titles."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("What"), self.tr("Comes from"), self.tr("Because"))[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what stands in a cell, and its colour."""
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            is_out = line.side is Side.NOBODY
            if is_out or index.column() == REASON:
                return theme().color(Tone.MUTED)
            if index.column() == SIDE and line.side is Side.PYPI:
                return theme().color(Tone.ACCENT)
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.wanted.written
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._text(line, index.column())
        return None

    def _text(self, line: Assigned, column: int) -> str:
        if column == NAME:
            return line.wanted.written
        if column == SIDE:
            return side_name(line)
        words = reason_words(line)
        is_missing = line.side is Side.CONDA and line.reason is ReasonCode.NOT_IN_CHANNELS
        return self.tr("careful: {reason}").format(reason=words) if is_missing else words
