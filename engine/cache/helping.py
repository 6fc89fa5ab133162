"""Share walks with a second process: counting a disk whose folders are in memory is all work.

Whatever goes wrong with the helper, its jobs are done here.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, cast

from engine.cache.lending import Packed, restored, walks_at
from engine.cache.walking import Ground, Walk, walk_cache
from engine.framing import read_message, write_message
from engine.launching import walker_command

HELP_AFTER: Final = 1200  # folders: below it, a helper costs more than it saves
_AT_ONCE: Final = 8  # pieces of a cache in one message: most are small
_AHEAD: Final = 2  # messages that lie before the helper, so that it never waits
_PATIENCE: Final = 5.0  # seconds for it to end


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
    """Hold the helping process; a thread takes from it what it finds, so that it never waits."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._out: list[list[int]] = []  # what it has not answered yet, by message
        self._is_well = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @classmethod
    def start(cls, ground: Ground) -> _Helper | None:
        """Return a helper, None where none can be started."""
        try:
            process = subprocess.Popen(
                walker_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            )
        except OSError:
            return None
        helper = cls(process)
        platform = "win32" if ground.is_windows else sys.platform
        helper._send(marshal.dumps((list(ground.roots), platform)))
        return helper

    def keep_busy(self, work: _Work) -> None:
        """Take what it found by now, and give it more to do."""
        while not self._answers.empty():
            self.wait(work)
        while self._is_well and len(self._out) < _AHEAD and (lent := work.lend()):
            self._out.append([number for number, _, _ in lent])
            self._send(marshal.dumps(lent))

    def wait(self, work: _Work) -> None:
        """Wait for one answer; when it has died instead, everything that it had is to be done."""
        data = self._answers.get() if self._out or not self._answers.empty() else None
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
        pipe = self._process.stdin
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
        self._process.kill()  # it writes nothing that anybody keeps
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._thread.join(_PATIENCE)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _send(self, message: bytes) -> None:
        pipe = self._process.stdin
        with suppress(OSError):  # it has died: the thread hears of it
            if pipe is not None:
                write_message(pipe, message)

    def _read(self) -> None:
        pipe = self._process.stdout
        with suppress(OSError, ValueError):
            while pipe is not None and (data := read_message(pipe)) is not None:
                self._answers.put(data)
        self._answers.put(None)


def processors() -> int:
    """Return on how many processors this process may run."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
