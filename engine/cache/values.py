"""What the disk holds for environments and packages, as plain values.

Every size is in allocated bytes (what the volume gives back), and every file is counted once,
however many names it has. Nothing here reads a disk.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class CacheKind(StrEnum):
    """Say whose cache it is."""

    CONDA = "conda"
    RATTLER = "rattler"  # that of py-rattler, rattler-build and pixi
    ENVDESK = "envdesk"
    PIP = "pip"
    UV = "uv"


class ItemKind(StrEnum):
    """Say what a piece of a cache is; each can be cleaned by itself."""

    ARCHIVE = "archive"  # a downloaded package, as it came
    UNPACKED = "unpacked"  # a package as a folder, from which environments are linked
    INDEX = "index"  # what a channel offers, and other lists that are fetched again
    PARTIAL = "partial"  # a download that was not finished
    LOG = "log"
    TRASH = "trash"  # what a program moved out of its way and did not delete
    WHEEL = "wheel"  # built on this computer by pip
    HTTP = "http"  # what pip downloaded
    UV = "uv"
    LEFTOVER = "leftover"  # what interrupted work left behind


class Cost(StrEnum):
    """Say what it takes to have an item again."""

    NOTHING = "nothing"  # nobody will want it again
    DOWNLOAD = "download"
    BUILD = "build"  # it was made on this computer, which may take long
    UNKNOWN = "unknown"  # nobody knows where it came from


class UseKind(StrEnum):
    """Say in what way an environment uses an item."""

    HARD_LINK = "hard-link"  # the environment keeps the file when the cache's name of it goes
    SOFT_LINK = "soft-link"  # the environment breaks when the item goes
    COPY = "copy"  # the record of the package names it as the source of its copies


class SkipReason(StrEnum):
    """Say why an item cannot go, or did not."""

    NEEDED = "needed"  # a soft link of an environment leads into it
    IN_USE = "in-use"  # a program is at work; `value` names it
    LOCKED = "locked"  # another process holds its lock
    FORBIDDEN = "forbidden"  # there is no right to delete it
    OTHER_VOLUME = "other-volume"  # another disk is mounted in it
    HOLDS_OTHERS = "holds-others"  # an environment or another cache lies in it
    CHANGED = "changed"  # it is not what it was when the plan was made
    FAILED = "failed"  # the operating system refused; `value` says how


@dataclass(frozen=True, slots=True)
class VolumeSpace:
    """Describe the volume that `path` lies, or would lie, on; bytes.

    `free_bytes` is what this user can still write. `used_bytes` is by whatever. `device` tells
    volumes apart.
    """

    path: Path
    device: int
    total_bytes: int
    used_bytes: int
    free_bytes: int

    @property
    def is_low(self) -> bool:
        """Return whether it is worth a warning: under 2 GiB left, and under a tenth."""
        return self.free_bytes < min(2 * 2**30, self.total_bytes // 10)


@dataclass(frozen=True, slots=True)
class EnvironmentSpace:
    """Describe what one environment holds.

    `own_bytes` go when the environment goes; `shared_bytes` have a name somewhere else, too;
    `cached_bytes` is the part of these that has one in a cache.
    """

    prefix: Path
    device: int
    own_bytes: int
    shared_bytes: int
    cached_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Use:
    """Say that the environment at `prefix` uses an item, and how."""

    prefix: Path
    kind: UseKind


@dataclass(frozen=True, slots=True)
class CacheItem:
    """Describe one piece of a cache that can go by itself; `path` is its identity.

    `companions` are files that go with it, such as its lock. `allocated_bytes` is what it takes
    up, `freed_bytes` what the volume gives back when it goes alone. `links` counts the files of
    it that have a name in an environment. `uses` is sorted by prefix. `blocked` says why it cannot
    go at all. `last_used` is aware, in UTC. `url` is where it came from, if that is known.
    """

    path: Path
    cache: Path
    kind: ItemKind
    name: str
    version: str = ""
    build: str = ""
    allocated_bytes: int = 0
    freed_bytes: int = 0
    files: int = 0
    links: int = 0
    uses: tuple[Use, ...] = ()
    last_used: datetime | None = None
    cost: Cost = Cost.DOWNLOAD
    download_bytes: int = 0
    url: str = ""
    blocked: SkipReason | None = None
    companions: tuple[Path, ...] = ()

    @property
    def is_used(self) -> bool:
        """Return whether an environment uses it."""
        return bool(self.uses)

    @property
    def users(self) -> tuple[Path, ...]:
        """Return the environments that use it, each once."""
        return tuple(dict.fromkeys(use.prefix for use in self.uses))


@dataclass(frozen=True, slots=True)
class CacheSpace:
    """Describe one cache folder; its `allocated_bytes` include what no item is made of.

    A file that lies in two caches is counted in the first one.
    """

    folder: Path
    kind: CacheKind
    device: int
    allocated_bytes: int
    files: int
    items: tuple[CacheItem, ...]
    is_writable: bool = True


@dataclass(frozen=True, slots=True)
class Tie:
    """Tell bytes that are freed only when all of `items` go: files with names in each of them."""

    items: tuple[Path, ...]
    freed_bytes: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Describe a package whose files were copied into an environment and could be shared.

    `saved_bytes` is what linking would free if every file is still what the package brought; that
    is found out when it is planned.
    """

    prefix: Path
    name: str
    version: str
    build: str
    item: Path
    files: int
    saved_bytes: int


