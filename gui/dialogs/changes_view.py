"""The table of a preview: every change under the title of its kind."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from engine.plan import Change
from gui.dialogs.changes_model import ChangeColumn, ChangesModel, Index
from gui.models.packages import source_chip
from gui.theme import SPACE
from gui.views.record_table import paint_chip

_ARROW: Final = "→"
_TABLE_HEIGHT: Final = SPACE * 24
_SHARES: Final = {
    ChangeColumn.PACKAGE: 0.19,
    ChangeColumn.VERSION: 0.22,
    ChangeColumn.SOURCE: 0.18,
    ChangeColumn.SIZE: 0.12,
}
# where a source changes, two of them stand in one cell
_SHARES_OF_MOVES: Final = {**_SHARES, ChangeColumn.SOURCE: 0.27}


class SourceDelegate(QStyledItemDelegate):
    """Draw where a package comes from as the chip that the package table shows."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the chip, or, where the source changes, both with an arrow between them."""
        change = index.data(ChangesModel.ChangeRole)
        records = [change.before, change.after] if isinstance(change, Change) else []
        chips = [source_chip(record) for record in records if record is not None]
        shown = [chip for chip in dict.fromkeys(chips) if chip is not None]
        if not shown:
            super().paint(painter, option, index)
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        room = option.rect.adjusted(SPACE, 0, -SPACE, 0)
        if len(shown) == 1:
            paint_chip(painter, room, shown[0])
            return
        arrow = option.fontMetrics.horizontalAdvance(_ARROW)
        half = (room.width() - arrow - SPACE) // 2
        before = paint_chip(painter, QRect(room.left(), room.top(), half, room.height()), shown[0])
        room.setLeft(before.right() + SPACE // 2)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _ARROW)
        room.setLeft(room.left() + arrow + SPACE // 2)
        paint_chip(painter, room, shown[1])


class ChangesView(QTreeView):
    """Show changes under the titles of their kinds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_sharing = self._was_drawn = False
        self.changes = ChangesModel(self)
        self.setModel(self.changes)
        self.setItemDelegateForColumn(ChangeColumn.SOURCE, SourceDelegate(self))
        self.setProperty("framed", "true")
        self.setAccessibleName(self.tr("Changes"))
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(True)
        self.setItemsExpandable(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(SPACE * 2)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(_TABLE_HEIGHT)
        header = self.header()
        header.setStretchLastSection(True)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionsMovable(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.sectionResized.connect(self._on_resized)
        self.setSortingEnabled(True)
        self.changes.modelReset.connect(self._unfold)

    def share_width(self) -> None:
        """Give each column its share of the room, and no less than its title takes."""
        width = self.viewport().width()
        self._is_sharing = True
        shares = _SHARES_OF_MOVES if self.changes.has_moves else _SHARES
        for section, share in shares.items():
            title = self.header().sectionSizeHint(section)
            self.setColumnWidth(section, max(round(width * share), title))
        self._is_sharing = False

    def hidden_reason(self, index: QModelIndex) -> str:
        """Return the whole reason of the change in the row of `index`, "" where it is all seen."""
        change = self.changes.change_at(index)
        if change is None:
            return ""
        cell = index.siblingAtColumn(ChangeColumn.REASON)
        shown, whole = str(cell.data()), self.changes.whole_reason(change)
        room = self.columnWidth(ChangeColumn.REASON) - SPACE * 2
        is_cut = whole != shown or self.fontMetrics().horizontalAdvance(shown) > room
        return whole if is_cut else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew, unless somebody has drawn a column to a width of its own."""
        super().resizeEvent(event)
        if not self._was_drawn:
            self.share_width()

    def _on_resized(self, section: int) -> None:
        # The last section is as wide as there is room, without anybody's doing.
        if not self._is_sharing and section in _SHARES:
            self._was_drawn = True

    def _unfold(self) -> None:
        self.expandAll()
        for group in range(self.changes.rowCount()):
            self.setFirstColumnSpanned(group, self.rootIndex(), True)
