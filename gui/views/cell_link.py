"""Let cells of a record table be clicked as links are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from engine.records import Record
from gui.views.record_table import RecordTable


class CellLink(QObject):
    """Make the cells of one column links where `is_link` says so; `clicked` carries the record."""

    clicked = Signal(object)

    def __init__(self, table: RecordTable, column: str, is_link: Callable[[Record], bool]) -> None:
        super().__init__(table)
        self._table = table
        self._model = table.records
        self._column = self._model.column_of(column)
        self._is_link = is_link
        table.setMouseTracking(True)
        table.entered.connect(self._on_entered)
        table.viewportEntered.connect(self._leave)
        table.clicked.connect(self._on_clicked)
        table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Forget the pointing hand outside of the table."""
        if event.type() == QEvent.Type.Leave:
            self._leave()
        return super().eventFilter(watched, event)

    def _record(self, index: QModelIndex) -> Record | None:
        if not index.isValid() or index.column() != self._column:
            return None
        record = self._model.record_at(index.row())
        return record if self._is_link(record) else None

    def _on_entered(self, index: QModelIndex) -> None:
        if self._record(index) is None:
            self._leave()
        else:
            self._table.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def _leave(self) -> None:
        self._table.viewport().unsetCursor()

    def _on_clicked(self, index: QModelIndex) -> None:
        record = self._record(index)
        # with a key held down, rows are chosen
        if record is not None and not QGuiApplication.keyboardModifiers():
            self.clicked.emit(record)
