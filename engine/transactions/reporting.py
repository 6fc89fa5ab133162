"""How the steps of a transaction tell what they do."""

from __future__ import annotations

import threading
from typing import Protocol, runtime_checkable

from engine.cache.values import Skipped
from engine.events import Progress


class Report(Protocol):
    """Take progress and log lines from a running step; both calls may come from any thread."""

    def progress(self, progress: Progress) -> None:
        """Tell how far the present phase has come."""
        ...

    def log(self, line: str) -> None:
        """Tell one line for the log."""
        ...

    def settle_down(self) -> None:
        """Tell that from here on the work will be finished, not put back."""
        ...


@runtime_checkable
class SkipListener(Protocol):
    """Take what a cleaning left although it was planned; a report may be one, too."""

    def skipped(self, skipped: Skipped) -> None:
        """Tell that something stays, and why."""
        ...


class SilentReport:
    """Drop everything; for callers that nobody watches."""

    def progress(self, progress: Progress) -> None:
        """Drop `progress`."""

    def log(self, line: str) -> None:
        """Drop `line`."""

    def settle_down(self) -> None:
        """Drop the notice."""


class HeldReport:
    """Keep the progress of a step that runs beside another one until that one is done.

    Lines for the log are told at once. Any thread may call any of it.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._guard = threading.Lock()
        self._kept: list[Progress] | None = []

    def progress(self, progress: Progress) -> None:
        """Keep `progress`, or tell it once the other step is done."""
        with self._guard:
            if self._kept is not None:
                self._kept.append(progress)
                return
        self._report.progress(progress)

    def log(self, line: str) -> None:
        """Tell `line`."""
        self._report.log(line)

    def settle_down(self) -> None:
        """Tell the notice."""
        self._report.settle_down()

    def release(self) -> None:
        """Tell what was kept, in its order, and everything else from now on."""
        with self._guard:
            for progress in self._kept or ():
                self._report.progress(progress)
            self._kept = None
