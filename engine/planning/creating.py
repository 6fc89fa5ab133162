"""Plan a new environment; for worker processes only: it loads rattler."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.conda.caches import (
    CacheChoice,
    Unpacked,
    choose_cache,
    existing_part,
    foreign_copies,
    is_writable,
    unpacked_in,
    volume_of,
)
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.conda.solving import (
    Solution,
    check_spec,
    solve_records,
    spec_channels,
    to_repodata_records,
)
from engine.environments.naming import NameProblem, NameProblemCode, check_name
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
from engine.records import Record, State
from engine.requests import CreateRequest

_CONDA_FORGE = "conda-forge"
_OF_ANACONDA = ("defaults", "main", "anaconda")
_WHY_NOT = {
    NameProblemCode.EMPTY: "The name is empty.",
    NameProblemCode.RESERVED_BY_CONDA: "conda keeps this name for itself.",
    NameProblemCode.RESERVED_BY_WINDOWS: "Windows keeps this name for itself.",
    NameProblemCode.FORBIDDEN_CHARACTER: "Not every system allows these characters: {value}",
    NameProblemCode.INVISIBLE_CHARACTER: "It has characters that cannot be seen: {value}.",
    NameProblemCode.STARTS_WITH_SPACE: "It begins with a space.",
    NameProblemCode.STARTS_WITH_DOT: "It begins with a dot, which hides a folder.",
    NameProblemCode.STARTS_WITH_DASH: "It begins with a dash, which commands take for an option.",
    NameProblemCode.ENDS_WITH_SPACE: "It ends with a space, which Windows drops.",
    NameProblemCode.ENDS_WITH_DOT: "It ends with a dot, which Windows drops.",
    NameProblemCode.TOO_LONG: "It is too long.",
    NameProblemCode.PATH_TOO_LONG: "The folder and the name together are too long for programs.",
}


@dataclass(frozen=True, slots=True)
class _Solved:
    """Hold a solution and whether pip had to be left out of it."""

    solution: Solution
    lacks_pip: bool = False


async def plan_create(
    request: CreateRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of the new environment that `request` asks for; nothing is written.

    Raises EngineError: name-invalid, prefix-exists, not-writable, and what reading channels and
    solving raise. A disk that is too small is a blocking warning with its figures.
    """
    problems = check_place(request.prefix)
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
    choice, cached = await _cached(request.prefix, records, places, configuration)
    records = tuple(_with_size(record, cached) for record in records)
    cost = cost_of(records, cached, is_near=choice.is_near)
    warnings = (
        *_space_warnings(request.prefix, choice, cost),
        *solved.solution.warnings,
        *_pip_warnings(request, records, lacks_pip=solved.lacks_pip),
        *(_channel_warnings(request, repodata) if repodata is not None else ()),
        *_script_warnings(cached),
        *(_cache_warnings(choice) if records else ()),
        *(_name_warning(problem, request.prefix) for problem in problems),
    )
    return Plan(
        request=request,
        prefix=request.prefix,
        before=State(),
        after=State(records),
        changes=_additions(records, cached),
        figures=cost.figures,
        warnings=warnings,
        stamp="",
        created=datetime.now(UTC),
        package_cache=choice.folder,
    )


def check_place(prefix: Path) -> tuple[NameProblem, ...]:
    """Return what is odd about the name of a new environment at `prefix`.

    Raises EngineError (name-invalid, prefix-exists, not-writable) when there can be none.
    """
    name, folder = prefix.name, prefix.parent
    problems = check_name(name, folder)
    for problem in problems:
        if not problem.is_blocking:
            continue
        if problem.code is NameProblemCode.EXISTS:
            raise EngineError(
                ErrorCode.PREFIX_EXISTS,
                f"There is already something called {problem.value} in this folder.",
                hint="Choose another name or another folder.",
                prefix=str(folder / problem.value),
                name=name,
            )
        raise EngineError(
            ErrorCode.NAME_INVALID,
            f"An environment cannot be called “{name}”.",
            cause=_why_not(problem),
            hint="Choose a short name of letters, digits, - and _.",
            name=name,
            problem=problem.code.value,
            value=problem.value,
        )
    part = existing_part(folder)
    if not part.is_dir():
        raise EngineError(
            ErrorCode.NOT_WRITABLE,
            f"{part} is a file, not a folder.",
            hint="Choose another folder.",
            path=str(part),
        )
    if not is_writable(folder):
        raise EngineError(
            ErrorCode.NOT_WRITABLE,
            f"Envdesk may not write into the folder {part}.",
            cause="The folder is read-only, or belongs to somebody else.",
            hint="Choose another folder, or ask for the right to write there.",
            path=str(part),
        )
    return problems


