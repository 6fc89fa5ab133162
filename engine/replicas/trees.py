"""What names a tree holds, and, without listing all of it again, what has changed in it since."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.replicas.filling import (
    Filled,
    MountedError,
    UnreadableError,
    check_mounted,
    list_folder,
)
from engine.replicas.surveying import unreadable

PRECISION: Final = 2 * 10**9  # nanoseconds: file times are as coarse as that on FAT


@dataclass(slots=True)
class Folder:
    """Hold what is directly in a folder: files and links with their inodes, names of folders.

    `times` are when its list of names last changed, in nanoseconds, as seen before it was listed.
    """

    times: tuple[int, int]
    files: dict[str, int] = field(default_factory=dict[str, int])
    links: dict[str, int] = field(default_factory=dict[str, int])
    folders: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Hold the folders of `root` by their paths, relative and with `/`; the root's own is empty.

    A folder comes before those in it. `began` is when looking began, in nanoseconds.
    """

    root: Path
    began: int
    folders: dict[str, Folder]

    def count(self) -> int:
        """Return how many files and links there are."""
        return sum(len(each.files) + len(each.links) for each in self.folders.values())


def folder_of(filled: Filled) -> Folder:
    """Return what a folder was when it was filled."""
    (_, _, *times), files, links, folders = filled
    return Folder((times[0], times[1]), files, links, folders)


def look_through(root: Path, known: Tree | None = None) -> Tree:
    """Return what is in `root`, links not followed.

    Folders in which nothing came or went since `known` was made are those of `known`, the very
    same objects. Blocks. Raises EngineError: link-failed (something cannot be looked into),
    files-in-use (another disk is mounted inside); OSError when there is no `root`.
    """
    began = time.time_ns()
    base = os.fspath(root)
    top = os.stat(base)  # noqa: PTH116 - texts from here on
    found: dict[str, Folder] = {}
    waiting = [("", top)]
    try:
        while waiting:
            path, seen = waiting.pop()
            check_mounted(path, seen, top.st_dev)
            same = _unchanged(known, path, seen)
            if same is None:
                listing = list_folder(base, path)
                names = tuple(listing.folders)
                found[path] = Folder(_times(seen), listing.files, listing.links, names)
                below = iter(listing.folders.items())
            else:
                found[path] = same
                below = _seen_again(base, path, same)
            head = f"{path}/" if path else ""
            waiting += [(head + name, stats) for name, stats in below]
    except (UnreadableError, MountedError) as trouble:
        raise told(root, trouble) from trouble
    return Tree(root, began, found)


def told(root: Path, trouble: UnreadableError | MountedError) -> EngineError:
    """Return the EngineError for what was in the way of looking into `root`."""
    if isinstance(trouble, UnreadableError):
        return unreadable(Path(trouble.path), trouble.error)
    return EngineError(
        ErrorCode.FILES_IN_USE,
        "Another disk is mounted inside of this environment.",
        cause=f"{root / trouble.path} is another disk.",
        hint="Unmount it first, then try again.",
        prefix=str(root),
        path=str(root / trouble.path),
    )


def _times(seen: os.stat_result) -> tuple[int, int]:
    return (seen.st_mtime_ns, seen.st_ctime_ns)


def _unchanged(known: Tree | None, path: str, seen: os.stat_result) -> Folder | None:
    """Return the folder as it is known, if nothing came or went in it.

    POSIX has every change of the names in a folder mark its times (POSIX.1, `rename`, `link`,
    `unlink`); Windows does so lazily, and not on every volume.
    """
    if known is None or sys.platform == "win32":
        return None
    folder = known.folders.get(path)
    times = _times(seen)
    if folder is None or folder.times != times or max(times) >= known.began - PRECISION:
        return None
    return folder


def _seen_again(base: str, path: str, folder: Folder) -> Iterator[tuple[str, os.stat_result]]:
    place = f"{base}/{path}" if path else base
    for name in folder.folders:
        try:
            yield name, os.lstat(f"{place}/{name}")
        except OSError as error:
            raise UnreadableError(f"{place}/{name}", error) from error
