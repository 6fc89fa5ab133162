"""A widget that arranges its parts anew when the room changes, or what they need."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Fitted(QWidget):
    """Call `fit` whenever this widget has another size, or one of its parts needs another."""

    def fit(self) -> None:
        """Arrange the parts for the room that there is."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the parts to the new size."""
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        """Fit anew when a part has another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().event(event)
