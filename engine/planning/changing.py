"""Plan other packages for an environment; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name

from engine.conda.caches import Unpacked
from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta, read_conda_meta
from engine.conda.versions import compare
from engine.environments.describing import stamp_of
from engine.environments.packages import PackageTable, read_package_table
from engine.environments.pinning import pinned_specs
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, Severity
from engine.planning.creating import (
    cache_warnings,
    find_cached,
    needed_by,
    script_warnings,
    space_warnings,
    with_size,
)
from engine.planning.elsewhere import protection_warning, with_new_environment
from engine.planning.figures import cost_of, summed
from engine.planning.forewarning import (
    changes_between,
    clobber_warning,
    dependents_warning,
    held_back_warning,
    incomplete_warning,
    keep_warning,
    mixed_warning,
    old_channels_warning,
    pip_warning,
    python_warning,
)
from engine.planning.leaving import check_environment, check_may_leave, running_warning
from engine.planning.new_pypi import with_pypi
from engine.planning.pypi_part import plan_pypi
from engine.planning.pypi_remedies import opened_on_remedy
from engine.planning.relaxing import EACH_SECONDS, refused
from engine.planning.resolving import Resolution, Standing, moved, resolve
from engine.planning.updates_elsewhere import updates_elsewhere
from engine.planning.updates_staying import updates_staying
from engine.planning.wishing import needed_from_pypi
from engine.records import Record, RecordKind, State
from engine.replicas.ownership import read_owned
from engine.requests import ChangeRequest, RepairRequest, Request, UpdateScope

_LOUD = (Severity.BLOCKING, Severity.DANGER)
_REFUSED = (ErrorCode.UNSATISFIABLE, ErrorCode.PACKAGE_UNKNOWN, ErrorCode.SOLVE_TIMEOUT)


async def plan_change(
    request: ChangeRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of other packages in an environment; nothing is touched.

    Where they cannot be had, or the environment is protected or frozen, the plan is blocked, and
    its warning offers what would work. Of a prefix that is a link, the environment behind it is
    changed. Raises EngineError: prefix-missing, not-an-environment, not-writable, files-in-use,
    spec-invalid, package-unknown (to remove or update), and what reading channels raises.
    """

    async def planned(wish: Request) -> Plan:
        if isinstance(wish, RepairRequest):
            from engine.planning.repairing import plan_repair

            return await plan_repair(wish, places, configuration)
        assert isinstance(wish, ChangeRequest)
        return await _plan(wish, places, configuration)

    plan = await opened_on_remedy(await planned(request), planned)
    return await with_new_environment(plan, places, configuration)


