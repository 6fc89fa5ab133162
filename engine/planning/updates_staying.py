"""Say what stays as it is when everything is updated, and why; for worker processes only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Final

from engine.conda.addresses import channel_urls
from engine.conda.channels import short_name
from engine.errors import EngineError
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.holding import conda_updates
from engine.planning.holding_pypi import pypi_updates
from engine.planning.pypi_ground import Ground
from engine.planning.resolving import Standing, channels_of
from engine.planning.updates_elsewhere import version_from
from engine.records import Record, RecordKind, State
from engine.requests import ChangeRequest, UpdateScope
from engine.updates import Holding, Update

_NAMED: Final = 6
_OFFERED: Final = 3
_TOLD: Final = (
    Holding.PIN,
    Holding.WISH,
    Holding.CHANNEL,
    Holding.PACKAGES,
    Holding.NEEDS,
    Holding.UNKNOWN,
)


async def updates_staying(
    request: ChangeRequest, standing: Standing, before: State, after: tuple[Record, ...]
) -> tuple[PlanWarning, ...]:
    """Return a warning for each reason why packages stay of which there is something newer.

    Nothing unless `request` updates everything; what it names is left to other warnings, and so is
    Python, whose minor version only changes by name. `after` are conda's packages afterwards. What
    cannot be asked is left out.
    """
    if request.scope is not UpdateScope.ALL:
        return ()
    found: list[Update] = []
    try:
        found += await conda_updates(request, standing, after)
        if before.of(RecordKind.PYPI):
            states, configuration = (before, after), standing.configuration
            ground = await asyncio.to_thread(
                Ground.of, request, states, standing.places, configuration
            )
            found += await pypi_updates(ground, standing.places)
    except EngineError:
        pass  # what was found until then is told
    named = {name.lower() for name in (*request.update, *request.update_pypi, *request.remove)}
    staying = [update for update in found if update.name not in named and _stays(update)]
    warnings: list[PlanWarning] = []
    for holding in _TOLD:
        held = [update for update in staying if update.holding is holding]
        if held:
            offers = [each async for each in _offers(held, request, standing)]
            warnings.append(_warning(holding, held, offers))
    return tuple(warnings)


def _stays(update: Update) -> bool:
    return not update.version or update.holding is Holding.WISH


def _warning(
    holding: Holding, held: Sequence[Update], offers: Sequence[Alternative]
) -> PlanWarning:
    every = list(map(_told, held))
    more = len(every) - _NAMED
    values = (
        ("reason", holding.value),
        ("packages", ", ".join(every[:_NAMED])),
        ("more", str(more) if more > 0 else ""),
        ("detail", "\n".join(every) if more > 0 else ""),
    )
    return PlanWarning(
        WarningCode.UPDATES_STAY,
        Severity.NOTE,
        f"There are newer versions of these, and they stay ({holding}): {', '.join(every)}.",
        tuple(pair for pair in values if pair[1]),
        tuple(offers),
    )


def _told(update: Update) -> str:
    cause = ", ".join(update.by)
    if update.holding in (Holding.PIN, Holding.WISH):
        return cause or update.name
    return f"{update.name} {update.newest} ({cause})" if cause else f"{update.name} {update.newest}"


async def _offers(
    held: Sequence[Update], request: ChangeRequest, standing: Standing
) -> AsyncIterator[Alternative]:
    """Yield what would update the first ones of `held` all the same."""
    for update in held[:_OFFERED]:
        for offer in _loosened(update, request):
            yield offer
        record = standing.installed.get(update.name)
        if update.holding is Holding.CHANNEL and record is not None:
            channel, shown = _channel_called(update.by[0], request, standing)
            wish = replace(request, add=(*request.add, f"{channel}::{update.name}"))
            version = await version_from(wish, record, standing)
            if version:
                values = (("package", update.name), ("version", version), ("channel", shown))
                yield Alternative("update-from", wish, values)


def _channel_called(shown: str, request: ChangeRequest, standing: Standing) -> tuple[str, str]:
    """Return how a spec names the channel that is shown as `shown`, and that name."""
    configuration = standing.configuration
    for channel in (*channels_of(request, configuration), *configuration.channels):
        for url in channel_urls(channel, configuration):
            if (short_name(url, configuration) or channel) == shown:
                return channel, short_name(channel, configuration) or channel
    return shown, shown


def _loosened(update: Update, request: ChangeRequest) -> Iterator[Alternative]:
    if update.holding is Holding.WISH and update.version:
        wish = replace(request, update=(*request.update, update.name))
        values = (("package", update.name), ("version", update.version))
        yield Alternative("loosen-earlier", wish, values)
