"""Two small channels, and an environment in which every reason keeps some package as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.environments.details import this_subdir
from engine.messages import UpdatesQuery
from engine.places import Places
from engine.planning.updating import find_updates
from engine.practice.archives import CondaPackage, Noarch, write_package
from engine.practice.rattling import index_channels
from engine.updates import Updates
from tests.support.environments import Package, make_environment

GROVE, HEDGE = "grove", "hedge"
PINNED = "fig 1.*"
_BUILD = "h0_0"


def write_orchard(folder: Path) -> None:
    """Write the channels into `folder`."""
    for name, version, *depends in (
        ("apple", "1.0"),
        ("apple", "2.0", "banana >=2"),
        ("banana", "1.0"),
        ("cherry", "1.0"),
        ("cherry", "2.0"),
        ("date", "1.0", "cherry <2"),
        ("elder", "1.0"),
        ("elder", "2.0"),
        ("fig", "1.0"),
        ("fig", "1.5"),
        ("fig", "2.0"),
        ("grape", "1.0"),
        ("grape", "2.0"),
        ("hazel", "1.0"),
        ("iris", "1.0"),
        ("iris", "2.0rc1"),
        ("python", "3.12.7"),
        ("python", "3.13.1"),
    ):
        _write(folder / GROVE, name, version, depends)
    _write(folder / HEDGE, "hazel", "2.0", ())
    _write(folder / HEDGE, "grape", "9.0", ())
    index_channels((folder / GROVE, folder / HEDGE))


def _write(channel: Path, name: str, version: str, depends: Iterable[str]) -> None:
    depends = tuple(depends)
    for subdir, noarch in (("noarch", Noarch.GENERIC), (this_subdir(), Noarch.NO)):
        package = CondaPackage(name, version, _BUILD, subdir, noarch=noarch, depends=depends)
        write_package(package, channel)


def plant(prefix: Path, *more: Package, pip: Iterable[tuple[str, str]] = ()) -> Path:
    """Write an environment with the first version of everything."""
    names = ("apple", "banana", "cherry", "grape", "hazel", "iris")
    packages = (
        *(Package(name, "1.0", _BUILD, requested=name) for name in names),
        Package("date", "1.0", _BUILD, requested="date", depends=("cherry <2",)),
        Package("elder", "1.0", _BUILD, requested="elder <2"),
        Package("fig", "1.0", _BUILD, requested="fig"),
        *more,
    )
    make_environment(prefix, packages, pip=pip)
    (prefix / "conda-meta" / "pinned").write_text(f"{PINNED}\n", encoding="utf-8")
    return prefix


async def found_updates(
    prefix: Path,
    channels: tuple[str, ...],
    places: Places,
    *,
    looks: bool = True,
    configuration: CondaConfiguration | None = None,
) -> Updates:
    """Ask what could be newer, as a worker process does."""
    query = UpdatesQuery(prefix, channels, looks=looks)
    return await find_updates(query, places, configuration or read_configuration(places))
