"""What a repair does to an environment beside exchanging packages, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.health.values import RepairStep


class MendKind(StrEnum):
    """Say what happens to one file of an environment."""

    DELETED = "deleted"
    EXCHANGED = "exchanged"  # deleted, and brought anew by the same release
    PUT_BACK = "put-back"  # missing now, and there again afterwards
    RENEWED = "renewed"  # there now, and replaced by what its package brought
    REWRITTEN = "rewritten"  # names this environment's folder afterwards
    WRITTEN = "written"  # settings or records of the environment, made or changed
    OPENED = "opened"  # may be changed by its owner afterwards


@dataclass(frozen=True, slots=True)
class Mend:
    """Say what happens to the file or folder at `path`, relative to the prefix and with `/`.

    `package` is whose it is, empty when it is nobody's.
    """

    kind: MendKind
    path: str
    package: str = ""


@dataclass(frozen=True, slots=True)
class Repairing:
    """Hold what a repair does beside exchanging packages; it is all that its preview needs.

    `restored` names the conda packages that are linked anew as they are, `dropped` the spelled
    conda packages of which the record goes while PyPI's copy stays. `elsewhere` are the other
    prefixes that files name, `variables` what is set for the environment. A repair that `forgets`
    only strikes the prefix from the registry, one that `settles` only brings interrupted work to
    an end; `later` holds the steps that have to wait for that.
    """

    mends: tuple[Mend, ...] = ()
    restored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    forgets: bool = False
    settles: bool = False
    later: tuple[RepairStep, ...] = ()

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the paths that are deleted, those included that a package brings anew."""
        kinds = (MendKind.DELETED, MendKind.EXCHANGED)
        return tuple(mend.path for mend in self.mends if mend.kind in kinds)

    def paths(self, kind: MendKind) -> tuple[str, ...]:
        """Return the paths to which `kind` happens."""
        return tuple(mend.path for mend in self.mends if mend.kind is kind)
