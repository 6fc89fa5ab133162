"""Find the newest versions of installed packages; for worker processes only: it loads rattler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rattler.repo_data import RepoDataRecord

from engine.conda.addresses import channel_urls
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Address, Repodata
from engine.conda.ripening import is_prerelease
from engine.conda.solving import admits, spec_channels
from engine.conda.versions import compare, is_within
from engine.errors import EngineError
from engine.records import Record
from engine.requests import ChannelPriority


@dataclass(frozen=True, slots=True)
class Newest:
    """Hold what channels have that is newer than one installed package; empty for nothing.

    `version` is the newest where the package may come from, and `builds` are all of that version.
    `anywhere` is the newest of all channels, and `channel` the name of the one that has it.
    """

    version: str = ""
    builds: tuple[RepoDataRecord, ...] = ()
    anywhere: str = ""
    channel: str = ""

    def refused_by(self, specs: Iterable[str]) -> str:
        """Return the first of `specs` that no build fulfils; empty for none."""
        for spec in specs:
            with suppress(EngineError):  # what cannot be read refuses nothing
                if not any(admits(spec, build) for build in self.builds):
                    return spec
        return ""

    def lacking(self, versions: Mapping[str, str]) -> tuple[str, ...]:
        """Return what the build that lacks least needs of packages that have other `versions`."""
        needs = (_lacking(build.depends, versions) for build in self.builds)
        return min(needs, key=len, default=())


async def newest_of(
    installed: Mapping[str, Record],
    repodata: Repodata,
    channels: Sequence[str],
    priority: ChannelPriority,
    configuration: CondaConfiguration,
) -> dict[str, Newest]:
    """Return what there is newer of each package `installed`, by name.

    It may come from one of `channels`, or the one that it was asked for from; unless the priority
    is disabled, only from the first that has it. Pre-releases count where one is installed. Raises
    EngineError as `open_repodata` does.
    """
    offered: dict[str, list[tuple[Address, list[RepoDataRecord]]]] = {}
    answers = await repodata.records_of(installed)
    for address, records in zip(repodata.addresses, answers, strict=True):
        by_name: dict[str, list[RepoDataRecord]] = {}
        for record in records:
            by_name.setdefault(record.name.normalized, []).append(record)
        for name, own in by_name.items():
            offered.setdefault(name, []).append((address, own))
    asked = _urls(channels, configuration)
    found: dict[str, Newest] = {}
    for name, record in installed.items():
        chosen = _urls(spec_channels(record.requested), configuration)
        pairs = offered.get(name, [])
        may = [pair for pair in pairs if pair[0].url.rstrip("/") in (chosen or asked)]
        if priority is not ChannelPriority.DISABLED and not chosen:
            may = may[:1]
        found[name] = _newest(record, pairs, may)
    return found


def _newest(
    record: Record,
    offered: Sequence[tuple[Address, list[RepoDataRecord]]],
    may: Sequence[tuple[Address, list[RepoDataRecord]]],
) -> Newest:
    builds = [build for _, records in may for build in records]
    version = _best((str(build.version) for build in builds), record)
    anywhere, channel = "", ""
    for address, records in offered:
        best = _best((str(each.version) for each in records), record)
        if best and (not anywhere or compare(best, anywhere) > 0):
            anywhere, channel = best, address.name
    newest = tuple(build for build in builds if str(build.version) == version)
    return Newest(version, newest, anywhere, channel)


def _urls(channels: Iterable[str], configuration: CondaConfiguration) -> frozenset[str]:
    urls = (url for channel in channels for url in channel_urls(channel, configuration))
    return frozenset(url.rstrip("/") for url in urls)


def _best(versions: Iterable[str], record: Record) -> str:
    """Return the newest of `versions` that is newer than `record`; empty for none."""
    best, is_early = record.version, is_prerelease(record.version)
    for version in set(versions):
        if compare(version, best) > 0 and (is_early or not is_prerelease(version)):
            best = version
    return best if best != record.version else ""


def _lacking(depends: Iterable[str], versions: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for spec in depends:
        name, _, rest = spec.partition(" ")
        there = versions.get(name.lower(), "")
        if there and rest and not is_within(there, rest.split()[0]):
            found.append(f"{name} {rest.split()[0]}")
    return tuple(found)
