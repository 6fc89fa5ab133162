"""Give windows the height that their wrapped words need."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

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
    room = window.screen().availableGeometry().size() * _SCREEN_SHARE
    wide = min(max(width, window.minimumSizeHint().width()), room.width())
    high = _height_for(layout, wide)
    window.setMinimumSize(wide, min(high, room.height()))
    window.resize(wide, min(high, room.height()))


def _height_for(layout: QLayout, width: int) -> int:
    if layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return layout.totalSizeHint().height()
