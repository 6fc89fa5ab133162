"""What lies around an environment and bears on its health: settings, variables, the day."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.environments.looking import is_file
from engine.environments.registering import registered
from engine.opening.surroundings import own_surroundings
from engine.places import Places


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what a check knows beside the environment itself, read once for many of them.

    `environ` are the variables of a terminal that was opened afresh. `virtual_packages` is what
    this computer tells the solver, `__glibc=2.36=0` for instance; None: not asked, and what
    depends on it is not checked. `platform` is as in sys.platform.
    """

    places: Places
    configuration: CondaConfiguration
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    registered: tuple[Path, ...] = ()
    virtual_packages: tuple[str, ...] | None = None
    platform: str = sys.platform
    today: date = field(default_factory=_today)


def surroundings_of(
    places: Places,
    environ: Mapping[str, str] | None = None,
    virtual_packages: tuple[str, ...] | None = None,
) -> Surroundings:
    """Return what surrounds the environments of the person whose places these are.

    Isolated places have no variables but those in `environ`. Takes a few milliseconds.
    """
    if environ is None:
        environ = {} if places.isolated else own_surroundings()
    return Surroundings(
        places=places,
        configuration=read_configuration(places),
        environ=dict(environ),
        registered=registered(places),
        virtual_packages=virtual_packages,
    )


def executable_names(platform: str, name: str) -> tuple[str, ...]:
    """Return the file names under which a terminal finds the program `name`."""
    return (f"{name}.exe", f"{name}.bat", f"{name}.cmd") if platform == "win32" else (name,)


def which(name: str, surroundings: Surroundings) -> Path | None:
    """Return the program that a terminal without any active environment starts, None for none."""
    separator = ";" if surroundings.platform == "win32" else ":"
    for folder in surroundings.environ.get("PATH", "").split(separator):
        for file in executable_names(surroundings.platform, name):
            path = Path(folder) / file
            if path.is_absolute() and is_file(path) and os.access(path, os.X_OK):
                return path
    return None
