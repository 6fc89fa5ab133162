"""Walk through folders and note what has to be counted, in this process or in one that helps.

A walk knows nothing of other walks: what has several names is noted name by name and put together
elsewhere. Everything here loads little, for a helping process has to be quick at hand; that is
also why nothing here is a dataclass, whose module takes longer to load than all the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from engine.cache.directories import DirectoryLog, Status
from engine.cache.extents import can_be_told, shared_blocks
from engine.cache.listing import devices_with_true_listings, entries_in, status_of, statuses_in

if TYPE_CHECKING:
    from engine.cache.windows import WindowsEntry

_NONE: frozenset[int] = frozenset()


class Ground:
    """Say what walks must know: `roots` are folders, by device and inode, that none enters.

    On `true_devices` the number of a file in a folder's listing is its own.
    """

    __slots__ = ("_clones", "is_windows", "roots", "true_devices")

    def __init__(
        self, roots: Collection[tuple[int, int]] = (), platform: str = sys.platform
    ) -> None:
        self.roots = frozenset(roots)
        self.is_windows = platform == "win32"
        self._clones: dict[int, bool] = {}
        self.true_devices = devices_with_true_listings() if platform == "linux" else _NONE

    def has_clones(self, folder: str, device: int) -> bool:
        """Return whether files in `folder`, on `device`, may share what they hold with others."""
        known = self._clones.get(device)
        if known is None:
            known = self._clones[device] = not self.is_windows and can_be_told(folder)
        return known


class Walk:
    """Hold what was found at one path and below; links are never followed, no volume is left.

    `blocks` are those of folders and of files with one name; `cloned` is the part of these that
    other files use, too, where the system tells. `inodes`, `names` and `sizes` tell of
    each other file its number, how many names it has and its blocks, once for each name that was
    met. `unasked` are names of which nothing but the number is known: a folder, the numbers in it
    and the names, with NUL between them. `links_out` are soft links, by folder and target, that
    lead out. `files` counts the names of all that are no folders.
    """

    __slots__ = (
        *(
            "blocks",
            "cloned",
            "device",
            "files",
            "has_mount",
            "has_root",
            "inodes",
            "links_out",
            "log",
        ),
        *("names", "sizes", "unasked", "unreadable"),
    )

    def __init__(self) -> None:
        self.device = self.blocks = self.cloned = self.files = 0
        self.has_mount = self.has_root = False
        self.inodes: list[int] = []
        self.names: list[int] = []
        self.sizes: list[int] = []
        self.unasked: list[tuple[str, list[int], str]] = []
        self.links_out: list[tuple[str, str]] = []
        self.unreadable: list[str] = []
        self.log = DirectoryLog()

    def add_linked(self, found: Status) -> None:
        """Note one name of a file that has several."""
        self.inodes.append(found.st_ino)
        self.names.append(found.st_nlink)
        self.sizes.append(found.st_blocks)


def walk_cache(
    path: str, ground: Ground, leave_out: Collection[str] = (), *, is_root: bool = False
) -> Walk | None:
    """Return what is at `path`, without what is at the paths to `leave_out`; None: nothing.

    `is_root` tells that it may be a root itself. Raises nothing.
    """
    walk = Walk()
    try:
        status = status_of(path, is_windows=ground.is_windows)
    except OSError:
        return None
    walk.device = status.st_dev
    if not is_root and (status.st_dev, status.st_ino) in ground.roots:
        walk.has_root = True
    elif S_ISDIR(status.st_mode):
        _walk_down(path, status, walk, ground, leave_out)
    else:
        walk.files = 1
        if status.st_nlink > 1:
            walk.add_linked(status)
        else:
            walk.blocks = status.st_blocks
            if ground.has_clones(path, status.st_dev):
                walk.cloned = shared_blocks(path, status.st_blocks)
    return walk


def _walk_down(
    top: str, status: Status, walk: Walk, ground: Ground, leave_out: Collection[str]
) -> None:
    device, roots, log, is_windows = status.st_dev, ground.roots, walk.log.add, ground.is_windows
    add = walk.add_linked
    has_clones = ground.has_clones(top, device)
    blocks, files = status.st_blocks, 0
    log(top, status)
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            entries = statuses_in(folder, is_windows=is_windows)
        except FileNotFoundError:
            continue
        except OSError:
            walk.unreadable.append(folder)
            continue
        for name, found in entries:
            if leave_out and f"{folder}{os.sep}{name}" in leave_out:
                continue
            if S_ISDIR(found.st_mode):
                if found.st_dev != device:
                    walk.has_mount = True
                elif (device, found.st_ino) in roots:
                    walk.has_root = True
                else:
                    path = f"{folder}{os.sep}{name}"
                    blocks += found.st_blocks
                    log(path, found)
                    pending.append(path)
                continue
            files += 1
            if found.st_nlink == 1:
                blocks += found.st_blocks
                if has_clones and S_ISREG(found.st_mode):
                    walk.cloned += shared_blocks(f"{folder}{os.sep}{name}", found.st_blocks)
            else:
                add(found)
    walk.blocks, walk.files = blocks, files


def walk_environment(prefix: str, ground: Ground) -> Walk:
    """Return what is in the environment at `prefix`, which is free of links; raises nothing.

    Where listings are true, files are not asked for more than their numbers: most are known from
    a cache.
    """
    walk = Walk()
    try:
        status = status_of(prefix, is_windows=ground.is_windows)
    except OSError:
        walk.unreadable.append(prefix)
        return walk
    walk.device, walk.blocks = status.st_dev, status.st_blocks
    walk.log.add(prefix, status)
    take = _take_names if status.st_dev in ground.true_devices else _take_files
    pending = [prefix]
    while pending:
        folder = pending.pop()
        try:
            entries = entries_in(folder, is_windows=ground.is_windows)
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            if folders:
                entries = [entry for entry in entries if not entry.is_dir(follow_symlinks=False)]
            links = [entry.path for entry in entries if entry.is_symlink()]
        except FileNotFoundError:
            continue
        except OSError:
            walk.unreadable.append(folder)
            continue
        pending += _take_folders(folders, walk, ground)
        if entries:
            take(folder, entries, walk)
        for link in links:
            _note_link(folder, link, prefix, walk, is_windows=ground.is_windows)
    return walk


def _take_folders(
    folders: Sequence[os.DirEntry[str] | WindowsEntry], walk: Walk, ground: Ground
) -> list[str]:
    """Count folders, and return those to go on with."""
    below: list[str] = []
    for entry in folders:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if found.st_dev == walk.device and (found.st_dev, found.st_ino) not in ground.roots:
            walk.blocks += found.st_blocks
            walk.log.add(entry.path, found)
            below.append(entry.path)
    return below


def _take_names(
    folder: str, entries: Sequence[os.DirEntry[str] | WindowsEntry], walk: Walk
) -> None:
    names = "\0".join([entry.name for entry in entries])
    walk.unasked.append((folder, [entry.inode() for entry in entries], names))
    walk.files += len(entries)


def _take_files(
    _folder: str, entries: Sequence[os.DirEntry[str] | WindowsEntry], walk: Walk
) -> None:
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        walk.files += 1
        if found.st_nlink > 1:
            walk.add_linked(found)
        else:
            walk.blocks += found.st_blocks


def _note_link(folder: str, path: str, prefix: str, walk: Walk, *, is_windows: bool) -> None:
    """Remember a soft link that leads out of the environment."""
    try:
        target = os.readlink(path)  # noqa: PTH115 - thousands of them
    except OSError:
        return
    if not is_windows and target[:1] != "/" and ".." not in target:
        return
    full = os.path.normpath(os.path.join(folder, target))  # noqa: PTH118
    if not full.startswith(prefix + os.sep):
        walk.links_out.append((folder, target))
