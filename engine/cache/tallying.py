"""Count allocated bytes over many trees, each file once, and know which trees share it.

The trees are *units*, numbered in the order in which they are counted: the pieces of caches first,
environments after them. What is kept of a file with one name is a number in a sum; of a file with
several, a few numbers in arrays. A million files fit into less than 200 MB.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from stat import S_ISDIR, S_ISLNK

from engine.cache.directories import BLOCK, DirectoryLog, Status
from engine.cache.listing import devices_with_true_listings, entries_in, statuses_in
from engine.cache.windows import WindowsEntry, windows_status

MOST_BLOCKS = 2**32 - 1
_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class CacheUnit:
    """Hold what was counted of one piece of a cache, in bytes.

    `private` goes with it in any case; `total` counts each of its files once; `fresh` leaves those
    out that an earlier unit has, too.
    """

    private: int = 0
    total: int = 0
    fresh: int = 0
    files: int = 0
    links: int = 0
    has_mount: bool = False
    has_root: bool = False
    has_unreadable: bool = False
    users: set[int] = field(default_factory=set[int])

    def add_private(self, size: int) -> None:
        """Count bytes that no other unit can have."""
        self.private += size
        self.total += size
        self.fresh += size


@dataclass(slots=True)
class EnvironmentUnit:
    """Hold what was counted of one environment, in bytes; `links_out` are soft links to follow."""

    own: int = 0
    shared: int = 0
    cached: int = 0
    files: int = 0
    links_out: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class _Volume:
    """Remember the files with several names on one volume that have a name in a cache."""

    __slots__ = (
        *("blocks", "first", "is_listing_true", "links", "missing", "others", "slots", "user"),
    )

    def __init__(self, is_listing_true: bool) -> None:
        self.is_listing_true = is_listing_true
        self.slots: dict[int, int] = {}
        self.blocks = array("I")  # up to two terabytes each
        self.missing = array("i")  # names not seen in caches yet
        self.first = array("I")  # the unit that it was seen in first
        self.user = array("i")  # the environment that it was seen in first, -1 for none
        self.others: dict[int, set[int]] = {}  # further units
        self.links: set[int] = set()  # soft links

    def add(self, found: Status) -> int:
        """Count one more name of a file in caches; returns its slot, the next one if it is new."""
        slot = self.slots.get(found.st_ino)
        if slot is None:
            slot = self.slots[found.st_ino] = len(self.blocks)
            self.blocks.append(min(found.st_blocks, MOST_BLOCKS))
            self.missing.append(found.st_nlink - 1)
            if S_ISLNK(found.st_mode):
                self.links.add(slot)
        else:
            self.missing[slot] -= 1
        return slot

    def close_unit(self, unit: CacheUnit, number: int, repeated: Iterable[int]) -> None:
        """Book what is new since the last unit, and files of earlier units that were `repeated`."""
        start, count = len(self.first), len(self.blocks)
        self.first.extend([number] * (count - start))
        self.user.extend([-1] * (count - start))
        size = sum(self.blocks[start:]) * BLOCK
        unit.total += size
        unit.fresh += size
        for slot in repeated:
            others = self.others.setdefault(slot, set())
            if number not in others:
                others.add(number)
                unit.total += self.blocks[slot] * BLOCK


class Tally:
    """Count trees; links are never followed, other volumes never entered.

    `roots` are the folders of all units, by device and inode: a tree does not contain another
    unit's root. `told` is called with the number of files, every now and then.
    """

    def __init__(
        self,
        log: DirectoryLog,
        roots: Collection[tuple[int, int]] = (),
        told: Callable[[int, str], None] = lambda _files, _place: None,
        platform: str = sys.platform,
    ) -> None:
        self._log = log
        self._roots = frozenset(roots)
        self._told = told
        self._is_windows = platform == "win32"
        self._status: Callable[[str], Status] = windows_status if self._is_windows else os.lstat
        self._true_devices = devices_with_true_listings() if platform == "linux" else _NONE
        self._volumes: dict[int, _Volume] = {}
        self._between: dict[int, set[int]] = {}
        self._count = 0
        self.between = 0
        self.units: list[CacheUnit] = []
        self.environments: list[EnvironmentUnit] = []
        self.unreadable: list[str] = []

    def add_cache_unit(
        self, paths: Iterable[str], leave_out: Collection[str] = (), *, is_root: bool = False
    ) -> CacheUnit:
        """Count what is at `paths`, without what is at the paths to `leave_out`.

        `is_root` tells that the paths may be roots themselves.
        """
        unit, number = CacheUnit(), len(self.units)
        self.units.append(unit)
        for path in paths:
            try:
                status = self._status(path)
            except OSError:
                continue
            if not is_root and (status.st_dev, status.st_ino) in self._roots:
                unit.has_root = True
                continue
            volume = self._volume(status.st_dev)
            repeated: list[int] = []
            if S_ISDIR(status.st_mode):
                self._count_cached(path, status, unit, leave_out, repeated)
            elif status.st_nlink > 1:
                unit.files += 1
                slot = volume.add(status)
                if slot < len(volume.first):
                    repeated.append(slot)
            else:
                unit.files += 1
                unit.add_private(status.st_blocks * BLOCK)
            volume.close_unit(unit, number, repeated)
        return unit

    def _count_cached(
        self,
        top: str,
        status: Status,
        unit: CacheUnit,
        leave_out: Collection[str],
        repeated: list[int],
    ) -> None:
        device, roots, log = status.st_dev, self._roots, self._log.add
        volume = self._volume(device)
        start, add = len(volume.first), volume.add
        blocks, files = status.st_blocks, 0
        log(top, status)
        pending = [top]
        while pending:
            folder = pending.pop()
            for name, found in self._statuses(folder, unit):
                if leave_out and f"{folder}{os.sep}{name}" in leave_out:
                    continue
                if S_ISDIR(found.st_mode):
                    if found.st_dev != device:
                        unit.has_mount = True
                    elif (device, found.st_ino) in roots:
                        unit.has_root = True
                    else:
                        path = f"{folder}{os.sep}{name}"
                        blocks += found.st_blocks
                        log(path, found)
                        pending.append(path)
                    continue
                files += 1
                if found.st_nlink == 1:
                    blocks += found.st_blocks
                else:
                    slot = add(found)
                    if slot < start:
                        repeated.append(slot)
            self._tell(files, folder)
        unit.files += files
        unit.add_private(blocks * BLOCK)

    def close_caches(self) -> dict[tuple[int, ...], int]:
        """Work out what goes with one unit, and return what goes with several, by their numbers.

        Call it after the last cache and before the first environment.
        """
        ties: dict[tuple[int, ...], int] = {}
        for volume in self._volumes.values():
            for slot, missing in enumerate(volume.missing):
                if missing > 0:
                    continue
                others = volume.others.get(slot)
                size = volume.blocks[slot] * BLOCK
                if others is None:
                    self.units[volume.first[slot]].private += size
                else:
                    together = tuple(sorted((volume.first[slot], *others)))
                    ties[together] = ties.get(together, 0) + size
        return ties

    def add_environment(self, prefix: str) -> EnvironmentUnit:
        """Count the environment at `prefix`."""
        unit, number = EnvironmentUnit(), len(self.environments)
        self.environments.append(unit)
        prefix = os.path.realpath(prefix)
        try:
            status = self._status(prefix)
        except OSError:
            self.unreadable.append(prefix)
            return unit
        self._log.add(prefix, status)
        unit.own = status.st_blocks * BLOCK
        linked: dict[int, list[int]] = {}  # files with several names, none of them in a cache
        met: set[int | None] = set()  # files that have a name in a cache
        pending = [prefix]
        while pending:
            folder = pending.pop()
            pending += self._look_into(folder, (prefix, status.st_dev), unit, linked, met)
            self._tell(unit.files, folder)
        slots = {slot for slot in met if slot is not None}
        self._add_shared(self._volume(status.st_dev), slots, number, unit)
        between = self._between.setdefault(status.st_dev, set())
        for inode, (missing, size) in linked.items():
            if missing <= 0:
                unit.own += size
                continue
            unit.shared += size
            if inode not in between:
                between.add(inode)
                self.between += size
        return unit

    def _look_into(
        self,
        folder: str,
        where: tuple[str, int],
        unit: EnvironmentUnit,
        linked: dict[int, list[int]],
        met: set[int | None],
    ) -> list[str]:
        """Count what is in one folder of an environment; returns the folders below it."""
        prefix, device = where
        volume = self._volume(device)
        entries = self._entries(folder)
        known: list[int | None] = [None] * len(entries)
        if volume.is_listing_true:
            known = [*map(volume.slots.get, [entry.inode() for entry in entries])]
        below: list[str] = []
        blocks = folders = 0
        for at, entry in enumerate(entries):
            slot = known[at]
            if slot is not None:
                if volume.links and slot in volume.links:
                    self._note_link(folder, entry.path, prefix, unit)
                continue
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                folders += 1
                continue
            if entry.is_dir(follow_symlinks=False):
                folders += 1
                if found.st_dev == device and (device, found.st_ino) not in self._roots:
                    blocks += found.st_blocks
                    self._log.add(entry.path, found)
                    below.append(entry.path)
                continue
            if found.st_nlink <= 1:
                blocks += found.st_blocks
            else:
                known[at] = volume.slots.get(found.st_ino)
                if known[at] is None:
                    seen = linked.setdefault(
                        found.st_ino, [found.st_nlink, found.st_blocks * BLOCK]
                    )
                    seen[0] -= 1
            if entry.is_symlink():
                self._note_link(folder, entry.path, prefix, unit)
        met.update(known)
        unit.own += blocks * BLOCK
        unit.files += len(entries) - folders
        return below

    def _add_shared(
        self, volume: _Volume, slots: set[int], number: int, unit: EnvironmentUnit
    ) -> None:
        """Book files that the environment shares with caches, each once."""
        size = sum(map(volume.blocks.__getitem__, slots)) * BLOCK
        unit.shared += size
        unit.cached += size
        users = set(map(volume.first.__getitem__, slots))
        for slot in slots & volume.others.keys():
            users |= volume.others[slot]
        for each in users:
            self.units[each].users.add(number)
        user, first, others, units = volume.user, volume.first, volume.others, self.units
        for slot in slots:
            if user[slot] < 0:
                user[slot] = number
                units[first[slot]].links += 1
                if slot in others:
                    for each in others[slot]:
                        units[each].links += 1

    def _note_link(self, folder: str, path: str, prefix: str, unit: EnvironmentUnit) -> None:
        """Remember a soft link that leads out of the environment."""
        try:
            target = os.readlink(path)  # noqa: PTH115 - thousands of them
        except OSError:
            return
        if not self._is_windows and target[:1] != "/" and ".." not in target:
            return
        full = os.path.normpath(os.path.join(folder, target))  # noqa: PTH118
        if not full.startswith(prefix + os.sep):
            unit.links_out.append((folder, target))

    def _statuses(self, folder: str, unit: CacheUnit) -> list[tuple[str, Status]]:
        """Return name and status of all that is in a folder of a cache."""
        try:
            return statuses_in(folder, is_windows=self._is_windows)
        except FileNotFoundError:
            return []
        except OSError:
            self.unreadable.append(folder)
            unit.has_unreadable = True
            return []

    def _entries(self, folder: str) -> Sequence[os.DirEntry[str] | WindowsEntry]:
        try:
            return entries_in(folder, is_windows=self._is_windows)
        except FileNotFoundError:
            return []
        except OSError:
            self.unreadable.append(folder)
            return []

    def _volume(self, device: int) -> _Volume:
        volume = self._volumes.get(device)
        if volume is None:
            volume = self._volumes[device] = _Volume(device in self._true_devices)
        return volume

    def _tell(self, files: int, place: str) -> None:
        self._count += 1
        if self._count % 256 == 0:
            self._told(files, place)
