"""What the disk's picture shows, as a tree of parts: volumes, environments, caches, packages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication

from engine.cache.values import (
    CacheItem,
    CacheSpace,
    DiskPicture,
    EnvironmentSpace,
    ItemKind,
    VolumeSpace,
)
from gui.models.disk_builds import builds_apart, title_apart
from gui.presenting.disk import cache_name, disk_words, kind_title

ROOT_KEY: Final = "disk"
_NEARLY_ALL: Final = 0.95


class SpaceRole(StrEnum):
    """Say what space means to a person; each has colours of its own, `space_` in the tokens."""

    OWN = "own"  # of one environment, and gone with it
    SHARED = "shared"  # in use by environments through a cache
    SPARE = "spare"  # can go
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DiskNode:
    """Describe one part of the picture: bytes, and what it is made of.

    `key` is its identity in every picture of the same disk. `items` are the things in caches that
    it stands for, None for all of them. `prefix` is there for an environment, `thing` for one
    thing in a cache, `part` for one package of an environment.
    """

    key: str
    title: str
    role: SpaceRole
    size: int
    children: tuple[DiskNode, ...] = ()
    items: frozenset[Path] | None = frozenset()
    prefix: Path | None = None
    tip: str = ""
    thing: CacheItem | None = None
    is_group_of_rest: bool = False
    part: str = ""

    @property
    def can_open(self) -> bool:
        """Return whether there is more to see inside."""
        return bool(self.children)


def disk_tree(
    picture: DiskPicture, name_of: Callable[[Path], str] = lambda prefix: prefix.name
) -> DiskNode:
    """Return `picture` as a tree; every byte of it is in exactly one leaf.

    One volume is the tree itself; several stand below it.
    """
    devices = _devices(picture)
    title = QCoreApplication.translate("DiskTree", "All")
    if len(devices) < 2:
        parts = _sorted((*_parts(picture, None, name_of), *_between(picture)))
        return DiskNode(ROOT_KEY, title, SpaceRole.OTHER, _sum(parts), parts, None)
    volumes = (_volume(picture, device, name_of) for device in devices)
    parts = _sorted((*volumes, *_between(picture)))
    return DiskNode(ROOT_KEY, title, SpaceRole.OTHER, _sum(parts), parts, None)


def find_node(root: DiskNode, key: str) -> tuple[DiskNode, ...]:
    """Return the way from `root` to the node with `key`, both included; empty without one."""
    if root.key == key:
        return (root,)
    for child in root.children:
        if way := find_node(child, key):
            return (root, *way)
    return ()


def all_nodes(root: DiskNode) -> Iterator[DiskNode]:
    """Yield `root` and every node below it."""
    yield root
    for child in root.children:
        yield from all_nodes(child)


def with_rest(
    node: DiskNode, children: tuple[DiskNode, ...], smaller: tuple[DiskNode, ...]
) -> tuple[DiskNode, ...]:
    """Return `children` with all `smaller` ones as one part after them."""
    if len(smaller) < 2:
        return (*children, *smaller)
    rest = DiskNode(
        f"{node.key}/…",
        disk_words().smaller(len(smaller)),
        _main_role(smaller),
        _sum(smaller),
        smaller,
        _items(smaller),
        is_group_of_rest=True,
    )
    return (*children, rest)


def tree_sums(root: DiskNode) -> dict[SpaceRole, int]:
    """Return how many bytes each role has."""
    sums = dict.fromkeys(SpaceRole, 0)
    pending = [root]
    while pending:
        node = pending.pop()
        if node.children:
            pending += node.children
        else:
            sums[node.role] += node.size
    return sums


def volume_title(volume: VolumeSpace) -> str:
    """Return what a volume is called: the folder or the drive at which it begins."""
    path = volume.path
    return str(next((part for part in (path, *path.parents) if part.is_mount()), path))


def _devices(picture: DiskPicture) -> tuple[int, ...]:
    used = [each.device for each in picture.environments if each.own_bytes]
    used += [each.device for each in picture.caches if each.allocated_bytes]
    return tuple(dict.fromkeys(used))


def _volume(picture: DiskPicture, device: int, name_of: Callable[[Path], str]) -> DiskNode:
    parts = _parts(picture, device, name_of)
    named = next((volume for volume in picture.volumes if volume.device == device), None)
    title = QCoreApplication.translate("DiskTree", "another disk")
    return DiskNode(
        f"volume:{device}",
        title if named is None else volume_title(named),
        SpaceRole.OTHER,
        _sum(parts),
        parts,
        _items(parts),
    )


def _parts(
    picture: DiskPicture, device: int | None, name_of: Callable[[Path], str]
) -> tuple[DiskNode, ...]:
    used = _used(picture)
    environments = [
        _environment(each, used.get(each.prefix, frozenset()), name_of)
        for each in picture.environments
        if device is None or each.device == device
    ]
    caches = [
        _cache(each, picture.caches)
        for each in picture.caches
        if device is None or each.device == device
    ]
    own = _sorted(environments)
    parts = [*caches]
    if own:
        title = QCoreApplication.translate("DiskTree", "Environments")
        tip = QCoreApplication.translate(
            "DiskTree", "What each environment has for itself, and shares with nothing else."
        )
        key = f"environments:{device or ''}"
        parts.append(DiskNode(key, title, SpaceRole.OWN, _sum(own), own, frozenset(), tip=tip))
    return _sorted(parts)


def _environment(
    space: EnvironmentSpace, used: frozenset[Path], name_of: Callable[[Path], str]
) -> DiskNode:
    return DiskNode(
        f"environment:{space.prefix}",
        name_of(space.prefix),
        SpaceRole.OWN,
        space.own_bytes,
        items=used,
        prefix=space.prefix,
        tip=str(space.prefix),
    )


def _used(picture: DiskPicture) -> dict[Path, frozenset[Path]]:
    """Return the items that each environment uses."""
    found: dict[Path, set[Path]] = {}
    for item in picture.items:
        for use in item.uses:
            found.setdefault(use.prefix, set()).add(item.path)
    return {prefix: frozenset(paths) for prefix, paths in found.items()}


def _between(picture: DiskPicture) -> tuple[DiskNode, ...]:
    if not picture.between_bytes:
        return ()
    title = QCoreApplication.translate("DiskTree", "Shared between environments")
    tip = QCoreApplication.translate(
        "DiskTree", "Files that several environments share with each other and with no cache."
    )
    return (DiskNode("between", title, SpaceRole.SHARED, picture.between_bytes, tip=tip),)


def _cache(space: CacheSpace, others: tuple[CacheSpace, ...]) -> DiskNode:
    key = f"cache:{space.folder}"
    parts: list[DiskNode] = []
    used = [item for item in space.items if _role(item) is SpaceRole.SHARED]
    if used:
        title = QCoreApplication.translate("DiskTree", "In use by environments")
        tip = QCoreApplication.translate(
            "DiskTree", "Packages whose files environments share with this cache: counted once."
        )
        parts.append(_group(f"{key}:used", title, SpaceRole.SHARED, used, tip))
    for kind in ItemKind:
        free = [
            item for item in space.items if item.kind is kind and _role(item) is SpaceRole.SPARE
        ]
        if free:
            title = kind_title(kind)
            if kind is ItemKind.UNPACKED:
                title = QCoreApplication.translate("DiskTree", "Unpacked, not in use")
            parts.append(_group(f"{key}:{kind}", title, SpaceRole.SPARE, free, ""))
    stuck = [item for item in space.items if _role(item) is SpaceRole.OTHER]
    if stuck:
        title = QCoreApplication.translate("DiskTree", "Cannot go now")
        parts.append(_group(f"{key}:stuck", title, SpaceRole.OTHER, stuck, ""))
    rest = space.allocated_bytes - _sum(parts)
    if rest > 0:
        title = QCoreApplication.translate("DiskTree", "Other files")
        parts.append(DiskNode(f"{key}:rest", title, SpaceRole.OTHER, rest))
    children = _sorted(parts)
    if children and children[0].size > _NEARLY_ALL * space.allocated_bytes:
        # hardly more than one part: its own parts say more
        children = _sorted((*(children[0].children or children[:1]), *children[1:]))
    return DiskNode(
        key,
        cache_name(space, others),
        _main_role(parts),
        space.allocated_bytes,
        children,
        frozenset(item.path for item in space.items),
        tip=str(space.folder),
    )


def _group(key: str, title: str, role: SpaceRole, items: Iterable[CacheItem], tip: str) -> DiskNode:
    items = tuple(items)
    builds = builds_apart(items)
    leaves = _sorted(
        DiskNode(
            f"item:{item.path}",
            title_apart(item, builds),
            role,
            item.allocated_bytes,
            items=frozenset((item.path,)),
            thing=item,
        )
        for item in items
    )
    return DiskNode(key, title, role, _sum(leaves), leaves, _items(leaves), tip=tip)


def _role(item: CacheItem) -> SpaceRole:
    if item.blocked is not None and not item.is_used:
        return SpaceRole.OTHER
    # what has only copies elsewhere is still wanted by nobody but the cache's own program
    if item.is_used and item.kind is ItemKind.UNPACKED:
        return SpaceRole.SHARED
    if item.is_used and item.freed_bytes * 2 < item.allocated_bytes:
        return SpaceRole.SHARED
    return SpaceRole.SPARE


def _main_role(parts: Iterable[DiskNode]) -> SpaceRole:
    """Return the role that most of the bytes have."""
    sums: dict[SpaceRole, int] = {}
    for part in parts:
        sums[part.role] = sums.get(part.role, 0) + part.size
    return max(sums, key=lambda role: sums[role], default=SpaceRole.OTHER)


def _sorted(parts: Iterable[DiskNode]) -> tuple[DiskNode, ...]:
    kept = [part for part in parts if part.size > 0]
    return tuple(sorted(kept, key=lambda part: (-part.size, part.title.casefold())))


def _sum(parts: Iterable[DiskNode]) -> int:
    return sum(part.size for part in parts)


def _items(parts: Iterable[DiskNode]) -> frozenset[Path]:
    return frozenset(path for part in parts for path in part.items or ())
