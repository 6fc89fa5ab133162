"""Tell which installed packages their channels do not have any more; for worker processes only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.places import Places

_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Installed:
    """Describe an installed package by its name and the file name of its archive."""

    name: str
    file_name: str


async def gone_from(
    address: str,
    packages: Iterable[Installed],
    configuration: CondaConfiguration,
    places: Places,
) -> tuple[Installed, ...]:
    """Return those of `packages` that the channel at `address` does not offer any more.

    Raises EngineError (channel-not-found, -unreachable, -stalled, -broken, -needs-login).
    """
    repodata = await open_repodata((address,), configuration, places)
    limit = asyncio.Semaphore(_AT_ONCE)
    by_name: dict[str, list[Installed]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)

    async def missing(name: str, installed: Sequence[Installed]) -> list[Installed]:
        async with limit:
            names = await _offered(repodata, name)
        return [each for each in installed if each.file_name not in names]

    answers = await asyncio.gather(*(missing(name, each) for name, each in by_name.items()))
    return tuple(each for answer in answers for each in answer)


async def _offered(repodata: Repodata, name: str) -> set[str]:
    names: set[str] = set()
    for answer in await repodata.records(name):
        for record in answer:
            names |= {record.file_name, _other_ending(record.file_name)}
    return names


def _other_ending(file_name: str) -> str:
    """Return the same package in the other of the two archive formats."""
    if file_name.endswith(".conda"):
        return file_name.removesuffix(".conda") + ".tar.bz2"
    return file_name.removesuffix(".tar.bz2") + ".conda"
