"""The left pane: environments, Pythons without one, and where else to go."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.records import Mark
from gui.actions import CHANGE, USE, EnvironmentAction, fill_menu
from gui.formats import format_bytes
from gui.models.environments import ROW_ROLE, EnvironmentRow, EnvironmentsModel
from gui.theme import SPACE, TextRole, Tone, theme
from gui.views.health_dot import DOT, paint_dot
from gui.widgets import paint_spinner

Index = QModelIndex | QPersistentModelIndex

_MARK_ICONS: Final[dict[Mark, tuple[str, Tone]]] = {
    Mark.BASE: ("home", Tone.MUTED),
    Mark.FROZEN: ("snowflake", Tone.NOTE),
    Mark.READ_ONLY: ("lock", Tone.MUTED),
    Mark.UNREADABLE: ("warning", Tone.WARNING),
    Mark.INTERRUPTED: ("warning", Tone.WARNING),
    Mark.MISSING: ("broken", Tone.WARNING),
}
_SPIN_MS = 80
_ICON = 16


class EnvironmentDelegate(QStyledItemDelegate):
    """Draw one environment in two lines: its name and size, its Python and marks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.angle = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines and the room around them."""
        body = QFontMetrics(theme().font(TextRole.BODY)).height()
        small = QFontMetrics(theme().font(TextRole.SMALL)).height()
        return QSize(SPACE * 20, body + small + SPACE * 2 + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, EnvironmentRow):
            return
        painter.save()
        area: QRect = option.rect.adjusted(SPACE, 1, -SPACE, -1)
        state: QStyle.StateFlag = option.state
        _paint_background(painter, area, state)
        inner = area.adjusted(SPACE + 4, SPACE - 1, -SPACE, -SPACE + 1)
        self._paint_first(painter, inner, row)
        self._paint_second(painter, inner, row)
        painter.restore()

    def _paint_first(self, painter: QPainter, inner: QRect, row: EnvironmentRow) -> None:
        right = inner.right()
        left = inner.left()
        if row.environment is not None:
            height = QFontMetrics(theme().font(TextRole.BODY)).height()
            paint_dot(painter, left, inner.top() + height / 2, row.health)
            left += DOT + SPACE
        if row.task is not None and not row.task.state.is_final:
            right -= _ICON
            paint_spinner(painter, QRect(right, inner.top(), _ICON, _ICON).toRectF(), self.angle)
            right -= SPACE
        elif row.environment is not None and row.environment.sizes is not None:
            painter.setFont(theme().font(TextRole.SMALL))
            painter.setPen(theme().color(Tone.MUTED))
            size = format_bytes(row.environment.sizes.own_bytes)
            width = painter.fontMetrics().horizontalAdvance(size)
            right -= width
            place = QRect(right, inner.top(), width + 1, painter.fontMetrics().height() + 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, size)
            right -= SPACE
        painter.setFont(theme().font(TextRole.BODY))
        painter.setPen(theme().color(Tone.MUTED if row.environment is None else Tone.TEXT))
        room = right - left
        metrics = painter.fontMetrics()
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideMiddle, room)
        place = QRect(left, inner.top(), room, metrics.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_second(self, painter: QPainter, inner: QRect, row: EnvironmentRow) -> None:
        painter.setFont(theme().font(TextRole.SMALL))
        painter.setPen(theme().color(Tone.MUTED))
        metrics = painter.fontMetrics()
        height = metrics.height()
        place = QRect(inner.left(), inner.bottom() + 1 - height, inner.width(), height)
        if row.environment is not None:
            place.setLeft(place.left() + DOT + SPACE)
        for mark in reversed(row.environment.marks if row.environment is not None else ()):
            name, tone = _MARK_ICONS[mark]
            place.setRight(place.right() - _ICON)
            at = QPoint(place.right() + 1, place.top() + (height - _ICON) // 2)
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(at, theme().pixmap(name, _ICON, ratio, tone))
            place.setRight(place.right() - SPACE // 2)
        text = metrics.elidedText(
            row.second_line(), Qt.TextElideMode.ElideRight, place.width() - SPACE
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


def _paint_background(painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
    tokens = theme().tokens
    color = ""
    if state & QStyle.StateFlag.State_Selected:
        color = tokens.selected
    elif state & QStyle.StateFlag.State_MouseOver:
        color = tokens.hover
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if color:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(area, 6, 6)
    if (
        state & QStyle.StateFlag.State_HasFocus
        and state & QStyle.StateFlag.State_KeyboardFocusChange
    ):
        painter.setPen(QColor(tokens.focus))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 6, 6)


class EnvironmentList(QListView):
    """List environments; `chosen` tells the prefix, `action_requested` what to do with which.

    `dragged` tells the prefix of the one that is being dragged out of the list.

    The chosen environment stays chosen, by its prefix, whatever comes and goes around it.
    """

    chosen = Signal(object)
    action_requested = Signal(object, object)
    dragged = Signal(object)

    def __init__(self, model: EnvironmentsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._wanted: Path | None = None
        self._is_restoring = False
        self._delegate = EnvironmentDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Environments"))
        self.customContextMenuRequested.connect(self._show_menu)
        self.selectionModel().currentChanged.connect(self._on_current)
        model.modelAboutToBeReset.connect(self._before_reset)
        model.modelReset.connect(self._restore)
        model.dataChanged.connect(self._watch_tasks)
        self._spin = QTimer(self, interval=_SPIN_MS)
        self._spin.timeout.connect(self._turn)

    def choose(self, prefix: Path | None) -> None:
        """Choose the environment at `prefix` (now, or when it comes to be), or none."""
        self._wanted = prefix
        row = -1 if prefix is None else self._rows.row_of(prefix)
        if row < 0:
            if prefix is None:
                self._is_restoring = True
                self.selectionModel().clear()
                self._is_restoring = False
            return
        index = self._rows.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def follow(self, before: Path, after: Path) -> None:
        """Choose `after` with the next list that holds it, when `before` is chosen now."""
        if self._wanted == before:
            self._wanted = after

    @property
    def current(self) -> Path | None:
        """Return the prefix that is chosen, None when there is none."""
        index = self.currentIndex()
        return self._rows.row_at(index.row()).prefix if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the context menu with its key where the row is."""
        if event.key() == Qt.Key.Key_Menu and self.currentIndex().isValid():
            self._show_menu(self.visualRect(self.currentIndex()).center())
            return
        super().keyPressEvent(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803 - Qt's name
        """Let the environment under the mouse be dragged, if there is one."""
        index = self.currentIndex()
        if index.isValid() and self._rows.row_at(index.row()).environment is not None:
            self.dragged.emit(self._rows.row_at(index.row()).prefix)

    def _on_current(self, current: QModelIndex) -> None:
        if self._is_restoring or not current.isValid():
            return
        self._wanted = self._rows.row_at(current.row()).prefix
        self.chosen.emit(self._wanted)

    def _before_reset(self) -> None:
        self._is_restoring = True

    def _restore(self) -> None:
        row = -1 if self._wanted is None else self._rows.row_of(self._wanted)
        if row < 0 and self._wanted is not None:
            # the list can be read anew before its task says that a rename is done
            moved = self._rows.moving_to(self._wanted)
            row = -1 if moved is None else self._rows.row_of(moved)
            self._wanted = moved if row >= 0 else self._wanted
        if row >= 0:
            self.selectionModel().setCurrentIndex(
                self._rows.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self._is_restoring = False
        self._watch_tasks()

    def _show_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if not index.isValid():
            return
        row = self._rows.row_at(index.row())
        if row.environment is None:
            return
        prefix = row.prefix
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def act(action: EnvironmentAction) -> None:
            self.action_requested.emit(action, prefix)

        fill_menu(menu, (USE, CHANGE), row.environment, act)
        menu.popup(self.viewport().mapToGlobal(at))

    def _watch_tasks(self) -> None:
        if self._rows.working and not self._spin.isActive():
            self._spin.start()
        elif not self._rows.working:
            self._spin.stop()

    def _turn(self) -> None:
        self._delegate.angle = (self._delegate.angle + 30) % 360
        for row in self._rows.working:
            self.update(self._rows.index(row))
