"""Plan what mends an environment; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from engine.conda.again import as_planned, found_again, sound_in
from engine.conda.condarc import CondaConfiguration
from engine.conda.history import read_revisions, requested_specs
from engine.conda.solving import check_spec
from engine.environments.describing import stamp_of
from engine.environments.packages import read_packages
from engine.environments.registering import registered
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.health.mending import Repairing
from engine.health.values import RepairKind
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, WarningCode
from engine.planning.changing import (
    check_changeable,
    conda_changes,
    freed_by,
    in_order,
    record_order,
    standing_of,
)
from engine.planning.creating import (
    cache_warnings,
    find_cached,
    script_warnings,
    space_warnings,
    with_size,
)
from engine.planning.figures import cost_of, summed
from engine.planning.forewarning import dependents_warning, keep_warning, old_channels_warning
from engine.planning.leaving import running_warning
from engine.planning.parts import PypiPart
from engine.planning.pypi_part import plan_pypi
from engine.planning.relaxing import EACH_SECONDS
from engine.planning.repair_files import plan_files
from engine.planning.repair_steps import NO_USER_SITE, Ground, Wishes, sort_steps
from engine.planning.repair_warnings import repair_warnings
from engine.planning.repair_ways import plan_wishes
from engine.planning.repair_wishes import change_for
from engine.planning.resolving import Resolution, Standing, resolve
from engine.pypi.locking import read_lock, write_lock
from engine.pypi.names import pypi_name
from engine.records import Record, RecordKind, State
from engine.requests import ChangeRequest, RepairRequest, affected_prefixes
from engine.transactions.journal import unfinished

# What leaks in by another variable is kept out by setting that one to nothing.
_ISOLATING: Final = {NO_USER_SITE: "1"}


async def plan_repair(
    request: RepairRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of mending an environment by what `request` asks for; nothing is touched.

    Interrupted work of Envdesk is settled first: other steps have to wait for that, and for
    striking the environment from the registry. Raises EngineError as `plan_change` does, and
    bad-usage, package-unknown, distribution-unknown for a step that is about nothing.
    """
    if request.wishes:

        async def plan_steps(chosen: RepairRequest) -> Plan:
            return await plan_repair(chosen, places, configuration)

        return await plan_wishes(request, plan_steps)
    if not request.steps:
        raise EngineError(ErrorCode.BAD_USAGE, "There is nothing to repair.")
    kinds = {step.kind for step in request.steps}
    if RepairKind.FORGET in kinds:
        return _plan_alone(request, RepairKind.FORGET, places)
    if RepairKind.SETTLE in kinds and _has_work_of_ours(request.prefix):
        return _plan_alone(request, RepairKind.SETTLE, places)
    is_thawing = RepairKind.UNFREEZE in kinds
    await asyncio.to_thread(
        check_changeable, request.prefix, places, configuration, is_thawing=is_thawing
    )
    if request.prefix.is_symlink():
        request = replace(request, prefix=Path(os.path.realpath(request.prefix)))
    return await _Planner(request, places, configuration).plan()


def _has_work_of_ours(prefix: Path) -> bool:
    journals = unfinished((prefix.parent,))
    return any(prefix in affected_prefixes(journal.request) for journal in journals)


def _plan_alone(request: RepairRequest, kind: RepairKind, places: Places) -> Plan:
    if kind is RepairKind.FORGET and request.prefix not in registered(places):
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "This environment is not registered any more.",
            prefix=str(request.prefix),
        )
    repairing = Repairing(
        forgets=kind is RepairKind.FORGET,
        settles=kind is RepairKind.SETTLE,
        later=tuple(step for step in request.steps if step.kind is not kind),
    )
    return Plan(
        request=request,
        prefix=request.prefix,
        before=State(),
        after=State(),
        changes=(),
        figures=Figures(),
        warnings=repair_warnings(request, None, Wishes(), repairing, State()),
        stamp=stamp_of(request.prefix),
        created=datetime.now(UTC),
        repairing=repairing,
    )


