"""Notice whether anything changed in many folders, without looking into them."""

from __future__ import annotations

import os
import sys
import time
from array import array
from typing import Protocol

BLOCK = 512  # the unit of st_blocks on every POSIX system, whatever the file system uses
# A change within one tick of the volume's clock leaves no trace in the time of a folder.
TICK_NS = 50_000_000 if sys.platform == "linux" else 2_100_000_000


class Status(Protocol):
    """Tell what `os.stat_result` tells of a file, as far as it is counted."""

    @property
    def st_mode(self) -> int:
        """Return kind and rights."""
        ...

    @property
    def st_ino(self) -> int:
        """Return the number of the file."""
        ...

    @property
    def st_dev(self) -> int:
        """Return the number of its volume."""
        ...

    @property
    def st_nlink(self) -> int:
        """Return how many names it has."""
        ...

    @property
    def st_blocks(self) -> int:
        """Return how many blocks it takes up."""
        ...

    @property
    def st_mtime_ns(self) -> int:
        """Return when it was changed."""
        ...


class DirectoryLog:
    """Keep the path, number and time of change of every folder that was looked into.

    Adding, removing and renaming in a folder change its time on every system; writing into a file
    in place does not, so whatever is remembered through this log must also grow old.
    """

    def __init__(self) -> None:
        self._paths = bytearray()
        self._times = array("q")
        self._inodes = array("Q")
        self._started = time.time_ns() - TICK_NS
        self._is_settled = True

    def __len__(self) -> int:
        return len(self._times)

    def add(self, path: str, found: Status) -> None:
        """Note a folder as it is now, before it is looked into."""
        self._paths += os.fsencode(path) + b"\0"
        self._times.append(found.st_mtime_ns)
        self._inodes.append(found.st_ino & 0xFFFFFFFFFFFFFFFF)
        if found.st_mtime_ns > self._started and time.time_ns() - found.st_mtime_ns < TICK_NS:
            self._is_settled = False

    def extend(self, log: tuple[bytes, bytes, bytes], *, is_settled: bool) -> None:
        """Add what another log, dumped, holds."""
        self._paths += log[0]
        self._times.frombytes(log[1])
        self._inodes.frombytes(log[2])
        self._is_settled = self._is_settled and is_settled

    @property
    def is_settled(self) -> bool:
        """Return whether every change from now on will show."""
        return self._is_settled

    def dump(self) -> tuple[bytes, bytes, bytes]:
        """Return paths, times and numbers as bytes."""
        return bytes(self._paths), self._times.tobytes(), self._inodes.tobytes()


def is_unchanged(paths: bytes, times: bytes, inodes: bytes) -> bool:
    """Return whether every folder of a dumped log is as it was; about two microseconds each."""
    names = os.fsdecode(paths).split("\0")[:-1]
    moments, numbers = array("q"), array("Q")
    moments.frombytes(times)
    numbers.frombytes(inodes)
    if not len(names) == len(moments) == len(numbers):
        return False
    look = os.lstat
    try:
        for name, moment, number in zip(names, moments, numbers, strict=True):
            found = look(name)
            if found.st_mtime_ns != moment or found.st_ino != number:
                return False
    except OSError:
        return False
    return True
