"""Processes that help to make mirrors: links are the kernel's work, and other threads' Python
would only keep them waiting.

They are started ahead, so that they are there when the work is. Nothing of a mirror is told to be
made before they have answered for all of it, and none of them works on when that fails.
"""

from __future__ import annotations

import errno
import marshal
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, cast

from engine.companions import close_pipes, processors, start_process
from engine.framing import read_message, write_message
from engine.launching import linker_command
from engine.replicas.filling import MountedError, Portion, UnreadableError, Waiting
from engine.replicas.handing import DONE, FAILED, MOUNTED, UNREADABLE, Answer

_MOST: Final = 2  # more of them would wait for each other in the file system
_NAMES: Final = 1000  # in one message: some ten milliseconds of work
_FEW: Final = 100  # as long as there is little to share
_AHEAD: Final = 2  # messages that lie before each, so that none of them waits
_PATIENCE: Final = 10.0  # seconds for one that was killed to be gone


class Ground(NamedTuple):
    """Say what is mirrored where, as a Filler takes it."""

    source: str
    target: str
    device: int
    allowed: int


class Hands:
    """Hold the processes that help; for one mirror."""

    def __init__(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        self._processes = list(processes)

    @classmethod
    def start(cls, count: int | None = None) -> Hands:
        """Start `count` processes, as many as are of use unless given; there may be none."""
        wanted = min(_MOST, processors()) if count is None else count
        started = (start_process(linker_command()) for _ in range(wanted))
        return cls([process for process in started if process is not None])

    def fill(self, ground: Ground, first: Waiting, take: Callable[[Portion], None]) -> bool:
        """Fill the mirror that `ground` tells of, from its topmost folder `first` on.

        `take` is called with each portion that is done, by one thread at a time. Returns False
        when the processes cannot do it. Blocks. Raises UnreadableError, MountedError and OSError.
        However this ends, the processes are gone then.
        """
        if not self._processes:
            return False
        work = _Work(first, len(self._processes), take)
        threads = [
            threading.Thread(target=_attend, args=(process, ground, work), daemon=True)
            for process in self._processes
        ]
        for thread in threads:
            thread.start()
        work.wait()
        try:
            self.end()
        finally:
            for thread in threads:
                thread.join(_PATIENCE)
        if work.error is not None:
            raise work.error
        return work.is_done

    def end(self) -> None:
        """Have them end, whatever they do; raises OSError when one of them does not.

        A process that the system cannot stop may write on.
        """
        processes, self._processes = self._processes, []
        for process in processes:
            process.kill()
        for process in processes:
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired as error:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY)) from error
            close_pipes(process)


class _Work:
    """Know what is still to be done and whether anybody is at it; for several threads."""

    def __init__(self, first: Waiting, count: int, take: Callable[[Portion], None]) -> None:
        self._count = count
        self._take = take
        self._news = threading.Condition()
        self._waiting = [first]
        self._lent = 0
        self._is_over = False
        self.is_done = False
        self.error: BaseException | None = None

    def wait(self) -> None:
        """Wait until everything is done or something went wrong."""
        with self._news:
            while not self._is_over:
                self._news.wait()

    def lend(self, *, patiently: bool) -> tuple[list[Waiting], int] | None:
        """Return folders to do and how many names at most; None when there are none.

        With patience it waits for others to tell of some.
        """
        with self._news:
            while patiently and not self._waiting and not self._is_over:
                self._news.wait()
            if self._is_over or not self._waiting:
                return None
            share = -(-len(self._waiting) // (_AHEAD * self._count))
            lent = self._waiting[-share:]
            del self._waiting[-share:]
            self._lent += 1
            return lent, _NAMES if len(self._waiting) >= self._count else _FEW

    def put(self, portion: Portion) -> None:
        """Take what was done, and what of it is still to be done."""
        with self._news:
            if self._is_over:
                return
            self._take(portion)
            self._waiting += portion.waiting
            self._lent -= 1
            if not self._lent and not self._waiting:
                self.is_done = self._is_over = True
            self._news.notify_all()

    def give_up(self, error: BaseException | None = None) -> None:
        """Have everybody stop."""
        with self._news:
            if not self._is_over:
                self.error = error
                self._is_over = True
            self._news.notify_all()


def _attend(process: subprocess.Popen[bytes], ground: Ground, work: _Work) -> None:
    """Give a process work, and take its answers, until there is nothing left to do."""
    try:
        source, target = process.stdout, process.stdin
        assert source is not None
        assert target is not None
        write_message(target, marshal.dumps(tuple(ground)))
        asked = 0
        while True:
            while asked < _AHEAD and (lent := work.lend(patiently=not asked)) is not None:
                write_message(target, marshal.dumps(lent))
                asked += 1
            if not asked:
                return
            data = read_message(source)
            if data is None:
                work.give_up()  # it has died
                return
            work.put(_understood(cast("Answer", marshal.loads(data))))
            asked -= 1
    except (UnreadableError, MountedError) as trouble:
        work.give_up(trouble)
    except _ReportedError as trouble:
        work.give_up(trouble.error)
    except (OSError, ValueError, EOFError, TypeError, MemoryError):
        work.give_up()  # it has died, or what it says makes no sense
    except BaseException as error:  # noqa: BLE001 - whoever waits is told
        work.give_up(error)


class _ReportedError(Exception):
    """Carry what went wrong in the other process."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _understood(answer: Answer) -> Portion:
    kind, portion, path, (number, text, name, windows) = answer
    if kind == DONE:
        return Portion(*portion)
    if kind == MOUNTED:
        raise MountedError(path)
    error = OSError(number, text, name, windows or None)
    if kind == UNREADABLE:
        raise UnreadableError(path, error)
    if kind == FAILED:
        raise _ReportedError(error)
    raise ValueError(kind)
