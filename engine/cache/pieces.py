"""Break a cache folder into the pieces that can go by themselves."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from engine.cache.finding import FoundCache, Layout
from engine.cache.values import CacheKind, Cost, ItemKind

MEMORY: Final = ".envdesk-disk"  # what Envdesk remembers of the last look; no piece of its cache
SETTLING_SECONDS: Final = 60  # what was touched since then may still be worked on
UNPACKED_PER_ARCHIVE: Final = 4
_ARCHIVES = (".conda", ".tar.bz2")
_PARTIAL = (".partial", ".part")
_TRASH = (".c~", ".trash", ".mamba_trash")
_TOKEN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}\.old")
_INDEX_STEM = re.compile(r"^([^.]+)")
_UV_LISTS = re.compile(r"(simple|interpreter|flat-index|python)-v\d+")
_UV_BUCKETS = re.compile(
    r"(wheels|archive|sdists|built-wheels|builds|git|environments|binaries|osv)-v\d+"
)


@dataclass(slots=True)
class Piece:
    """Describe one piece before it is measured; paths are texts, as the scan needs them."""

    path: str
    kind: ItemKind
    name: str
    version: str = ""
    build: str = ""
    companions: list[str] = field(default_factory=list[str])
    cost: Cost = Cost.DOWNLOAD
    url: str = ""
    download_bytes: int = 0
    used: float = 0.0
    is_busy: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Return everything that goes with it."""
        return (self.path, *self.companions)


class _RepodataRecord(msgspec.Struct, gc=False):
    url: str = ""
    size: int | None = None  # of the archive, in bytes


_RECORD = msgspec.json.Decoder(_RepodataRecord)