@dataclass(frozen=True, slots=True)
class _Conda:
    """Hold conda's half: all records after the repair, and those put in order."""

    records: tuple[Record, ...]
    mended: frozenset[str]
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class _Planner:
    request: RepairRequest
    places: Places
    configuration: CondaConfiguration

    async def plan(self) -> Plan:
        request, prefix = self.request, self.request.prefix
        stamp = stamp_of(prefix)
        before = State(await asyncio.to_thread(read_packages, prefix, self.configuration))
        before = _without(before, request)
        ground = await asyncio.to_thread(Ground.of, prefix, before, self.configuration)
        wishes = sort_steps(request.steps, ground)
        try:
            mends = await asyncio.to_thread(plan_files, ground, wishes)
        except OSError as error:
            raise from_os_error(error, prefix) from error
        standing = await asyncio.to_thread(
            standing_of, prefix, before, self.places, self.configuration
        )
        dropped = {record.name for record in wishes.dropped}
        standing.installed = {
            name: record for name, record in standing.installed.items() if name not in dropped
        }
        change = await change_for(request, wishes, ground, standing)
        conda = await self._conda(change, wishes, standing)
        repairing = Repairing(
            mends=mends,
            restored=tuple(sorted(conda.mended)),
            dropped=tuple(record.spelled for record in wishes.dropped),
            elsewhere=wishes.elsewhere,
            variables=tuple((name, _ISOLATING.get(name, "")) for name in wishes.isolated),
        )
        return await self._planned(change, ground, wishes, standing, conda, repairing, stamp)

    async def _conda(self, change: ChangeRequest, wishes: Wishes, standing: Standing) -> _Conda:
        resolution = await resolve(change, standing)
        again = {each.name: as_planned(each, self.configuration) for each in wishes.restored}
        known = {record.name for record in resolution.records}
        missing = [record for record in wishes.rebuilt if record.name not in known]
        if missing:
            channels = change.channels or self.configuration.effective_channels
            repodata = await standing.repodata(channels)
            known_specs = requested_specs(read_revisions(self.request.prefix))
            for record in missing:
                asked = tuple(spec for spec in known_specs if check_spec(spec) == record.name)
                again[record.name] = await found_again(record, repodata, self.configuration, asked)
        records = [
            record if record.raw else again.pop(record.name, record)
            for record in resolution.records
        ]
        mended = {each.name for each in wishes.restored} | {each.name for each in missing}
        records += [again[each.name] for each in missing if each.name in again]
        fresh = {record.name for record in records if record.raw}
        return _Conda(
            tuple(sorted(records, key=record_order)), frozenset(mended & fresh), resolution
        )

    async def _planned(  # noqa: PLR0917 - one call, and its arguments are all of different types
        self,
        change: ChangeRequest,
        ground: Ground,
        wishes: Wishes,
        standing: Standing,
        conda: _Conda,
        repairing: Repairing,
        stamp: str,
    ) -> Plan:
        prefix, before = ground.prefix, ground.before
        fresh = tuple(record for record in conda.records if record.raw)
        choice, cached = await find_cached(prefix, fresh, self.places, self.configuration)
        sound = await sound_in(choice.folder, [r for r in fresh if r.name in cached])
        cached = {name: unpacked for name, unpacked in cached.items() if name in sound}
        sized = {record.name: with_size(record, cached) for record in fresh}
        records = tuple(sized.get(record.name, record) for record in conda.records)
        pypi = await self._pypi(change, ground, wishes, records, standing)
        rebuilt = {record.key for record in wishes.rebuilt}
        unread = tuple(
            each
            for each in before.of(RecordKind.CONDA)
            if each.problem is not None and each.key not in rebuilt
        )
        after = State(tuple(sorted((*records, *unread, *pypi.records), key=record_order)))
        changes = conda_changes(change, standing.installed, records, cached)
        handed = {copy.name for record in wishes.dropped for copy in ground.copies_of(record)}
        cost = cost_of(fresh, cached, is_near=choice.is_near)
        gone = tuple(
            each.before
            for each in changes
            if each.before is not None and each.name not in conda.mended
        )
        freed = await asyncio.to_thread(freed_by, prefix, gone)
        freed += sum(_size(prefix / path) for path in repairing.gone)
        warnings = (
            *(space_warnings(prefix, choice, cost) if fresh else ()),
            *repair_warnings(self.request, ground, wishes, repairing, after),
            *keep_warning(conda.resolution),
            *dependents_warning(conda.resolution),
            *(each for each in pypi.warnings if not _is_mended(each, wishes)),
            *conda.resolution.solution.warnings,
            *running_warning(prefix),
            *script_warnings(cached),
            *old_channels_warning(conda.resolution),
            *(cache_warnings(choice, self.places) if fresh else ()),
        )
        return Plan(
            request=self.request,
            prefix=prefix,
            before=before,
            after=after,
            changes=in_order(
                (
                    *_mended(changes, conda.mended, ground),
                    *_handed(wishes, ground),
                    *(
                        each
                        for each in pypi.changes
                        if each.kind is not ChangeKind.MEND or each.name not in handed
                    ),
                )
            ),
            figures=summed(cost.figures, pypi.figures, freed),
            warnings=warnings,
            stamp=stamp,
            created=datetime.now(UTC),
            package_cache=choice.folder,
            repairing=repairing,
            pypi_lock=pypi.lock,
        )

    async def _pypi(
        self,
        change: ChangeRequest,
        ground: Ground,
        wishes: Wishes,
        conda_after: tuple[Record, ...],
        standing: Standing,
    ) -> PypiPart:
        """Return PyPI's half, planned as if what goes as a file were gone already."""
        gone = {record.key for record in (*wishes.restored, *wishes.rebuilt, *wishes.dropped)}
        gone -= {record.key for record in wishes.restored if record.name == "python"}
        paths = {ground.prefix / path for path in (*wishes.copies, *wishes.deleted)}
        again = {record.name: record for record in wishes.reinstalled}
        before = State(
            tuple(
                record
                for record in ground.before.records
                if not (record.kind is RecordKind.CONDA and record.key in gone)
                and not (record.kind is RecordKind.PYPI and record.path in paths)
                and not (record.kind is RecordKind.PYPI and record.name in again)
            )
        )
        if not wishes.is_about_packages:
            return PypiPart(before.of(RecordKind.PYPI))

        async def solves(wish: ChangeRequest) -> bool:
            try:
                await resolve(wish, standing, timeout=EACH_SECONDS)
            except EngineError:
                return False
            return True

        part = await plan_pypi(
            change, before, conda_after, self.places, self.configuration, solves=solves
        )
        restored = {each.name for record in wishes.restored for each in ground.copies_of(record)}
        # Without its record, what a package of conda brought looks as if it came from PyPI.
        names = {record.name for record in wishes.rebuilt}
        answers = [pypi_name(record) for record in conda_after if record.name in names]
        restored |= {answer.name for answer in answers if answer is not None}
        return _tidied(part, again, restored, ground.before)


