"""Work out which packages fulfil a request; for worker processes only: it loads rattler."""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import rattler
from rattler import MatchSpec, PrefixRecord, VirtualPackage, VirtualPackageOverrides
from rattler.repo_data import RepoDataRecord

from engine.conda.addresses import base_url, channel_urls, spec_channel
from engine.conda.channels import short_name, without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.conda.explaining import explain
from engine.conda.repodata import Address, Repodata
from engine.conda.ripening import names_prerelease, ripe
from engine.conda.translating import (
    GatewayError,
    InvalidMatchSpecError,
    SolverError,
    channel_error,
)
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import PlanWarning, Severity, WarningCode
from engine.records import Record, RecordKind, Source, SourceKind
from engine.requests import ChannelPriority

SOLVE_SECONDS = 120.0

_QUOTED = re.compile(r"['\"](.+?)['\"]")
_NOARCH_KINDS = ("generic", "python")


@dataclass(frozen=True, slots=True)
class Solution:
    """Hold the records that fulfil a request, in no order, and what had to give way for them."""

    records: tuple[Record, ...]
    warnings: tuple[PlanWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold what a solution starts from: files of conda-meta, and specs that must hold.

    `fixed` packages stay as they are if they stay at all, `preferred` ones where that can be.
    `limits` are specs of packages that need not be there. `early` names packages of which
    pre-releases will do.
    """

    fixed: tuple[Path, ...] = ()
    preferred: tuple[Path, ...] = ()
    limits: tuple[str, ...] = ()
    early: frozenset[str] = frozenset()


async def solve_records(  # noqa: PLR0917 - one call, and its arguments are of different types
    specs: Sequence[str],
    repodata: Repodata,
    priority: ChannelPriority,
    configuration: CondaConfiguration,
    places: Places,
    ground: Ground = Ground(),
    *,
    timeout: float = SOLVE_SECONDS,
) -> Solution:
    """Return the newest packages that fulfil `specs` together, on the `ground` of what is there.

    `timeout` is in seconds and bounds each attempt; a solve that is merely cancelled would go on.
    Flexible priority is strict where that works and none at all where it does not, which is as
    near as rattler comes to conda's. A pre-release is only taken where nothing else will do, where
    a spec names one, or from a channel of such. Raises EngineError (spec-invalid, package-unknown,
    unsatisfiable, solve-timeout, or about a channel).
    """
    wanted = [await _match_spec(spec, repodata, configuration) for spec in specs]
    base = _Base(
        _detected(places),
        [PrefixRecord.from_path(path) for path in ground.fixed],
        [PrefixRecord.from_path(path) for path in ground.preferred],
        [await _match_spec(spec, repodata, configuration) for spec in ground.limits],
    )
    early = ground.early | {
        _name_of(match)
        for spec, match in zip(specs, wanted, strict=True)
        if names_prerelease(spec_channel(spec)[1])
    }

    async def solved(asked: Sequence[MatchSpec], *, strict: bool) -> list[RepoDataRecord]:
        async def attempt(limits: Sequence[MatchSpec]) -> list[RepoDataRecord]:
            limited = replace(base, limits=[*base.limits, *limits])
            return await _attempt(asked, repodata, limited, strict=strict, timeout=timeout)

        return await ripe(attempt, repodata, (*base.fixed, *base.preferred), early)

    warnings: tuple[PlanWarning, ...] = ()
    try:
        strict = priority is not ChannelPriority.DISABLED
        found = await solved(
            [*wanted, *(_whole_names(specs, wanted) if strict else ())], strict=strict
        )
    except SolverError as error:
        there = {
            record.name.normalized: str(record.version) for record in (*base.preferred, *base.fixed)
        }
        if priority is not ChannelPriority.FLEXIBLE or len(repodata.addresses) < 2:
            raise await _solver_error(str(error), specs, repodata, there) from error
        try:
            found = await solved(wanted, strict=False)
        except SolverError as second:
            raise await _solver_error(str(second), specs, repodata, there) from second
        warnings = (
            PlanWarning(
                WarningCode.PRIORITY_RELAXED,
                Severity.WARNING,
                "Packages are taken from channels further down the list, because the first "
                "channel that has them does not have versions that fit.",
            ),
        )
    asked: dict[str, list[str]] = {}
    for spec, match in zip(specs, wanted, strict=True):
        asked.setdefault(_name_of(match), []).append(spec)
    return Solution(
        tuple(planned_record(record, configuration, asked) for record in found), warnings
    )


def _whole_names(specs: Sequence[str], wanted: Sequence[MatchSpec]) -> list[MatchSpec]:
    """Return the bare names in `specs`, but for those whose channel is asked for.

    rattler looks only at records that fit a spec when it finds the first channel that has a
    package; for conda's strict priority any version counts (conda docs, "Managing channels").
    """
    pairs = zip(specs, wanted, strict=True)
    return [MatchSpec(_name_of(match)) for spec, match in pairs if not spec_channel(spec)[0]]


def check_spec(spec: str) -> str:
    """Return the package name in `spec`. Raises EngineError (spec-invalid)."""
    return _name_of(_parsed(spec, spec))


def is_bound(spec: str) -> bool:
    """Return whether `spec` asks for more than a name. Raises EngineError (spec-invalid)."""
    return spec.strip().lower() != check_spec(spec)


def fulfils(record: Record, spec: str) -> bool:
    """Return whether a planned `record` has the version and build that `spec` asks for."""
    (original,) = to_repodata_records([record])
    return admits(spec, original)


def admits(spec: str, record: RepoDataRecord) -> bool:
    """Return whether `record` has the version and build that `spec` asks for."""
    return _parsed(spec_channel(spec)[1], spec).matches(record)


def spec_channels(specs: Iterable[str]) -> tuple[str, ...]:
    """Return the channels that `specs` name by `channel::package`, in order."""
    named = (spec_channel(spec)[0] for spec in specs)
    return tuple(dict.fromkeys(channel for channel in named if channel))


def virtual_packages(places: Places) -> tuple[str, ...]:
    """Return what this computer tells the solver about itself, `__glibc=2.36=0` for instance.

    As with conda, CONDA_OVERRIDE_* variables count (conda docs, "Managing virtual packages").
    """
    return tuple(str(package.into_generic()) for package in _detected(places))


def planned_record(
    record: RepoDataRecord,
    configuration: CondaConfiguration,
    asked: dict[str, list[str]] | None = None,
) -> Record:
    """Return `record` as a plain value that can be turned back by `to_repodata_records`."""
    raw = record.to_json()
    document: dict[str, Any] = json.loads(raw)
    name = str(document["name"])
    channel = base_url(str(document.get("channel") or record.url.rpartition("/")[0]))
    noarch = document.get("noarch")
    return Record(
        kind=RecordKind.CONDA,
        name=name,
        version=str(document["version"]),
        source=Source(
            SourceKind.CHANNEL, short_name(channel, configuration), without_credentials(channel)
        ),
        build=str(document["build"]),
        subdir=str(document["subdir"]),
        requested=tuple((asked or {}).get(name, ())),
        depends=tuple(document.get("depends") or ()),
        license=str(document.get("license") or ""),
        archive_bytes=document.get("size"),
        url=without_credentials(record.url),
        sha256=str(document.get("sha256") or ""),
        noarch=noarch if noarch in _NOARCH_KINDS else "",
        raw=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
    )


def to_repodata_records(records: Iterable[Record]) -> list[RepoDataRecord]:
    """Return planned records as rattler's own again, nothing lost."""
    rebuilt: list[RepoDataRecord] = []
    nothing: dict[str, object] = {"files": [], "paths_data": {"paths": [], "paths_version": 1}}
    # rattler reads a record with its address only from a file in the form of conda-meta.
    with tempfile.TemporaryDirectory(prefix="envdesk-") as folder:
        path = Path(folder) / "record.json"
        for record in records:
            document: dict[str, object] = {**json.loads(record.raw), **nothing}
            path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
            rebuilt.append(PrefixRecord.from_path(path))
    return rebuilt


@dataclass(frozen=True, slots=True)
class _Base:
    """Hold the ground of a solution in rattler's own terms."""

    virtual: list[VirtualPackage]
    fixed: list[PrefixRecord]
    preferred: list[PrefixRecord]
    limits: list[MatchSpec]


async def _attempt(
    wanted: Sequence[MatchSpec],
    repodata: Repodata,
    base: _Base,
    *,
    strict: bool,
    timeout: float,
) -> list[RepoDataRecord]:
    priority = rattler.ChannelPriority.Strict if strict else rattler.ChannelPriority.Disabled
    try:
        return await repodata.watched(
            rattler.solve(
                repodata.channels,
                list(wanted),
                gateway=repodata.gateway,
                virtual_packages=base.virtual,
                pinned_packages=base.fixed,
                locked_packages=base.preferred,
                constraints=base.limits,
                timeout=timedelta(seconds=timeout),
                channel_priority=priority,
                channel_relations="disabled",
            )
        )
    except GatewayError as error:
        blamed = _blamed(str(error), repodata.addresses)
        raise channel_error(error, blamed.name, blamed.url) from error
    except SolverError as error:
        if "has been cancelled" not in str(error):
            raise
        raise EngineError(
            ErrorCode.SOLVE_TIMEOUT,
            "No combination of these packages was found in time.",
            cause=f"The search was given up after {timeout:.0f} seconds.",
            hint="Ask for fewer packages, or for exact versions.",
            detail=str(error),
        ) from error


async def _match_spec(
    spec: str, repodata: Repodata, configuration: CondaConfiguration
) -> MatchSpec:
    channel, rest = spec_channel(spec)
    if not channel:
        return _parsed(spec, spec)
    name = _name_of(_parsed(rest, spec))
    urls = channel_urls(channel, configuration)
    # A spec can hold one address: of a channel with several, the first that has the package.
    for address in repodata.addresses:
        if address.url in urls and await repodata.has(name, address):
            return _parsed(f"{address.url}::{rest}", spec)
    return _parsed(f"{urls[0]}::{rest}" if urls else rest, spec)


def _parsed(text: str, spec: str) -> MatchSpec:
    try:
        return MatchSpec(text)
    except InvalidMatchSpecError as error:
        cause = str(error).partition("\n")[0]
        values = {"spec": spec}
        if (position := _position(spec, cause)) is not None:
            values["position"] = str(position)
        raise EngineError(
            ErrorCode.SPEC_INVALID,
            f"“{spec}” is not a package that can be asked for.",
            cause=f"{cause[:1].upper()}{cause[1:]}.",
            hint="Write a name, and a version if it matters: numpy, or numpy >=1.26.",
            detail=str(error),
            **values,
        ) from error


def _position(spec: str, cause: str) -> int | None:
    """Return where in `spec` the part is that the parser complains of, counted from 0."""
    complaint = cause.rpartition(": ")[2].strip() if ": " in cause else ""
    quoted = _QUOTED.search(cause)
    for part in (quoted[1] if quoted else "", complaint):
        if part and part in spec:
            return spec.index(part)
    return None


def _name_of(match: MatchSpec) -> str:
    return match.name.normalized


def _detected(places: Places) -> list[VirtualPackage]:
    overrides = None if places.isolated else VirtualPackageOverrides.from_env()
    return VirtualPackage.detect(overrides)


def _blamed(detail: str, addresses: Sequence[Address]) -> Address:
    named = (address for address in addresses if without_credentials(address.url) in detail)
    return next(named, addresses[0])


async def _solver_error(
    text: str, specs: Sequence[str], repodata: Repodata, there: Mapping[str, str]
) -> EngineError:
    detail = _named_channels(text.strip(), repodata.addresses)
    explanation = explain(detail, specs, there)
    names = await repodata.names() | there.keys()
    unknown = [name for spec in specs if (name := check_spec(spec)) not in names]
    if not unknown and explanation.missing and explanation.missing not in names:
        missing = explanation.missing
        if not missing.startswith("__") and missing in {check_spec(spec) for spec in specs}:
            unknown = [missing]
    if unknown:
        return _unknown_error(unknown[0], names, repodata, detail)
    packages = explanation.packages
    cause = explanation.cause
    if explanation.missing and len(packages) == 1 and explanation.missing == packages[0]:
        cause = await _versions_offered(packages[0], repodata) or cause
    return EngineError(
        ErrorCode.UNSATISFIABLE,
        explanation.summary,
        cause=cause,
        hint=explanation.hint,
        detail=detail,
        packages=", ".join(packages),
        priority="in-the-way" if explanation.is_priority_in_the_way else "",
        limits="; ".join(explanation.limits),
    )


def _unknown_error(
    name: str, names: frozenset[str], repodata: Repodata, detail: str
) -> EngineError:
    similar = difflib.get_close_matches(name, names, n=3, cutoff=0.7)
    channels = ", ".join(dict.fromkeys(address.name for address in repodata.addresses))
    hint = f"Did you mean {' or '.join(similar)}?" if similar else "Check the spelling."
    return EngineError(
        ErrorCode.PACKAGE_UNKNOWN,
        f"There is no package called {name}.",
        cause=f"It is not in these channels: {channels}.",
        hint=f"{hint} Another channel may have it, or PyPI.",
        detail=detail,
        package=name,
        similar=", ".join(similar),
        channels=channels,
    )


async def _versions_offered(name: str, repodata: Repodata) -> str:
    versions = {record.version for records in await repodata.records(name) for record in records}
    if not versions:
        return ""
    lines: dict[str, str] = {}
    for version in map(str, sorted(versions, reverse=True)):
        lines.setdefault(".".join(version.split(".")[:2]), version)
    newest = list(lines.values())[:5]
    if len(newest) == 1:
        return f"The newest version of {name} in these channels is {newest[0]}."
    return f"The newest versions of {name} in these channels are {', '.join(newest)}."


def _named_channels(text: str, addresses: Sequence[Address]) -> str:
    """Return `text` with channel addresses, which may hold credentials, replaced by names."""
    for address in addresses:
        text = text.replace(f"'{address.url}/'", address.name).replace(address.url, address.name)
    return text
