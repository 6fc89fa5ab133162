"""Who brings what a file asks for: the values that are shown and can be changed line by line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.files.values import Wanted


class Side(StrEnum):
    """Say who brings a package."""

    CONDA = "conda"
    PYPI = "pypi"
    NOBODY = "nobody"


class ReasonCode(StrEnum):
    """Name every reason for the side of a line; never rename one."""

    IN_CHANNEL = "in-channel"
    FILE_SAYS_CONDA = "file-says-conda"
    FILE_SAYS_PIP = "file-says-pip"
    NOT_IN_CHANNELS = "not-in-channels"
    VERSION_NOT_IN_CHANNELS = "version-not-in-channels"
    NOT_FOR_PYTHON = "not-for-python"
    NEEDS_EXTRA = "needs-extra"
    NEEDS_HASHES = "needs-hashes"
    IS_ADDRESS = "is-address"
    SAME_AS_OTHER_LINE = "same-as-other-line"
    DOES_NOT_APPLY = "does-not-apply"
    IS_PYTHON = "is-python"  # the Python that is chosen above the lines
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Assigned:
    """Say who brings one line, and what it would be on either side.

    `spec` is the MatchSpec for conda and `requirement` the one for PyPI; each is empty where that
    side cannot bring it. `conda` is what the channels call it, `channel` the one that has it and
    `version` the newest that fits.
    """

    wanted: Wanted
    side: Side
    reason: ReasonCode
    spec: str = ""
    requirement: str = ""
    conda: str = ""
    channel: str = ""
    version: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return the sides that can be chosen."""
        found = [Side.CONDA] if self.spec else []
        found += [Side.PYPI] if self.requirement else []
        return (*found, Side.NOBODY)


@dataclass(frozen=True, slots=True)
class Offer:
    """Say what the channels have of one package.

    `versions` suit the Python that is meant, the newest first; `has_others` tells of versions for
    other Pythons. `is_python` says that it needs Python.
    """

    name: str
    channel: str
    versions: tuple[str, ...] = ()
    has_others: bool = False
    is_python: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """Hold every line with its side, and the Pythons to choose from, the newest first.

    `python` is the one that was assumed. `limits` are specs for packages that may come along.
    """

    lines: tuple[Assigned, ...] = ()
    pythons: tuple[str, ...] = ()
    python: str = ""
    limits: tuple[str, ...] = ()