@dataclass(frozen=True, slots=True)
class DiskPicture:
    """Hold where the space went.

    Every byte is in exactly one of: the `own_bytes` of an environment, the `allocated_bytes` of a
    cache, `between_bytes` (files that environments share with each other and with no cache).
    `unreadable` are folders that could not be looked into. `seen` is when the disk was looked at;
    `is_remembered` tells that nothing had changed since an earlier look.
    """

    volumes: tuple[VolumeSpace, ...]
    environments: tuple[EnvironmentSpace, ...]
    caches: tuple[CacheSpace, ...]
    ties: tuple[Tie, ...]
    between_bytes: int
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Path, ...]
    seen: datetime
    is_remembered: bool = False

    @property
    def items(self) -> tuple[CacheItem, ...]:
        """Return the items of all caches."""
        return tuple(item for cache in self.caches for item in cache.items)

    @property
    def total_bytes(self) -> int:
        """Return all that environments and caches take up."""
        return (
            sum(each.own_bytes for each in self.environments)
            + sum(each.allocated_bytes for each in self.caches)
            + self.between_bytes
        )

    def item(self, path: Path) -> CacheItem | None:
        """Return the item at `path`, if there is one."""
        return next((item for item in self.items if item.path == path), None)


@dataclass(frozen=True, slots=True)
class DiskProgress:
    """Tell how far a look at the disk has come."""

    files: int
    place: Path


@dataclass(frozen=True, slots=True)
class PackagePart:
    """Describe what one package takes up in an environment; bytes, each file once.

    `own_bytes` go with the environment, `shared_bytes` have a name somewhere else, too. `is_pypi`
    tells that pip, uv or the like brought it, not conda.
    """

    name: str
    version: str
    build: str
    is_pypi: bool
    own_bytes: int
    shared_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class EnvironmentParts:
    """Hold what an environment is made of, package by package.

    The rest is what no package owns: folders, and files that programs or people put there. All
    parts together are what `EnvironmentSpace` tells of it.
    """

    prefix: Path
    packages: tuple[PackagePart, ...]
    rest_own_bytes: int
    rest_shared_bytes: int
    rest_files: int

    @property
    def own_bytes(self) -> int:
        """Return what is its own, altogether."""
        return self.rest_own_bytes + sum(part.own_bytes for part in self.packages)


class Preset(StrEnum):
    """Name a ready choice."""

    SAFE = "safe"  # costs at most a new download
    EVERYTHING_UNUSED = "everything-unused"


@dataclass(frozen=True, slots=True)
class Choice:
    """Say what is to be cleaned: what any of `preset`, `kinds` and `items` names.

    `kinds` and presets never take what an environment uses; `items` may name a package that is
    used by hard links or copies, which costs no environment anything. The others narrow that
    down: `caches` to some cache folders (all when empty), `older_than_days` to what was not used
    for so long.
    """

    preset: Preset | None = None
    kinds: tuple[ItemKind, ...] = ()
    items: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()
    older_than_days: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Say what does not go, or did not, and why; `value` is a program or a text of the system."""

    path: Path
    name: str
    reason: SkipReason
    value: str = ""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Hold what a plan to clean would delete, and what it leaves although it was asked for.

    `download_bytes` is what would be downloaded again to have all of it back.
    """

    items: tuple[CacheItem, ...]
    skipped: tuple[Skipped, ...]
    download_bytes: int


@dataclass(frozen=True, slots=True)
class Relinking:
    """Hold what a plan to share copied files would replace by links."""

    duplicates: tuple[Duplicate, ...]
    files: int


def chosen_items(picture: DiskPicture, choice: Choice, now: datetime) -> tuple[CacheItem, ...]:
    """Return the items that `choice` means, without those that cannot go; `now` is aware."""
    return tuple(item for item in named_items(picture, choice, now) if item.blocked is None)


def named_items(picture: DiskPicture, choice: Choice, now: datetime) -> tuple[CacheItem, ...]:
    """Return the items that `choice` means, those that cannot go included."""
    named = frozenset(choice.items)
    return tuple(
        item
        for item in picture.items
        if _is_meant(item, choice, named)
        and (not choice.caches or item.cache in choice.caches)
        and _is_old_enough(item, choice.older_than_days, now)
    )


def _is_meant(item: CacheItem, choice: Choice, named: frozenset[Path]) -> bool:
    if item.path in named:
        return True
    if item.is_used and not _is_separate_from_its_uses(item):
        return False
    return item.kind in choice.kinds or _is_in_preset(item, choice.preset)


def _is_separate_from_its_uses(item: CacheItem) -> bool:
    """Return whether the uses say nothing against it: pip's and uv's environments keep theirs."""
    return item.kind is ItemKind.UV and all(use.kind is UseKind.HARD_LINK for use in item.uses)


def _is_in_preset(item: CacheItem, preset: Preset | None) -> bool:
    match preset:
        case None:
            return False
        case Preset.SAFE:
            return item.cost in (Cost.NOTHING, Cost.DOWNLOAD)
        case Preset.EVERYTHING_UNUSED:
            return True


def _is_old_enough(item: CacheItem, days: int | None, now: datetime) -> bool:
    if days is None:
        return True
    return item.last_used is not None and (now - item.last_used).total_seconds() >= days * 86_400


def freed(picture: DiskPicture, chosen: Collection[Path]) -> int:
    """Return the bytes that volumes give back when exactly the items at `chosen` go.

    Exact for every combination: a file counts once, and only when all of its names go.
    """
    paths = frozenset(chosen)
    alone = sum(item.freed_bytes for item in picture.items if item.path in paths)
    return alone + sum(tie.freed_bytes for tie in picture.ties if paths.issuperset(tie.items))
