"""A table of records: selection by key, copying, and a choice of columns that is remembered."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QFont, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.models.record_table import Chip, Look, RecordTableModel
from gui.settings import ColumnChoice, WindowSettings
from gui.theme import SPACE, TextRole, theme
from gui.widgets import copy_text

Index = QModelIndex | QPersistentModelIndex

_PADDING = 11
_ALONE = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
_ICON = 16


class RecordDelegate(QStyledItemDelegate):
    """Draw cells straight from records: through the style it takes four times as long."""

    def __init__(self, model: RecordTableModel[Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell: its chip, or its icon and text."""
        record = self._model.record_at(index.row())
        column = self._model.columns[index.column()]
        look = theme()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(look.tokens.selected))
        room: QRect = option.rect.adjusted(_PADDING, 0, -_PADDING, 0)
        chip = column.chip(record)
        if chip is not None:
            paint_chip(painter, room, chip)
            return
        icon = column.icon(record)
        if icon is not None:
            ratio = painter.device().devicePixelRatio()
            top = room.center().y() - _ICON // 2 + 1
            painter.drawPixmap(room.left(), top, look.pixmap(icon[0], _ICON, ratio, icon[1]))
            room.setLeft(room.left() + _ICON + SPACE)
        text = column.text(record).partition("\n")[0]
        if text:
            row = self._model.look_of(record)
            painter.setFont(_font_of(row, option.font))
            painter.setPen(look.color(row.tone or column.tint(record) or column.tone))
            place = Qt.AlignmentFlag.AlignVCenter
            place |= Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, place, shown)


def _font_of(row: Look, usual: QFont) -> QFont:
    if not (row.strikes or row.leans):
        return usual
    font = QFont(usual)
    font.setStrikeOut(row.strikes)
    font.setItalic(row.leans)
    return font


