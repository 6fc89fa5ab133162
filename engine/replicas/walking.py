"""Walk through an environment without ever following a link out of it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_BLOCK = (
    512  # st_blocks counts these, whatever the file system's own blocks are (POSIX, sys/stat.h)
)
_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT
_MOUNT_POINT_TAG = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: what Windows calls a junction


class Kind(StrEnum):
    """Say what sort of thing a name stands for."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Found:
    """Describe one name: `path` is relative to the root and has `/` on every system.

    `allocated` is in bytes on disk, `mtime` in nanoseconds, `mode` holds permission bits only.
    """

    path: str
    kind: Kind
    size: int
    allocated: int
    mode: int
    mtime: int
    device: int
    inode: int
    links: int

    @property
    def identity(self) -> tuple[int, int]:
        """Return what names of one file have in common."""
        return (self.device, self.inode)

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.path.rpartition("/")[2]


def look_at(path: str, shown: str) -> Found:
    """Return what stands at `path`, links not followed, as `shown`; raises OSError."""
    found = os.lstat(path)
    return Found(
        path=shown,
        kind=_kind(found),
        size=found.st_size,
        allocated=_allocated(found),
        mode=stat.S_IMODE(found.st_mode),
        mtime=found.st_mtime_ns,
        device=found.st_dev,
        inode=found.st_ino,
        links=found.st_nlink,
    )


def walk(
    root: Path,
    *,
    left_out: Callable[[str], bool] = lambda _: False,
    trouble: Callable[[str, OSError], None] = lambda _path, _error: None,
) -> Iterator[Found]:
    """Yield everything below `root`, folders before what is in them, in one order for each tree.

    Names for which `left_out` is true are passed over, folders with all that is in them. What
    vanishes meanwhile is passed over too. What cannot be looked into goes to `trouble`, which may
    raise. Folders on another volume are yielded but not entered.
    """
    base = os.fspath(root)
    volume = os.stat(base).st_dev  # noqa: PTH116 - a text is at hand
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        below: list[str] = []
        for name in _names(f"{base}/{folder}" if folder else base, folder, trouble):
            path = f"{folder}/{name}" if folder else name
            if left_out(path):
                continue
            try:
                found = look_at(f"{base}/{path}", path)
            except FileNotFoundError:
                continue
            except OSError as error:
                trouble(path, error)
                continue
            yield found
            if found.kind is Kind.FOLDER and found.device == volume:
                below.append(path)
        waiting += reversed(below)


def _names(folder: str, shown: str, trouble: Callable[[str, OSError], None]) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted, not paths
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        trouble(shown, error)
        return []


def _kind(found: os.stat_result) -> Kind:
    if stat.S_ISLNK(found.st_mode) or _is_junction(found):
        return Kind.LINK
    if stat.S_ISDIR(found.st_mode):
        return Kind.FOLDER
    return Kind.FILE if stat.S_ISREG(found.st_mode) else Kind.OTHER


def _is_junction(found: os.stat_result) -> bool:
    attributes = getattr(found, "st_file_attributes", 0)
    return bool(attributes & _REPARSE_POINT) and (
        getattr(found, "st_reparse_tag", 0) == _MOUNT_POINT_TAG
    )


def _allocated(found: os.stat_result) -> int:
    blocks = getattr(found, "st_blocks", None)
    if blocks is not None and sys.platform != "win32":
        return blocks * _BLOCK
    return -(-found.st_size // 4096) * 4096
