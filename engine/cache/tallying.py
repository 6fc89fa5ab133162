"""Count allocated bytes over many trees, each file once, and know which trees share it.

The trees are *units*, numbered in the order in which they are counted: the pieces of caches first,
environments after them. What is kept of a file with one name is a number in a sum; of a file with
several, a few numbers in arrays. A million files fit into less than 200 MB.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.cache.directories import BLOCK, DirectoryLog
from engine.cache.walking import Walk

MOST_BLOCKS = 2**32 - 1


@dataclass(slots=True)
class CacheUnit:
    """Hold what was counted of one piece of a cache, in bytes.

    `private` goes with it in any case, without what clones of its files keep; `total` counts each
    of its files once; `fresh` leaves those out that an earlier unit has, too.
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

    __slots__ = ("blocks", "first", "missing", "others", "slots", "user")

    def __init__(self) -> None:
        self.slots: dict[int, int] = {}
        self.blocks = array("I")  # up to two terabytes each
        self.missing = array("i")  # names not seen in caches yet
        self.first = array("I")  # the unit that it was seen in first
        self.user = array("i")  # the environment that it was seen in first, -1 for none
        self.others: dict[int, set[int]] = {}  # further units

    def add(self, walk: Walk) -> list[int]:
        """Count more names of files in caches; returns the slots of those of earlier units."""
        slots, missing, start = self.slots, self.missing, len(self.first)
        repeated: list[int] = []
        for inode, names, size in zip(walk.inodes, walk.names, walk.sizes, strict=True):
            slot = slots.get(inode)
            if slot is None:
                slots[inode] = len(missing)
                self.blocks.append(min(size, MOST_BLOCKS))
                missing.append(names - 1)
            else:
                missing[slot] -= 1
                if slot < start:
                    repeated.append(slot)
        return repeated

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
    """Put walks together; `log` takes over which folders they looked into."""

    def __init__(self, log: DirectoryLog) -> None:
        self._log = log
        self._volumes: dict[int, _Volume] = {}
        self._between: dict[int, set[int]] = {}
        self.between = 0
        self.units: list[CacheUnit] = []
        self.environments: list[EnvironmentUnit] = []
        self.unreadable: list[str] = []

    def add_cache_unit(self, walks: Iterable[Walk]) -> CacheUnit:
        """Count what `walks` found as one unit."""
        unit, number = CacheUnit(), len(self.units)
        self.units.append(unit)
        for walk in walks:
            self._take_note(walk)
            unit.has_mount = unit.has_mount or walk.has_mount
            unit.has_root = unit.has_root or walk.has_root
            unit.has_unreadable = unit.has_unreadable or bool(walk.unreadable)
            unit.files += walk.files
            unit.add_private(walk.blocks * BLOCK)
            unit.private -= walk.cloned * BLOCK
            if walk.inodes:
                volume = self._volume(walk.device)
                volume.close_unit(unit, number, volume.add(walk))
        return unit

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

    def add_environment(self, walks: Iterable[Walk]) -> EnvironmentUnit:
        """Count what the walk of an environment found."""
        unit, number = EnvironmentUnit(), len(self.environments)
        self.environments.append(unit)
        for walk in walks:
            self._take_note(walk)
            self._count_environment(walk, unit, number)
        return unit

    def _count_environment(self, walk: Walk, unit: EnvironmentUnit, number: int) -> None:
        volume = self._volume(walk.device)
        unit.own = walk.blocks * BLOCK
        unit.files = walk.files
        unit.links_out = walk.links_out
        linked: dict[int, list[int]] = {}  # files with several names, none of them in a cache
        met: set[int | None] = set()  # files that have a name in a cache
        for inode, names, size in zip(walk.inodes, walk.names, walk.sizes, strict=True):
            slot = volume.slots.get(inode)
            if slot is None:
                linked.setdefault(inode, [names, size * BLOCK])[0] -= 1
            met.add(slot)
        for folder, inodes, names in walk.unasked:
            known = [*map(volume.slots.get, inodes)]
            met.update(known)
            if None in known:
                unknown = [
                    name
                    for name, slot in zip(names.split("\0"), known, strict=True)
                    if slot is None
                ]
                _ask(folder, unknown, unit, linked)
        slots = {slot for slot in met if slot is not None}
        self._add_shared(volume, slots, number, unit)
        between = self._between.setdefault(walk.device, set())
        for inode, (missing, size) in linked.items():
            if missing <= 0:
                unit.own += size
                continue
            unit.shared += size
            if inode not in between:
                between.add(inode)
                self.between += size

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

    def _take_note(self, walk: Walk) -> None:
        self._log.extend(walk.log.dump(), is_settled=walk.log.is_settled)
        self.unreadable += walk.unreadable

    def _volume(self, device: int) -> _Volume:
        volume = self._volumes.get(device)
        if volume is None:
            volume = self._volumes[device] = _Volume()
        return volume


def _ask(
    folder: str, names: Sequence[str], unit: EnvironmentUnit, linked: dict[int, list[int]]
) -> None:
    """Count files of an environment that have no name in a cache; what has gone counts nothing."""
    blocks = 0
    for name in names:
        try:
            found = os.lstat(f"{folder}{os.sep}{name}")
        except OSError:
            unit.files -= 1
            continue
        if found.st_nlink > 1:
            linked.setdefault(found.st_ino, [found.st_nlink, found.st_blocks * BLOCK])[0] -= 1
        else:
            blocks += found.st_blocks
    unit.own += blocks * BLOCK
