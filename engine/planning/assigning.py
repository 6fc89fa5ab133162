"""Answer who brings what a file asks for; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio

from engine.conda.carrying import admits, carried_offers
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.files.assigned import Assignment
from engine.files.assigning import assign, limits_of, names_to_ask_for
from engine.files.ranges import leaves_open, python_demands
from engine.files.values import Wanted, WantedKind
from engine.messages import AssignQuery
from engine.places import Places


async def assign_lines(
    query: AssignQuery, configuration: CondaConfiguration, places: Places
) -> Assignment:
    """Return every line with its side, by one question to the channels.

    Raises EngineError about a channel.
    """
    channels = query.channels or configuration.effective_channels
    repodata = await open_repodata(channels, configuration, places)
    pythons = await _pythons(repodata)
    python = query.python or _python(pythons, query)
    names = names_to_ask_for((*query.wanted, *query.constraints))
    offers = await carried_offers(repodata, names, python)

    def answer() -> Assignment:
        lines = assign(query.wanted, offers, admits, query.constraints, lenient=query.lenient)
        return Assignment(lines, pythons, python, limits_of(query.constraints, offers, admits))

    return await asyncio.to_thread(answer)


async def _pythons(repodata: Repodata) -> tuple[str, ...]:
    offers = await carried_offers(repodata, ("python",), "")
    offer = offers.get("python")
    released = [text for text in offer.versions if text.replace(".", "").isdigit()] if offer else []
    return tuple(dict.fromkeys(".".join(text.split(".")[:2]) for text in released))


def _python(pythons: tuple[str, ...], query: AssignQuery) -> str:
    demanded = python_demands(python_specs(query.wanted), query.python_range)
    return next((minor for minor in pythons if leaves_open(demanded, minor)), "")


def python_specs(wanted: tuple[Wanted, ...]) -> tuple[str, ...]:
    """Return the MatchSpecs of Python among what is `wanted`."""
    return tuple(
        each.text
        for each in wanted
        if each.kind is WantedKind.CONDA and each.name == "python" and each.applies
    )