def _why_not(problem: NameProblem) -> str:
    return _WHY_NOT.get(problem.code, "").format(value=problem.value)


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
        return await solve_records(wanted, repodata, request.priority, configuration, places)

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


async def _cached(
    prefix: Path,
    records: Sequence[Record],
    places: Places,
    configuration: CondaConfiguration,
) -> tuple[CacheChoice, dict[str, Unpacked]]:
    choice = choose_cache(prefix, places, configuration)
    if foreign_copies(choice.folder, records):
        # conda's cache holds other packages of the same names: Envdesk's own keeps them apart.
        is_near = volume_of(places.pkgs) == volume_of(prefix)
        choice = CacheChoice(places.pkgs, is_near, passed_over=configuration.pkgs_dirs)
    return choice, await unpacked_in(choice.folder, records, to_repodata_records(records))


def _with_size(record: Record, cached: Mapping[str, Unpacked]) -> Record:
    unpacked = cached.get(record.name)
    if unpacked is None:
        return record
    return replace(record, installed_bytes=unpacked.linked_bytes + unpacked.copied_bytes)


def _additions(records: Sequence[Record], cached: Mapping[str, Unpacked]) -> tuple[Change, ...]:
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


def _space_warnings(prefix: Path, choice: CacheChoice, cost: Cost) -> Iterator[PlanWarning]:
    if choice.is_near:
        needs = ((prefix, cost.prefix_bytes + cost.cache_bytes),)
    else:
        needs = ((prefix, cost.prefix_bytes), (choice.folder, cost.cache_bytes))
    for path, needed in needs:
        part = existing_part(path)
        free = shutil.disk_usage(part).free
        if needed > free:
            yield PlanWarning(
                WarningCode.DISK_SPACE_SHORT,
                Severity.BLOCKING,
                f"The disk of {part} has {free} bytes free, and {needed} are needed.",
                (("free_bytes", str(free)), ("needed_bytes", str(needed)), ("path", str(part))),
            )


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
    forge = [name for name in shown if name.rpartition("/")[2] == _CONDA_FORGE]
    anaconda = [name for name in shown if name in _OF_ANACONDA or name.startswith("pkgs/")]
    if forge and anaconda:
        others = tuple(
            channel
            for channel in request.channels
            if channel not in _OF_ANACONDA and "pkgs/" not in channel
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


def _script_warnings(cached: Mapping[str, Unpacked]) -> Iterator[PlanWarning]:
    names = sorted(name for name, unpacked in cached.items() if unpacked.has_script)
    if names:
        yield PlanWarning(
            WarningCode.SCRIPTS_NOT_RUN,
            Severity.NOTE,
            f"These packages have scripts that are not run: {', '.join(names)}.",
            (("packages", ", ".join(names)),),
        )


def _cache_warnings(choice: CacheChoice) -> Iterator[PlanWarning]:
    folder = str(choice.folder)
    if not choice.is_near:
        yield PlanWarning(
            WarningCode.CACHE_ELSEWHERE,
            Severity.NOTE,
            f"The package cache {folder} is on another disk, so files are copied, not shared.",
            (("cache", folder),),
        )
    if choice.passed_over:
        skipped = ", ".join(map(str, choice.passed_over))
        yield PlanWarning(
            WarningCode.CACHE_UNUSABLE,
            Severity.NOTE,
            f"conda's package cache cannot be used for this environment: {skipped}.",
            (("cache", folder), ("passed-over", skipped)),
        )


def _name_warning(problem: NameProblem, prefix: Path) -> PlanWarning:
    return PlanWarning(
        WarningCode.NAME_ODD,
        Severity.NOTE,
        f"Some packages do not work in a folder called “{prefix.name}”.",
        (("name", prefix.name), ("problem", problem.code.value), ("value", problem.value)),
    )