def paint_chip(painter: QPainter, room: QRect, chip: Chip) -> QRect:
    """Draw `chip` at the left of `room`, in the middle of its height; return where it is.

    It is no wider than `room`.
    """
    tokens = theme().tokens
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme().font(TextRole.SMALL))
    metrics = painter.fontMetrics()
    text = metrics.elidedText(chip.text, Qt.TextElideMode.ElideRight, room.width() - SPACE * 2)
    height = metrics.height() + 4
    width = metrics.horizontalAdvance(text) + SPACE * 2
    area = QRect(room.left(), room.center().y() - height // 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(str(getattr(tokens, chip.tokens))))
    painter.drawRoundedRect(area, height / 2, height / 2)
    painter.setPen(QColor(str(getattr(tokens, f"{chip.tokens}_text"))))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return area


class RecordTable(QTableView):
    """Show a `RecordTableModel`; `current_changed` comes when another record, or none, is current.

    `name` is the table's name in the settings. Tab leaves the table. Columns that give way are
    there while all of them have room, or somebody asked for them; then others become narrow.
    """

    current_changed = Signal()

    def __init__(
        self,
        model: RecordTableModel[Any],
        settings: WindowSettings,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._records = model
        self._settings = settings
        self._name = name
        self._wanted = ""
        self._kept: tuple[str, ...] = ()
        self._is_resetting = False
        self._without_room: set[int] = set()
        self._insisted: set[int] = set()
        self._is_fitting = False
        self._is_tight = False
        self.setModel(model)
        self.setItemDelegate(RecordDelegate(model, self))
        self._set_up()
        self._restore_columns()
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.sectionResized.connect(self._remember)
        header.sortIndicatorChanged.connect(self._remember)
        header.customContextMenuRequested.connect(self._show_header_menu)
        model.modelAboutToBeReset.connect(self._before_reset)
        model.modelReset.connect(self._after_reset)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    @property
    def records(self) -> RecordTableModel[Any]:
        """Return the model that is shown."""
        return self._records

    def selected_keys(self) -> tuple[str, ...]:
        """Return the keys of the selected rows, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._records.key_at(row) for row in rows)

    def selected_rows(self) -> tuple[int, ...]:
        """Return the selected rows, from top to bottom."""
        return tuple(sorted(index.row() for index in self.selectionModel().selectedRows()))

    def current_row(self) -> int:
        """Return the current row, or -1."""
        return self.currentIndex().row()

    def select_key(self, key: str) -> None:
        """Make the record with `key` current, and select it, if it is shown."""
        row = self._records.row_of(key)
        if row >= 0:
            index = self._records.index(row, 0)
            # unlike selectRow, this does not depend on the keys that are held down
            self.selectionModel().setCurrentIndex(index, _ALONE)
            self.scrollTo(index)

    def forget_selection(self) -> None:
        """Select nothing, and do not come back to what was selected."""
        self._wanted = ""
        self._kept = ()
        self.selectionModel().clear()

    def copy_selection(self) -> None:
        """Put the selected rows on the clipboard: the visible columns, separated by tabs."""
        columns = self._visible_columns()
        lines = [
            "\t".join(
                str(self._records.index(row, column).data() or "").replace("\t", " ")
                for column in columns
            )
            for row in self.selected_rows()
        ]
        if lines:
            copy_text("\n".join(lines))

    def show_columns_below(self, widget: QWidget) -> None:
        """Let the user choose the columns, in a menu below `widget`."""
        self._show_column_menu(widget.mapToGlobal(QPoint(0, widget.height())))

    def fill_column_menu(self, menu: QMenu) -> None:
        """Put one checkable entry for each column into `menu`; the first is always shown."""
        for at, column in enumerate(self._records.columns[1:], start=1):
            action = QAction(column.title(), menu)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(at))
            action.toggled.connect(partial(self._show_column, at))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Back to the usual columns"), self._reset_columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy rows, and give the way back out with Escape: in a dialog, that closes it."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
        elif event.key() == Qt.Key.Key_Escape and isinstance(self.window(), QDialog):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self.selectedIndexes():
            self.forget_selection()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let columns come and go with the room that there is for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        columns, wanted = self._records.columns, self._wanted_columns()
        stretched = self._visible_columns()[-1]
        needed = sum(
            columns[at].width
            if columns[at].gives_way or at == stretched
            else self._chosen_width(at)
            for at in wanted
        )
        crowded: set[int] = set()
        for at in reversed(wanted):
            may_go = columns[at].gives_way and at not in self._insisted
            if may_go and needed > self.viewport().width():
                crowded.add(at)
                needed -= columns[at].width
        changed = crowded ^ self._without_room
        self._without_room = crowded
        self._is_fitting = True
        for at in changed:
            self.setColumnHidden(at, at in crowded)
        changed |= self._tighten(needed > self.viewport().width())
        self._is_fitting = False
        if changed:
            self.updateGeometries()

    def _tighten(self, is_tight: bool) -> set[int]:
        """Make columns narrow that nobody gave a width of their own, or wide again; tell which."""
        if is_tight == self._is_tight:
            return set()
        self._is_tight = is_tight
        columns = self._records.columns
        found = {
            at
            for at, column in enumerate(columns)
            if column.narrow
            and self.columnWidth(at) == (column.width if is_tight else column.narrow)
        }
        for at in found:
            self.setColumnWidth(at, columns[at].narrow if is_tight else columns[at].width)
        return found

    def _chosen_width(self, at: int) -> int:
        """Return the width that a column has or, while it is narrow, had before."""
        column, width = self._records.columns[at], self.columnWidth(at)
        return column.width if self._is_tight and width == column.narrow else width

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + SPACE + SPACE // 2)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setMinimumSectionSize(SPACE * 6)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _visible_columns(self) -> list[int]:
        return [at for at in range(len(self._records.columns)) if not self.isColumnHidden(at)]

    def _wanted_columns(self) -> list[int]:
        count = len(self._records.columns)
        return [
            at for at in range(count) if not self.isColumnHidden(at) or at in self._without_room
        ]

    def _restore_columns(self) -> None:
        choice = self._settings.columns(self._name)
        widths = dict(choice.widths) if choice is not None else {}
        for at, column in enumerate(self._records.columns):
            shown = column.is_shown if choice is None else column.key in choice.shown
            self.setColumnHidden(at, at > 0 and not shown)
            self.setColumnWidth(at, widths.get(column.key, column.width))
        at, order = self._records.sorting
        if choice is not None and self._records.column_of(choice.sort_key) >= 0:
            at = self._records.column_of(choice.sort_key)
            order = (
                Qt.SortOrder.DescendingOrder if choice.descending else Qt.SortOrder.AscendingOrder
            )
        self.horizontalHeader().setSortIndicator(at, order)

    def _remember(self) -> None:
        if self._is_fitting:
            return
        header = self.horizontalHeader()
        visible, wanted = self._visible_columns(), self._wanted_columns()
        columns = self._records.columns
        # the last one is as wide as the window happens to be
        widths = tuple((columns[at].key, self._chosen_width(at)) for at in visible[:-1])
        self._settings.set_columns(
            self._name,
            ColumnChoice(
                tuple(columns[at].key for at in wanted),
                widths,
                columns[header.sortIndicatorSection()].key,
                header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
            ),
        )

    def _show_column(self, section: int, is_shown: bool) -> None:
        self._without_room.discard(section)
        self.setColumnHidden(section, not is_shown)
        if is_shown:
            self._insisted.add(section)
            self.setColumnWidth(section, self._records.columns[section].width)
        self._fit()
        self._remember()

    def _reset_columns(self) -> None:
        self._without_room.clear()
        self._insisted.clear()
        self._is_tight = False
        for at, column in enumerate(self._records.columns):
            self.setColumnHidden(at, not column.is_shown)
            self.setColumnWidth(at, column.width)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._fit()
        self._remember()

    def _show_header_menu(self, at: QPoint) -> None:
        self._show_column_menu(self.horizontalHeader().mapToGlobal(at))

    def _show_column_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_column_menu(menu)
        menu.popup(at)

    def _on_selection(self) -> None:
        if not self._is_resetting:
            self._kept = ()

    def _on_current(self, current: QModelIndex) -> None:
        if not self._is_resetting:
            self._wanted = self._records.key_at(current.row()) if current.isValid() else ""
            self.current_changed.emit()

    def _before_reset(self) -> None:
        self._is_resetting = True
        selected = self.selected_keys()
        # what the filter hid comes back with the next reset that shows it
        self._kept = selected or self._kept

    def _after_reset(self) -> None:
        model = self._records
        selection = QItemSelection()
        last = len(model.columns) - 1
        for key in self._kept:
            row = model.row_of(key)
            if row >= 0:
                selection.select(model.index(row, 0), model.index(row, last))
        chooser = self.selectionModel()
        chooser.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        row = model.row_of(self._wanted) if self._wanted else -1
        if row >= 0:
            chooser.setCurrentIndex(model.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(model.index(row, 0))
        self._is_resetting = False
        self.current_changed.emit()
