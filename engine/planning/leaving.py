"""Say whether an environment may leave its place, by removal or by a new name."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.environments.discovering import is_environment
from engine.environments.freezing import frozen_message
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import PlanWarning, Severity, WarningCode
from engine.planning.placing import check_writable
from engine.processes import processes_of
from engine.records import Mark
from engine.replicas.ownership import owned_key
from engine.replicas.surveying import kept_folders
from engine.replicas.walking import Found


def check_environment(prefix: Path) -> None:
    """Raise EngineError (prefix-missing, not-an-environment) when there is none at `prefix`."""
    if not os.path.lexists(prefix):
        raise EngineError(
            ErrorCode.PREFIX_MISSING,
            f"There is no folder {prefix} any more.",
            hint="Look whether it was moved, renamed or deleted.",
            prefix=str(prefix),
        )
    if not is_environment(prefix):
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            f"{prefix} is not a conda environment.",
            cause="It has no folder named conda-meta with records in it.",
            prefix=str(prefix),
        )


def check_may_leave(
    prefix: Path, places: Places, configuration: CondaConfiguration, *, is_thawing: bool = False
) -> None:
    """Raise EngineError when the environment at `prefix` must stay where it is.

    protected-base: conda, other environments, a package cache or the user's files lie in it;
    protected-frozen: CEP 22, unless `is_thawing`; not-writable. Of a link only the link leaves:
    what lies behind it needs no protection.
    """
    marks = describe(prefix, places, configuration).marks
    if not prefix.is_symlink():
        home = Path(os.path.realpath(places.home))
        if home.is_relative_to(os.path.realpath(prefix)):
            protect(prefix, "The folder of your own files lies in it.")
        if Mark.BASE in marks:
            protect(prefix, "conda itself lives in it.")
        kept = kept_folders(prefix)
        if kept:
            folders = ", ".join(str(prefix / name) for name in kept)
            protect(prefix, f"Other environments, or their packages, lie in it: {folders}.")
        if Mark.FROZEN in marks and not is_thawing:
            raise EngineError(
                ErrorCode.PROTECTED_FROZEN,
                "This environment is frozen: it must not be changed.",
                cause=frozen_message(prefix) or "Whoever set it up has marked it so.",
                hint="Clone it: the copy is yours to change.",
                prefix=str(prefix),
            )
    check_writable(prefix.parent)


def check_folder(prefix: Path, found: Found, volume: int, owned: Collection[str]) -> None:
    """Raise EngineError when the folder `found` keeps the environment at `prefix` in its place.

    protected-base: another environment lies there; files-in-use: it is another disk than `volume`.
    `owned` are the keys of the packages' files.
    """
    path = prefix / found.path
    if found.device != volume:
        raise EngineError(
            ErrorCode.FILES_IN_USE,
            "Another disk is mounted inside of this environment.",
            cause=f"{path} is another disk.",
            hint="Unmount it first, then try again.",
            prefix=str(prefix),
            path=str(path),
        )
    if found.name == "conda-meta" and "/" in found.path and is_environment(path.parent):
        inside = owned_key(found.path.rpartition("/")[0])
        if not any(file.startswith(f"{inside}/") for file in owned):
            protect(prefix, f"Another environment lies in it: {path.parent}.")


def protect(prefix: Path, cause: str) -> None:
    """Raise EngineError (protected-base)."""
    raise EngineError(
        ErrorCode.PROTECTED_BASE,
        "This environment is protected: it stays where it is.",
        cause=cause,
        prefix=str(prefix),
    )


def running_warning(prefix: Path) -> Iterator[PlanWarning]:
    """Warn about programs that run from the environment at `prefix`."""
    running = processes_of(prefix)
    if running:
        names = dict.fromkeys(process.name for process in running)
        yield PlanWarning(
            WarningCode.PROCESSES_RUNNING,
            Severity.WARNING,
            f"Programs run from this environment now: {', '.join(names)}.",
            (
                ("pids", ", ".join(str(process.pid) for process in running)),
                ("processes", ", ".join(names)),
            ),
        )


def link_warning(prefix: Path) -> Iterator[PlanWarning]:
    """Warn that only a link leaves, where `prefix` is one."""
    if prefix.is_symlink():
        target = os.path.realpath(prefix)
        yield PlanWarning(
            WarningCode.LINKS_LEFT_ALONE,
            Severity.WARNING,
            f"This environment is a link. The link goes; {target} stays as it is.",
            (("links", target), ("target", target)),
        )
