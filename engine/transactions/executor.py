"""Carry a plan out; runs in a worker process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cache.claims import claim
from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.conda.history import read_state, write_creation, write_state
from engine.durations import Stopwatch, remember_duration, work_of
from engine.environments.describing import stamp_of
from engine.environments.discovering import is_environment
from engine.environments.registering import register, unregister
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.places import Places
from engine.plan import Plan
from engine.processes import processes_of
from engine.records import RecordKind
from engine.remembering import remember_use
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    Request,
    affected_prefixes,
)
from engine.transactions.journal import Journal, begin, end, unfinished
from engine.transactions.locking import hold, tidy, workroom_of
from engine.transactions.reporting import HeldReport, Report
from engine.transactions.settling import (
    drop_old,
    drop_scratch,
    move_away,
    settle,
    settle_all,
    take_away,
)

if TYPE_CHECKING:
    from engine.replicas.hands import Hands

_PATIENCE = 20.0  # seconds for a process that is about to end


async def carry_out(
    plan: Plan,
    places: Places,
    report: Report,
    *,
    waiting: Callable[[], None] = lambda: None,
    hands: Hands | None = None,
) -> None:
    """Carry `plan` out, or leave everything as it was.

    `waiting` is called when another process works on the same environment; `hands` help where
    many files get another name. Raises EngineError; whatever is raised, the environments are as
    they were before.
    """
    if plan.is_blocked:
        raise EngineError(ErrorCode.BAD_USAGE, "This plan cannot be carried out as it is.")
    if not affected_prefixes(plan.request):
        return  # an empty cleaning
    if plan.repairing is not None and plan.repairing.forgets:
        unregister(places, plan.prefix)
        return
    if plan.repairing is not None and plan.repairing.settles:
        settle_all((plan.prefix.parent,), places, timeout=_PATIENCE)
        return
    folders_made = [
        prefix.parent for prefix in affected_prefixes(plan.request) if not prefix.parent.exists()
    ]
    try:
        remember_use(places, (prefix.parent for prefix in affected_prefixes(plan.request)))
    except OSError as error:
        if not isinstance(plan.request, CleanRequest):  # which is what a full disk needs
            raise from_os_error(error) from error
    try:
        with hold(affected_prefixes(plan.request), places, timeout=-1, waiting=waiting):
            _settle_leftovers(plan, places)
            _check_still_true(plan)
            await _timed(plan, places, report, hands)
    finally:
        for folder in folders_made:
            tidy(folder)


async def _timed(plan: Plan, places: Places, report: Report, hands: Hands | None) -> None:
    work = work_of(plan)
    if work is None:
        await _under_journal(plan, places, report, hands)
        return
    watch = Stopwatch(report)
    await _under_journal(plan, places, watch, hands)
    remember_duration(places, work, watch)


def _settle_leftovers(plan: Plan, places: Places) -> None:
    mine = set(affected_prefixes(plan.request))
    folders = {prefix.parent for prefix in mine}
    for journal in unfinished(folders):
        if mine.issuperset(affected_prefixes(journal.request)):
            settle(journal, places)


def _check_still_true(plan: Plan) -> None:
    match plan.request:
        case CreateRequest(prefix=prefix) | ExactRequest(prefix=prefix):
            _check_free(prefix)
            return
        case CloneRequest(source=source, prefix=prefix):
            _check_free(prefix)
        case RenameRequest(source=source, prefix=prefix):
            _check_free(prefix)
        case RemoveRequest(prefix=source) | ChangeRequest(prefix=source):
            pass
        case RepairRequest(prefix=source):
            pass
        case CleanRequest():
            return  # every piece is looked at again on its own
        case RelinkRequest(prefixes=prefixes):
            source = next((each for each in prefixes if not is_environment(each)), prefixes[0])
            if all(map(is_environment, prefixes)):
                return  # every file is compared again on its own
    if stamp_of(source) != plan.stamp:
        raise EngineError(
            ErrorCode.PLAN_STALE,
            "The environment changed after this plan was made.",
            hint="Look at the plan again: it will be worked out anew.",
            prefix=str(source),
        )


def _check_free(prefix: Path) -> None:
    if os.path.lexists(prefix):
        raise EngineError(
            ErrorCode.PREFIX_EXISTS,
            "There is a folder of this name already.",
            hint="Choose another name.",
            prefix=str(prefix),
        )


async def _under_journal(plan: Plan, places: Places, report: Report, hands: Hands | None) -> None:
    try:
        is_change = isinstance(plan.request, ChangeRequest)
        journal = begin(plan.request, plan.prefix, durably=not is_change)
    except OSError as error:
        raise from_os_error(error, workroom_of(plan.prefix)) from error
    try:
        configuration = read_configuration(places)
        match plan.request:
            case CreateRequest() | ExactRequest():
                with claim(places):
                    await _create(journal, plan, places, configuration, report)
                _place(journal, places, report)
            case CloneRequest(source=source):
                with claim(places):
                    _replicate(journal, source, plan, configuration, report)
                _place(journal, places, report)
            case RenameRequest(source=source):
                with claim(places):
                    _replicate(journal, source, plan, configuration, report)
                move_away(journal, source)  # first: where programs hold it, nothing has changed yet
                _place(journal, places, report)
                take_away(journal, source, places, report)
            case RemoveRequest(prefix=prefix):
                take_away(journal, prefix, places, report)
            case CleanRequest() as request:
                from engine.transactions.cleaning import clean

                clean(journal, request, places, configuration, report)
            case RelinkRequest(prefixes=prefixes):
                from engine.transactions.relinking import relink

                relink(journal, prefixes, places, configuration, report)
            case ChangeRequest() | RepairRequest():
                with claim(places):
                    await _change(journal, plan, places, configuration, report, hands)
        drop_scratch(journal)
        end(journal)
    except BaseException as error:
        try:
            settle(journal, places, report)
        except OSError as trouble:  # the journal stays, and with it the next look's duty
            report.log(f"Could not tidy up {journal.folder}: {trouble}")
        if isinstance(error, OSError):
            raise from_os_error(error) from error
        raise


async def _create(
    journal: Journal,
    plan: Plan,
    places: Places,
    configuration: CondaConfiguration,
    report: Report,
) -> None:
    from engine.conda.completing import complete
    from engine.conda.exact import fill_in
    from engine.conda.installing import install_into
    from engine.pypi.installing import apply_pypi

    new, prefix = journal.new, journal.prefix
    records = plan.after.of(RecordKind.CONDA)
    cache = plan.package_cache or places.pkgs
    await install_into(records, new, prefix, cache, report, places, configuration)
    if isinstance(plan.request, ExactRequest):
        await asyncio.to_thread(fill_in, new, records, cache)
    await complete(new, prefix, records, report)
    await apply_pypi(plan, new, prefix, report, places, configuration)
    specs = tuple(spec for record in records for spec in record.requested)
    write_creation(new, records, specs, f"envdesk create -p {prefix}", configuration)
    _write_variables(new, plan.request)


def _replicate(
    journal: Journal,
    source: Path,
    plan: Plan,
    configuration: CondaConfiguration,
    report: Report,
) -> None:
    from engine.replicas.replicating import compile_missing, replicate

    moving = isinstance(plan.request, RenameRequest)
    result = replicate(source, journal.new, journal.prefix, report, moving=moving)
    compile_missing(journal.new, journal.prefix, result, report)
    if moving:
        return  # its history came along
    records = plan.after.of(RecordKind.CONDA)
    specs = tuple(spec for record in records for spec in record.requested)
    command = f"envdesk clone {source} {journal.prefix}"
    write_creation(journal.new, records, specs, command, configuration)


def _place(journal: Journal, places: Places, report: Report) -> None:
    """Make the finished environment appear, whole, at its prefix."""
    _check_free(journal.prefix)
    journal.mark(journal.new).write_bytes(b"")
    journal.new.rename(journal.prefix)
    report.settle_down()
    register(places, journal.prefix)


def files_mirrored(plan: Plan) -> int:
    """Return about how many files get another name while `plan` is carried out."""
    if not isinstance(plan.request, ChangeRequest | RepairRequest):
        return 0
    return sum(record.installed_files or 0 for record in plan.before.of(RecordKind.CONDA))


async def _change(  # noqa: PLR0917 - one call, and its arguments are all of different types
    journal: Journal,
    plan: Plan,
    places: Places,
    configuration: CondaConfiguration,
    report: Report,
    hands: Hands | None,
) -> None:
    """Change a mirror of the environment, then put it in the environment's place."""
    from engine.conda.beside import link_beside
    from engine.conda.exchanging import exchange_packages
    from engine.pypi.installing import apply_pypi, clear_pypi, fetch_ahead
    from engine.replicas.mirroring import catch_up, mirror
    from engine.transactions.foreseeing import check_foreseen
    from engine.transactions.mending import mend_files, open_folders, write_history_anew

    prefix, new = journal.prefix, journal.new
    command = f"envdesk {'change' if plan.repairing is None else 'repair'} -p {prefix}"
    if plan.repairing is not None:
        await asyncio.to_thread(open_folders, prefix, plan.repairing)
    held = HeldReport(report)
    files = files_mirrored(plan)
    making = asyncio.ensure_future(
        asyncio.to_thread(mirror, prefix, new, report, hands, files=files)
    )
    ahead = asyncio.ensure_future(fetch_ahead(plan, new, held, places, configuration))
    beside = asyncio.ensure_future(link_beside(plan, new, places, held, configuration))
    noting = asyncio.ensure_future(asyncio.to_thread(journal.make_durable))
    try:
        made = await making
        held.release()
        await asyncio.to_thread(mend_files, plan, new, report)
        await clear_pypi(plan, new, report, places, configuration)
        await exchange_packages(plan, new, places, report, configuration, beside, command=command)
        if plan.repairing is None:
            await asyncio.to_thread(check_foreseen, plan, plan.package_cache or places.pkgs)
        await apply_pypi(plan, new, prefix, report, places, configuration, ahead)
    finally:
        for task in (ahead, beside):
            task.cancel()
        await asyncio.gather(making, ahead, beside, noting, return_exceptions=True)
    write_history_anew(plan, new, configuration)
    _write_variables(new, plan.request)
    journal.mark(new).write_bytes(b"")
    await noting
    await asyncio.to_thread(catch_up, made, report)
    try:
        move_away(journal, prefix)
    except OSError as error:
        raise _held(error, prefix) from error
    new.rename(prefix)
    report.settle_down()
    drop_old(journal, prefix, report)


def _write_variables(new: Path, request: Request) -> None:
    """Write the variables that `request` sets beside those of the environment at `new`."""
    match request:
        case CreateRequest() | ExactRequest() | ChangeRequest():
            if request.variables:
                write_state(new, {**read_state(new), **dict(request.variables)})
        case _:
            pass


def _held(error: OSError, prefix: Path) -> EngineError:
    """Return the EngineError for an environment that the system does not let go of."""
    running = processes_of(prefix)
    translated = from_os_error(error, prefix)
    if not running:
        return translated
    names = ", ".join(dict.fromkeys(process.name for process in running))
    return EngineError(
        ErrorCode.FILES_IN_USE,
        "A program is using files of this environment.",
        cause=f"These programs run from it: {names}.",
        hint="Close them, then try again.",
        detail=str(error),
        prefix=str(prefix),
        processes=names,
        pids=", ".join(str(process.pid) for process in running),
    )
