"""Work out how long a phase will still take, from how fast it went of late."""

from __future__ import annotations

from collections import deque
from typing import Final

from engine.events import Phase, Progress

_WINDOW_S: Final = 8.0
_LEAST_S: Final = 1.5


class Pace:
    """Watch the progress of one task; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._seen: deque[tuple[float, int]] = deque()
        self._total = 0

    def note(self, progress: Progress | None, now: float) -> None:
        """Take the newest progress; a new phase, or a step back, begins anew."""
        if progress is None:
            self._seen.clear()
            return
        went_back = bool(self._seen) and progress.done < self._seen[-1][1]
        if progress.phase is not self._phase or progress.total != self._total or went_back:
            self._seen.clear()
        self._phase, self._total = progress.phase, progress.total
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()

    def seconds_left(self, now: float) -> float | None:
        """Return how long the phase will still take at its present rate, None while unknown."""
        if len(self._seen) < 2 or self._total <= 0:
            return None
        began, first = self._seen[0]
        last = self._seen[-1][1]
        span = now - began
        if span < _LEAST_S or last <= first:
            return None
        return (self._total - last) * span / (last - first)