def pieces_of(cache: FoundCache) -> list[Piece]:
    """Return the pieces of `cache`; what it is not known to be made of is none. Raises nothing."""
    return _READERS[cache.layout](cache)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _touched(entry: os.DirEntry[str]) -> float:
    """Return when `entry` was last used, in seconds: read, for a file, or filled, for a folder."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return 0.0
    return max(found.st_mtime, found.st_ctime if _is_folder(entry) else found.st_atime)


def _is_fresh(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        return time.time() - entry.stat(follow_symlinks=False).st_mtime < SETTLING_SECONDS
    return True


def _packages(cache: FoundCache) -> list[Piece]:
    folder = str(cache.folder)
    entries = {entry.name: entry for entry in _entries(folder)}
    origins = _origins(folder)
    found: list[Piece] = []
    for entry in entries.values():
        piece = _package_piece(entry, entries, origins)
        if piece is not None:
            found.append(piece)
    if "cache" in entries and _is_folder(entries["cache"]):
        found += _lists_in(entries["cache"].path)
    if ".logs" in entries and _is_folder(entries[".logs"]):
        found += _simple(_entries(entries[".logs"].path), ItemKind.LOG, Cost.NOTHING)
    return [*found, *_left_behind(folder)]


def _package_piece(
    entry: os.DirEntry[str], entries: dict[str, os.DirEntry[str]], origins: dict[str, str]
) -> Piece | None:
    name, is_folder = entry.name, _is_folder(entry)
    if name.endswith(_TRASH):
        return Piece(entry.path, ItemKind.TRASH, name, cost=Cost.NOTHING, used=_touched(entry))
    if name.startswith(".tmp") or (name.endswith(_PARTIAL) and not is_folder):
        is_partial = name.endswith(_PARTIAL)
        return _short_lived(entry, ItemKind.PARTIAL if is_partial else ItemKind.LEFTOVER)
    if is_folder:
        return _folder_piece(entry, entries, origins)
    archive = next((suffix for suffix in _ARCHIVES if name.endswith(suffix)), "")
    if archive and entry.is_file(follow_symlinks=False):
        stem = name.removesuffix(archive)
        piece = Piece(entry.path, ItemKind.ARCHIVE, *split_stem(stem), used=_touched(entry))
        piece.url = origins.get(name, "")
        piece.cost = Cost.DOWNLOAD if piece.url else _cost_of_origin(entries.get(stem))
        with suppress(OSError):
            piece.download_bytes = entry.stat(follow_symlinks=False).st_size
        piece.companions = _locks(entry.name, entries)
        if stem not in entries:  # nobody else is left whom the lock of the folder could go with
            piece.companions += _locks(stem, entries)
        return piece
    if name.endswith(".lock") and name.removesuffix(".lock").count("-") >= 2:
        stem = name.removesuffix(".lock")
        if stem not in entries and not any(stem + suffix in entries for suffix in _ARCHIVES):
            return _short_lived(entry, ItemKind.LEFTOVER)
    return None


def _folder_piece(
    entry: os.DirEntry[str], entries: dict[str, os.DirEntry[str]], origins: dict[str, str]
) -> Piece | None:
    name = entry.name
    has_archive = [name + suffix for suffix in _ARCHIVES if name + suffix in entries]
    if not os.path.isfile(f"{entry.path}/info/index.json"):  # noqa: PTH113
        is_package = bool(has_archive) or f"{name}.lock" in entries
        if not is_package or name.count("-") < 2:
            return None
        piece = _short_lived(entry, ItemKind.LEFTOVER)
        piece.companions = _locks(name, entries)
        return piece
    piece = Piece(entry.path, ItemKind.UNPACKED, *split_stem(name), used=_touched(entry))
    piece.companions = _locks(name, entries)
    record = _record_in(entry.path)
    piece.url, piece.download_bytes = record.url, record.size or 0
    if not piece.url:
        piece.url = next((origins[file] for file in has_archive if file in origins), "")
        # rattler unpacks what it downloads, and nothing else; its lock is the sign of it
        is_known = bool(piece.url) or bool(piece.companions)
        piece.cost = Cost.DOWNLOAD if is_known else Cost.UNKNOWN
    return piece


def _cost_of_origin(unpacked: os.DirEntry[str] | None) -> Cost:
    if unpacked is not None and _record_in(unpacked.path).url:
        return Cost.DOWNLOAD
    return Cost.UNKNOWN


def _record_in(package: str) -> _RepodataRecord:
    with suppress(OSError, msgspec.DecodeError):
        return _RECORD.decode(Path(f"{package}/info/repodata_record.json").read_bytes())
    return _RepodataRecord()


def split_stem(stem: str) -> tuple[str, str, str]:
    """Return name, version and build of a package's file name without its suffix."""
    parts = stem.rsplit("-", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (stem, "", "")


def _locks(name: str, entries: dict[str, os.DirEntry[str]]) -> list[str]:
    lock = entries.get(f"{name}.lock")
    return [lock.path] if lock is not None and not _is_folder(lock) else []


def _short_lived(entry: os.DirEntry[str], kind: ItemKind) -> Piece:
    return Piece(
        entry.path,
        kind,
        entry.name,
        cost=Cost.NOTHING,
        used=_touched(entry),
        is_busy=_is_fresh(entry),
    )


def _origins(folder: str) -> dict[str, str]:
    """Return where archives came from, as `urls.txt` says, by their names."""
    origins: dict[str, str] = {}
    with (
        suppress(OSError),
        open(f"{folder}/urls.txt", encoding="utf-8", errors="replace") as lines,  # noqa: PTH123
    ):
        for line in lines:
            url = line.strip()
            origins[url.rpartition("/")[2]] = url
    return origins


def _lists_in(folder: str) -> list[Piece]:
    """Return the lists in conda's `cache`, each with the files that belong to it."""
    groups: dict[str, Piece] = {}
    for entry in _entries(folder):
        stem = _INDEX_STEM.match(entry.name)
        if stem is None or entry.name.endswith(".lock"):
            continue
        known = groups.get(stem[1])
        if known is None:
            groups[stem[1]] = Piece(entry.path, ItemKind.INDEX, stem[1], used=_touched(entry))
        else:
            known.companions.append(entry.path)
            known.used = max(known.used, _touched(entry))
    return list(groups.values())


def _simple(
    entries: list[os.DirEntry[str]], kind: ItemKind, cost: Cost = Cost.DOWNLOAD
) -> Iterator[Piece]:
    for entry in entries:
        yield Piece(entry.path, kind, entry.name, cost=cost, used=_touched(entry))


def _left_behind(folder: str) -> Iterator[Piece]:
    """Yield what a cleaning moved out of sight and was killed before it could delete."""
    for entry in _entries(f"{folder}/.envdesk"):
        if _TOKEN.fullmatch(entry.name):
            yield Piece(entry.path, ItemKind.LEFTOVER, entry.name, cost=Cost.NOTHING)


def _lists(cache: FoundCache) -> list[Piece]:
    is_ours = cache.kind is CacheKind.ENVDESK
    entries = [
        entry
        for entry in _entries(str(cache.folder))
        if entry.name != ".envdesk" and not (is_ours and entry.name == MEMORY)
    ]
    return [*_simple(entries, ItemKind.INDEX), *_left_behind(str(cache.folder))]


def _pip(cache: FoundCache) -> list[Piece]:
    folder = str(cache.folder)
    found: list[Piece] = []
    for entry in _entries(folder):
        if not _is_folder(entry):
            continue
        if entry.name in ("http", "http-v2"):
            found += _simple([entry], ItemKind.HTTP)
        elif entry.name == "selfcheck":
            found += _simple([entry], ItemKind.INDEX, Cost.NOTHING)
        elif entry.name == "wheels":
            found += _wheels(entry.path)
    return [*found, *_left_behind(folder)]


def _wheels(folder: str) -> Iterator[Piece]:
    """Yield the folders that hold one wheel each (pip docs, "Caching": by digest of its origin)."""
    pending = [folder]
    while pending:
        at = pending.pop()
        entries = _entries(at)
        wheel = next((entry for entry in entries if entry.name.endswith(".whl")), None)
        if wheel is None:
            pending += (entry.path for entry in entries if _is_folder(entry))
            continue
        name, version = (*wheel.name.split("-"), "", "")[:2]
        used = max(_touched(entry) for entry in entries)
        yield Piece(at, ItemKind.WHEEL, name, version, cost=Cost.BUILD, used=used)


def _uv(cache: FoundCache) -> list[Piece]:
    """Return two pieces: lists, and packages, whose folders only make sense together."""
    folder = str(cache.folder)
    entries = [entry for entry in _entries(folder) if _is_folder(entry)]
    groups = (
        ("lists", Cost.DOWNLOAD, [each for each in entries if _UV_LISTS.fullmatch(each.name)]),
        ("packages", Cost.BUILD, [each for each in entries if _UV_BUCKETS.fullmatch(each.name)]),
    )
    found: list[Piece] = []
    for name, cost, members in groups:
        if members:
            # wheels are links into archives: they go first, so that none leads nowhere
            members.sort(key=lambda each: (each.name.startswith("archive"), each.name))
            paths = [entry.path for entry in members]
            used = max(_touched(entry) for entry in members)
            found.append(
                Piece(paths[0], ItemKind.UV, name, companions=paths[1:], cost=cost, used=used)
            )
    return [*found, *_left_behind(folder)]


_READERS: dict[Layout, Callable[[FoundCache], list[Piece]]] = {
    Layout.PACKAGES: _packages,
    Layout.LISTS: _lists,
    Layout.PIP: _pip,
    Layout.UV: _uv,
}
