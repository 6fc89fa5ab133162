"""Build caches and environments out of plain files, and count them the slow and obvious way."""

from __future__ import annotations

import json
import os
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from engine.cache.finding import FoundCache, Layout
from engine.cache.values import CacheKind, Skipped
from engine.events import Progress
from engine.places import Places


class CleaningHeard:
    """Keep what a cleaning leaves alone."""

    def __init__(self) -> None:
        self.skips: list[Skipped] = []

    def progress(self, progress: Progress) -> None:
        pass

    def log(self, line: str) -> None:
        pass

    def settle_down(self) -> None:
        pass

    def skipped(self, skipped: Skipped) -> None:
        self.skips.append(skipped)


def make_package(
    pkgs: Path, stem: str, files: Iterable[tuple[str, bytes]] = (), *, url: str = "https://x/y"
) -> Path:
    """Make an unpacked package with those files and an index; returns its folder."""
    folder = pkgs / stem
    (folder / "info").mkdir(parents=True)
    name, version, build = stem.rsplit("-", 2)
    index = {"name": name, "version": version, "build": build}
    (folder / "info" / "index.json").write_text(json.dumps(index))
    if url:
        record = {**index, "url": f"{url}/{stem}.conda", "size": 1000}
        (folder / "info" / "repodata_record.json").write_text(json.dumps(record))
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def make_prefix(prefix: Path) -> Path:
    """Make an empty environment."""
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").write_text("")
    return prefix


def package_cache(folder: Path, kind: CacheKind = CacheKind.CONDA) -> FoundCache:
    """Return a cache of packages."""
    return FoundCache(folder, kind, Layout.PACKAGES)


def write_condarc(places: Places, *pkgs: Path) -> None:
    """Configure those folders as package caches."""
    places.home.mkdir(parents=True, exist_ok=True)
    lines = [
        "pkgs_dirs:",
        *(f"  - {json.dumps(str(folder), ensure_ascii=False)}" for folder in pkgs),
    ]
    (places.home / ".condarc").write_text("\n".join(lines) + "\n", encoding="utf-8")


def everything_below(top: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield `top` and every name below it, links not followed."""
    found = top.lstat()
    yield top, found
    if stat.S_ISDIR(found.st_mode):
        for path in top.iterdir():
            yield from everything_below(path)


def allocated(tops: Iterable[Path]) -> int:
    """Return the allocated bytes at `tops`, each file once."""
    seen: dict[tuple[int, int], int] = {}
    for top in tops:
        if os.path.lexists(top):
            for _, found in everything_below(top):
                seen[found.st_dev, found.st_ino] = found.st_blocks * 512
    return sum(seen.values())


def freed_by_hand(tops: Collection[Path]) -> int:
    """Return what goes when all names at `tops` go: folders, and files without another name."""
    names: dict[tuple[int, int], int] = defaultdict(int)
    status: dict[tuple[int, int], os.stat_result] = {}
    for top in tops:
        for _, found in everything_below(top):
            names[found.st_dev, found.st_ino] += 1
            status[found.st_dev, found.st_ino] = found
    return sum(
        found.st_blocks * 512
        for identity, found in status.items()
        if stat.S_ISDIR(found.st_mode) or names[identity] == found.st_nlink
    )


def own_by_hand(prefix: Path) -> int:
    """Return what would go with an environment."""
    return freed_by_hand([prefix])


def living_links(prefix: Path) -> set[Path]:
    """Return the soft links of an environment that lead to something."""
    return {
        path
        for path, found in everything_below(prefix)
        if stat.S_ISLNK(found.st_mode) and path.exists()
    }
