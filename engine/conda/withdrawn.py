"""Tell which installed packages their channels do not have any more, and what there is instead.

For worker processes only: it loads rattler.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata, open_repodata
from engine.conda.versions import compare
from engine.places import Places

_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Installed:
    """Describe an installed package by its name and the file name of its archive."""

    name: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Name an installed package that its channel has no more, and the newest that it has instead.

    `offered` is a version, empty when the channel has no package of that name at all.
    """

    installed: Installed
    offered: str = ""


async def gone_from(
    address: str,
    packages: Iterable[Installed],
    configuration: CondaConfiguration,
    places: Places,
) -> tuple[Gone, ...]:
    """Return those of `packages` that the channel at `address` does not offer any more.

    Raises EngineError (channel-not-found, -unreachable, -stalled, -broken, -needs-login).
    """
    repodata = await open_repodata((address,), configuration, places)
    limit = asyncio.Semaphore(_AT_ONCE)
    by_name: dict[str, list[Installed]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)

    async def missing(name: str, installed: Sequence[Installed]) -> list[Gone]:
        async with limit:
            offered = await _offered(repodata, name)
        newest = newest_of(offered.values())
        return [Gone(each, newest) for each in installed if each.file_name not in offered]

    answers = await asyncio.gather(*(missing(name, each) for name, each in by_name.items()))
    return tuple(each for answer in answers for each in answer)


async def offered_by(
    channel: str, names: Collection[str], configuration: CondaConfiguration, places: Places
) -> dict[str, tuple[str, str]]:
    """Return for each of `names` that `channel` has where that is, and its newest version.

    Raises EngineError as `gone_from` does.
    """
    repodata = await open_repodata((channel,), configuration, places)
    found: dict[str, tuple[str, str]] = {}
    answers = await repodata.records_of(names)
    for address, answer in zip(repodata.addresses, answers, strict=True):
        versions: dict[str, list[str]] = {}
        for record in answer:
            versions.setdefault(record.name.normalized, []).append(str(record.version))
        for name, several in versions.items():
            found.setdefault(name, (address.url, newest_of(several)))
    return found


def newest_of(versions: Iterable[str]) -> str:
    """Return the newest of `versions` as conda orders them, empty for none."""
    newest = ""
    for version in versions:
        if not newest or compare(version, newest) > 0:
            newest = version
    return newest


async def _offered(repodata: Repodata, name: str) -> dict[str, str]:
    """Return the versions of the package `name` by the names of their archives."""
    found: dict[str, str] = {}
    for answer in await repodata.records(name):
        for record in answer:
            for file_name in (record.file_name, _other_ending(record.file_name)):
                found[file_name] = str(record.version)
    return found


def _other_ending(file_name: str) -> str:
    """Return the same package in the other of the two archive formats."""
    if file_name.endswith(".conda"):
        return file_name.removesuffix(".conda") + ".tar.bz2"
    return file_name.removesuffix(".tar.bz2") + ".conda"
