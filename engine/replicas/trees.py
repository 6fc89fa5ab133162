"""What names a tree holds, and, without listing all of it again, what has changed in it since."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.replicas.surveying import unreadable
from engine.replicas.walking import Kind, look_at

PRECISION: Final = 2 * 10**9  # nanoseconds: file times are as coarse as that on FAT


@dataclass(slots=True)
class Folder:
    """Hold what is directly in a folder: files and links with their inodes, folders by name.

    `times` are when its list of names last changed, in nanoseconds, as seen before it was listed.
    """

    mode: int
    times: tuple[int, int]
    files: dict[str, int] = field(default_factory=dict[str, int])
    links: dict[str, int] = field(default_factory=dict[str, int])
    folders: dict[str, os.stat_result] = field(default_factory=dict[str, os.stat_result])


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
    while waiting:
        path, seen = waiting.pop()
        if path and sys.platform != "win32" and seen.st_dev != top.st_dev:
            raise _mounted(root, path)
        same = _unchanged(known, path, seen)
        if same is None:
            folder = found[path] = _listed(root, path, seen)
            below = folder.folders.items()
        else:
            folder = found[path] = same
            below = _seen_again(root, path, folder)
        head = f"{path}/" if path else ""
        waiting += [(head + name, stats) for name, stats in below]
    return Tree(root, began, found)


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


def _seen_again(root: Path, path: str, folder: Folder) -> Iterator[tuple[str, os.stat_result]]:
    base = f"{root}/{path}" if path else os.fspath(root)
    for name in folder.folders:
        try:
            yield name, os.lstat(f"{base}/{name}")
        except OSError as error:
            raise unreadable(Path(base, name), error) from error


def _listed(root: Path, path: str, seen: os.stat_result) -> Folder:
    folder = Folder(stat.S_IMODE(seen.st_mode), _times(seen))
    base = f"{root}/{path}" if path else os.fspath(root)
    try:
        with os.scandir(base) as entries:
            for entry in entries:
                if _is_folder(entry):
                    folder.folders[entry.name] = entry.stat(follow_symlinks=False)
                elif _is_link(entry):
                    folder.links[entry.name] = entry.inode()
                else:
                    folder.files[entry.name] = entry.inode()
    except OSError as error:
        raise unreadable(Path(base), error) from error
    return folder


if sys.platform == "win32":

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        # A junction is a folder to everything else.
        return entry.is_dir(follow_symlinks=False) and not _is_link(entry)

    def _is_link(entry: os.DirEntry[str]) -> bool:
        return look_at(entry.path, "").kind is Kind.LINK

else:

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        return entry.is_dir(follow_symlinks=False)

    def _is_link(entry: os.DirEntry[str]) -> bool:
        return entry.is_symlink()


def _mounted(root: Path, path: str) -> EngineError:
    return EngineError(
        ErrorCode.FILES_IN_USE,
        "Another disk is mounted inside of this environment.",
        cause=f"{root / path} is another disk.",
        hint="Unmount it first, then try again.",
        prefix=str(root),
        path=str(root / path),
    )
