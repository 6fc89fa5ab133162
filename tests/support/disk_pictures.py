"""Pictures of disks made up for tests: values only, nothing is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.cache.values import (
    CacheItem,
    CacheKind,
    CacheSpace,
    Cost,
    DiskPicture,
    Duplicate,
    EnvironmentSpace,
    ItemKind,
    SkipReason,
    Tie,
    Use,
    UseKind,
    VolumeSpace,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME = Path("/home/ana")
PKGS = HOME / "conda" / "pkgs"
PIP = HOME / ".cache" / "pip"
COURSE = HOME / "conda" / "envs" / "course-2026"
DATA = HOME / "conda" / "envs" / "数据分析"
MB = 1_000_000


def thing(
    name: str,
    size: int,
    *,
    kind: ItemKind = ItemKind.UNPACKED,
    cache: Path = PKGS,
    freed: int | None = None,
    users: tuple[Path, ...] = (),
    cost: Cost = Cost.DOWNLOAD,
    days: int = 10,
    blocked: SkipReason | None = None,
) -> CacheItem:
    """Return one thing in a cache; its version is 1.0."""
    return CacheItem(
        cache / f"{name}-1.0-0{'.conda' if kind is ItemKind.ARCHIVE else ''}",
        cache,
        kind,
        name,
        "1.0",
        "0",
        allocated_bytes=size,
        freed_bytes=size if freed is None else freed,
        files=3,
        links=2 if users else 0,
        uses=tuple(Use(user, UseKind.HARD_LINK) for user in users),
        last_used=NOW - timedelta(days=days),
        cost=cost,
        blocked=blocked,
    )


def cache_of(*items: CacheItem, kind: CacheKind = CacheKind.CONDA, rest: int = 0) -> CacheSpace:
    """Return the cache that holds `items`, and `rest` bytes besides."""
    size = sum(item.allocated_bytes for item in items) + rest
    return CacheSpace(items[0].cache, kind, 1, size, 9, items)


def picture_of(
    *caches: CacheSpace,
    environments: tuple[EnvironmentSpace, ...] = (),
    ties: tuple[Tie, ...] = (),
    between: int = 0,
    duplicates: tuple[Duplicate, ...] = (),
) -> DiskPicture:
    """Return the picture of one volume, or of those that its parts name."""
    devices = {each.device for each in (*caches, *environments)} or {1}
    volumes = tuple(
        VolumeSpace(Path("/"), device, 100_000 * MB, 60_000 * MB, 40_000 * MB)
        for device in sorted(devices)
    )
    return DiskPicture(volumes, environments, caches, ties, between, duplicates, (), NOW)


def ordinary_picture() -> DiskPicture:
    """Return what an ordinary disk looks like: 450 MB, of which 143 MB can go safely."""
    conda = cache_of(
        thing("python", 100 * MB, freed=4 * MB, users=(COURSE, DATA)),
        thing("numpy", 60 * MB, freed=2 * MB, users=(COURSE,)),
        thing("scipy", 50 * MB, days=200),
        thing("python", 30 * MB, kind=ItemKind.ARCHIVE),
        thing("own-thing", 10 * MB, kind=ItemKind.ARCHIVE, cost=Cost.UNKNOWN),
        thing("lists", 20 * MB, kind=ItemKind.INDEX),
        thing("held", 5 * MB, kind=ItemKind.TRASH, cost=Cost.NOTHING, blocked=SkipReason.LOCKED),
        rest=3 * MB,
    )
    pip = cache_of(
        thing("http-v2", 43 * MB, kind=ItemKind.HTTP, cache=PIP),
        thing("mylib", 7 * MB, kind=ItemKind.WHEEL, cache=PIP, cost=Cost.BUILD),
        kind=CacheKind.PIP,
    )
    environments = (
        EnvironmentSpace(COURSE, 1, 70 * MB, 160 * MB, 160 * MB, 900),
        EnvironmentSpace(DATA, 1, 40 * MB, 100 * MB, 100 * MB, 700),
    )
    duplicates = (Duplicate(DATA, "numpy", "1.0", "0", PKGS / "numpy-1.0-0", 30, 25 * MB),)
    return picture_of(conda, pip, environments=environments, between=12 * MB, duplicates=duplicates)


def large_picture(things: int = 9000, environments: int = 60) -> DiskPicture:
    """Return a picture of many things of every kind, some used, some sharing files."""
    prefixes = [HOME / "conda" / "envs" / f"course-{number}" for number in range(environments)]
    kinds = (ItemKind.UNPACKED, *ItemKind)
    items = tuple(
        replace(
            thing(
                f"package-{number}",
                (number % 900 + 1) * 10_000,
                kind=kinds[number % len(kinds)],
                users=tuple(prefixes[number % 7 :: 9]) if number % 3 == 0 else (),
                days=number % 400,
            ),
            path=PKGS / f"package-{number}-1.0-0",
        )
        for number in range(things)
    )
    ties = tuple(
        Tie((items[at].path, items[at + 1].path), 10_000) for at in range(0, things // 3, 2)
    )
    spaces = tuple(
        EnvironmentSpace(prefix, 1, (at + 1) * MB, 50 * MB, 40 * MB, 900)
        for at, prefix in enumerate(prefixes)
    )
    return picture_of(cache_of(*items), environments=spaces, ties=ties)
