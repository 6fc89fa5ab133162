"""Find the caches of conda, rattler, pixi, pip, uv and Envdesk, wherever settings put them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.cache.settings import pip_cache_folders, uv_cache_folders
from engine.cache.values import CacheKind
from engine.conda.condarc import CondaConfiguration
from engine.places import Places


class Layout(StrEnum):
    """Say how a cache folder is built."""

    PACKAGES = "packages"  # archives and unpacked packages side by side, as conda has them
    LISTS = "lists"  # everything in it can be fetched again
    PIP = "pip"
    UV = "uv"


@dataclass(frozen=True, slots=True)
class FoundCache:
    """Name a cache folder that exists, whose it is and how it is built."""

    folder: Path
    kind: CacheKind
    layout: Layout


def find_caches(
    places: Places,
    configuration: CondaConfiguration,
    prefixes: Iterable[Path] = (),
    environ: Mapping[str, str] | None = None,
    platform: str = sys.platform,
) -> tuple[FoundCache, ...]:
    """Return every cache folder that exists, each once; `prefixes` may have pip settings.

    Isolated places see only what lies below their root. Takes a few milliseconds; raises nothing.
    """
    if places.isolated:
        environ = {}
    elif environ is None:
        environ = os.environ
    found: dict[tuple[int, int], FoundCache] = {}
    for cache in _candidates(places, configuration, tuple(prefixes), environ, platform):
        if places.isolated and not _is_below(cache.folder, places.home.parent):
            continue
        try:
            status = cache.folder.stat()
            is_folder = cache.folder.is_dir()
        except OSError:
            continue
        if is_folder:
            found.setdefault((status.st_dev, status.st_ino or hash(cache.folder)), cache)
    return tuple(found.values())


def _is_below(folder: Path, root: Path) -> bool:
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root))


def _candidates(
    places: Places,
    configuration: CondaConfiguration,
    prefixes: tuple[Path, ...],
    environ: Mapping[str, str],
    platform: str,
) -> Iterator[FoundCache]:
    yield FoundCache(places.pkgs, CacheKind.ENVDESK, Layout.PACKAGES)
    for folder in configuration.pkgs_dirs:
        yield FoundCache(folder, CacheKind.CONDA, Layout.PACKAGES)
    for root in configuration.root_prefixes:
        yield FoundCache(root / "pkgs", CacheKind.CONDA, Layout.PACKAGES)
    yield FoundCache(places.home / ".conda" / "pkgs", CacheKind.CONDA, Layout.PACKAGES)
    for root in rattler_folders(places.home, environ, platform):
        yield FoundCache(root / "pkgs", CacheKind.RATTLER, Layout.PACKAGES)
        for name in ("repodata", "conda-pypi-mapping", "pypi-mapping"):
            yield FoundCache(root / name, CacheKind.RATTLER, Layout.LISTS)
        yield FoundCache(root / "uv-cache", CacheKind.UV, Layout.UV)
    for folder in pip_cache_folders(places.home, prefixes, environ, platform):
        yield FoundCache(folder, CacheKind.PIP, Layout.PIP)
    for folder in uv_cache_folders(places.home, environ, platform):
        yield FoundCache(folder, CacheKind.UV, Layout.UV)
    yield FoundCache(places.cache, CacheKind.ENVDESK, Layout.LISTS)


def rattler_folders(
    home: Path, environ: Mapping[str, str], platform: str = sys.platform
) -> tuple[Path, ...]:
    """Return where rattler and pixi may keep their caches; nothing is looked at.

    (pixi docs, "Environment variables": PIXI_CACHE_DIR, then RATTLER_CACHE_DIR, then XDG)
    """
    folders = [
        Path(text)
        for key in ("PIXI_CACHE_DIR", "RATTLER_CACHE_DIR")
        if (text := environ.get(key)) and Path(text).is_absolute()
    ]
    if platform == "win32":
        local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        folders += [local / "rattler" / "cache"]
    elif platform == "darwin":
        folders += [home / "Library" / "Caches" / "rattler" / "cache"]
    else:
        cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
        folders += [cache / "rattler" / "cache", cache / "pixi"]
    return tuple(dict.fromkeys(folders))
