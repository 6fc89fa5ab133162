"""Answer who brings what a file asks for; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.conda.carrying import admits, carried_offers
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.files.assigned import Assignment
from engine.files.assigning import assign, limits_of, names_to_ask_for
from engine.files.ranges import leaves_open
from engine.files.targets import USUAL_PYTHONS, aimed, this_target
from engine.files.values import FileKind, Reading
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
    python = query.python or _python(pythons, query.python_range)
    # Which lines apply depends on the Python that was chosen only now.
    asked = Reading(FileKind.REQUIREMENTS, None, wanted=query.wanted, constraints=query.constraints)
    asked = aimed(asked, this_target(python))
    names = names_to_ask_for((*query.wanted, *query.constraints))
    offers = await carried_offers(repodata, names, python)

    def answer() -> Assignment:
        lines = assign(asked.wanted, offers, admits, asked.constraints, lenient=query.lenient)
        return Assignment(lines, pythons, python, limits_of(asked.constraints, offers, admits))

    return await asyncio.to_thread(answer)


async def _pythons(repodata: Repodata) -> tuple[str, ...]:
    offers = await carried_offers(repodata, ("python",), "", carried=True)
    offer = offers.get("python")
    released = [text for text in offer.versions if text.replace(".", "").isdigit()] if offer else []
    return tuple(dict.fromkeys(".".join(text.split(".")[:2]) for text in released))


def _python(pythons: tuple[str, ...], demanded: str) -> str:
    """Return the Python to take: one that most packages have builds for, if the file allows."""
    try:
        wanted = SpecifierSet(demanded)
    except InvalidSpecifier:
        wanted = SpecifierSet()
    usual = (minor for minor in USUAL_PYTHONS if minor in pythons)
    return next((each for each in (*usual, *pythons) if leaves_open(wanted, each)), "")
