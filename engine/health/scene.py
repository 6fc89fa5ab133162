"""An environment as all checks look at it: read once, never written to."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from engine.environments.looking import closed_value, is_file, stat_or_none
from engine.environments.outside import user_site
from engine.errors import EngineError, ErrorCode
from engine.health.conda_side import CondaPackage, CondaSide, read_conda_side
from engine.health.personal import PersonalSite, read_personal
from engine.health.python_side import PythonSide, read_python_side
from engine.health.requiring import Want, Wants, fits, marker_environment, work_out
from engine.health.surroundings import Surroundings
from engine.health.values import (
    Evidence,
    Finding,
    FindingCode,
    Gravity,
    RepairStep,
    Unchecked,
)
from engine.opening.activation import environment_variables
from engine.pypi.names import conda_names

_FEW: Final = 3


@dataclass
class Scene:
    """Hold the environment at `prefix`; what few checks need is worked out when it is asked for.

    `unchecked` gathers what could not be looked at.
    """

    prefix: Path
    around: Surroundings
    conda: CondaSide
    python: PythonSide
    unchecked: list[Unchecked] = field(default_factory=list[Unchecked])

    @cached_property
    def packages(self) -> dict[str, CondaPackage]:
        """Return the conda packages by name; of two records of one name, the last."""
        return {package.name: package for package in self.conda.packages}

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Return the conda packages whose Python distribution is not conda's any more, by name."""
        return frozenset(
            each.owner.name
            for each in self.python.distributions
            if each.owner is not None and each.is_replaced
        )

    @cached_property
    def wants(self) -> Wants:
        """Return what the Python distributions need of each other."""
        record = self.python.record
        environment = marker_environment(
            self.python.version or "3",
            record.subdir if record is not None else "",
            is_pypy=record is not None and "pypy" in record.build,
        )
        return work_out(self.python.distributions, environment)

    @cached_property
    def personal(self) -> PersonalSite:
        """Return the person's own packages that this Python uses before those of here (PEP 370).

        PYTHONNOUSERSITE, in the terminal or among the variables of the environment, keeps them
        out; an environment of Python's own (PEP 405) does by itself.
        """
        around = self.around
        folder = user_site(
            around.places.home,
            self.python.version,
            around.environ,
            around.platform,
            self.interpreter,
        )
        is_kept_out = not self.python.version or self.variables.get("PYTHONNOUSERSITE")
        if is_kept_out or is_file(self.prefix / "pyvenv.cfg"):
            return PersonalSite(folder, is_used=False)
        return read_personal(folder)

    @cached_property
    def lent(self) -> Mapping[str, Sequence[Want]]:
        """Return what is needed here and met by the person's own packages alone, by its name."""
        found: dict[str, Sequence[Want]] = {}
        for name, package in self.personal.packages.items():
            wants = self.wants.of(name)
            copies = self.python.by_name.get(name, ())
            is_met_here = all(any(want.accepts(copy) for copy in copies) for want in wants)
            if not is_met_here and all(
                want.is_url or fits(want.specifier, package.version) for want in wants
            ):
                found[name] = wants
        return found

    @cached_property
    def from_pypi_by_conda_name(self) -> dict[str, str]:
        """Return the versions of PyPI distributions under the names that conda has for them."""
        found: dict[str, str] = {}
        for each in self.python.distributions:
            if each.is_pypi and not each.is_half:
                for answer in conda_names(each.name):
                    found.setdefault(answer.name, each.version)
        return found

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Return the variables of a terminal in which the environment is active."""
        found = {**self.around.environ, **environment_variables(self.prefix)}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def scripts(self) -> Path:
        """Return the folder of the environment's commands."""
        return scripts_of(self.prefix, self.around.platform)

    @property
    def interpreter(self) -> Path:
        """Return where the environment's Python is, whether it is there or not."""
        windows = self.around.platform == "win32"
        return self.prefix / ("python.exe" if windows else "bin/python")

    def finding(
        self,
        code: FindingCode,
        gravity: Gravity,
        subject: str,
        summary: str,
        *,
        values: Iterable[tuple[str, str]] = (),
        evidence: Iterable[Evidence] = (),
        repairs: Iterable[Iterable[RepairStep]] = (),
        since: Path | None = None,
    ) -> Finding:
        """Return a finding about this environment; it is as old as the file `since`."""
        return Finding(
            code,
            gravity,
            subject,
            self.prefix,
            summary,
            tuple(values),
            tuple(evidence),
            tuple(tuple(steps) for steps in repairs),
            changed(since) if since is not None else None,
        )


def few_names(paths: Sequence[str]) -> str:
    """Return the names of the files at `paths`, in a row; "" where they are more than a few."""
    return ", ".join(map(posixpath.basename, paths)) if len(paths) <= _FEW else ""


def scripts_of(prefix: Path, platform: str) -> Path:
    """Return the folder of an environment's commands."""
    return prefix / ("Scripts" if platform == "win32" else "bin")


def changed(path: Path) -> datetime | None:
    """Return when `path` was last changed, links not followed; None when that is not known."""
    with suppress(OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(os.lstat(path).st_mtime, UTC).replace(microsecond=0)
    return None


def read_scene(
    prefix: Path, around: Surroundings, told: Callable[[CondaPackage], None] | None = None
) -> Scene:
    """Return the environment at `prefix` as it is now.

    With `told`, what is known of each file of conda's packages is read, too, and it hears of each
    package at once. Raises EngineError (prefix-missing, not-an-environment).
    """
    try:
        conda = read_conda_side(prefix, around.configuration, told)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and stat_or_none(prefix) is None:
            raise EngineError(
                ErrorCode.PREFIX_MISSING,
                f"There is no folder {prefix} any more.",
                hint="Look whether it was moved, renamed or deleted.",
                prefix=str(prefix),
            ) from error
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            f"{prefix} is not a conda environment, or its list of packages cannot be read.",
            cause="" if isinstance(error, PermissionError) else error.strerror or "",
            prefix=str(prefix),
            **closed_value(prefix, error),
        ) from error
    return Scene(prefix, around, conda, read_python_side(prefix, conda, around.platform))
