"""Collect garbage in the thread of the window, and in no other."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EACH_MS = 500
_GENERATIONS = (2, 1, 0)


class GarbageCollection(QObject):
    """Collect garbage from time to time, in the thread that this is made in.

    The interpreter collects in whichever thread makes one object too many. A dialog that it finds
    while the engine reads files would be taken apart in the engine's thread, and a widget may only
    be touched in the thread of the window (Qt docs, Threads and QObjects).
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EACH_MS)
        self._timer.timeout.connect(self.collect_what_is_due)

    def start(self) -> None:
        """Begin; what was made until now counts as kept until the end, and is never looked at."""
        # To look through all that a window is made of would take longer than a frame.
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Give the collecting back to the interpreter."""
        self._timer.stop()
        gc.enable()

    def collect_what_is_due(self) -> None:
        """Collect the oldest generation of which the interpreter would say that it is due."""
        for generation in _GENERATIONS:
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
