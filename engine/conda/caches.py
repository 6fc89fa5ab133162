"""Choose the folder that packages are unpacked into, and tell what is in it already.

For worker processes only: it loads rattler.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rattler import PackageCache
from rattler.package_cache import PackageCacheLayer, ValidationMode
from rattler.repo_data import RepoDataRecord

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.records import Record


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """Hold the package cache to use for one prefix.

    `is_near` tells that it lies on the prefix's volume, so that files are linked and not copied.
    `passed_over` are the user's own cache folders that could not be used for it.
    """

    folder: Path
    is_near: bool
    passed_over: tuple[Path, ...] = ()


BLOCK = 4096  # bytes that a file system gives out at once, on nearly every disk
RECORD_BYTES_PER_FILE = 300  # what conda-meta says of one file


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Tell what one package in a cache puts into a prefix.

    Bytes are those of whole blocks. `linked_bytes` are those of files that can be linked;
    `copied_bytes` of what is made anew: files that the prefix is written into, compiled Python
    files, folders, and the record. `has_script` tells of a script that conda would run after
    linking.
    """

    files: int
    linked_bytes: int
    copied_bytes: int
    has_script: bool


def choose_cache(prefix: Path, places: Places, configuration: CondaConfiguration) -> CacheChoice:
    """Return the cache to unpack into for an environment at `prefix`, which need not exist.

    It is the first of the user's `pkgs_dirs` that can be written and lies on the prefix's volume,
    so that conda and Envdesk share bytes; else Envdesk's own.
    """
    volume = volume_of(prefix)
    for folder in configuration.pkgs_dirs:
        if volume_of(folder) == volume and is_writable(folder):
            skipped = configuration.pkgs_dirs[: configuration.pkgs_dirs.index(folder)]
            return CacheChoice(folder, is_near=True, passed_over=skipped)
    is_near = volume_of(places.pkgs) == volume
    return CacheChoice(places.pkgs, is_near, passed_over=configuration.pkgs_dirs)


def package_caches(places: Places, configuration: CondaConfiguration) -> tuple[Path, ...]:
    """Return every folder that packages may have been unpacked into, conda's first."""
    return tuple(dict.fromkeys((*configuration.pkgs_dirs, places.pkgs)))


def opened_cache(folder: Path, *, thorough: bool = False) -> PackageCache:
    """Return the cache in `folder`; a package of which files are missing is fetched again.

    With `thorough`, so is one of which files were altered, for which all of them are hashed.
    """
    mode = ValidationMode.full() if thorough else ValidationMode.fast()
    layer = PackageCacheLayer(folder).with_validation_mode(mode)
    return PackageCache.from_layers([layer])


async def unpacked_in(
    folder: Path, records: Sequence[Record], originals: Sequence[RepoDataRecord]
) -> dict[str, Unpacked]:
    """Return what of `records` lies unpacked in the cache `folder`, by package name.

    `originals` are the same records as rattler's own. A folder whose archive had another checksum
    does not count.
    """
    if not folder.is_dir():
        return {}
    index = await PackageCache(folder).index()
    present = [
        record
        for record, original in zip(records, originals, strict=True)
        if index.contains_record(original)
    ]
    return await asyncio.to_thread(_read_all, folder, present)


def foreign_copies(folder: Path, records: Iterable[Record]) -> tuple[Path, ...]:
    """Return folders in the cache that conda unpacked from other archives of the same names.

    rattler would take their files for those of `records`: it knows the checksums only of what it
    unpacked itself.
    """
    found: list[Path] = []
    for record in records:
        unpacked = folder / record.spelled
        if (folder / f"{record.spelled}.lock").exists() or not record.sha256:
            continue
        with suppress(OSError, ValueError):
            document = json.loads((unpacked / "info" / "repodata_record.json").read_bytes())
            known = document.get("sha256") if isinstance(document, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            if isinstance(known, str) and known and known != record.sha256:
                found.append(unpacked)
    return tuple(found)


def volume_of(path: Path) -> int | None:
    """Return the number of the volume that `path` lies, or would lie, on."""
    with suppress(OSError):
        return existing_part(path).stat().st_dev
    return None


def existing_part(path: Path) -> Path:
    """Return the nearest folder above `path`, or `path` itself, that exists."""
    for part in (path, *path.parents):
        if os.path.lexists(part):
            return part
    return path


def is_writable(folder: Path) -> bool:
    """Return whether files can be made in `folder`, or `folder` itself where it is missing."""
    part = existing_part(folder)
    return part.is_dir() and os.access(part, os.W_OK | os.X_OK)


def _read_all(folder: Path, records: Sequence[Record]) -> dict[str, Unpacked]:
    found: dict[str, Unpacked] = {}
    for record in records:
        unpacked = _read(folder / record.spelled, record)
        if unpacked is not None:
            found[record.name] = unpacked
    return found


def _read(folder: Path, record: Record) -> Unpacked | None:
    try:
        document = json.loads((folder / "info" / "paths.json").read_bytes())
        linked = made = 0
        folders: set[str] = set()
        for entry in document["paths"]:
            path = str(entry["_path"])
            folders.add(path.rpartition("/")[0])
            if entry.get("path_type") == "softlink":
                continue
            size = _whole_blocks(int(entry.get("size_in_bytes") or 0))
            if entry.get("prefix_placeholder"):
                made += size
            else:
                linked += size
            if record.noarch == "python" and path.endswith(".py"):
                made += size  # a compiled file is about as large as its source
                folders.add(f"{path.rpartition('/')[0]}/__pycache__")
        count = len(document["paths"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    made += len(folders) * BLOCK + _whole_blocks(count * RECORD_BYTES_PER_FILE)
    return Unpacked(count, linked, made, has_link_script(folder, record.name))


def _whole_blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def has_link_script(folder: Path, name: str) -> bool:
    """Return whether the package `name`, unpacked in `folder`, has a script to run after linking.

    (conda-build docs, "Adding pre-link, post-link, and pre-unlink scripts")
    """
    paths = (f"bin/.{name}-post-link.sh", f"Scripts/.{name}-post-link.bat")
    return any((folder / path).exists() for path in paths)
