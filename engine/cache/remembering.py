"""Remember the last picture, and tell it again while nothing changed."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from engine.cache.directories import DirectoryLog, is_unchanged
from engine.cache.finding import FoundCache, find_caches
from engine.cache.looking import look
from engine.cache.pieces import MEMORY
from engine.cache.values import DiskPicture
from engine.cache.volumes import volume_space
from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.environments.discovering import discover
from engine.errors import EngineError
from engine.places import Places
from engine.remembering import remembered_folders

FORMAT: Final = 1
LONGEST_SECONDS: Final = 3600  # writing into files in place leaves no trace in folders
_LENGTH = struct.Struct("<Q")


class _Head(msgspec.Struct, frozen=True):
    """Say what the picture is of: what is not the same now makes it worthless."""

    format: int
    caches: tuple[tuple[str, str, str], ...]
    prefixes: tuple[str, ...]
    files: tuple[tuple[str, int, int, int], ...]
    seen: float


def look_at_disk(
    places: Places,
    configuration: CondaConfiguration,
    *,
    fresh: bool,
    told: Callable[[int, str], None] = lambda _files, _place: None,
) -> DiskPicture:
    """Return where the space went in every cache and environment that can be found.

    Unless it must be `fresh`, an earlier picture is returned when no folder has changed since and
    it is not older than an hour. Blocks; run it in a worker process. Raises nothing.
    """
    caches, prefixes = found_places(places, configuration)
    if not fresh:
        picture = _recall(places, caches, prefixes)
        if picture is not None:
            return picture
    with suppress(OSError):  # before the look, which would miss it in its folder otherwise
        _memory(places).parent.mkdir(parents=True, exist_ok=True)
    picture, log = look(caches, prefixes, told)
    _remember(places, caches, prefixes, picture, log)
    return picture


def look_for_plan(places: Places, configuration: CondaConfiguration) -> DiskPicture:
    """Return the same, always looked at anew, without writing anything: a plan counts bytes."""
    picture, _ = look(*found_places(places, configuration))
    return picture


def found_places(
    places: Places, configuration: CondaConfiguration
) -> tuple[tuple[FoundCache, ...], tuple[Path, ...]]:
    """Return every cache and the prefix of every environment that can be found."""
    prefixes = discover(places, configuration, remembered_folders(places))
    return find_caches(places, configuration, prefixes), prefixes


def _memory(places: Places) -> Path:
    return places.cache / MEMORY / "picture"


def _recall(
    places: Places, caches: Sequence[FoundCache], prefixes: Sequence[Path]
) -> DiskPicture | None:
    try:
        parts = _split(_memory(places).read_bytes())
        head = msgspec.json.decode(parts[0], type=_Head)
    except (OSError, ValueError, IndexError, struct.error, msgspec.MsgspecError):
        return None
    is_about_the_same = (
        head.format == FORMAT
        and head.caches == _spelled(caches)
        and head.prefixes == tuple(map(_text, prefixes))
        and 0 <= time.time() - head.seen < LONGEST_SECONDS
        and all(_status_of(file[0]) == file for file in head.files)
    )
    if not is_about_the_same or not is_unchanged(*parts[1:4]):
        return None
    with suppress(EngineError):
        picture = decode(parts[4], DiskPicture)
        volumes = tuple(volume_space(volume.path) for volume in picture.volumes)
        return replace(picture, volumes=volumes, is_remembered=True)
    return None


def _remember(
    places: Places,
    caches: Sequence[FoundCache],
    prefixes: Sequence[Path],
    picture: DiskPicture,
    log: DirectoryLog,
) -> None:
    file = _memory(places)
    if not log.is_settled:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        return
    single = [item.path for item in picture.items if not item.path.is_dir()]
    head = _Head(
        FORMAT,
        _spelled(caches),
        tuple(map(_text, prefixes)),
        tuple(_status_of(_text(path)) for path in single),
        picture.seen.timestamp(),
    )
    data = _join((msgspec.json.encode(head), *log.dump(), encode(picture)))
    with suppress(OSError):
        temporary = file.with_name(f".{file.name}.{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(file)


def _spelled(caches: Sequence[FoundCache]) -> tuple[tuple[str, str, str], ...]:
    return tuple((_text(each.folder), each.kind, each.layout) for each in caches)


def _text(path: Path) -> str:
    """Return `path` in a form that can be written, also when it is not valid text."""
    return os.fsencode(path).decode("latin-1")


def _status_of(text: str) -> tuple[str, int, int, int]:
    try:
        found = os.lstat(os.fsdecode(text.encode("latin-1")))
    except OSError:
        return (text, 0, 0, 0)
    return (text, found.st_size, found.st_mtime_ns, found.st_nlink)


def _join(parts: Sequence[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def _split(data: bytes) -> list[bytes]:
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        parts.append(data[at : at + length])
        at += length
    return parts
