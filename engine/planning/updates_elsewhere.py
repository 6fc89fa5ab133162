"""Say why an update that was asked for does not happen: a pin, a channel, or another package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from engine.conda.addresses import channel_urls
from engine.conda.channels import short_name
from engine.conda.repodata import Repodata
from engine.conda.ripening import is_prerelease
from engine.conda.solving import check_spec
from engine.conda.versions import compare, is_within
from engine.errors import EngineError
from engine.plan import Alternative, Change, PlanWarning, Severity, WarningCode
from engine.planning.relaxing import EACH_SECONDS
from engine.planning.resolving import Standing, channels_of, resolve
from engine.records import Record
from engine.requests import ChangeRequest


async def updates_elsewhere(
    request: ChangeRequest, standing: Standing, changes: Iterable[Change]
) -> tuple[PlanWarning, ...]:
    """Return a warning for each package to update that stays, with what would update it.

    That is a pin, that only another channel of the user has a newer one, which is tried before it
    is offered, or who does not go together with the newest. What cannot be asked is left out.
    """
    changing = {change.name for change in changes}
    held = [name for name in map(str.lower, request.update) if name not in changing]
    found: list[PlanWarning] = []
    with suppress(EngineError):
        for name in held:
            found += [each async for each in _about(name, request, standing)]
    return tuple(found)


async def _about(
    name: str, request: ChangeRequest, standing: Standing
) -> AsyncIterator[PlanWarning]:
    record = standing.installed.get(name)
    if record is None:
        return
    known = (*channels_of(request, standing.configuration), *standing.configuration.channels)
    channels = tuple(dict.fromkeys(known))
    repodata = await standing.repodata(channels)
    newer = await _newest(record, repodata)
    pin = next((each for each in standing.pins if check_spec(each) == name), "")
    if newer and pin:
        yield PlanWarning(
            WarningCode.UPDATE_PINNED,
            Severity.NOTE,
            f"{name} stays at {record.version}, because it is pinned.",
            (("package", name), ("version", record.version), ("pin", pin)),
        )
        return
    for channel in channels:
        urls = {url.rstrip("/") for url in channel_urls(channel, standing.configuration)}
        if record.source.url.rstrip("/") in urls or not urls & newer.keys():
            continue
        updates = tuple(each for each in request.update if each.lower() != name)
        wish = replace(request, update=updates, add=(*request.add, f"{channel}::{name}"))
        version = await version_from(wish, record, standing)
        if version:
            shown = short_name(channel, standing.configuration) or channel
            yield _offered(record, shown, version, wish)
            return
    best = newer.get(record.source.url.rstrip("/"), "")
    holders = [
        each.name
        for each in standing.installed.values()
        if best and any(not is_within(best, bounds) for bounds in _bounds_on(name, each))
    ]
    if holders:
        yield PlanWarning(
            WarningCode.UPDATE_HELD_BACK,
            Severity.NOTE,
            f"{name} {best} does not go together with {', '.join(holders)}.",
            (("packages", name), ("versions", best), ("others", ", ".join(holders))),
        )


def _bounds_on(name: str, record: Record) -> Iterator[str]:
    """Yield the versions of the package `name` that `record` needs."""
    for spec in record.depends:
        needed, _, rest = spec.partition(" ")
        if needed.lower() == name and rest:
            yield rest.split()[0]


async def _newest(record: Record, repodata: Repodata) -> dict[str, str]:
    """Return the newest version that is newer than `record`, by the addresses that have one."""
    found: dict[str, str] = {}
    is_early = is_prerelease(record.version)
    answers = await repodata.records(record.name)
    for address, records in zip(repodata.addresses, answers, strict=True):
        for version in {str(each.version) for each in records}:
            best = found.get(address.url.rstrip("/"), record.version)
            if compare(version, best) > 0 and (is_early or not is_prerelease(version)):
                found[address.url.rstrip("/")] = version
    return found


async def version_from(wish: ChangeRequest, record: Record, standing: Standing) -> str:
    """Return the version that `wish` brings in place of `record`, empty for none newer."""
    with suppress(EngineError):
        after = (await resolve(wish, standing, timeout=EACH_SECONDS)).records
        there = next((each for each in after if each.name == record.name), None)
        if there is not None and compare(there.version, record.version) > 0:
            return there.version
    return ""


def _offered(record: Record, shown: str, version: str, wish: ChangeRequest) -> PlanWarning:
    values = (("package", record.name), ("version", version), ("channel", shown))
    return PlanWarning(
        WarningCode.UPDATE_ELSEWHERE,
        Severity.NOTE,
        f"{record.source.name} has no newer {record.name}, but {shown} has {version}.",
        (*values, ("source", record.source.name)),
        (Alternative("update-from", wish, values),),
    )
