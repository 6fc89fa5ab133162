"""Tell which builds of one package the channels offer; for worker processes only: loads rattler."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from rattler import Version, VersionSpec
from rattler.repo_data import RepoDataRecord

from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import STALL_SECONDS, Address, open_repodata
from engine.places import Places
from engine.records import PackageVersion


async def package_versions(
    channels: Iterable[str],
    name: str,
    configuration: CondaConfiguration,
    places: Places,
    *,
    python: str = "",
    stall_seconds: float = STALL_SECONDS,
) -> tuple[PackageVersion, ...]:
    """Return every build of the package `name`, the newest version first, then channel by channel.

    `python` is the version of Python that the builds shall suit, empty for any. Raises EngineError
    as `open_repodata` does.
    """
    repodata = await open_repodata(channels, configuration, places, stall_seconds=stall_seconds)
    return versions_in(repodata.addresses, await repodata.records(name), python)


def versions_in(
    addresses: Iterable[Address], answers: Iterable[Iterable[RepoDataRecord]], python: str = ""
) -> tuple[PackageVersion, ...]:
    """Return the builds that the channels at `addresses` answered with, in the same order."""
    found: list[tuple[Version, int, int, PackageVersion]] = []
    for order, (address, records) in enumerate(zip(addresses, answers, strict=True)):
        for record in records:
            wanted = _python_of(record)
            offered = PackageVersion(
                version=str(record.version),
                build=str(record.build),
                build_number=record.build_number,
                subdir=record.subdir,
                channel=address.name,
                address=address.url,
                python=wanted,
                fits=_suits(python, wanted),
                archive_bytes=record.size,
                published=record.timestamp,
            )
            found.append((Version(offered.version), -order, offered.build_number, offered))
    found.sort(key=lambda entry: entry[:3], reverse=True)
    return tuple(offered for *_, offered in found)


def _python_of(record: RepoDataRecord) -> str:
    """Return the range of Python in what `record` needs, without a build."""
    for spec in record.depends:
        name, _, rest = spec.partition(" ")
        if name == "python" and rest:
            return rest.split()[0]
    return ""


@cache
def _suits(python: str, wanted: str) -> bool:
    if not python or not wanted:
        return True
    try:
        return VersionSpec(wanted).matches(Version(python))
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return True  # what cannot be understood is left to the solver