def _without(before: State, request: RepairRequest) -> State:
    """Return `before` without what only a record tells that is one too many and goes."""
    gone = {
        request.prefix / step.subject
        for step in request.steps
        if step.kind is RepairKind.DELETE_FILES and step.subject.startswith("conda-meta/")
    }
    return State(tuple(each for each in before.records if each.path not in gone))


def _is_mended(warning: PlanWarning, wishes: Wishes) -> bool:
    """Return whether the repair itself puts an end to what `warning` tells."""
    return warning.code is WarningCode.USER_SITE_LEAKS and NO_USER_SITE in wishes.isolated


def _tidied(
    part: PypiPart, again: dict[str, Record], restored: set[str], before: State
) -> PypiPart:
    """Return `part` telling what is put in order as such, and as chosen only what was so before."""
    there = {record.name: bool(record.requested) for record in before.of(RecordKind.PYPI)}
    lock = read_lock(part.lock)
    pins = tuple(replace(pin, requested=there.get(pin.name, pin.requested)) for pin in lock.pins)
    changes = [
        replace(each, kind=ChangeKind.MEND, before=again[each.name])
        if each.name in again and each.after is not None
        else each
        for each in part.changes
        if not (each.name in restored and each.after is None)
    ]
    # What avoids a conflict by another change would leave the repair undone.
    warnings = tuple(
        replace(each, alternatives=())
        for each in part.warnings
        if not (restored and each.code is WarningCode.PYPI_COPY_REPLACED)
    )
    return replace(
        part,
        changes=tuple(changes),
        warnings=warnings,
        lock=write_lock(replace(lock, pins=pins)),
    )


def _mended(
    changes: tuple[Change, ...], mended: frozenset[str], ground: Ground
) -> tuple[Change, ...]:
    """Return `changes` with those that only put a package in order told as such."""
    found: list[Change] = []
    for change in changes:
        if change.name not in mended or change.after is None:
            found.append(change)
            continue
        copies = ground.copies_of(change.after)
        same = [each for each in copies if each.name == canonicalize_name(change.name)]
        copy = next(iter((*same, *copies)), None)
        if copy is not None and copy.version != change.after.version:
            found.append(replace(change, kind=ChangeKind.REPLACE, before=copy, needed_by=()))
        else:
            before = change.before or change.after
            found.append(replace(change, kind=ChangeKind.MEND, before=before, needed_by=()))
    return tuple(found)


def _handed(wishes: Wishes, ground: Ground) -> tuple[Change, ...]:
    """Return what becomes of packages whose conda record goes."""
    found: list[Change] = []
    for record in wishes.dropped:
        copy = next(iter(ground.copies_of(record)), None)
        kind = ChangeKind.REPLACE if copy is not None else ChangeKind.REMOVE
        found.append(Change(kind, record.name, record, copy, is_local=True))
    return tuple(found)


def _size(path: Path) -> int:
    try:
        found = path.lstat()
    except OSError:
        return 0
    if found.st_nlink > 1:
        return 0
    return getattr(found, "st_blocks", 0) * 512 or found.st_size
