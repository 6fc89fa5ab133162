"""The two panes of the window; where there is no room for both, the list becomes a drawer."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSplitter, QWidget

from gui.theme import SPACE
from gui.views.fitted import Fitted
from gui.views.sidebar import ActivityChosen, DiskChosen, Sidebar
from gui.widgets import column, icon_button, row

_SHADE = 96  # of 255
_ROOM_FOR_CONTENT = SPACE * 66  # the same for every page, so that none moves the list
_RAIL = SPACE * 6


class _Rail(QWidget):
    """Stand for the sidebar while that is a drawer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list = icon_button("environment", self.tr("Show the environments (Ctrl+L)"))
        self.new = icon_button("plus", self.tr("Make a new environment (Ctrl+N)"))
        self.disk = icon_button("disk", self.tr("Disk and caches"))
        self.activity = icon_button("activity", self.tr("Activity"))
        buttons = (self.list, self.new, None, self.disk, self.activity)
        inner = column(*buttons, spacing=1)
        inner.setContentsMargins(SPACE, SPACE * 2 + 4, SPACE, SPACE * 2)
        self.setLayout(inner)
        self.setFixedWidth(_RAIL)


class _Shade(QWidget):
    """Darken what the drawer lies upon; `pressed` when that is clicked."""

    pressed = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell it, and let nothing through."""
        event.accept()
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shade."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, _SHADE))
        painter.end()


class Panes(Fitted):
    """Show `sidebar` beside `content`; in a narrow window, a rail that opens it over the content.

    A content that needs more room than there is can be scrolled: nothing is out of reach.
    """

    def __init__(
        self, sidebar: Sidebar, content: QWidget, width: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._sidebar, self._content, self._width = sidebar, content, width
        self._is_narrow = False
        self._state: QByteArray | None = None
        self.rail = _Rail()
        self._shade = _Shade(self)
        self._edge = QFrame(self)
        self._edge.setProperty("line", "true")
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        self._area = area
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(area)
        self._splitter.setChildrenCollapsible(False)
        self.setLayout(row(self.rail, self._splitter, spacing=0))
        self._put_beside()
        self._splitter.setSizes([width, width * 3])
        for part in (self.rail, self._shade, self._edge):
            part.hide()
        self._connect()

    @property
    def is_narrow(self) -> bool:
        """Return whether the sidebar is a drawer now."""
        return self._is_narrow

    @property
    def is_open(self) -> bool:
        """Return whether the drawer is open."""
        return self._is_narrow and not self._shade.isHidden()

    def open(self) -> None:
        """Show the sidebar, if it is not there."""
        if self._is_narrow and not self.is_open:
            for part in (self._shade, self._sidebar, self._edge):
                part.show()
                part.raise_()
            self._place()
            self._sidebar.environments.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_drawer(self) -> None:
        """Put the drawer away."""
        if not self.is_open:
            return
        had_focus = self._sidebar.isAncestorOf(self.window().focusWidget())
        for part in (self._shade, self._sidebar, self._edge):
            part.hide()
        if had_focus:
            self.rail.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def scroll_up(self) -> None:
        """Show the beginning of the content."""
        self._area.verticalScrollBar().setValue(0)

    def state(self) -> QByteArray:
        """Return how wide both are, to be kept."""
        kept = self._state if self._is_narrow else None
        return self._splitter.saveState() if kept is None else kept

    def restore(self, state: QByteArray) -> None:
        """Make both as wide as they were."""
        self._splitter.restoreState(state)

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: all of it can be scrolled."""
        return QSize(_RAIL + SPACE * 30, SPACE * 30)

    def _connect(self) -> None:
        sidebar, rail = self._sidebar, self.rail
        rail.list.clicked.connect(self.open)
        rail.new.clicked.connect(sidebar.create_requested)
        rail.disk.clicked.connect(lambda: sidebar.choose(DiskChosen()))
        rail.activity.clicked.connect(lambda: sidebar.choose(ActivityChosen()))
        self._shade.pressed.connect(self.close_drawer)
        sidebar.environments.clicked.connect(self.close_drawer)
        sidebar.environments.activated.connect(self.close_drawer)
        sidebar.place_chosen.connect(self.close_drawer)
        for asked in (sidebar.create_requested, sidebar.open_requested, sidebar.action_requested):
            asked.connect(self.close_drawer)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), sidebar, self.close_drawer)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._leave = leave
        leave.setEnabled(False)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """Put the drawer away when the keyboard has left it."""
        if now is None or now is self.rail.list or not self.is_open:
            return
        if self.isAncestorOf(now) and not self._sidebar.isAncestorOf(now):
            self.close_drawer()

    def fit(self) -> None:
        """Be narrow or wide, as the room and what the content needs ask for."""
        least = self._sidebar.minimumSizeHint().width()
        is_narrow = self.width() < least + _ROOM_FOR_CONTENT + self._splitter.handleWidth()
        if is_narrow and not self._is_narrow:
            self._state = self._splitter.saveState()
            self._is_narrow = True
            had_focus = self._sidebar.isAncestorOf(self.window().focusWidget())
            self._sidebar.hide()
            self._sidebar.setParent(self)
            self.rail.show()
            if had_focus:  # Qt would hand it to whatever comes next
                self.rail.list.setFocus()
        elif self._is_narrow and not is_narrow:
            self.close_drawer()
            self._is_narrow = False
            self.rail.hide()
            self._put_beside()
            self._sidebar.show()
            if self._state is not None:
                self._splitter.restoreState(self._state)
        self._leave.setEnabled(self._is_narrow)
        self._place()

    def _put_beside(self) -> None:
        self._splitter.insertWidget(0, self._sidebar)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setCollapsible(0, False)
        self._splitter.setCollapsible(1, False)

    def _place(self) -> None:
        """Put the drawer and its shade over the content."""
        if not self._is_narrow:
            return
        room = self.width() - _RAIL
        width = min(max(self._width, self._sidebar.minimumSizeHint().width()), room)
        self._shade.setGeometry(_RAIL, 0, room, self.height())
        self._sidebar.setGeometry(_RAIL, 0, width, self.height())
        self._edge.setGeometry(_RAIL + width, 0, 1, self.height())
