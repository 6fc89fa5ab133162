"""Progress that is told often enough to look alive, and not more often."""

from __future__ import annotations

import threading
import time

from engine.events import Phase, Progress, ProgressUnit
from engine.transactions.reporting import Report

INTERVAL = 0.05  # seconds


class Meter:
    """Count what one phase has done and tell a report about it, at most every 50 ms."""

    def __init__(self, report: Report, phase: Phase, unit: ProgressUnit, total: int) -> None:
        self._report = report
        self._phase = phase
        self._unit = unit
        self._total = total
        self._done = 0
        self._told = 0.0
        self._lock = threading.Lock()

    def add(self, amount: int, item: str = "") -> None:
        """Count `amount` more; `item` names what is at work. May be called from any thread."""
        with self._lock:
            self._done += amount
            now = time.monotonic()
            if now - self._told < INTERVAL:
                return
            self._told = now
        self._tell(item)

    def finish(self) -> None:
        """Tell that the phase is over."""
        self._done = max(self._done, self._total)
        self._tell("")

    def _tell(self, item: str) -> None:
        total = max(self._total, self._done) if self._total else 0
        self._report.progress(Progress(self._phase, self._done, total, self._unit, item))
