"""Give windows the height that their wrapped words need."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

_SCREEN_SHARE = 0.9


def fit_to_content(window: QWidget, width: int) -> None:
    """Make `window` `width` wide, or wider as it is, and just high enough for its layout.

    Qt does not ask top-level windows for their height at a width, so that wrapped labels would be
    cut; the screen bounds both.
    """
    layout = window.layout()
    if layout is None:
        return
    layout.activate()
    room = room_for(window)
    wide = min(max(width, window.minimumSizeHint().width()), room.width())
    high = min(_height_for(layout, wide), room.height())
    window.setMinimumSize(wide, high)
    window.resize(wide, high)


def fit_scrolled(area: QScrollArea, width: int, most: int) -> None:
    """Make `area` as high as its content at `width`, and `most` at most: then it scrolls."""
    content = area.widget()
    layout = content.layout() if content is not None else None
    if layout is not None:
        layout.activate()
        area.setFixedHeight(min(_height_for(layout, width), most))


def room_for(window: QWidget) -> QSize:
    """Return how large `window` may be on its screen."""
    return window.screen().availableGeometry().size() * _SCREEN_SHARE


def scrolled(content: QWidget) -> QScrollArea:
    """Return `content` in an area that scrolls up and down when there is too little room.

    The area dresses its content to learn its size, and everything is dressed anew each time that
    what holds it is put into something else. A large content is better `fill`ed into a
    `scroll_area` that is in its place already.
    """
    area = scroll_area()
    fill(area, content)
    return area


def scroll_area(parent: QWidget | None = None) -> QScrollArea:
    """Return an empty area that scrolls up and down when there is too little room."""
    area = QScrollArea(parent)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def fill(area: QScrollArea, content: QWidget) -> None:
    """Put `content` into `area`."""
    content.setProperty("plain", "true")
    area.setWidget(content)


def _height_for(layout: QLayout, width: int) -> int:
    if layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return layout.totalSizeHint().height()
