"""Measure how long the Qt event loop was ever kept from turning; for tests, off by default."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

VARIABLE = "ENVDESK_WATCHDOG"
_BEAT_MS = 5
_WRITE_EVERY_S = 0.5
_KEPT = 60
_LOOK_EVERY_S = 0.008
_SUSPECT_S = 0.02  # since the last beat; from then on it is looked what the thread does
_FRAMES = 10  # of each stack, the innermost
_STACKS = 3  # of each stall, those that were seen most often
_MACHINERY = ("asyncio", "qasync", "concurrent", "threading")
_SCHEDULING = Path("/proc/thread-self/schedstat")  # Linux: man 5 proc, "schedstat"


@dataclass(frozen=True, slots=True)
class Stall:
    """Describe one stall: when it ended, how long it was, and what the thread was seen to do.

    `at_s` is in seconds since the watch began. Of `wall_ms`, the thread had a core for `busy_ms`,
    and for `queued_ms` it was ready to go on but the system gave it none; for the rest it waited,
    as for a disk, the display server or another thread (both are 0 where the system does not
    tell). `others_ms` is what the other threads of the process computed meanwhile: they may have
    held the interpreter. `stacks` are lines of "file:line function", innermost last.
    """

    at_s: float
    wall_ms: float
    queued_ms: float
    busy_ms: float
    others_ms: float
    stacks: tuple[str, ...] = ()

    @property
    def ms(self) -> float:
        """Return what the stall would have been on a machine that does nothing else."""
        return self.wall_ms - self.queued_ms


class Watchdog(QObject):
    """Write the longest gaps between the beats of a 5 ms timer to `file`, as JSON.

    A stall is a gap less the beat; it is as long as `Stall.ms` says: without the time for which
    the thread was ready but had no core, which Linux tells (its documentation, "Scheduler
    Statistics") and which nobody would have waited for on an idle machine, while sleeping, waiting
    and computing count in full.
    The document holds `longest_ms` (the longest stall), `began_s` (when the watch began, by the
    monotonic clock of the system), `beats`, `seconds`, and `stalls`: the longest, longest first,
    as `Stall` says. It is written twice a second and on `stop`. Belongs to the thread that makes
    it; a second thread looks what that one does while it stalls.
    """

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._began = self._last = self._written = time.monotonic()
        self._scheduling = _open_scheduling()
        self._ran, self._queued = self._scheduled_ms()
        self._cpu = time.process_time()
        self._beats = 0
        self._stalls: list[Stall] = []
        self._observer = _Observer(threading.get_ident())
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self._observer.start()

    def restart(self) -> None:
        """Forget what was seen so far, as when the window has been built."""
        self._began = self._last = time.monotonic()
        self._ran, self._queued = self._scheduled_ms()
        self._cpu = time.process_time()
        self._beats = 0
        self._stalls.clear()

    def stop(self) -> None:
        """Stop watching and write the last figures."""
        self._timer.stop()
        self._observer.stop()
        self._write()
        if self._scheduling is not None:
            os.close(self._scheduling)
            self._scheduling = None

    @property
    def longest_ms(self) -> float:
        """Return the longest stall seen, in milliseconds."""
        return self._stalls[0].ms if self._stalls else 0.0

    def _beat(self) -> None:
        now = time.monotonic()
        before, (self._ran, self._queued) = (self._ran, self._queued), self._scheduled_ms()
        cpu, self._cpu = self._cpu, time.process_time()
        busy, queued = self._ran - before[0], self._queued - before[1]
        others = max((self._cpu - cpu) * 1000 - busy, 0.0)
        wall = (now - self._last) * 1000 - _BEAT_MS
        self._last = now
        self._beats += 1
        stacks = self._observer.beat(now)
        if wall > queued and (len(self._stalls) < _KEPT or wall - queued > self._stalls[-1].ms):
            at = round(now - self._began, 3)
            core = (round(queued, 2), round(busy, 2), round(others, 2))
            self._stalls.append(Stall(at, round(wall, 2), *core, stacks))
            self._stalls.sort(key=lambda stall: -stall.ms)
            del self._stalls[_KEPT:]
        if now - self._written > _WRITE_EVERY_S:
            self._write()
            self._last = self._written = time.monotonic()

    def _scheduled_ms(self) -> tuple[float, float]:
        """Return for how long this thread ever ran and waited for a core, 0 where nobody tells."""
        if self._scheduling is None:
            return 0.0, 0.0
        ran, waited = os.pread(self._scheduling, 128, 0).split()[:2]
        return int(ran) / 1e6, int(waited) / 1e6

    def _write(self) -> None:
        document = {
            "longest_ms": round(self.longest_ms, 2),
            "began_s": self._began,
            "beats": self._beats,
            "seconds": round(time.monotonic() - self._began, 3),
            "stalls": [asdict(stall) for stall in self._stalls],
        }
        part = self._file.with_name(f"{self._file.name}.part")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps(document), "utf-8")
            part.replace(self._file)


class _Observer(threading.Thread):
    """Look from outside what a thread does whose beats do not come."""

    def __init__(self, watched: int) -> None:
        super().__init__(name="envdesk-watchdog", daemon=True)
        self._watched = watched
        self._last = time.monotonic()
        self._seen: Counter[str] = Counter()
        self._ended = threading.Event()

    def beat(self, now: float) -> tuple[str, ...]:
        """Hear that the thread goes on; returns what it was seen to do since the last time."""
        seen, self._seen = self._seen, Counter()
        self._last = now
        return tuple(stack for stack, _ in seen.most_common(_STACKS))

    def stop(self) -> None:
        """End, soon."""
        self._ended.set()

    def run(self) -> None:
        """Look now and then, until `stop`."""
        while not self._ended.wait(_LOOK_EVERY_S):
            if time.monotonic() - self._last > _SUSPECT_S:
                frame = sys._current_frames().get(self._watched)  # pyright: ignore[reportPrivateUsage]
                self._seen[_told(frame)] += 1


def _told(frame: FrameType | None) -> str:
    """Return the inner frames of a stack as one line, without the machinery of event loops."""
    found: list[str] = []
    while frame is not None and len(found) < _FRAMES:
        code = frame.f_code
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _MACHINERY:
            file = "/".join(Path(code.co_filename).parts[-2:])
            found.append(f"{file}:{frame.f_lineno} {code.co_qualname}")
        frame = frame.f_back
    return " > ".join(reversed(found)) or "the event loop itself"


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
    """Return a running watchdog when ENVDESK_WATCHDOG names a file, None otherwise.

    Where there are such signals, SIGUSR1 makes the process write what its threads do to standard
    error, until its end.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    if sys.platform != "win32":
        faulthandler.register(signal.SIGUSR1)
    return Watchdog(Path(named), parent)
