"""Plan a new environment; for worker processes only: it loads rattler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.conda.caches import (
    CacheChoice,
    Unpacked,
    choose_cache,
    foreign_copies,
    unpacked_in,
    volume_of,
)
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.conda.solving import (
    Ground,
    Solution,
    check_spec,
    solve_records,
    spec_channels,
    to_repodata_records,
)
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import (
    Alternative,
    Change,
    ChangeKind,
    Plan,
    PlanWarning,
    Severity,
    WarningCode,
)
from engine.planning.figures import Cost, cost_of
from engine.planning.new_pypi import plan_pypi_of_new, with_pypi
from engine.planning.placing import check_target, name_warning, space_warning
from engine.planning.pypi_remedies import opened_on_remedy
from engine.records import Record, State
from engine.requests import CreateRequest, Request

CONDA_FORGE = "conda-forge"
OF_ANACONDA = ("defaults", "main", "anaconda")


@dataclass(frozen=True, slots=True)
class _Solved:
    """Hold a solution and whether pip had to be left out of it."""

    solution: Solution
    lacks_pip: bool = False


async def plan_create(
    request: CreateRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of the new environment that `request` asks for; nothing is written.

    Where packages from PyPI would replace some of conda's, the plan is that of the remedy, or
    blocked with what would work. Raises EngineError: name-invalid, prefix-exists, not-writable,
    and what reading channels, solving and asking PyPI raise. A disk that is too small is a
    blocking warning with its figures.
    """

    async def planned(wish: Request) -> Plan:
        assert isinstance(wish, CreateRequest)
        return await _plan(wish, places, configuration)

    return await opened_on_remedy(await planned(request), planned)


