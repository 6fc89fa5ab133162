"""Look through an environment and decide what a copy of it would do with each file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.environments.discovering import is_environment
from engine.environments.looking import stat_or_none
from engine.errors import EngineError, ErrorCode
from engine.replicas.ownership import OwnedFile, owned_key, read_owned, read_recorded
from engine.replicas.prefixes import TEXT_LIMIT
from engine.replicas.walking import Found, Kind, walk
from engine.transactions.locking import WORKROOM

INSTALLATION_FOLDERS: Final = ("envs", "pkgs", "conda-bld")
_NOBODYS = frozenset(
    ("CACHEDIR.TAG", ".nonadmin", ".condarc", ".DS_Store", "desktop.ini", "Thumbs.db")
)
_CONDA_RECORD = re.compile(r"conda-\d.*\.json")
_LEFT_IN_META = re.compile(
    r"history|frozen|prefix_record_.*|\..*|envdesk-.*|.*\.(?:lock|pid)|mamba_trash\.txt"
)
_TRASH = re.compile(r".*\.(?:c~|conda_trash|conda_trash_.*|mamba_trash)|\.conda_trash.*")


class Treatment(StrEnum):
    """Say what becomes of one name in a copy."""

    FOLDER = "folder"
    SYMLINK = "symlink"
    LINKED = "linked"
    COMPARED = "compared"
    COPIED = "copied"
    RECORD = "record"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one name of the source and what becomes of it.

    `LINKED` files are those of the package cache already; `COMPARED` ones are linked to the cache
    if the contents turn out to be the same, else copied.
    """

    found: Found
    treatment: Treatment
    owned: OwnedFile | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """Hold everything about a source that a copy of it needs; sizes are in bytes.

    `total_bytes` is the apparent size of all files, `linked_bytes` what will be shared with the
    cache, and `copied_bytes` what the copy takes on disk. `unowned` are the files that no package
    lists. `shortest_placeholder` tells how many bytes a new prefix may have, and which package
    says so. `far_cache` is a package cache on another volume, empty if there is none. `kept` are
    the folders directly below the source that belong to the installation in it and stay there.
    """

    source: Path
    items: tuple[Item, ...]
    kept: tuple[str, ...]
    files: int
    total_bytes: int
    linked_bytes: int
    copied_bytes: int
    unowned: tuple[Found, ...]
    shortest_placeholder: tuple[int, str] | None
    far_cache: str


def kept_folders(source: Path) -> tuple[str, ...]:
    """Return the names below `source` that belong to a conda installation, not to its packages.

    These are `envs`, `pkgs` and `conda-bld` where conda itself is installed or where there are
    environments or packages in them.
    """
    folders = [name for name in INSTALLATION_FOLDERS if (source / name).is_dir()]
    with suppress(OSError):
        if any(_CONDA_RECORD.fullmatch(name) for name in _listed(source / "conda-meta")):
            return tuple(folders)
    return tuple(name for name in folders if _is_of_installation(source / name, name))


def _is_of_installation(folder: Path, name: str) -> bool:
    with suppress(OSError):
        names = _listed(folder)
        if name == "envs":
            return any(is_environment(folder / child) for child in names)
        if name == "pkgs":
            return "urls.txt" in names or any(
                (folder / child / "info" / "index.json").is_file() for child in names
            )
        return "linux-64" in names or "noarch" in names or "channeldata.json" in names
    return False


def _listed(folder: Path) -> list[str]:
    return os.listdir(folder)  # noqa: PTH208 - names are wanted, not paths


def survey(source: Path, near: Path, *, moving: bool = False) -> Survey:
    """Return what copying `source` to a place below the existing folder `near` would do.

    `moving` says that the source is given up afterwards, so that its own files can be linked too.
    Reads no file but those of conda-meta. Raises EngineError when a folder of the source cannot
    be looked into.
    """
    kept = kept_folders(source)
    owned = read_owned(source)
    volume = near.stat().st_dev

    def trouble(path: str, error: OSError) -> None:
        raise unreadable(source / path, error) from error

    everything = walk(source, left_out=_leaving_out(kept, moving=moving), trouble=trouble)
    items = [_decide(found, owned.get(owned_key(found.path)), volume) for found in everything]
    return _summed(source, kept, items, volume, moving=moving)


