"""Tell which conda packages could be newer, and what keeps others as they are; loads rattler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from engine.conda.newest import Newest, newest_of
from engine.conda.solving import check_spec
from engine.conda.versions import compare, is_within
from engine.errors import EngineError
from engine.planning.relaxing import EACH_SECONDS
from engine.planning.resolving import Standing, channels_of, minor_of, resolve
from engine.records import Record
from engine.requests import ChangeRequest
from engine.updates import Holding, Update

_PYTHON: Final = "python"


async def conda_updates(
    request: ChangeRequest, standing: Standing, after: Iterable[Record]
) -> tuple[Update, ...]:
    """Return what there is newer of the conda packages in `standing`, sorted by name.

    `request` asks for everything to become as new as possible, and `after` is what comes of that.
    A package that only the spec holds by which it was asked for is told with the version that it
    can be updated to alone. Raises EngineError as opening channels does.
    """
    configuration = standing.configuration
    channels = channels_of(request, configuration)
    repodata = await standing.repodata(tuple(dict.fromkeys((*channels, *configuration.channels))))
    newest = await newest_of(
        standing.installed, repodata, channels, request.priority, configuration
    )
    will_be = {record.name: record for record in after}
    updates = [
        update
        for name, record in sorted(standing.installed.items())
        if (update := _update_of(record, newest[name], will_be, standing)) is not None
    ]
    wished = [update.name for update in updates if update.holding is Holding.WISH]
    freed = await _freed(wished, request, standing) if wished else {}
    return tuple(_alone(update, freed, standing) for update in updates)


async def _freed(
    names: Sequence[str], request: ChangeRequest, standing: Standing
) -> dict[str, Record]:
    """Return the packages as they would be if those called `names` might leave their specs."""
    with suppress(EngineError):
        wish = replace(request, update=(*request.update, *names))
        found = await resolve(wish, standing, timeout=EACH_SECONDS)
        return {record.name: record for record in found.records}
    return {}


def _alone(update: Update, freed: Mapping[str, Record], standing: Standing) -> Update:
    found = freed.get(update.name)
    if update.holding is not Holding.WISH or found is None:
        return update
    is_newer = compare(found.version, standing.installed[update.name].version) > 0
    return replace(update, version=found.version) if is_newer else update


def _update_of(
    record: Record, newest: Newest, will_be: Mapping[str, Record], standing: Standing
) -> Update | None:
    there = will_be.get(record.name)
    is_newer = there is not None and compare(there.version, record.version) > 0
    version = there.version if there is not None and is_newer else ""
    update = Update(record.key, record.name, version, newest.version or version)
    if newest.version and (not version or compare(newest.version, version) > 0):
        holding, by = _held(record, newest, will_be, standing)
        return replace(update, holding=holding, by=by)
    if version:
        return update
    if newest.anywhere:
        by = (newest.channel,)
        return replace(update, newest=newest.anywhere, holding=Holding.CHANNEL, by=by)
    return None


def _held(
    record: Record, newest: Newest, will_be: Mapping[str, Record], standing: Standing
) -> tuple[Holding, tuple[str, ...]]:
    """Return why the newest version of `record` does not come, and what is the cause."""
    if pin := newest.refused_by(each for each in standing.pins if check_spec(each) == record.name):
        return Holding.PIN, (pin,)
    if record.name == _PYTHON and not newest.version.startswith(f"{minor_of(record)}."):
        return Holding.PYTHON, (minor_of(record),)
    if spec := newest.refused_by(record.requested):
        return Holding.WISH, (spec,)
    holders = tuple(
        each.name
        for each in will_be.values()
        if any(not is_within(newest.version, range_) for range_ in _ranges(record.name, each))
    )
    if holders:
        return Holding.PACKAGES, holders
    lacking = newest.lacking({name: each.version for name, each in will_be.items()})
    return (Holding.NEEDS, lacking) if lacking else (Holding.UNKNOWN, ())


def _ranges(name: str, record: Record) -> Iterator[str]:
    """Yield the versions of the package `name` that `record` needs."""
    for spec in record.depends:
        needed, _, rest = spec.partition(" ")
        if needed.lower() == name and rest:
            yield rest.split()[0]
