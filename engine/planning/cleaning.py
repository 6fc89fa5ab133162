"""Plan a cleaning: what goes, what that frees to the byte, what it costs to have it back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.remembering import look_for_plan
from engine.cache.values import (
    CacheItem,
    Cleaning,
    Cost,
    DiskPicture,
    ItemKind,
    Skipped,
    SkipReason,
    freed,
    named_items,
)
from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.plan import Figures, Plan
from engine.records import State
from engine.requests import CLEANING, CleanRequest


async def plan_clean(
    request: CleanRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a cleaning, made from a fresh look at every cache and environment.

    `freed_bytes` is what the volumes give back. What was asked for and cannot go is in
    `cleaning.skipped`. A plan may be empty; carrying it out does nothing.
    """
    return await asyncio.to_thread(_plan, request, places, configuration)


def _plan(request: CleanRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    picture = look_for_plan(places, configuration)
    now = datetime.now(UTC)
    named = named_items(picture, request.choice, now)
    items = tuple(item for item in named if item.blocked is None)
    known = {item.path for item in named}
    missing = (path for path in request.choice.items if path not in known)
    caches = tuple(dict.fromkeys(item.cache for item in items))
    paths = tuple(item.path for item in items)
    return Plan(
        request=CleanRequest(request.choice, paths, caches),
        prefix=(caches[0] if caches else places.cache) / CLEANING,
        before=State(),
        after=State(),
        changes=(),
        figures=Figures(
            freed_bytes=freed(picture, paths),
            linked_bytes=sum(item.allocated_bytes - item.freed_bytes for item in items),
            packages=sum(item.kind in (ItemKind.ARCHIVE, ItemKind.UNPACKED) for item in items),
            files=sum(item.files for item in items),
        ),
        warnings=(),
        stamp="",
        created=now,
        cleaning=Cleaning(
            items=items,
            skipped=(*_blocked(named), *(_unknown(path) for path in missing)),
            download_bytes=_downloads(items, picture),
        ),
    )


def _blocked(named: Iterable[CacheItem]) -> Iterable[Skipped]:
    for item in named:
        if item.blocked is not None:
            users = ", ".join(path.name for path in item.users)
            value = users if item.blocked is SkipReason.NEEDED else ""
            yield Skipped(item.path, item.name, item.blocked, value)


def _unknown(path: Path) -> Skipped:
    return Skipped(path, path.name, SkipReason.CHANGED)


def _downloads(items: Iterable[CacheItem], picture: DiskPicture) -> int:
    """Return what would be fetched to have `items` again; a package counts once, in any form.

    What is unpacked costs nothing while its archive stays.
    """
    going = {item.path for item in items}
    staying = {
        (item.cache, item.name, item.version, item.build)
        for item in picture.items
        if item.kind is ItemKind.ARCHIVE and item.path not in going
    }
    sizes: dict[tuple[Path, str, str, str], int] = {}
    others = 0
    for item in items:
        key = (item.cache, item.name, item.version, item.build)
        if item.cost is Cost.NOTHING:
            continue
        if item.kind is ItemKind.ARCHIVE:
            sizes[key] = item.download_bytes
        elif item.kind is ItemKind.UNPACKED:
            if key not in staying:
                sizes.setdefault(key, item.download_bytes)
        else:
            others += item.download_bytes or item.allocated_bytes
    return others + sum(sizes.values())
