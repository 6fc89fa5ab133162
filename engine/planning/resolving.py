"""Work out the conda packages of an environment after a change; loads rattler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.conda.addresses import channel_urls, spec_channel
from engine.conda.channels import without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.conda.ripening import is_prerelease
from engine.conda.solving import (
    SOLVE_SECONDS,
    Ground,
    Solution,
    check_spec,
    fulfils,
    is_bound,
    solve_records,
    spec_channels,
)
from engine.conda.versions import has_at_least
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.planning.wishing import Leaving, leaving, roots
from engine.records import Record
from engine.requests import ChangeRequest, UpdateScope


@dataclass(slots=True)
class Standing:
    """Hold what a change starts from.

    `installed` are the conda records that could be read, by name. `needed` names those that PyPI
    packages need, `pins` are specs that the user pinned. `owners` maps distributions to the conda
    packages that brought them. Channels are opened once each.
    """

    installed: Mapping[str, Record]
    needed: frozenset[str]
    pins: tuple[str, ...]
    places: Places
    configuration: CondaConfiguration
    opened: dict[tuple[str, ...], Repodata] = field(default_factory=dict[tuple[str, ...], Repodata])
    owners: Mapping[str, str] = field(default_factory=dict[str, str])

    async def repodata(self, channels: tuple[str, ...]) -> Repodata:
        """Return `channels` opened; raises EngineError about the one that cannot be."""
        if channels not in self.opened:
            self.opened[channels] = await open_repodata(channels, self.configuration, self.places)
        return self.opened[channels]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Hold the conda packages after a change.

    `records` are sorted by name; those that stay are the very ones that were installed. `moved`
    names packages that nobody asked to change and that could not stay as they are.
    """

    records: tuple[Record, ...]
    leaving: Leaving
    solution: Solution
    repodata: Repodata | None
    moved: tuple[str, ...] = ()


def minor_of(record: Record | None) -> str:
    """Return the minor version of Python that `record` is, `3.12`; empty without one."""
    return ".".join(record.version.split(".")[:2]) if record is not None else ""


def channels_of(request: ChangeRequest, configuration: CondaConfiguration) -> tuple[str, ...]:
    """Return the channels that `request` looks at, those named by its specs last."""
    channels = request.channels or configuration.effective_channels
    return tuple(dict.fromkeys((*channels, *spec_channels(request.add))))


def chosen_channel(record: Record) -> str:
    """Return the channel that the user chose for a package alone, empty for none."""
    return next(iter(spec_channels(record.requested)), "")


async def resolve(
    request: ChangeRequest, standing: Standing, *, timeout: float = SOLVE_SECONDS
) -> Resolution:
    """Return the packages after `request`, with everything else kept as its scope says.

    `timeout` is in seconds, for each attempt. Raises EngineError as `solve_records` does, and
    package-unknown when what is to go or to be updated is not installed.
    """
    _check_installed(request, standing)
    going = leaving(
        standing.installed,
        [name.lower() for name in request.remove],
        standing.needed,
        with_orphans=request.remove_orphans,
    )
    attempt = _Attempt(request, standing, going, timeout)
    if not attempt.needs_solver:
        staying = (each for name, each in standing.installed.items() if name not in going.names)
        return Resolution(_sorted(staying), going, Solution(()), None)
    match request.scope:
        case UpdateScope.KEEP:
            try:
                return await attempt.solved(UpdateScope.KEEP)
            except EngineError as error:
                if error.code is not ErrorCode.UNSATISFIABLE:
                    raise
            wider = await attempt.solved(UpdateScope.NEEDED)
            return replace(wider, moved=moved(request, standing, wider))
        case scope:
            return await attempt.solved(scope)


