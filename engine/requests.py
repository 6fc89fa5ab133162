"""What the user wants done, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.cache.values import Choice
from engine.files.values import IndexOptions
from engine.health.values import RepairStep, RepairWish

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
    `channels` are names or URLs, the first one first. `add_pypi`, `index`, `constraints` and
    `overwrite` are those of a ChangeRequest; `limits` are specs that hold for whatever comes along,
    `variables` are set whenever it is activated.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    python: str = ""
    specs: tuple[str, ...] = ()
    with_pip: bool = True
    add_pypi: tuple[str, ...] = ()
    index: IndexOptions = field(default_factory=IndexOptions)
    constraints: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    overwrite: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExactPackage:
    """Name one archive of a conda package; checksums are hex and empty where they are not known.

    `requested` says that it was chosen, not only needed, as far as that is known.
    """

    url: str
    name: str
    version: str
    build: str = ""
    md5: str = ""
    sha256: str = ""
    size: int | None = None
    requested: bool = False


@dataclass(frozen=True, slots=True)
class ExactRelease:
    """Name one PyPI release; one of its `hashes` (`algorithm:hex`) must be that of what arrives.

    `url` is where a lock found it, empty for whatever index is in force.
    """

    name: str
    version: str
    url: str = ""
    hashes: tuple[str, ...] = ()
    size: int | None = None


@dataclass(frozen=True, slots=True)
class ExactRequest:
    """Ask for a new environment at `prefix` of exactly these packages, whatever they need.

    Where conda brings none of them, `python` says which Python the releases get, and that comes
    from `channels` with all it needs. `variables` are set whenever it is activated.
    """

    prefix: Path
    packages: tuple[ExactPackage, ...] = ()
    releases: tuple[ExactRelease, ...] = ()
    channels: tuple[str, ...] = ()
    python: str = ""
    index: IndexOptions = field(default_factory=IndexOptions)
    variables: tuple[tuple[str, str], ...] = ()


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
    index: IndexOptions = field(default_factory=IndexOptions)
    constraints: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """Ask for what is wrong with the environment at `prefix` to be mended by `steps`.

    With `wishes` in their place, planning chooses the steps: problems that cannot be mended along
    with those before them are left out, and the plan's own request has the steps of the others.
    `channels` are names or URLs, the first one first; without any, the configured ones count.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    steps: tuple[RepairStep, ...] = ()
    wishes: tuple[RepairWish, ...] = ()


Request = (
    CreateRequest
    | ExactRequest
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
        case CreateRequest(prefix=prefix) | ExactRequest(prefix=prefix):
            return (prefix,)
        case CloneRequest(prefix=prefix):
            return (prefix,)
        case RemoveRequest(prefix=prefix) | ChangeRequest(prefix=prefix):
            return (prefix,)
        case RepairRequest(prefix=prefix):
            return (prefix,)
        case CleanRequest(caches=caches):
            return tuple(cache / CLEANING for cache in caches)
        case RelinkRequest(prefixes=prefixes):
            return prefixes
