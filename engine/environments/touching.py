"""Notice what is changed inside of environments, where no installer's traces tell of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from engine.environments.stamping import contents_stamp

CPU_RATIO: Final = 200  # it may keep a core busy for half a hundredth of the time
WALL_RATIO: Final = 20  # and a slow volume for one twentieth


class Contents:
    """Look into environments in turn; used by one thread at a time.

    `known` returns the `contents_stamp` that an environment is known by, empty when it is not known
    yet; it must be quick, and may be called on any thread. The environment that is attended, and
    those that have just changed, are looked into every time.
    """

    def __init__(self, known: Callable[[Path], str]) -> None:
        self._known = known
        self._seen: dict[Path, str] = {}
        self._told: dict[Path, str] = {}
        self._turn: dict[Path, None] = {}
        self._free_at = 0.0

    def look(self, prefixes: Sequence[Path], attended: Path | None) -> tuple[Path, ...]:
        """Return which of `prefixes` are not as they are known, as far as there was time to look.

        What is being installed changes all the time, and is told of when it no longer does.
        Raises nothing.
        """
        if time.monotonic() < self._free_at:
            return ()
        here = frozenset(prefixes)
        for stamps in (self._seen, self._told):
            for gone in stamps.keys() - here:
                del stamps[gone]
        first = {prefix: None for prefix, seen in self._seen.items() if self._is_news(prefix, seen)}
        if attended in here:
            first[attended] = None
        changed = [prefix for prefix in first if self._has_changed(prefix)]
        self._turn = {prefix: None for prefix in (*self._turn, *prefixes) if prefix in here}
        for prefix in tuple(self._turn):
            del self._turn[prefix]  # it comes last from here on
            if prefix in first:
                continue
            if self._has_changed(prefix):
                changed.append(prefix)
            if time.monotonic() < self._free_at:
                break
        return tuple(changed)

    def _is_news(self, prefix: Path, stamp: str) -> bool:
        known = self._known(prefix)
        return bool(known) and stamp not in (known, self._told.get(prefix))

    def _has_changed(self, prefix: Path) -> bool:
        wall, busy = time.monotonic(), time.thread_time()
        stamp = contents_stamp(prefix)
        cost = max((time.thread_time() - busy) * CPU_RATIO, (time.monotonic() - wall) * WALL_RATIO)
        self._free_at = max(self._free_at, wall) + cost
        is_at_rest = stamp == self._seen.get(prefix)
        self._seen[prefix] = stamp
        if not is_at_rest or not self._is_news(prefix, stamp):
            return False
        self._told[prefix] = stamp
        return True
