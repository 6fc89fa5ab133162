"""The one ear of the window: every event of the engine comes through one Qt signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from engine.session import Engine


class EngineBridge(QObject):
    """Hand each `engine.events.EngineEvent` on as `told`, on the Qt thread."""

    told = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unsubscribe = engine.subscribe(self.told.emit)

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()
