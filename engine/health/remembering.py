"""Remember what a quick check found, for as long as nothing that it looked at has changed."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from engine.codec import decode, encode
from engine.environments.describing import stamp_of
from engine.environments.stamping import contents_stamp
from engine.errors import EngineError
from engine.health.quick import health_of, look_quickly, missing_health
from engine.health.scene import Scene, read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import Depth, Health
from engine.transactions.locking import workroom_of

FORMAT: Final = 3
_FOLDER: Final = "health"
_VARIABLES: Final = ("PATH", "APPDATA")


class _Remembered(msgspec.Struct, frozen=True):
    """Hold a result, the key of what it depends on, and the state of the files beside."""

    key: str
    files: tuple[tuple[str, int, int, int], ...]
    health: str


def quick_health(prefix: Path, around: Surroundings) -> Health:
    """Return what `check_quick` returns, from memory where nothing has changed since.

    Raises EngineError (prefix-missing, not-an-environment).
    """
    missing = missing_health(prefix, around)
    if missing is not None:
        return missing
    contents = contents_stamp(prefix, around.platform)
    key = _key(prefix, around, contents)
    memory = _memory(prefix, around)
    known = _recall(memory, key)
    if known is not None:
        return known
    stamp = stamp_of(prefix)
    scene = read_scene(prefix, around)
    watched = tuple(_state_of(path) for path in _watched(scene))
    found = health_of(prefix, Depth.QUICK, stamp, look_quickly(scene), scene.unchecked)
    health = replace(found, contents=contents)
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        temporary = memory.with_name(f".{memory.name}.{os.getpid()}")
        text = encode(health).decode()
        temporary.write_bytes(msgspec.json.encode(_Remembered(key, watched, text)))
        temporary.replace(memory)
    return health


def _recall(memory: Path, key: str) -> Health | None:
    with suppress(OSError, msgspec.MsgspecError, EngineError, ValueError):
        found = msgspec.json.decode(memory.read_bytes(), type=_Remembered)
        if found.key == key and all(_state_of(file[0]) == file for file in found.files):
            return decode(found.health, Health)
    return None


def _memory(prefix: Path, around: Surroundings) -> Path:
    name = hashlib.blake2b(os.fsencode(prefix), digest_size=12).hexdigest()
    return around.places.state / _FOLDER / f"{name}.json"


def _key(prefix: Path, around: Surroundings, contents: str) -> str:
    """Return what the result depends on beside files: the program, the day, this computer."""
    variables = {
        name: value
        for name, value in around.environ.items()
        if name in _VARIABLES or name.startswith(("PYTHON", "PIP_"))
    }
    parts = (
        FORMAT,
        os.fsencode(prefix),
        stamp_of(prefix),
        contents,
        sorted(variables.items()),
        around.virtual_packages,
        around.today.isoformat(),
        around.configuration.channel_alias,
        around.configuration.custom_channels,
    )
    return hashlib.blake2b(
        repr(parts).encode("utf-8", "surrogateescape"), digest_size=16
    ).hexdigest()


def _watched(scene: Scene) -> list[str]:
    """Return the files and folders that were looked at and that no stamp tells of."""
    around = scene.around
    paths = [
        workroom_of(scene.prefix),
        *(each.checkout for each in scene.python.distributions if each.checkout is not None),
    ]
    if scene.python.version:
        paths.append(scene.personal.folder)
    separator = ";" if around.platform == "win32" else ":"
    folders = scene.variables.get("PYTHONPATH", "").split(separator)
    return [*map(str, paths), *(folder for folder in folders if folder)]


def _state_of(path: str) -> tuple[str, int, int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - several for each of a thousand environments
    except (OSError, ValueError):
        return (path, 0, 0, 0)
    return (path, found.st_mtime_ns, found.st_mode, found.st_uid)
