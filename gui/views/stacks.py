"""Stacks and tabs that need the room of the page that is shown, and not of the largest one."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget


class Stack(QStackedWidget):
    """Show one page at a time; hidden ones need no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        """Return the least room for the page that is shown."""
        return _least(self.currentWidget()) or super().minimumSizeHint()

    def sizeHint(self) -> QSize:
        """Return the same: a page takes what room there is."""
        return self.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        """Return False: Qt would ask every page for its height, the hidden ones too."""
        return False


class Tabs(QTabWidget):
    """Show one tab at a time; hidden ones need no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        """Return the least room for the tabs and the page that is shown."""
        least, tabs = _least(self.currentWidget()), self.tabBar()
        if least is None:
            return super().minimumSizeHint()
        width = max(least.width(), tabs.minimumSizeHint().width())
        return QSize(width, least.height() + tabs.sizeHint().height())


def _least(page: QWidget | None) -> QSize | None:
    return None if page is None else page.minimumSizeHint().expandedTo(page.minimumSize())