@dataclass(frozen=True, slots=True)
class _Attempt:
    request: ChangeRequest
    standing: Standing
    going: Leaving
    timeout: float

    @property
    def needs_solver(self) -> bool:
        """Return whether anything but removing was asked for."""
        request = self.request
        return bool(request.add or request.update) or request.scope is UpdateScope.ALL

    async def solved(self, scope: UpdateScope) -> Resolution:
        standing, request = self.standing, self.request
        added = {check_spec(spec): spec for spec in request.add}
        staying = {
            name: record
            for name, record in standing.installed.items()
            if name not in self.going.names or name in added
        }
        repodata = await standing.repodata(self._channels(scope, staying))
        newer = await self._updates(staying, repodata, added)
        free = added.keys() | newer.keys()
        is_fixed = scope in (UpdateScope.KEEP, UpdateScope.ONLY)
        wishes = {} if is_fixed else {n: r.requested for n, r in staying.items() if n not in free}
        lasting = roots(staying, standing.needed) if request.remove_orphans else tuple(staying)
        specs = [
            *request.add,
            *newer.values(),
            *(spec for name in lasting if name not in free for spec in wishes.get(name) or (name,)),
        ]
        rest = [record for name, record in staying.items() if name not in free]
        preferred = [
            staying[name]
            for name, spec in added.items()
            if name in staying and _is_from(staying[name], spec, standing.configuration)
        ]
        if scope is UpdateScope.NEEDED:
            preferred += rest
        elif scope is UpdateScope.ALL:
            known = await repodata.names()
            preferred = [record for record in (*preferred, *rest) if record.name not in known]
        fixed = rest if is_fixed else []
        limits = [
            *(pin for pin in standing.pins if check_spec(pin) not in {r.name for r in fixed}),
            *(f"{name} <0" for name in self.going.asked if name not in added),
            *self._python_limit(staying, added),
            *request.limits,
        ]
        solution = await solve_records(
            tuple(dict.fromkeys(specs)),
            repodata,
            request.priority,
            standing.configuration,
            standing.places,
            Ground(
                _files(fixed),
                _files(preferred),
                tuple(dict.fromkeys(limits)),
                frozenset(n for n, r in standing.installed.items() if is_prerelease(r.version)),
            ),
            timeout=self.timeout,
        )
        records = tuple(
            self._settled(record, standing.installed.get(record.name), added, newer)
            for record in solution.records
        )
        return Resolution(_sorted(records), self.going, solution, repodata)

    def _channels(self, scope: UpdateScope, staying: Mapping[str, Record]) -> tuple[str, ...]:
        """Return the channels to look at: also those from which what may change was chosen."""
        request = self.request
        named = {name.lower() for name in request.update}
        is_all = scope in (UpdateScope.NEEDED, UpdateScope.ALL)
        chosen = (chosen_channel(r) for name, r in staying.items() if is_all or name in named)
        usual = channels_of(request, self.standing.configuration)
        return tuple(dict.fromkeys((*usual, *filter(None, chosen))))

    async def _updates(
        self, staying: Mapping[str, Record], repodata: Repodata, added: Mapping[str, str]
    ) -> dict[str, str]:
        """Return a spec for each package to update that is no step back, by name."""
        specs: dict[str, str] = {}
        for name in map(str.lower, self.request.update):
            record = staying.get(name)
            if record is None or name in added:
                continue
            channel = chosen_channel(record)
            urls = channel_urls(channel, self.standing.configuration) if channel else ()
            if await has_at_least(repodata, name, record.version, urls):
                source = f"{channel}::" if channel else ""
                specs[name] = f"{source}{name} >={record.version}"
        return specs

    def _python_limit(
        self, staying: Mapping[str, Record], added: Mapping[str, str]
    ) -> tuple[str, ...]:
        # As with conda, Python's minor version changes only when it is asked for by version.
        if minor := minor_of(staying.get("python")):
            spec = added.get("python", "")
            if not (spec and is_bound(spec)):
                return (f"python {minor}.*",)
        return ()

    def _settled(
        self,
        found: Record,
        installed: Record | None,
        added: Mapping[str, str],
        newer: Mapping[str, str],
    ) -> Record:
        """Return the installed record where nothing changes, and what it is asked for by."""
        wished: tuple[str, ...] = installed.requested if installed is not None else ()
        if found.name in added:
            wished = (added[found.name],)
        elif found.name in newer and not all(fulfils(found, spec) for spec in wished):
            channel = chosen_channel(installed) if installed is not None else ""
            wished = (f"{channel}::{found.name}" if channel else found.name,)
        if installed is not None and is_same(found, installed):
            return replace(installed, requested=wished)
        return replace(found, requested=wished)


def is_same(found: Record, installed: Record) -> bool:
    """Return whether the solver's `found` is the very package that is installed."""
    if (found.name, found.version, found.build) != (
        installed.name,
        installed.version,
        installed.build,
    ):
        return False
    if found.sha256 and installed.sha256:
        return found.sha256 == installed.sha256
    return found.source == installed.source or found.url == installed.url


def _is_from(record: Record, spec: str, configuration: CondaConfiguration) -> bool:
    """Return whether `record` came from the channel that `spec` names, if it names one."""
    channel, _ = spec_channel(spec)  # rattler does not look at the channel of what is installed
    if not channel:
        return True
    urls = {without_credentials(url) for url in channel_urls(channel, configuration)}
    return record.source.url in urls


def _check_installed(request: ChangeRequest, standing: Standing) -> None:
    for name in (*request.remove, *request.update):
        if name.lower() not in standing.installed:
            raise EngineError(
                ErrorCode.PACKAGE_UNKNOWN,
                f"There is no package {name} in this environment.",
                hint="Look at the list of its packages: it may be gone already.",
                package=name,
            )


def moved(request: ChangeRequest, standing: Standing, found: Resolution) -> tuple[str, ...]:
    """Return the names of packages that `found` changes and that nobody asked to change."""
    asked = {check_spec(spec) for spec in request.add} | {name.lower() for name in request.update}
    after = {record.name: record for record in found.records}
    return tuple(
        sorted(
            name
            for name, record in standing.installed.items()
            if name not in asked
            and name not in found.leaving.names
            and ((there := after.get(name)) is None or there.spelled != record.spelled)
        )
    )


def _files(records: Iterable[Record]) -> tuple[Path, ...]:
    return tuple(record.path for record in records if record.path is not None)


def _sorted(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(sorted(records, key=lambda record: record.name))
