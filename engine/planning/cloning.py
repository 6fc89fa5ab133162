"""Plan copies and new names of environments; both are made from the files that are there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import stamp_of
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, Severity, WarningCode
from engine.planning.leaving import (
    check_environment,
    check_folder,
    check_may_leave,
    link_warning,
    running_warning,
)
from engine.planning.placing import (
    check_target,
    existing_part,
    name_warning,
    space_warning,
)
from engine.planning.wishing import users_of
from engine.records import Record, RecordProblem, State
from engine.replicas.contents import too_long
from engine.replicas.ownership import owned_key
from engine.replicas.surveying import Survey, Treatment, survey
from engine.requests import CloneRequest, RenameRequest


async def plan_clone(
    request: CloneRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a copy: every file looked at, nothing touched.

    Raises EngineError: prefix-missing, not-an-environment, prefix-exists, name-invalid,
    not-writable, link-failed (something in the source cannot be read).
    """
    return await asyncio.to_thread(_plan_clone, request, configuration)


async def plan_rename(
    request: RenameRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a new name or place: a copy that takes the files along.

    Raises EngineError as `plan_clone` does, and protected-base or protected-frozen.
    """
    return await asyncio.to_thread(_plan_rename, request, places, configuration)


def _plan_clone(request: CloneRequest, configuration: CondaConfiguration) -> Plan:
    source, prefix = request.source, request.prefix
    check_environment(source)
    stamp = stamp_of(source)
    records = _records(source, configuration)
    problems = check_target(prefix)
    found = survey(source, existing_part(prefix.parent))
    _check_inside(source, prefix, found.kept)
    _check_length(prefix, found)
    cached = _cached_packages(found)
    users = users_of(records)
    return Plan(
        request=request,
        prefix=prefix,
        before=State(),
        after=State(records),
        changes=tuple(
            Change(
                ChangeKind.ADD,
                record.name,
                None,
                record,
                needed_by=() if record.requested else users.get(record.key, ()),
                from_cache=record.spelled in cached,
                is_local=True,
            )
            for record in records
        ),
        figures=_figures(found, records, len(cached)),
        warnings=(
            *space_warning(prefix, found.copied_bytes),
            *_cache_warning(found),
            *name_warning(prefix, problems),
            *_frozen_warning(source),
            *_unowned_warning(found),
        ),
        stamp=stamp,
        created=datetime.now(UTC),
    )


def _plan_rename(request: RenameRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    source, prefix = request.source, request.prefix
    check_environment(source)
    check_may_leave(source, places, configuration)
    stamp = stamp_of(source)
    records = _records(source, configuration)
    problems = check_target(prefix, renamed=source)
    _check_inside(source, prefix, ())
    found = survey(source, existing_part(prefix.parent), moving=True)
    _check_folders(source, found)
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
            *space_warning(prefix, found.copied_bytes),
            *_cache_warning(found),
            *name_warning(prefix, problems),
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


def _check_folders(source: Path, found: Survey) -> None:
    if source.is_symlink():
        return
    volume = source.stat().st_dev
    owned = {owned_key(item.found.path) for item in found.items if item.owned is not None}
    for item in found.items:
        if item.treatment is Treatment.FOLDER:
            check_folder(source, item.found, volume, owned)


def _check_length(prefix: Path, found: Survey) -> None:
    if found.shortest_placeholder is not None:
        longest, package = found.shortest_placeholder
        if len(os.fsencode(prefix)) > longest:
            raise too_long(prefix, longest, package)


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


def _cache_warning(found: Survey) -> Iterator[PlanWarning]:
    if found.far_cache:
        yield PlanWarning(
            WarningCode.CACHE_ELSEWHERE,
            Severity.NOTE,
            f"The package cache {found.far_cache} is on another disk, so files are copied.",
            (("cache", found.far_cache),),
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
