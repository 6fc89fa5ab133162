"""What Envdesk remembers between two runs, in small JSON files of its state folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine.places import Places

_FOLDERS = "folders.json"


class _Folders(msgspec.Struct, frozen=True):
    added: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


def _read(places: Places) -> _Folders:
    try:
        data = (places.state / _FOLDERS).read_bytes()
        return msgspec.json.decode(data, type=_Folders)
    except (OSError, msgspec.MsgspecError):
        return _Folders()


def _write(places: Places, folders: _Folders) -> None:
    places.state.mkdir(parents=True, exist_ok=True)
    temporary = places.state / f".{_FOLDERS}.{os.getpid()}"
    temporary.write_bytes(msgspec.json.encode(folders))
    temporary.replace(places.state / _FOLDERS)


def _paths(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(Path(name) for name in names)


def remembered_folders(places: Places) -> tuple[Path, ...]:
    """Return the folders that the user added to the list, in that order."""
    return _paths(_read(places).added)


def remember_folder(places: Places, folder: Path) -> None:
    """Remember a folder that the user added."""
    known = _read(places)
    if str(folder) not in known.added:
        _write(places, msgspec.structs.replace(known, added=(*known.added, str(folder))))


def forget_folder(places: Places, folder: Path) -> None:
    """Forget a folder that the user added."""
    known = _read(places)
    left = tuple(name for name in known.added if name != str(folder))
    _write(places, msgspec.structs.replace(known, added=left))


def used_folders(places: Places) -> tuple[Path, ...]:
    """Return the folders beside whose environments Envdesk has worked before."""
    return _paths(_read(places).used)


def remember_use(places: Places, folders: Iterable[Path]) -> None:
    """Remember that Envdesk is about to work in `folders`, so that left-overs are found there."""
    known = _read(places)
    new = tuple(str(folder) for folder in folders if str(folder) not in known.used)
    if new:
        _write(places, msgspec.structs.replace(known, used=(*known.used, *new)))
