"""Share walks with a second process: counting a disk whose folders are in memory is all work.

Whatever goes wrong with the helper, its jobs are done here.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from engine.cache.lending import Packed, restored, walks_at
from engine.cache.walking import Ground, Walk, walk_cache
from engine.companions import Companion, processors
from engine.launching import walker_command

HELP_AFTER: Final = 1200  # folders: below it, a helper costs more than it saves
_AT_ONCE: Final = 8  # pieces of a cache in one message: most are small
_AHEAD: Final = 2  # messages that lie before the helper, so that it never waits


@dataclass(frozen=True, slots=True)
class Job:
    """Ask for walks at `paths`: those of a piece of a cache, or that of an environment.

    What is at `leave_out` is left out, and `is_root` tells that paths may be roots themselves; such
    a job is not given away.
    """

    paths: tuple[str, ...]
    is_environment: bool = False
    leave_out: frozenset[str] = frozenset()
    is_root: bool = False

    def walks(self, ground: Ground) -> list[Walk]:
        """Return what is found, in this process."""
        if not self.is_root:
            return walks_at(self.paths, ground, is_environment=self.is_environment)
        walks = (walk_cache(path, ground, self.leave_out, is_root=True) for path in self.paths)
        return [walk for walk in walks if walk is not None]


def walked(
    jobs: Sequence[Job],
    ground: Ground,
    told: Callable[[int, str], None] = lambda _files, _place: None,
    help_after: int = HELP_AFTER,
) -> Generator[list[Walk]]:
    """Yield what each of `jobs` finds, in their order.

    After `help_after` folders a second process takes a part of them, if there is a second
    processor; close the iterator, or it stays. `told` is called with the number of files so far.
    Raises nothing.
    """
    work = _Work(jobs, ground)
    files = folders = 0
    helper: _Helper | None = None
    can_help = processors() > 1
    try:
        for number, job in enumerate(jobs):
            while (walks := work.take(number)) is None:
                if helper is not None:
                    helper.keep_busy(work)
                if not work.has(number) and not work.do_one() and helper is not None:
                    helper.wait(work)
            files += sum(walk.files for walk in walks)
            folders += sum(len(walk.log) for walk in walks)
            told(files, job.paths[0] if job.paths else "")
            if can_help and folders >= help_after:
                can_help = False
                helper = _Helper.start(ground)
            yield walks
    finally:
        if helper is not None:
            helper.end()


class _Work:
    """Know which jobs are still to be done, and keep what was found until its turn."""

    def __init__(self, jobs: Sequence[Job], ground: Ground) -> None:
        self._jobs = jobs
        self._ground = ground
        self._left = list(range(len(jobs) - 1, -1, -1))  # the next one is the last
        self._found: dict[int, list[Walk] | list[Packed]] = {}

    def take(self, number: int) -> list[Walk] | None:
        """Return what the job found, once, or None as long as it is not done."""
        found = self._found.pop(number, None)
        if found is None:
            return None
        return [each if isinstance(each, Walk) else restored(each) for each in found]

    def has(self, number: int) -> bool:
        """Return whether the job is done."""
        return number in self._found

    def put(self, number: int, found: list[Packed]) -> None:
        """Keep what the helper found."""
        self._found[number] = found

    def put_back(self, numbers: Sequence[int]) -> None:
        """Have these jobs done again."""
        self._left = sorted({*self._left, *numbers}, reverse=True)

    def do_one(self) -> bool:
        """Do the next job here; returns whether there was one."""
        if not self._left:
            return False
        number = self._left.pop()
        self._found[number] = self._jobs[number].walks(self._ground)
        return True

    def lend(self) -> list[tuple[int, bool, tuple[str, ...]]]:
        """Return jobs for the helper: some pieces of a cache, or one environment."""
        lent: list[tuple[int, bool, tuple[str, ...]]] = []
        for at in range(len(self._left) - 1, -1, -1):
            job = self._jobs[self._left[at]]
            if job.is_root:
                continue
            if lent and job.is_environment:
                break
            lent.append((self._left.pop(at), job.is_environment, job.paths))
            if job.is_environment or len(lent) == _AT_ONCE:
                break
        return lent


class _Helper:
    """Hold the helping process."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._out: list[list[int]] = []  # what it has not answered yet, by message
        self._is_well = True

    @classmethod
    def start(cls, ground: Ground) -> _Helper | None:
        """Return a helper, None where none can be started."""
        companion = Companion.start(walker_command())
        if companion is None:
            return None
        platform = "win32" if ground.is_windows else sys.platform
        companion.send(marshal.dumps((list(ground.roots), platform)))
        return cls(companion)

    def keep_busy(self, work: _Work) -> None:
        """Take what it found by now, and give it more to do."""
        while not self._companion.answers.empty():
            self.wait(work)
        while self._is_well and len(self._out) < _AHEAD and (lent := work.lend()):
            self._out.append([number for number, _, _ in lent])
            self._companion.send(marshal.dumps(lent))

    def wait(self, work: _Work) -> None:
        """Wait for one answer; when it has died instead, everything that it had is to be done."""
        data = (
            self._companion.answers.get()
            if self._out or not self._companion.answers.empty()
            else None
        )
        if data is None:
            self._is_well = False
            work.put_back([number for numbers in self._out for number in numbers])
            self._out.clear()
            return
        for number, found in cast("list[tuple[int, list[Packed]]]", marshal.loads(data)):
            work.put(number, found)
        self._out.pop(0)

    def end(self) -> None:
        """Have it end, and wait for that."""
        self._companion.end()
