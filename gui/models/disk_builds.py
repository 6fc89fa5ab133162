"""Tell things in caches apart that are the same package in the same version, by their builds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.cache.values import CacheItem
from gui.presenting.disk import item_title


def builds_apart(items: Iterable[CacheItem]) -> dict[Path, str]:
    """Return what of its build tells a thing from others of its title and kind, where any are.

    Builds are often long and differ at their ends: what all begin with alike is left out.
    """
    alike: dict[tuple[object, ...], list[CacheItem]] = {}
    for item in items:
        alike.setdefault((item.cache, item.kind, item.name, item.version), []).append(item)
    found: dict[Path, str] = {}
    for group in alike.values():
        if len({item.build for item in group}) > 1:
            parts = [item.build.split("_") for item in group]
            common = _alike_at_first(parts)
            for item, build in zip(group, parts, strict=True):
                found[item.path] = "_".join(build[common:]) or item.build
    return found


def title_apart(item: CacheItem, builds: dict[Path, str]) -> str:
    """Return the title of `item`, with what tells it from its like in `builds`."""
    build = builds.get(item.path, "")
    return f"{item_title(item)} · {build}" if build else item_title(item)


def _alike_at_first(builds: list[list[str]]) -> int:
    """Return how many parts at the beginning are the same in all `builds`, one less than all."""
    fewest = min(map(len, builds)) - 1
    return next((at for at in range(fewest) if len({build[at] for build in builds}) > 1), fewest)
