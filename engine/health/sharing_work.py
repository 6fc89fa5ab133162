"""Share the comparing of files with a second process.

Whatever goes wrong with it, its work is done here.
"""

from __future__ import annotations

import marshal
from typing import cast

from engine.companions import Companion
from engine.health.comparing import Expected
from engine.launching import hasher_command


class Helper:
    """Hold the helping process.

    `out` are the numbers of what it has not answered yet; `is_well` tells whether it may be asked.
    """

    def __init__(self, companion: Companion, folder: str) -> None:
        self.out: set[int] = set()
        self.is_well = True
        self._companion = companion
        companion.send(marshal.dumps(folder))

    @classmethod
    def start(cls, folder: str) -> Helper | None:
        """Return a helper that compares files below `folder`, None where none can be started."""
        companion = Companion.start(hasher_command())
        return None if companion is None else cls(companion, folder)

    def ask(self, number: int, expected: Expected) -> None:
        """Give it something to compare, under a number of its own."""
        self.out.add(number)
        self._companion.send(marshal.dumps((number, expected)))

    def answers(self, *, waiting: bool = False) -> list[tuple[int, list[int]]]:
        """Return what it answered by now; when `waiting`, there is something unless it has died."""
        found: list[tuple[int, list[int]]] = []
        told = self._companion.answers
        while self.is_well and (not told.empty() or (waiting and self.out and not found)):
            data = told.get()
            try:
                number, wrong = cast("tuple[int, list[int]]", marshal.loads(data or b""))
            except (EOFError, TypeError, ValueError):
                self.is_well = False
                break
            self.out.discard(number)
            found.append((number, wrong))
        return found

    def end(self) -> None:
        """Have it end, and wait for that."""
        self.is_well = False
        self._companion.end()