async def _plan(request: CreateRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    problems = check_target(request.prefix)
    specs = _specs_of(request)
    for spec in specs:
        check_spec(spec)
    channels = request.channels or configuration.effective_channels
    repodata: Repodata | None = None
    solved = _Solved(Solution(()))
    if specs:
        channels_named = (*channels, *spec_channels(specs))
        repodata = await open_repodata(channels_named, configuration, places)
        solved = await _solve(request, specs, repodata, places, configuration)
    records = tuple(sorted(solved.solution.records, key=lambda record: record.name))
    choice, cached = await find_cached(request.prefix, records, places, configuration)
    records = tuple(with_size(record, cached) for record in records)

    async def solves(wish: CreateRequest) -> bool:
        try:
            opened = await open_repodata(
                (*channels, *spec_channels(wish.specs)), configuration, places
            )
            await _solve(wish, _specs_of(wish), opened, places, configuration)
        except EngineError:
            return False
        return True

    pypi = await plan_pypi_of_new(request, records, places, configuration, solves)
    cost = with_pypi(cost_of(records, cached, is_near=choice.is_near), pypi)
    warnings = (
        *space_warnings(request.prefix, choice, cost),
        *pypi.warnings,
        *solved.solution.warnings,
        *_pip_warnings(request, records, lacks_pip=solved.lacks_pip),
        *(_channel_warnings(request, repodata) if repodata is not None else ()),
        *script_warnings(cached),
        *(cache_warnings(choice, places) if records else ()),
        *name_warning(request.prefix, problems),
    )
    return Plan(
        request=request,
        prefix=request.prefix,
        before=State(),
        after=State((*records, *pypi.records)),
        changes=(*additions(records, cached), *pypi.changes),
        figures=cost.figures,
        warnings=warnings,
        stamp="",
        created=datetime.now(UTC),
        package_cache=choice.folder,
        pypi_lock=pypi.lock,
    )


def needed_by(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """Return which of `records` directly need each other, by name; each tuple is sorted."""
    users: dict[str, set[str]] = {}
    for record in records:
        for dependency in record.depends:
            name = dependency.partition(" ")[0].partition("[")[0].lower()
            users.setdefault(name, set()).add(record.name)
    return {name: tuple(sorted(named - {name})) for name, named in users.items()}


def _specs_of(request: CreateRequest) -> tuple[str, ...]:
    python = request.python.strip()
    if python:
        python = f"python={python}" if python[0].isdigit() else f"python {python}"
    return tuple(dict.fromkeys(spec for spec in (python, *request.specs) if spec.strip()))


async def _solve(
    request: CreateRequest,
    specs: tuple[str, ...],
    repodata: Repodata,
    places: Places,
    configuration: CondaConfiguration,
) -> _Solved:
    async def solved(wanted: Sequence[str]) -> Solution:
        return await solve_records(
            wanted,
            repodata,
            request.priority,
            configuration,
            places,
            Ground(limits=request.limits),
        )

    names = {check_spec(spec) for spec in specs}
    if not request.with_pip or "pip" in names:
        return _Solved(await solved(specs))
    without: Solution | None = None
    if "python" not in names:
        without = await solved(specs)
        if not any(record.name == "python" for record in without.records):
            return _Solved(without)
    if any(await repodata.records("pip")):
        try:
            return _Solved(await solved((*specs, "pip")))
        except EngineError as error:
            if error.code is not ErrorCode.UNSATISFIABLE:
                raise
    return _Solved(without or await solved(specs), lacks_pip=True)


async def find_cached(
    prefix: Path,
    records: Sequence[Record],
    places: Places,
    configuration: CondaConfiguration,
) -> tuple[CacheChoice, dict[str, Unpacked]]:
    """Return the cache that planned `records` go through, and what of them is in it, by name."""
    choice = choose_cache(prefix, places, configuration)
    if foreign_copies(choice.folder, records):
        # conda's cache holds other packages of the same names: Envdesk's own keeps them apart.
        is_near = volume_of(places.pkgs) == volume_of(prefix)
        choice = CacheChoice(places.pkgs, is_near, passed_over=configuration.pkgs_dirs)
    return choice, await unpacked_in(choice.folder, records, to_repodata_records(records))


def with_size(record: Record, cached: Mapping[str, Unpacked]) -> Record:
    """Return a planned `record` with what it takes in a prefix, where that is known."""
    unpacked = cached.get(record.name)
    if unpacked is None:
        return record
    return replace(record, installed_bytes=unpacked.linked_bytes + unpacked.copied_bytes)


def additions(records: Sequence[Record], cached: Mapping[str, Unpacked]) -> tuple[Change, ...]:
    """Return the changes by which `records` come, those that were asked for first."""
    users = needed_by(records)
    changes = [
        Change(
            ChangeKind.ADD,
            record.name,
            None,
            record,
            needed_by=() if record.requested else users.get(record.name, ()),
            from_cache=record.name in cached,
        )
        for record in records
    ]
    return tuple(sorted(changes, key=lambda change: (bool(change.needed_by), change.name)))


def space_warnings(prefix: Path, choice: CacheChoice, cost: Cost) -> Iterator[PlanWarning]:
    """Warn, so that the plan cannot be carried out, when a disk is too small for `cost`."""
    if choice.is_near:
        yield from space_warning(prefix, cost.prefix_bytes + cost.cache_bytes)
        return
    yield from space_warning(prefix, cost.prefix_bytes)
    if cost.cache_bytes:
        yield from space_warning(choice.folder / "new", cost.cache_bytes)


def _pip_warnings(
    request: CreateRequest, records: Sequence[Record], *, lacks_pip: bool
) -> Iterator[PlanWarning]:
    names = {record.name for record in records}
    if "python" not in names:
        yield PlanWarning(
            WarningCode.NO_PYTHON,
            Severity.NOTE,
            "The environment will have no Python of its own.",
        )
    elif "pip" not in names:
        cause = "no channel has a pip that fits" if lacks_pip else "it was not asked for"
        alternatives = ()
        if not request.with_pip:
            with_pip = replace(request, with_pip=True)
            alternatives = (Alternative("with-pip", with_pip),)
        yield PlanWarning(
            WarningCode.NO_PIP,
            Severity.WARNING,
            f"The environment will have no pip of its own ({cause}): pip commands typed in it "
            "would change another Python.",
            (("reason", "not-found" if lacks_pip else "not-asked-for"),),
            alternatives,
        )


def _channel_warnings(request: CreateRequest, repodata: Repodata) -> Iterator[PlanWarning]:
    for name in repodata.old:
        yield PlanWarning(
            WarningCode.REPODATA_OLD,
            Severity.NOTE,
            f"The channel {name} could not be reached; what it had when last read is shown.",
            (("channel", name),),
        )
    shown = [address.name for address in repodata.addresses]
    forge = [name for name in shown if name.rpartition("/")[2] == CONDA_FORGE]
    anaconda = [name for name in shown if name in OF_ANACONDA or name.startswith("pkgs/")]
    if forge and anaconda:
        others = tuple(
            channel
            for channel in request.channels
            if channel not in OF_ANACONDA and "pkgs/" not in channel
        )
        alternatives = ()
        if others:
            only_forge = replace(request, channels=others)
            alternatives = (Alternative("without-defaults", only_forge),)
        yield PlanWarning(
            WarningCode.CHANNELS_MIXED,
            Severity.WARNING,
            "The channels defaults and conda-forge are mixed; their packages are not built to "
            "go together.",
            (("channels", ", ".join(dict.fromkeys((*forge, *anaconda)))),),
            alternatives,
        )


def script_warnings(cached: Mapping[str, Unpacked]) -> Iterator[PlanWarning]:
    """Warn of packages that bring scripts, which are not run."""
    names = sorted(name for name, unpacked in cached.items() if unpacked.has_script)
    if names:
        yield PlanWarning(
            WarningCode.SCRIPTS_NOT_RUN,
            Severity.NOTE,
            f"These packages have scripts that are not run: {', '.join(names)}.",
            (("packages", ", ".join(names)),),
        )


def cache_warnings(choice: CacheChoice, places: Places) -> Iterator[PlanWarning]:
    """Warn that the cache lies elsewhere, or that conda's cannot be used."""
    folder = str(choice.folder)
    if not choice.is_near:
        yield PlanWarning(
            WarningCode.CACHE_ELSEWHERE,
            Severity.NOTE,
            f"The package cache {folder} is on another disk, so files are copied, not shared.",
            (("cache", folder),),
        )
    if choice.passed_over and choice.folder == places.pkgs:
        skipped = ", ".join(map(str, choice.passed_over))
        yield PlanWarning(
            WarningCode.CACHE_UNUSABLE,
            Severity.NOTE,
            f"conda's package cache cannot be used for this environment: {skipped}.",
            (("cache", folder), ("passed-over", skipped)),
        )
