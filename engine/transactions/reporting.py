"""How the steps of a transaction tell what they do."""

from __future__ import annotations

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
