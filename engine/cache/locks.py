"""Hold the locks of other programs, without waiting, while something of theirs is moved away.

Which file is locked, and how, is the business of each: rattler and uv lock whole files with
flock(2) (`.cache.lock` in a package cache, `.lock` in uv's); conda and mamba lock the byte 21 of
a file with fcntl(2) (conda: the lists in `cache`; mamba: `pkgs.lock` and `NAME.lock`). On one
file the two kinds do not see each other, so both are taken.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Collection, Generator, Iterable
from pathlib import Path
from typing import IO

from engine.cache.values import CacheItem, CacheKind, CacheSpace, ItemKind

LOCK_BYTE = 21  # (conda, gateways/disk/lock.py: "mamba interop")


class LockedError(Exception):
    """Another process holds the lock that is the only argument, a path."""


def lock_files(cache: CacheSpace, item: CacheItem) -> tuple[Path, ...]:
    """Return the files whose locks guard `item`; not all of them exist."""
    folder = cache.folder
    if cache.kind is CacheKind.UV:
        return (folder / ".lock",)
    if cache.kind is CacheKind.PIP:
        return ()
    if item.kind is ItemKind.INDEX:
        files = (item.path, *item.companions)
        return (*files, *(file.with_name(f"{file.name}.lock") for file in files))
    general = (folder / ".cache.lock", folder / f"{folder.name}.lock", folder / ".mamba_lock")
    own = (item.path.with_name(f"{item.path.name}.lock"), folder / f"{item.path.stem}.lock")
    return (*general, *own)


@contextlib.contextmanager
def hold_all(
    paths: Iterable[Path], moving: Collection[Path] = (), platform: str = sys.platform
) -> Generator[None]:
    """Hold the locks of those of `paths` that are files. Raises LockedError, OSError.

    Those that are `moving` are only tried on Windows, where an open file cannot be renamed.
    """
    with contextlib.ExitStack() as stack:
        for path in dict.fromkeys(paths):
            if not path.is_file() or path.is_symlink():
                continue
            if platform == "win32" and path in moving:
                with _held(path):
                    pass
            else:
                stack.enter_context(_held(path))
        yield


@contextlib.contextmanager
def _held(path: Path) -> Generator[None]:
    try:
        stream = path.open("r+b")
    except FileNotFoundError:
        yield
        return
    except PermissionError:
        stream = path.open("rb")
    with stream:
        try:
            _lock(stream)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise LockedError(str(path)) from error
            if error.errno not in (errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):
                raise
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        """Lock the bytes that conda, mamba and rattler lock; closing the file lets go."""
        for position in (0, LOCK_BYTE):
            stream.seek(position)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        """Lock the whole file in both ways; closing the file lets go."""
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stream.writable():
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
