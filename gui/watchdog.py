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
_SCHEDULING = Path("/proc/thread-self/schedstat")  # Linux: man 5 proc, "schedstat"


class Watchdog(QObject):
    """Write the longest gaps between the beats of a 5 ms timer to `file`, as JSON.

    A stall is a gap less the beat, and less the time for which the thread was ready to go on but
    the system gave it no core (known on Linux only): the thread was busy, or waited for something.
    The document holds `longest_ms` (the longest stall), `at_s` (when it ended, in seconds since
    the watch began), `beats`, `seconds`, and `stalls`: the 20 longest, longest first, as `at_s`,
    `ms`, and what of the gap was left out as `queued_ms`. It is written twice a second and on
    `stop`. Belongs to the thread that makes it.
    """

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._began = self._last = self._written = time.perf_counter()
        self._scheduling = _open_scheduling()
        self._queued = self._queued_ms()
        self._beats = 0
        self._stalls: list[tuple[float, float, float]] = []
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def restart(self) -> None:
        """Forget what was seen so far, as when the window has been built."""
        self._began = self._last = time.perf_counter()
        self._queued = self._queued_ms()
        self._beats = 0
        self._stalls.clear()

    def stop(self) -> None:
        """Stop watching and write the last figures."""
        self._timer.stop()
        self._write()
        if self._scheduling is not None:
            os.close(self._scheduling)
            self._scheduling = None

    @property
    def longest_ms(self) -> float:
        """Return the longest stall seen, in milliseconds."""
        return self._stalls[0][1] if self._stalls else 0.0

    def _beat(self) -> None:
        now = time.perf_counter()
        before, self._queued = self._queued, self._queued_ms()
        queued = self._queued - before
        stall = (now - self._last) * 1000 - _BEAT_MS - queued
        self._last = now
        self._beats += 1
        if stall > 0 and (len(self._stalls) < _KEPT or stall > self._stalls[-1][1]):
            self._stalls.append((now - self._began, stall, queued))
            self._stalls.sort(key=lambda entry: -entry[1])
            del self._stalls[_KEPT:]
        if now - self._written > _WRITE_EVERY_S:
            self._write()
            self._last = self._written = time.perf_counter()

    def _queued_ms(self) -> float:
        """Return for how long this thread ever waited for a core, 0 where nobody tells."""
        if self._scheduling is None:
            return 0.0
        return int(os.pread(self._scheduling, 128, 0).split()[1]) / 1e6

    def _write(self) -> None:
        at, longest, _ = self._stalls[0] if self._stalls else (0.0, 0.0, 0.0)
        document = {
            "longest_ms": round(longest, 2),
            "at_s": round(at, 3),
            "beats": self._beats,
            "seconds": round(time.perf_counter() - self._began, 3),
            "stalls": [
                [round(when, 3), round(stall, 2), round(queued, 2)]
                for when, stall, queued in self._stalls
            ],
        }
        part = self._file.with_name(f"{self._file.name}.part")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(document), "utf-8")
            part.replace(self._file)


def _open_scheduling() -> int | None:
    try:
        opened = os.open(_SCHEDULING, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError):  # another system, or a kernel that does not count
        return None
    try:
        int(os.pread(opened, 128, 0).split()[1])
    except (OSError, IndexError, ValueError):
        os.close(opened)
        return None
    return opened


def start_watchdog(parent: QObject) -> Watchdog | None:
    """Return a running watchdog when ENVDESK_WATCHDOG names a file, None otherwise."""
    named = os.environ.get(VARIABLE, "")
    return Watchdog(Path(named), parent) if named else None
