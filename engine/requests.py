"""What the user wants done, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.cache.values import Choice
from engine.health.values import RepairStep

CLEANING: Final = "cleaning"  # a name in a cache folder that stands for work on the whole of it


class ChannelPriority(StrEnum):
    """Say how channels compete (conda docs, "Strict channel priority")."""

    STRICT = "strict"
    FLEXIBLE = "flexible"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """Ask for a new environment at `prefix`.

    `python` is a version such as `3.12` or empty for none; `specs` are conda MatchSpecs;
    `channels` are names or URLs, the first one first.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    python: str = ""
    specs: tuple[str, ...] = ()
    with_pip: bool = True


@dataclass(frozen=True, slots=True)
class CloneRequest:
    """Ask for a copy of the environment at `source`, packages of every kind included."""

    source: Path
    prefix: Path


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """Ask for the environment at `source` to live at `prefix` from now on."""

    source: Path
    prefix: Path


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """Ask for the environment at `prefix` to go."""

    prefix: Path


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """Ask for what `choice` means to be deleted from caches.

    Planning fills in `items`, the very things that go, and `caches`, the folders they lie in.
    """

    choice: Choice
    items: tuple[Path, ...] = ()
    caches: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class RelinkRequest:
    """Ask for copies of unaltered package files in `prefixes` to become links into the cache."""

    prefixes: tuple[Path, ...]


class UpdateScope(StrEnum):
    """Say how far a change may reach beyond what was asked for."""

    KEEP = "keep"
    NEEDED = "needed"
    ALL = "all"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """Ask for other packages in the environment at `prefix`; one basket, planned as one.

    `add` holds conda MatchSpecs (`X::name` takes it from channel X), also for another version of
    what is there; `update` and `remove` hold names of installed conda packages. `add_pypi` holds
    requirements (PEP 508, local paths, URLs), `update_pypi` and `remove_pypi` names of installed
    PyPI distributions. `channels` are names or URLs, the first one first. `overwrite` names the
    conda-owned distributions that the user agreed to have replaced from PyPI.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    scope: UpdateScope = UpdateScope.KEEP
    add: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    add_pypi: tuple[str, ...] = ()
    update_pypi: tuple[str, ...] = ()
    remove_pypi: tuple[str, ...] = ()
    remove_orphans: bool = True
    overwrite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """Ask for what is wrong with the environment at `prefix` to be mended by `steps`.

    `channels` are names or URLs, the first one first; without any, the configured ones count.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    steps: tuple[RepairStep, ...] = ()


Request = (
    CreateRequest
    | CloneRequest
    | RenameRequest
    | RemoveRequest
    | ChangeRequest
    | CleanRequest
    | RelinkRequest
    | RepairRequest
)


def affected_prefixes(request: Request) -> tuple[Path, ...]:
    """Return every prefix that carrying out `request` would write to, each of which is locked.

    For a cache it is the name in its folder that stands for work on the whole of it.
    """
    match request:
        case RenameRequest(source=source, prefix=prefix):
            return (source, prefix)
        case CreateRequest(prefix=prefix) | CloneRequest(prefix=prefix):
            return (prefix,)
        case RemoveRequest(prefix=prefix) | ChangeRequest(prefix=prefix):
            return (prefix,)
        case RepairRequest(prefix=prefix):
            return (prefix,)
        case CleanRequest(caches=caches):
            return tuple(cache / CLEANING for cache in caches)
        case RelinkRequest(prefixes=prefixes):
            return prefixes