async def _plan(request: ChangeRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    prefix = request.prefix
    protection: PlanWarning | None = None
    try:
        await asyncio.to_thread(check_changeable, prefix, places, configuration)
    except EngineError as error:
        protection = protection_warning(request, error, places, configuration)
        if protection is None:
            raise
    if prefix.is_symlink():
        request = replace(request, prefix=Path(os.path.realpath(prefix)))
        prefix = request.prefix
    stamp = stamp_of(prefix)
    table = await asyncio.to_thread(read_package_table, prefix, configuration)
    before = State(table.records)
    if protection is not None:
        return _blocked(request, before, protection, stamp)
    standing = await asyncio.to_thread(
        standing_of, prefix, before, places, configuration, table.meta
    )

    async def in_whole(wish: ChangeRequest) -> bool:
        found = await resolve(wish, standing, timeout=EACH_SECONDS)
        part = await plan_pypi(
            wish, before, found.records, places, configuration, offering=False, meta=table.meta
        )
        return not any(each.severity in _LOUD for each in part.warnings)

    try:
        resolution = await resolve(request, standing)
    except EngineError as error:
        if error.code not in _REFUSED or _is_about_installed(error, request):
            raise
        return _blocked(request, before, await refused(error, request, standing, in_whole), stamp)
    return await _planned(request, table, standing, resolution, stamp)


def _blocked(request: ChangeRequest, before: State, warning: PlanWarning, stamp: str) -> Plan:
    return Plan(
        request=request,
        prefix=request.prefix,
        before=before,
        after=before,
        changes=(),
        figures=Figures(),
        warnings=(warning,),
        stamp=stamp,
        created=datetime.now(UTC),
    )


async def _planned(
    request: ChangeRequest,
    table: PackageTable,
    standing: Standing,
    resolution: Resolution,
    stamp: str,
) -> Plan:
    before = State(table.records)
    prefix, places, configuration = request.prefix, standing.places, standing.configuration
    fresh = tuple(record for record in resolution.records if record.raw)
    choice, cached = await find_cached(prefix, fresh, places, configuration)
    fresh_by_name = {record.name: with_size(record, cached) for record in fresh}
    conda = tuple(fresh_by_name.get(record.name, record) for record in resolution.records)
    unread = tuple(each for each in before.of(RecordKind.CONDA) if each.problem is not None)

    async def solves(wish: ChangeRequest) -> bool:
        try:
            await resolve(wish, standing, timeout=EACH_SECONDS)
        except EngineError:
            return False
        return True

    changes = conda_changes(request, standing.installed, conda, cached)
    gone = tuple(change.before for change in changes if change.before is not None)
    looking = asyncio.gather(  # while uv works out the other half
        asyncio.to_thread(freed_by, prefix, gone),
        asyncio.to_thread(lambda: tuple(clobber_warning(prefix, choice.folder, fresh, conda))),
        asyncio.to_thread(lambda: tuple(running_warning(prefix))),
    )
    pypi = await plan_pypi(
        request,
        before,
        conda,
        places,
        configuration,
        solves=solves,
        meta=table.meta,
        opens=standing.repodata,
    )
    freed, clobbered, running = await looking
    after = State(tuple(sorted((*conda, *unread, *pypi.records), key=record_order)))
    cost = cost_of(fresh, cached, is_near=choice.is_near)
    held = tuple(held_back_warning(request, changes, await _wider(request, standing, changes)))
    held = held or await updates_elsewhere(request, standing, changes)
    held += await updates_staying(request, standing, before, conda)
    warnings: tuple[PlanWarning, ...] = (
        *(space_warnings(prefix, choice, with_pypi(cost, pypi)) if fresh or pypi.lock else ()),
        *keep_warning(resolution),
        *dependents_warning(resolution),
        *python_warning(before.records, after.records),
        *held,
        *incomplete_warning(request, standing.owners, conda),
        *pypi.warnings,
        *resolution.solution.warnings,
        *mixed_warning(request, before.records, after.records),
        *clobbered,
        *pip_warning(request, before.records, after.records),
        *running,
        *script_warnings(cached),
        *old_channels_warning(resolution),
        *(cache_warnings(choice, places) if fresh else ()),
    )
    return Plan(
        request=request,
        prefix=prefix,
        before=before,
        after=after,
        changes=in_order((*changes, *pypi.changes)),
        figures=summed(cost.figures, pypi.figures, freed),
        warnings=warnings,
        stamp=stamp,
        created=datetime.now(UTC),
        package_cache=choice.folder,
        pypi_lock=pypi.lock,
    )


def check_changeable(
    prefix: Path, places: Places, configuration: CondaConfiguration, *, is_thawing: bool = False
) -> None:
    """Raise EngineError when the environment at `prefix` must stay as it is.

    With `is_thawing` the mark of a frozen one is about to be taken away.
    """
    check_environment(prefix)
    try:
        real = Path(os.path.realpath(prefix))
        check_may_leave(real, places, configuration, is_thawing=is_thawing)
    except EngineError as error:
        if error.code is not ErrorCode.PROTECTED_BASE:
            raise
        raise EngineError(
            ErrorCode.PROTECTED_BASE,
            "This environment is protected: its packages stay as they are.",
            cause=error.failure.cause,
            hint="Make a new environment for the packages that you need.",
            prefix=str(prefix),
        ) from error
    if os.path.ismount(prefix):
        raise EngineError(
            ErrorCode.FILES_IN_USE,
            "This environment is a disk of its own, and cannot be put aside.",
            cause=f"A disk is mounted at {prefix}.",
            hint="Make a new environment in another folder.",
            prefix=str(prefix),
            path=str(prefix),
        )


def standing_of(
    prefix: Path,
    before: State,
    places: Places,
    configuration: CondaConfiguration,
    meta: CondaMeta | None = None,
) -> Standing:
    """Return what a change of `prefix`, whose records are `before`, starts from; reads files.

    `meta` is what its conda-meta tells, where that was read already.
    """
    owners: dict[str, str] = {}
    meta = meta or read_conda_meta(prefix, configuration)
    names = {record.path: record.name for record in meta.records}
    for owned in meta.distributions:
        stem = owned.path.rpartition("/")[2].rpartition(".")[0]
        owners[canonicalize_name(stem.partition("-")[0])] = names.get(owned.record, "")
    installed: dict[str, Record] = {}
    for record in before.of(RecordKind.CONDA):
        if record.problem is None:
            installed.setdefault(record.name, record)
    return Standing(
        installed=installed,
        needed=needed_from_pypi(before.records, owners),
        pins=(*configuration.pinned_packages, *pinned_specs(prefix)),
        places=places,
        configuration=configuration,
        owners=owners,
    )


def _is_about_installed(error: EngineError, request: ChangeRequest) -> bool:
    """Return whether `error` names a package that is to go or to be updated and is not there."""
    named = error.failure.value("package")
    return error.code is ErrorCode.PACKAGE_UNKNOWN and named in (*request.remove, *request.update)


async def _wider(
    request: ChangeRequest, standing: Standing, changes: Iterable[Change]
) -> Resolution | None:
    """Return what would be when others might move for the updates that do not happen."""
    changing = {change.name for change in changes}
    held = [name for name in request.update if name.lower() not in changing]
    if not held or request.scope not in (UpdateScope.KEEP, UpdateScope.ONLY):
        return None
    with suppress(EngineError):
        wider = replace(request, scope=UpdateScope.NEEDED)
        found = await resolve(wider, standing, timeout=EACH_SECONDS)
        return replace(found, moved=moved(wider, standing, found))
    return None


def conda_changes(
    request: ChangeRequest,
    installed: Mapping[str, Record],
    after: Iterable[Record],
    cached: Mapping[str, Unpacked],
) -> tuple[Change, ...]:
    """Return how conda's packages get from those `installed` to `after`, in order."""
    records = {record.name: record for record in after}
    users = needed_by(records.values())
    was_used = needed_by(installed.values())
    asked = {name.lower() for name in (*request.update, *request.remove)}
    found: list[Change] = []
    for name, old, new in changes_between(installed, records):
        is_asked = name in asked or (new is not None and _is_wish(new, old))
        needs = users.get(name, ()) if new is not None else was_used.get(name, ())
        found.append(
            Change(
                _kind(old, new),
                name,
                old,
                new,
                needed_by=() if is_asked else needs,
                from_cache=name in cached,
            )
        )
    return in_order(found)


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return `changes` with those that were asked for first."""
    return tuple(sorted(changes, key=lambda each: (bool(each.needed_by), each.name)))


def _is_wish(new: Record, old: Record | None) -> bool:
    return bool(new.requested) and (old is None or old.requested != new.requested)


def _kind(old: Record | None, new: Record | None) -> ChangeKind:
    if old is None:
        return ChangeKind.ADD
    if new is None:
        return ChangeKind.REMOVE
    if old.source.name != new.source.name:
        return ChangeKind.REPLACE
    return ChangeKind.DOWNGRADE if compare(new.version, old.version) < 0 else ChangeKind.UPDATE


def freed_by(prefix: Path, gone: Iterable[Record]) -> int:
    """Count the allocated bytes of the files of `gone` that have no other name."""
    records = [record.path for record in gone if record.path is not None]
    total = 0
    for path in read_owned(prefix, records=records):
        with suppress(OSError):
            found = os.lstat(prefix / path)
            if found.st_nlink == 1:
                total += getattr(found, "st_blocks", 0) * 512 or found.st_size
    return total


def record_order(record: Record) -> tuple[str, str, str]:
    """Return what the records of an environment are sorted by."""
    return (record.name.lower(), record.kind, record.version)
