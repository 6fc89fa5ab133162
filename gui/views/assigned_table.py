"""The table of who brings what, in which each line can be given to somebody else."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from engine.files.assigned import Side
from gui.models.assigned_lines import NAME, REASON, SIDE, AssignedModel
from gui.presenting.files import side_choice
from gui.theme import SPACE

_ROWS: Final = 8
_ROW_HEIGHT: Final = SPACE * 4
_OPENERS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Menu)


class AssignedTable(QTableView):
    """Show lines of a file; `changed` comes when the user gave one to somebody else."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = AssignedModel(self)
        self.setModel(self.lines)
        self.setAccessibleName(self.tr("Who brings what"))
        self.setProperty("framed", "true")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(SIDE, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(SIDE, SPACE * 19)
        head.resizeSection(REASON, SPACE * 34)
        self.setToolTip(self.tr("Click a line to choose where it comes from."))
        self.clicked.connect(self._open_menu)
        self.lines.modelReset.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the choices of the current line with the usual keys."""
        if event.key() in _OPENERS and self.currentIndex().isValid():
            self._open_menu(self.currentIndex())
            return
        super().keyPressEvent(event)

    def choose(self, row: int, side: Side) -> None:
        """Have `side` bring the line in `row`."""
        self.lines.choose(row, side)
        self.changed.emit()

    def _open_menu(self, index: QModelIndex) -> None:
        line = self.lines.line_at(index.row())
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for side in line.sides:
            entry = menu.addAction(side_choice(line, side))
            entry.setCheckable(True)
            entry.setChecked(side is line.side)
            entry.triggered.connect(partial(self._take, index.row(), side))
        cell = self.visualRect(self.lines.index(index.row(), SIDE))
        menu.popup(self.viewport().mapToGlobal(cell.bottomLeft()))

    def _take(self, row: int, side: Side, _: bool) -> None:
        self.choose(row, side)

    def _fit(self) -> None:
        rows = min(max(self.lines.rowCount(), 1), _ROWS)
        head = max(self.horizontalHeader().sizeHint().height(), SPACE * 3)
        self.setFixedHeight(head + rows * _ROW_HEIGHT + 4)
