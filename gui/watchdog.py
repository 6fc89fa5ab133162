"""Measure how long the Qt event loop was ever kept from turning; for tests, off by default."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

VARIABLE = "ENVDESK_WATCHDOG"
_BEAT_MS = 5
_WRITE_EVERY_S = 0.5
_KEPT = 20


class Watchdog(QObject):
    """Write the longest gaps between the beats of a 5 ms timer to `file`, as JSON.

    The document holds `longest_ms` (the longest stall: gap less beat), `at_s` (when it ended, in
    seconds since the watch began), `beats`, `seconds`, and `stalls`: the 20 longest, longest
    first, as pairs of `at_s` and `ms`. It is written twice a second and on `stop`.
    """

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._began = self._last = self._written = time.perf_counter()
        self._beats = 0
        self._stalls: list[tuple[float, float]] = []
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def restart(self) -> None:
        """Forget what was seen so far, as when the window has been built."""
        self._began = self._last = time.perf_counter()
        self._beats = 0
        self._stalls.clear()

    def stop(self) -> None:
        """Stop watching and write the last figures."""
        self._timer.stop()
        self._write()

    @property
    def longest_ms(self) -> float:
        """Return the longest stall seen, in milliseconds."""
        return self._stalls[0][1] if self._stalls else 0.0

    def _beat(self) -> None:
        now = time.perf_counter()
        stall = (now - self._last) * 1000 - _BEAT_MS
        self._last = now
        self._beats += 1
        if stall > 0 and (len(self._stalls) < _KEPT or stall > self._stalls[-1][1]):
            self._stalls.append((now - self._began, stall))
            self._stalls.sort(key=lambda entry: -entry[1])
            del self._stalls[_KEPT:]
        if now - self._written > _WRITE_EVERY_S:
            self._write()
            self._last = self._written = time.perf_counter()

    def _write(self) -> None:
        at, longest = self._stalls[0] if self._stalls else (0.0, 0.0)
        document = {
            "longest_ms": round(longest, 2),
            "at_s": round(at, 3),
            "beats": self._beats,
            "seconds": round(time.perf_counter() - self._began, 3),
            "stalls": [[round(when, 3), round(stall, 2)] for when, stall in self._stalls],
        }
        part = self._file.with_name(f"{self._file.name}.part")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(document), "utf-8")
            part.replace(self._file)


def start_watchdog(parent: QObject) -> Watchdog | None:
    """Return a running watchdog when ENVDESK_WATCHDOG names a file, None otherwise."""
    named = os.environ.get(VARIABLE, "")
    return Watchdog(Path(named), parent) if named else None
