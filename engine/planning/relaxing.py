"""Find what would work instead of a change that does not: one wish relaxed at a time, and tried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.conda.channels import short_name
from engine.conda.repodata import python_versions
from engine.conda.solving import check_spec, is_bound
from engine.errors import EngineError, ErrorCode, Failure
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.resolving import Resolution, Standing, channels_of, minor_of, resolve
from engine.pypi.names import conda_names, distribution_of, imported_from
from engine.requests import ChangeRequest, ChannelPriority, UpdateScope

EACH_SECONDS = 10.0
ALL_SECONDS = 40.0
MOST = 6
_PYTHONS = 3


@dataclass(frozen=True, slots=True)
class _Try:
    """Hold a request to try, and what to call it when it works."""

    code: str
    request: ChangeRequest
    values: tuple[tuple[str, str], ...] = ()


Tried = Callable[[ChangeRequest], Awaitable[bool]]


async def refused(
    error: EngineError, request: ChangeRequest, standing: Standing, in_whole: Tried
) -> PlanWarning:
    """Return the warning that blocks a plan of `request`, which failed with `error`.

    Every alternative that it carries was tried and works; `in_whole` tries also the PyPI half of a
    request. Takes at most 40 seconds more.
    """
    failure = error.failure
    alternatives = await _alternatives(request, standing, failure, in_whole)
    pins = await _pins_in_the_way(request, standing) if standing.pins else ()
    values = {
        **dict(failure.values),
        "cause": f"It is pinned: {', '.join(pins)}." if pins else failure.cause,
        "hint": failure.hint,
        "detail": failure.detail,
        "pins": ", ".join(pins),
    }
    is_unknown = error.code is ErrorCode.PACKAGE_UNKNOWN
    return PlanWarning(
        WarningCode.PACKAGE_UNKNOWN if is_unknown else WarningCode.UNSATISFIABLE,
        Severity.BLOCKING,
        failure.summary,
        tuple(sorted((key, value) for key, value in values.items() if value)),
        alternatives,
    )


async def _alternatives(
    request: ChangeRequest, standing: Standing, failure: Failure, in_whole: Tried
) -> tuple[Alternative, ...]:
    found: list[Alternative] = []
    python = minor_of(standing.installed.get("python"))
    try:
        async with asyncio.timeout(ALL_SECONDS):
            async for attempt in _tries(request, standing, failure):
                alternative = await _tried(attempt, standing)
                if alternative is not None and alternative.request not in [
                    each.request for each in found
                ]:
                    found.append(alternative)
                if len(found) == MOST:
                    break
            for attempt in _from_pypi(request, failure) if python else ():
                if await _within_seconds(attempt.request, in_whole):
                    values = attempt.values
                    found.insert(0, Alternative(attempt.code, attempt.request, values))
                    break
    except TimeoutError:
        pass  # what was found until then is offered
    return tuple(found)


async def _within_seconds(request: ChangeRequest, in_whole: Tried) -> bool:
    try:
        async with asyncio.timeout(EACH_SECONDS):
            return await in_whole(request)
    except (TimeoutError, EngineError):
        return False


def _from_pypi(request: ChangeRequest, failure: Failure) -> Iterator[_Try]:
    """Yield the request with one of the packages in question taken from PyPI instead."""
    blamed = {failure.value("package"), *failure.value("packages").split(", ")}
    for spec in request.add:
        name, version = check_spec(spec), _version_wanted(spec)
        if name not in blamed or version is None or name == "python":
            continue
        rest = tuple(each for each in request.add if each != spec)
        requirement = f"{distribution_of(name)}{version}"
        changed = replace(request, add=rest, add_pypi=(*request.add_pypi, requirement))
        yield _Try("from-pypi", changed, (("package", name), ("requirement", requirement)))


def _version_wanted(spec: str) -> str | None:
    """Return the version in a conda spec as PyPI writes it; None where it cannot say that."""
    name = check_spec(spec)
    bounds = spec.rpartition("::")[2].strip()[len(name) :].strip()
    if bounds[:1].isdigit():
        bounds = f"=={bounds}"
    try:
        return str(SpecifierSet(bounds))
    except InvalidSpecifier:
        return None


async def _tried(attempt: _Try, standing: Standing) -> Alternative | None:
    try:
        resolution = await resolve(attempt.request, standing, timeout=EACH_SECONDS)
    except EngineError:
        return None
    values = (*attempt.values, *_outcome(attempt, resolution))
    return Alternative(attempt.code, attempt.request, values)


def _outcome(attempt: _Try, resolution: Resolution) -> Iterator[tuple[str, str]]:
    """Tell which version an attempt comes to, where it is about one package."""
    name = dict(attempt.values).get("package", "")
    version = next((each.version for each in resolution.records if each.name == name), "")
    if version:
        yield "version", version


async def _tries(
    request: ChangeRequest, standing: Standing, failure: Failure
) -> AsyncIterator[_Try]:
    """Yield what may work, what changes least first."""
    unknown = failure.value("package")
    for attempt in _meant(request, unknown, failure.value("similar")) if unknown else ():
        yield attempt
    if request.scope is UpdateScope.ONLY:
        yield _Try("update-needed", replace(request, scope=UpdateScope.NEEDED))
    for spec in request.add:
        if not unknown and is_bound(spec):
            name = check_spec(spec)
            yield _Try("other-version", _with(request, spec, name), (("package", name),))
    if request.priority is ChannelPriority.STRICT:
        yield _Try("flexible-priority", replace(request, priority=ChannelPriority.FLEXIBLE))
    for attempt in _other_channels(request, standing):
        yield attempt
    for attempt in _loosened(request, standing):
        yield attempt
    async for attempt in _other_pythons(request, standing):
        yield attempt
    if len(request.add) + len(request.update) + len(request.remove) > 1:
        for attempt in _left_out(request):
            yield attempt
    for attempt in _others_removed(request, standing):
        yield attempt


def _meant(request: ChangeRequest, unknown: str, similar: str) -> Iterator[_Try]:
    """Yield the request with a name that looks like the unknown one, or that brings it."""
    names = [each.name for found in imported_from(unknown) for each in conda_names(found)]
    names += [each for each in similar.split(", ") if each]
    for spec in request.add:
        if check_spec(spec) == unknown:
            for name in dict.fromkeys(names):
                values = (("instead", name), ("package", unknown))
                yield _Try("did-you-mean", _with(request, spec, name), values)


def _with(request: ChangeRequest, spec: str, instead: str) -> ChangeRequest:
    return replace(request, add=tuple(instead if each == spec else each for each in request.add))


def _other_channels(request: ChangeRequest, standing: Standing) -> Iterator[_Try]:
    """Yield the request with one more of the channels that the user knows."""
    present = channels_of(request, standing.configuration)
    shown = {short_name(each, standing.configuration) for each in present}
    known = (
        *standing.configuration.effective_channels,
        *(each.source.url or each.source.name for each in standing.installed.values()),
    )
    for channel in dict.fromkeys(known):
        name = short_name(channel, standing.configuration)
        if channel and name not in shown:
            shown.add(name)
            yield _Try(
                "other-channel",
                replace(
                    request,
                    channels=(*present, channel),
                    priority=ChannelPriority.FLEXIBLE
                    if request.priority is ChannelPriority.STRICT
                    else request.priority,
                ),
                (("channel", name),),
            )


def _loosened(request: ChangeRequest, standing: Standing) -> Iterator[_Try]:
    """Yield the request without the versions that were asked for earlier, one at a time."""
    asked = {check_spec(spec) for spec in request.add} | {name.lower() for name in request.update}
    for name, record in standing.installed.items():
        is_free = name not in asked and name not in request.remove
        if is_free and any(is_bound(spec) for spec in record.requested) and name != "python":
            values = (("package", name), ("earlier", ", ".join(record.requested)))
            yield _Try("loosen-earlier", replace(request, add=(*request.add, name)), values)


async def _other_pythons(request: ChangeRequest, standing: Standing) -> AsyncIterator[_Try]:
    current = minor_of(standing.installed.get("python"))
    if not current:
        return
    channels = channels_of(request, standing.configuration)
    try:
        minors = await python_versions(channels, standing.configuration, standing.places)
    except EngineError:
        return
    rest = [each for each in request.add if check_spec(each) != "python"]
    for minor in [each for each in minors if each != current][:_PYTHONS]:
        changed = replace(request, add=(*rest, f"python={minor}"))
        yield _Try("other-python", changed, (("python", minor),))


def _left_out(request: ChangeRequest) -> Iterator[_Try]:
    for spec in request.add:
        rest = tuple(each for each in request.add if each != spec)
        yield _Try("leave-out", replace(request, add=rest), (("spec", spec),))
    for name in request.update:
        rest = tuple(each for each in request.update if each != name)
        yield _Try("leave-out", replace(request, update=rest), (("spec", name),))
    for name in request.remove:
        rest = tuple(each for each in request.remove if each != name)
        yield _Try("keep-package", replace(request, remove=rest), (("package", name),))


def _others_removed(request: ChangeRequest, standing: Standing) -> Iterator[_Try]:
    """Yield the request with one of the packages gone that were asked for earlier."""
    asked = {check_spec(spec) for spec in request.add} | {name.lower() for name in request.update}
    for name, record in standing.installed.items():
        if record.requested and name not in (*asked, *request.remove, "python", "pip"):
            removed = replace(request, remove=(*request.remove, name))
            yield _Try("remove-other", removed, (("package", name),))


async def _pins_in_the_way(request: ChangeRequest, standing: Standing) -> tuple[str, ...]:
    """Return the pins without any one of which the request works, or those of what it asks for."""
    found: list[str] = []
    for pin in standing.pins[:MOST]:
        rest = tuple(each for each in standing.pins if each != pin)
        try:
            await resolve(request, replace(standing, pins=rest), timeout=EACH_SECONDS)
        except EngineError:
            continue
        found.append(pin)
    asked = {check_spec(spec) for spec in request.add} | {name.lower() for name in request.update}
    return tuple(found or [pin for pin in standing.pins if check_spec(pin) in asked])
