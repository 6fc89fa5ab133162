"""Show the entries of a folder on Windows as POSIX systems show them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from engine.cache.directories import BLOCK

CLUSTER = 4096  # the default of NTFS up to 16 TB (Microsoft, "Default cluster size for NTFS")
LINK_TAGS = frozenset((0xA0000003, 0xA000000C))  # junctions and symbolic links


@dataclass(frozen=True, slots=True)
class WindowsStatus:
    """Hold what is needed of a file's status; `st_blocks` is worked out from its size."""

    st_mode: int
    st_ino: int
    st_dev: int
    st_nlink: int
    st_blocks: int
    st_mtime_ns: int


class WindowsEntry:
    """Answer like `os.DirEntry`; a listing tells neither links nor numbers there, so it asks.

    Junctions count as links, because what is behind them lies somewhere else.
    """

    __slots__ = ("_status", "name", "path")

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self.name = entry.name
        self.path = entry.path
        self._status: WindowsStatus | None = None

    def stat(self, *, follow_symlinks: bool) -> WindowsStatus:
        """Return the status of the entry itself; raises OSError."""
        assert not follow_symlinks
        if self._status is None:
            self._status = windows_status(self.path)
        return self._status

    def inode(self) -> int:
        """Return the number of the file, 0 where it cannot be asked."""
        try:
            return self.stat(follow_symlinks=False).st_ino
        except OSError:
            return 0

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        """Return whether it is a folder and no link to one."""
        try:
            return stat.S_ISDIR(self.stat(follow_symlinks=follow_symlinks).st_mode)
        except OSError:
            return False

    def is_symlink(self) -> bool:
        """Return whether it is a link of any kind."""
        try:
            return stat.S_ISLNK(self.stat(follow_symlinks=False).st_mode)
        except OSError:
            return False


def windows_status(path: str) -> WindowsStatus:
    """Return the status of `path` itself; raises OSError."""
    found = os.lstat(path)
    is_link = getattr(found, "st_reparse_tag", 0) in LINK_TAGS
    mode = stat.S_IFLNK if is_link else found.st_mode
    clusters = -(-found.st_size // CLUSTER) if stat.S_ISREG(mode) else 0
    return WindowsStatus(
        st_mode=mode,
        st_ino=found.st_ino,
        st_dev=found.st_dev,
        st_nlink=found.st_nlink,
        st_blocks=clusters * (CLUSTER // BLOCK),
        st_mtime_ns=found.st_mtime_ns,
    )
