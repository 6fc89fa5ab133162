"""List folders, as quickly as each system can."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from engine.cache.directories import Status

if TYPE_CHECKING:
    from engine.cache.windows import WindowsEntry

# File systems on which the number in a folder's listing is the file's own number, always.
TRUE_LISTINGS = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "f2fs", "jfs"))
_FOLDER: Final = (
    getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | os.O_RDONLY
)


def entries_in(folder: str, *, is_windows: bool) -> Sequence[os.DirEntry[str] | WindowsEntry]:
    """Return what is in `folder`; on most systems nothing is asked of the entries themselves.

    Raises OSError where it cannot be listed.
    """
    with os.scandir(folder) as entries:
        if not is_windows:
            return [*entries]
        from engine.cache.windows import WindowsEntry

        return [*map(WindowsEntry, entries)]


def status_of(path: str, *, is_windows: bool) -> Status:
    """Return the status of `path` itself; raises OSError."""
    if not is_windows:
        return os.lstat(path)
    from engine.cache.windows import windows_status

    return windows_status(path)


def statuses_in(folder: str, *, is_windows: bool) -> list[tuple[str, Status]]:
    """Return name and status of all that is in `folder`; what goes away meanwhile is left out.

    Raises OSError where it cannot be listed.
    """
    if is_windows or os.scandir not in os.supports_fd:
        found: list[tuple[str, Status]] = []
        for entry in entries_in(folder, is_windows=is_windows):
            with suppress(OSError):
                found.append((entry.name, entry.stat(follow_symlinks=False)))
        return found
    # Through the open folder the system need not look up the whole path for each file.
    opened = os.open(folder, _FOLDER)
    try:
        with os.scandir(opened) as entries:
            each = [*entries]
        try:
            return [(entry.name, entry.stat(follow_symlinks=False)) for entry in each]
        except OSError:
            return _those_left(each)
    finally:
        os.close(opened)


def _those_left(entries: Sequence[os.DirEntry[str]]) -> list[tuple[str, Status]]:
    found: list[tuple[str, Status]] = []
    for entry in entries:
        with suppress(OSError):
            found.append((entry.name, entry.stat(follow_symlinks=False)))
    return found


def devices_with_true_listings() -> frozenset[int]:
    """Return the mounted devices whose listings tell true file numbers (proc(5), mountinfo)."""
    found: set[int] = set()
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as lines:  # noqa: PTH123
            for line in lines:
                fields, _, rest = line.partition(" - ")
                if rest.split(" ", 1)[0] in TRUE_LISTINGS:
                    major, minor = fields.split(" ")[2].split(":")
                    found.add(os.makedev(int(major), int(minor)))
    except (OSError, ValueError, IndexError):
        return frozenset()
    return frozenset(found)
