"""Count the bytes of environments, telling what is theirs from what is shared by hard links."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.environments.looking import stat_or_none
from engine.records import Sizes

BLOCK = 512  # the unit of st_blocks on every POSIX system, whatever the file system uses
CLUSTER = 4096  # the default of NTFS up to 16 TB (Microsoft, "Default cluster size for NTFS")
# Links that Windows shows as folders: junctions and symbolic links.
LINK_TAGS = frozenset((0xA0000003, 0xA000000C))


@dataclass(slots=True)
class _Count:
    """Add up one prefix; `linked` holds, for each inode with several names, what was seen of it."""

    own: int = 0
    files: int = 0
    linked: dict[tuple[int, int], list[int]] = field(
        default_factory=dict[tuple[int, int], list[int]]
    )

    def add_linked(self, found: os.stat_result, size: int) -> None:
        entry = self.linked.get((found.st_dev, found.st_ino))
        if entry is None:
            self.linked[found.st_dev, found.st_ino] = [found.st_nlink - 1, size]
        else:
            entry[0] -= 1

    def sizes(self) -> Sizes:
        shared = sum(size for missing, size in self.linked.values() if missing > 0)
        inside = sum(size for missing, size in self.linked.values() if missing <= 0)
        return Sizes(own_bytes=self.own + inside, shared_bytes=shared, files=self.files)


def measure(prefixes: Sequence[Path]) -> Iterator[tuple[Path, Sizes]]:
    """Yield the sizes of each of `prefixes`, in order, as each is done.

    Bytes are those that the volume gave away, each inode once: shared when the inode has a name
    outside of the prefix, own otherwise; folders are own. `files` counts the names that are not
    folders. Links are never followed. Environments and package caches inside of a prefix, as in
    that of an installation, are not part of it. What cannot be read is left out; raises nothing.
    Takes some two microseconds a file, and the interpreter with it: run it in a worker process.
    """
    for prefix in prefixes:
        yield prefix, measure_one(prefix)


def measure_one(prefix: Path, platform: str = sys.platform) -> Sizes:
    """Return the sizes of `prefix`; see `measure`."""
    count = _Count()
    look = _look_on_windows if platform == "win32" else _look_on_posix
    top = str(prefix)
    pending = [top]
    itself = stat_or_none(top)
    if itself is not None and platform != "win32":
        count.own += itself.st_blocks * BLOCK
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as scanned:
                entries = list(scanned)
        except OSError:
            continue
        if folder != top and _is_something_else(
            entries, is_child=folder.rpartition(os.sep)[0] == top
        ):
            continue
        look(entries, count, pending)
    return count.sizes()


def _is_something_else(entries: list[os.DirEntry[str]], *, is_child: bool) -> bool:
    """Return whether a folder inside of a prefix is another environment, or a package cache."""
    names = {entry.name for entry in entries if entry.name in ("conda-meta", "urls.txt")}
    return "conda-meta" in names or (is_child and "urls.txt" in names)


def _look_on_posix(entries: list[os.DirEntry[str]], count: _Count, pending: list[str]) -> None:
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        size = found.st_blocks * BLOCK
        if stat.S_ISDIR(found.st_mode):
            pending.append(entry.path)
            count.own += size
            continue
        count.files += 1
        if found.st_nlink == 1:
            count.own += size
        else:
            count.add_linked(found, size)


def _look_on_windows(entries: list[os.DirEntry[str]], count: _Count, pending: list[str]) -> None:
    """Do the same where a listing tells neither links nor numbers, and links look like folders."""
    for entry in entries:
        try:
            found = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 - thousands of them
        except OSError:
            continue
        is_link = getattr(found, "st_reparse_tag", 0) in LINK_TAGS
        if stat.S_ISDIR(found.st_mode) and not is_link:
            pending.append(entry.path)
            continue
        count.files += 1
        size = 0 if is_link else -(-found.st_size // CLUSTER) * CLUSTER
        if found.st_nlink <= 1:
            count.own += size
        else:
            count.add_linked(found, size)
