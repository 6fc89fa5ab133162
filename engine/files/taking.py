"""Take files from disk that others wrote: only what was named, only so much, never a device."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.environments.naming import RESERVED_BY_WINDOWS
from engine.errors import EngineError, ErrorCode

TEXT_LIMIT: Final = 16 << 20  # bytes; the largest locks that people keep have a third of that
INCLUDE_LIMIT: Final = 64  # files
DEPTH_LIMIT: Final = 16

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a pipe that nobody writes to would wait for ever
    | getattr(os, "O_NOCTTY", 0)
)


def open_regular(path: Path) -> int:
    """Return a descriptor of the regular file at `path`, to be closed by the caller.

    Raises EngineError (file-unreadable) for folders, devices, pipes, and what may not be read.
    """
    try:
        if sys.platform == "win32" and path.stem.upper() in RESERVED_BY_WINDOWS:
            raise _unreadable(path, "This name stands for a device.")
        _check_regular(path, os.stat(path))  # noqa: PTH116 - before opening it
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error
    try:
        _check_regular(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def take(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """Return the bytes of the regular file at `path`.

    Raises EngineError (file-unreadable, file-too-large).
    """
    with os.fdopen(open_regular(path), "rb") as stream:
        try:
            data = b"" if os.fstat(stream.fileno()).st_size > limit else stream.read(limit + 1)
            is_large = os.fstat(stream.fileno()).st_size > limit or len(data) > limit
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error
    if is_large:
        raise too_large(path, limit)
    return data


def take_head(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of the regular file at `path`; raises EngineError."""
    with os.fdopen(open_regular(path), "rb") as stream:
        try:
            return stream.read(size)
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error


def too_large(path: Path | None, limit: int) -> EngineError:
    """Return the failure of a file that is larger than `limit` bytes."""
    return EngineError(
        ErrorCode.FILE_TOO_LARGE,
        "This file is too large to be a list of packages.",
        cause=f"Envdesk reads at most {limit >> 20 or 1} MB of such a file.",
        hint="Choose the file that names the packages, not the data.",
        path=str(path or ""),
        limit=str(limit),
    )


def _check_regular(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        raise _unreadable(path, f"It is {what}, not a file.")


def _unreadable(path: Path, cause: str) -> EngineError:
    return EngineError(
        ErrorCode.FILE_UNREADABLE,
        "This file could not be read.",
        cause=cause,
        hint="Look whether it is there and may be read, then choose it again.",
        path=str(path),
    )


@dataclass(slots=True)
class Surroundings:
    """Say which files may be read: those that were named, and what lies below their folders."""

    named: tuple[Path, ...] = ()
    taken: list[Path] = field(default_factory=list[Path])
    left: int = TEXT_LIMIT

    def find(self, written: str, folder: Path) -> Path | None:
        """Return the real path of `written` as seen from `folder`, None when it lies outside.

        Nothing outside is looked at, neither through `..` nor through a link nor on a network.
        """
        if written.startswith(("\\\\", "//", "~")) or "\0" in written:
            return None
        path = os.path.abspath(os.path.join(folder, written))  # noqa: PTH118 - `written` may be absolute
        if not self._allows(path):
            return None
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return None
        return Path(real) if self._allows(real, real=True) else None

    def take(self, path: Path) -> bytes:
        """Return the bytes of an included file; raises EngineError, too, when they are too many."""
        if len(self.taken) >= INCLUDE_LIMIT:
            raise too_large(path, TEXT_LIMIT)
        data = take(path, self.left)
        self.left -= len(data)
        self.taken.append(path)
        return data

    def _allows(self, path: str, *, real: bool = False) -> bool:
        for each in self.named:
            named = os.path.realpath(each) if real else os.path.abspath(each)
            folder = os.path.dirname(named)  # noqa: PTH120 - compared as text
            if path == named or _is_below(path, folder):
                return True
        return False


def _is_below(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath((path, folder)) == folder
    except ValueError:  # another drive
        return False
