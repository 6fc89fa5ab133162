"""The commands that a front end starts as worker processes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import assert_never, get_args

from engine.codec import decode, decode_query, encode, prepare
from engine.commands import checking
from engine.commands.collecting import collect_rarely
from engine.commands.guarding import watch_front_end
from engine.commands.output import LineReport, failure_of, print_document, print_failure
from engine.commands.standing_by import first_line
from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.errors import EngineError, ErrorCode
from engine.files.assigned import Assignment
from engine.logins import with_logins
from engine.messages import (
    AssignQuery,
    HealthQuery,
    Names,
    PackageNamesQuery,
    PackageVersions,
    PackageVersionsQuery,
    PartsQuery,
    PlanQuery,
    PypiReleases,
    PypiReleasesQuery,
    PythonVersionsQuery,
    Query,
    ReadAddressQuery,
    ReadFilesQuery,
    ReadTextQuery,
    SizesMessage,
    UpdatesQuery,
    VirtualPackagesQuery,
    WorkDone,
    WorkFailed,
    WorkMessage,
    WorkWaiting,
)
from engine.places import Places
from engine.plan import Plan
from engine.requests import affected_prefixes

_WORTH_HANDS = 10_000  # files; they take as long to start as the links for so many


async def apply(source: str, places: Places, *, guarded: bool, ahead: bool = False) -> int:
    """Carry out the plan in the file `source`, or in the first line of standard input for `-`.

    Prints JSON lines (WorkMessage) and returns the exit status. With `guarded`, the end of
    standard input means that the front end died; without, the plan was written without logins.
    The plan is only read by a person when this is started `ahead`: everything gets ready then.
    """
    from engine.replicas.hands import Hands
    from engine.transactions.executor import carry_out, files_mirrored

    report = LineReport()
    hands = Hands.start() if ahead else None
    try:
        data = _await_plan(places) if source == "-" else _read_plan(Path(source))
        if source == "-" and not data:
            return 0  # kept waiting for a plan that never came
        plan = decode(data, Plan)
        if hands is None and files_mirrored(plan) >= _WORTH_HANDS:
            hands = Hands.start()
        if guarded:
            folders = {prefix.parent for prefix in affected_prefixes(plan.request)}
            watch_front_end(sys.stdin.buffer, folders, places)
        else:
            plan = with_logins(plan, places, read_configuration(places))
        await carry_out(
            plan, places, report, waiting=lambda: report.say(WorkWaiting()), hands=hands
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the front end is told
        report.say(WorkFailed(failure_of(error)))
        return 1
    report.say(WorkDone())
    return 0


def _await_plan(places: Places) -> bytes:
    """Load what most plans need, then take the one in standard input; nothing when none comes."""
    for module in (
        "engine.conda.beside",
        "engine.conda.exchanging",
        "engine.pypi.installing",
        "engine.replicas.mirroring",
        "engine.transactions.foreseeing",
        "engine.transactions.mending",
    ):
        import_module(module)
    prepare((Plan, *get_args(WorkMessage)))
    with suppress(EngineError):  # whoever needs it reads it again, and tells
        read_configuration(places)
    collect_rarely()
    return sys.stdin.buffer.readline()


def _read_plan(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(
            ErrorCode.PLAN_UNREADABLE,
            "The plan could not be read.",
            cause=error.strerror or str(error),
            hint="Make the plan again with `plan ... --out FILE`.",
            path=str(path),
        ) from error


async def ask(places: Places) -> int:
    """Answer the one question in the first line of standard input.

    The process may have been started long before the question comes, so that whoever asks does
    not wait for imports.
    """
    collect_rarely()
    # Foreign code comes first: on Windows a library may not load while standard input is read from.
    import_module("engine.conda.solving")
    modules = (
        "engine.planning.creating",
        "engine.planning.cloning",
        "engine.health.remembering",
        "engine.files.reading",
        "engine.planning.assigning",
    )
    loading = (partial(import_module, module) for module in modules)
    line = first_line(sys.stdin.buffer, (*loading, prepare))
    if not line:
        return 0
    watch_front_end(sys.stdin.buffer, (), places)
    try:
        print_document(await _answer(decode_query(line), places))
    except Exception as error:  # noqa: BLE001 - whatever it is, the front end is told
        print_failure(error)
        return 1
    return 0


def _look_at_one(
    query: HealthQuery | PartsQuery, places: Places, configuration: CondaConfiguration
) -> bytes:
    if isinstance(query, HealthQuery):
        return encode(checking.quick(query.prefix, places))
    from engine.cache.portions import parts_of

    return encode(parts_of(query.prefix, places, configuration))


async def _names(
    query: PythonVersionsQuery | PackageNamesQuery,
    places: Places,
    configuration: CondaConfiguration,
) -> tuple[str, ...]:
    from engine.conda.repodata import package_names, python_versions

    if isinstance(query, PythonVersionsQuery):
        return await python_versions(query.channels, configuration, places)
    return await package_names(query.channels, configuration, places)


async def _updates(query: UpdatesQuery, places: Places, configuration: CondaConfiguration) -> bytes:
    from engine.planning.updating import find_updates

    if not query.looks and hasattr(os, "nice"):
        os.nice(10)  # nobody waits for it
    return encode(await find_updates(query, places, configuration))


async def _answer(query: Query, places: Places) -> bytes:
    from engine.conda.offering import package_versions
    from engine.conda.solving import virtual_packages
    from engine.planning import plan_request

    if isinstance(query, ReadFilesQuery | ReadTextQuery | ReadAddressQuery):
        from engine.commands.file_reading import read_within_limits

        return encode(read_within_limits(query, places))
    configuration = read_configuration(places)
    match query:
        case PlanQuery(request=request):
            return encode(await plan_request(request, places, configuration), Plan)
        case PythonVersionsQuery() | PackageNamesQuery():
            return encode(Names(await _names(query, places, configuration)))
        case PackageVersionsQuery(channels=channels, name=name, python=python):
            found = await package_versions(channels, name, configuration, places, python=python)
            return encode(PackageVersions(found))
        case AssignQuery():
            from engine.planning.assigning import assign_lines

            return encode(await assign_lines(query, configuration, places), Assignment)
        case PypiReleasesQuery(name=name, prefix=prefix, python=python):
            from engine.pypi.releases import pypi_releases

            return encode(PypiReleases(await pypi_releases(name, prefix, python, places)))
        case UpdatesQuery():
            return await _updates(query, places, configuration)
        case VirtualPackagesQuery():
            return encode(Names(virtual_packages(places)))
        case HealthQuery() | PartsQuery():
            return _look_at_one(query, places, configuration)
        case _:
            assert_never(query)


def sizes(places: Places) -> int:
    """Look through the environments named in the first line of standard input, a line for each."""
    from engine.conda.meta import read_conda_records
    from engine.environments.sizing import measure

    wanted = decode(sys.stdin.buffer.readline(), Names)
    watch_front_end(sys.stdin.buffer, (), places)
    if hasattr(os, "nice"):
        os.nice(10)
    configuration = read_configuration(places)
    for prefix, found in measure([Path(name) for name in wanted.names]):
        records = read_conda_records(prefix, configuration)
        unreadable = sum(record.problem is not None for record in records)
        print_document(encode(SizesMessage(prefix, found, unreadable)))
    return 0


def scan(places: Places, *, fresh: bool) -> int:
    """Look where disk space went; prints how far that is, and the picture last."""
    from engine.cache.remembering import look_at_disk
    from engine.cache.values import DiskProgress
    from engine.codec import Look

    watch_front_end(sys.stdin.buffer, (), places)

    def tell(files: int, place: str) -> None:
        print_document(encode(DiskProgress(files, Path(place)), Look))

    picture = look_at_disk(places, read_configuration(places), fresh=fresh, told=tell)
    print_document(encode(picture, Look))
    return 0


def settle(folders: list[Path], places: Places, timeout: float) -> int:
    """Settle interrupted work beside the environments in `folders`; prints a line for each."""
    from engine.transactions.settling import settle_all

    for message in settle_all(folders, places, timeout=timeout):
        print_document(encode(message))
    return 0
