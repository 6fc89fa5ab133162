"""What is newer than what is installed, and why some of it stays: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Failure
from engine.records import RecordKind


class Holding(StrEnum):
    """Say what keeps the newest version of a package away."""

    PIN = "pin"
    WISH = "wish"
    PYTHON = "python"
    PACKAGES = "packages"
    NEEDS = "needs"
    CHANNEL = "channel"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Update:
    """Tell that there is a newer version of one installed package.

    `key` is that of its record. `version` is the newest that the environment can take, empty where
    it stays; `newest` the newest there is. `holding` says why that is not taken, None where it is,
    and `by` names the causes: the pin; the spec that it was asked for by; the packages that ask for
    an older one; what it needs and the environment does not have; the only channel that has it.
    """

    key: str
    name: str
    version: str
    newest: str
    holding: Holding | None = None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Updates:
    """Hold the packages of an environment of which there is something newer, sorted by name.

    `old` names channels that could not be reached, of which only an earlier answer is known;
    `problems` tell what could not be worked out at all. Of the kinds in `complete` every package
    was looked for: what has no update there is the newest.
    """

    updates: tuple[Update, ...] = ()
    old: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()
    complete: tuple[RecordKind, ...] = ()