def _leaving_out(kept: tuple[str, ...], *, moving: bool) -> Callable[[str], bool]:
    tops = {*kept, WORKROOM, ".trash"}
    history = "conda-meta/history"

    def left_out(path: str) -> bool:
        if "/" not in path and path in tops:
            return True
        head, _, name = path.rpartition("/")
        if head == "conda-meta" and _LEFT_IN_META.fullmatch(name):
            return not (moving and path == history)
        return _TRASH.fullmatch(name) is not None

    return left_out


def _decide(found: Found, owned: OwnedFile | None, volume: int) -> Item:
    match found.kind:
        case Kind.FOLDER:
            return Item(found, Treatment.FOLDER)
        case Kind.LINK:
            return Item(found, Treatment.SYMLINK, owned)
        case Kind.OTHER:
            return Item(found, Treatment.SKIPPED)
        case Kind.FILE:
            pass
    if found.path.startswith("conda-meta/") and found.path.endswith(".json"):
        return Item(found, Treatment.RECORD)
    if owned is None or not owned.cached:
        return Item(found, Treatment.COPIED, owned)
    return Item(found, _how_to_share(found, owned, volume), owned)


def _how_to_share(found: Found, owned: OwnedFile, volume: int) -> Treatment:
    try:
        cached = os.lstat(owned.cached)
    except (OSError, ValueError):
        return Treatment.COPIED
    if cached.st_dev != volume or not stat.S_ISREG(cached.st_mode):
        return Treatment.COPIED
    if found.inode and (cached.st_dev, cached.st_ino) == found.identity:
        return Treatment.LINKED
    comparable = owned.sha256 and not owned.placeholder
    if comparable and cached.st_size == found.size == (owned.size or found.size):
        return Treatment.COMPARED
    return Treatment.COPIED


def _summed(
    source: Path, kept: tuple[str, ...], items: list[Item], volume: int, *, moving: bool
) -> Survey:
    files = total = linked = copied = 0
    seen: set[tuple[int, int]] = set()
    shortest: tuple[int, str] | None = None
    for item in items:
        found, owned = item.found, item.owned
        if item.treatment in (Treatment.SKIPPED, Treatment.FOLDER):
            copied += found.allocated
            continue
        files += 1
        total += found.size
        is_shared = item.treatment in (Treatment.LINKED, Treatment.COMPARED)
        if is_shared or (moving and found.size > TEXT_LIMIT):
            linked += found.size
        elif found.links < 2 or found.identity not in seen:
            seen.add(found.identity)
            copied += found.allocated
        if owned is not None and owned.is_binary and owned.placeholder:
            length = len(owned.placeholder.encode())
            shortest = min(shortest or (length, owned.package), (length, owned.package))
    unowned = unowned_files(source, items)
    return Survey(
        source,
        tuple(items),
        kept,
        files=files,
        total_bytes=total,
        linked_bytes=linked,
        copied_bytes=copied,
        unowned=unowned,
        shortest_placeholder=shortest,
        far_cache=_far_cache(items, volume),
    )


def _far_cache(items: list[Item], volume: int) -> str:
    asked: set[str] = set()
    for item in items:
        if item.treatment is Treatment.COPIED and item.owned is not None and item.owned.cache:
            cache = os.path.dirname(item.owned.cache)  # noqa: PTH120 - texts are at hand
            found = None if cache in asked else stat_or_none(cache)
            if found is not None and found.st_dev != volume:
                return cache
            asked.add(cache)
    return ""


def unowned_files(source: Path, items: Iterable[Item]) -> tuple[Found, ...]:
    """Return the files that no conda or PyPI package lists.

    Those that nobody made by hand are left out: compiled ones, metadata, what tools leave behind.
    """
    found = [item.found for item in items if item.owned is None]
    listed: set[str] = set()
    for each in found:
        if each.path.endswith(".dist-info/RECORD"):
            site_packages = each.path.rsplit("/", 2)[0]
            with suppress(OSError):
                listed.update(read_recorded(source / each.path, site_packages))
    return tuple(
        each
        for each in found
        if each.kind is Kind.FILE
        and each.path not in listed
        and each.name not in _NOBODYS
        and not each.path.startswith("conda-meta/")
        and not each.path.endswith((".pyc", ".pyo"))
    )


def unreadable(path: Path, error: OSError) -> EngineError:
    """Return the EngineError for a file of the source that may not be read."""
    return EngineError(
        ErrorCode.LINK_FAILED,
        "A file of the environment cannot be read.",
        cause=error.strerror or str(error),
        hint="Ask for the right to read it, or remove it from the environment.",
        path=str(path),
    )
