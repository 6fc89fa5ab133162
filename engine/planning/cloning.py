"""Plan copies and new names of environments; both are made from the files that are there."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe, stamp_of
from engine.environments.discovering import is_environment
from engine.environments.looking import path_key
from engine.environments.naming import NameProblem, NameProblemCode, check_name
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, Severity, WarningCode
from engine.processes import processes_of
from engine.records import Mark, Record, RecordProblem, State
from engine.replicas.contents import too_long
from engine.replicas.surveying import Survey, Treatment, survey
from engine.requests import CloneRequest, RenameRequest

SPARE: Final = 32 * 2**20  # bytes that stay free on the disk beyond what the copy needs


async def plan_clone(
    request: CloneRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a copy: every file looked at, nothing touched.

    Raises EngineError: prefix-missing, not-an-environment, prefix-exists, name-invalid,
    not-writable, link-failed (something in the source cannot be read).
    """
    return await asyncio.to_thread(_plan_clone, request, places, configuration)


async def plan_rename(
    request: RenameRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a new name or place: a copy that takes the files along.

    Raises EngineError as `plan_clone` does, and protected-base or protected-frozen.
    """
    return await asyncio.to_thread(_plan_rename, request, places, configuration)


def _plan_clone(request: CloneRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    source, prefix = request.source, request.prefix
    _check_source(source)
    stamp = stamp_of(source)
    records = _records(source, configuration)
    problems = _check_target(source, prefix)
    found = survey(source, existing_part(prefix.parent))
    _check_inside(source, prefix, found.kept)
    _check_length(prefix, found)
    cached = _cached_packages(found)
    return Plan(
        request=request,
        prefix=prefix,
        before=State(),
        after=State(records),
        changes=tuple(
            Change(ChangeKind.ADD, record.name, None, record, from_cache=record.spelled in cached)
            for record in records
        ),
        figures=_figures(found, records, len(cached)),
        warnings=(
            *_shared_warnings(prefix, problems, found, places, configuration),
            *_frozen_warning(source),
            *_unowned_warning(found),
        ),
        stamp=stamp,
        created=datetime.now(UTC),
    )


def _plan_rename(request: RenameRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    source, prefix = request.source, request.prefix
    _check_source(source)
    _check_may_move(source, places, configuration)
    stamp = stamp_of(source)
    records = _records(source, configuration)
    problems = _check_target(source, prefix)
    _check_inside(source, prefix, ())
    _check_writable(source.parent)
    found = survey(source, existing_part(prefix.parent), moving=True)
    _check_length(prefix, found)
    figures = _figures(found, records, len(_cached_packages(found)))
    return Plan(
        request=request,
        prefix=prefix,
        before=State(records),
        after=State(records),
        changes=(),
        figures=replace(figures, freed_bytes=figures.disk_bytes),
        warnings=(
            *_shared_warnings(prefix, problems, found, places, configuration),
            *running_warning(source),
            *link_warning(source),
        ),
        stamp=stamp,
        created=datetime.now(UTC),
    )


def _records(source: Path, configuration: CondaConfiguration) -> tuple[Record, ...]:
    """Return what the copy will hold; files that are no records come along, but name nothing."""
    return tuple(
        replace(record, path=None)
        for record in read_packages(source, configuration)
        if record.problem in (None, RecordProblem.INCOMPLETE)
    )


def _check_source(source: Path) -> None:
    if not os.path.lexists(source):
        raise EngineError(
            ErrorCode.PREFIX_MISSING,
            f"There is no folder {source} any more.",
            hint="Look whether it was moved, renamed or deleted.",
            prefix=str(source),
        )
    if not is_environment(source):
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            f"{source} is not a conda environment.",
            prefix=str(source),
        )


def _check_may_move(source: Path, places: Places, configuration: CondaConfiguration) -> None:
    marks = describe(source, places, configuration).marks
    if Mark.BASE in marks:
        raise EngineError(
            ErrorCode.PROTECTED_BASE,
            "The environment that conda itself lives in cannot be renamed.",
            hint="Clone it, and give the copy the name you want.",
            prefix=str(source),
        )
    if Mark.FROZEN in marks:
        raise EngineError(
            ErrorCode.PROTECTED_FROZEN,
            "This environment is frozen and cannot be renamed.",
            hint="Clone it: the copy is yours to change.",
            prefix=str(source),
        )


def _check_target(source: Path, prefix: Path) -> tuple[NameProblem, ...]:
    """Raise what forbids the target; return what is merely unwise about it."""
    problems = check_name(prefix.name, prefix.parent)
    for problem in problems:
        if problem.code is NameProblemCode.EXISTS:
            is_itself = prefix.parent == source.parent and problem.value == source.name
            if not is_itself or os.path.lexists(prefix):  # `Env` may become `env` where both can be
                _refuse_existing(prefix)
        elif problem.is_blocking:
            raise EngineError(
                ErrorCode.NAME_INVALID,
                "This cannot be the name of an environment.",
                cause=f"{problem.code}: {problem.value}",
                name=prefix.name,
                problem=problem.code,
                value=problem.value,
            )
    if os.path.lexists(prefix):
        _refuse_existing(prefix)
    _check_writable(prefix.parent)
    return tuple(problem for problem in problems if not problem.is_blocking)


def _refuse_existing(prefix: Path) -> None:
    raise EngineError(
        ErrorCode.PREFIX_EXISTS,
        f"There is already something at {prefix}.",
        hint="Choose another name.",
        prefix=str(prefix),
    )


def _check_inside(source: Path, prefix: Path, kept: tuple[str, ...]) -> None:
    real = Path(os.path.realpath(prefix))
    root = Path(os.path.realpath(source))
    if real.is_relative_to(root) and real.relative_to(root).parts[:1] not in {(k,) for k in kept}:
        raise EngineError(
            ErrorCode.NAME_INVALID,
            "An environment cannot be put inside of itself.",
            cause=f"{prefix} lies in {source}.",
            hint="Choose another folder.",
            name=prefix.name,
            prefix=str(prefix),
        )


def _check_writable(folder: Path) -> None:
    part = existing_part(folder)
    if not part.is_dir() or not os.access(part, os.W_OK | os.X_OK):
        raise EngineError(
            ErrorCode.NOT_WRITABLE,
            f"Nothing can be written in {part}.",
            hint="Choose another folder, or ask for the right to write there.",
            path=str(part),
        )


def _check_length(prefix: Path, found: Survey) -> None:
    if found.shortest_placeholder is not None:
        longest, package = found.shortest_placeholder
        if len(os.fsencode(prefix)) > longest:
            raise too_long(prefix, longest, package)


def existing_part(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that exists."""
    while not os.path.lexists(path) and path.parent != path:
        path = path.parent
    return path


def _figures(found: Survey, records: tuple[Record, ...], cached: int) -> Figures:
    return Figures(
        disk_bytes=found.copied_bytes,
        linked_bytes=found.linked_bytes,
        packages=len(records),
        cached_packages=cached,
        files=found.files,
    )


def _cached_packages(found: Survey) -> frozenset[str]:
    return frozenset(
        item.owned.package
        for item in found.items
        if item.owned is not None and item.treatment in (Treatment.LINKED, Treatment.COMPARED)
    )


def _shared_warnings(
    prefix: Path,
    problems: tuple[NameProblem, ...],
    found: Survey,
    places: Places,
    configuration: CondaConfiguration,
) -> Iterator[PlanWarning]:
    if problems:
        yield PlanWarning(
            WarningCode.NAME_ODD,
            Severity.WARNING,
            "Some programs have trouble with a name like this.",
            (
                ("name", prefix.name),
                ("problems", ", ".join(problem.code for problem in problems)),
            ),
        )
    free = shutil.disk_usage(existing_part(prefix.parent)).free
    if found.copied_bytes + SPARE > free:
        yield PlanWarning(
            WarningCode.DISK_SPACE_SHORT,
            Severity.BLOCKING,
            "There is not enough room on the disk.",
            (("free_bytes", str(free)), ("needed_bytes", str(found.copied_bytes + SPARE))),
        )
    if found.far_cache:
        yield PlanWarning(
            WarningCode.CACHE_ELSEWHERE,
            Severity.NOTE,
            "Files are copied, because the package cache is on another disk.",
            (("cache", found.far_cache),),
        )
    folders = (places.envs, *configuration.envs_dirs)
    if path_key(prefix.parent) not in {path_key(folder) for folder in folders}:
        yield PlanWarning(
            WarningCode.OUTSIDE_KNOWN_PLACES,
            Severity.NOTE,
            "conda knows environments by name only in its own folders.",
            (("prefix", str(prefix)),),
        )


def _frozen_warning(source: Path) -> Iterator[PlanWarning]:
    if os.path.lexists(source / "conda-meta" / "frozen"):
        yield PlanWarning(
            WarningCode.FROZEN_NOT_COPIED, Severity.NOTE, "The copy will not be frozen."
        )


def _unowned_warning(found: Survey) -> Iterator[PlanWarning]:
    if found.unowned:
        size = sum(each.size for each in found.unowned)
        yield PlanWarning(
            WarningCode.UNOWNED_FILES,
            Severity.NOTE,
            "Files that no package put there are copied too.",
            (("count", str(len(found.unowned))), ("size_bytes", str(size))),
        )


def running_warning(prefix: Path) -> Iterator[PlanWarning]:
    """Warn about programs that run from the environment at `prefix`."""
    running = processes_of(prefix)
    if running:
        names = dict.fromkeys(process.name for process in running)
        yield PlanWarning(
            WarningCode.PROCESSES_RUNNING,
            Severity.WARNING,
            "Programs run from this environment now.",
            (
                ("pids", ", ".join(str(process.pid) for process in running)),
                ("processes", ", ".join(names)),
            ),
        )


def link_warning(prefix: Path) -> Iterator[PlanWarning]:
    """Warn that only a link goes, where `prefix` is one."""
    if prefix.is_symlink():
        target = os.path.realpath(prefix)
        yield PlanWarning(
            WarningCode.LINKS_LEFT_ALONE,
            Severity.WARNING,
            f"This environment is a link. The link goes; {target} stays as it is.",
            (("links", target), ("target", target)),
        )
