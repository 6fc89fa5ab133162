"""What an environment may have: packages of channels and of PyPI, and pins that hold some back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from engine.asking import Asking
from engine.conda.condarc import read_configuration
from engine.environments.pinning import Pin, change_pins, read_pins
from engine.events import EngineEvent, EnvironmentsChanged
from engine.messages import (
    PackageNamesQuery,
    PackageVersionsQuery,
    PypiReleasesQuery,
    PythonVersionsQuery,
    UpdatesQuery,
)
from engine.places import Places
from engine.records import PackageVersion, PypiRelease
from engine.requests import ChannelPriority
from engine.updates import Updates


class Offering:
    """Answer the questions of an Engine about what there is to choose from.

    Methods are called on the event loop's thread and raise EngineError.
    """

    def __init__(self, places: Places, asking: Asking) -> None:
        self.places = places
        self._asking = asking

    def _publish(self, event: EngineEvent) -> None:
        """Tell `event` to whoever listens."""

    async def python_versions(self, channels: tuple[str, ...]) -> tuple[str, ...]:
        """Return the minor Python versions that the channels carry, newest first."""
        return await self._asking.names(PythonVersionsQuery(channels))

    async def package_names(self, channels: tuple[str, ...]) -> tuple[str, ...]:
        """Return every package name of the channels, sorted."""
        return await self._asking.names(PackageNamesQuery(channels))

    async def package_versions(
        self, channels: tuple[str, ...], name: str, python: str = ""
    ) -> tuple[PackageVersion, ...]:
        """Return every build of a package in the channels, the newest first.

        Which of them suit the version `python` is told with each.
        """
        return await self._asking.versions(PackageVersionsQuery(channels, name, python))

    async def pypi_releases(self, prefix: Path, name: str, python: str) -> tuple[PypiRelease, ...]:
        """Return the releases that the indexes of an environment have, the newest first.

        How each would come to its Python, whose version is `python`, is told with it.
        """
        return await self._asking.releases(PypiReleasesQuery(name, prefix, python))

    async def updates(
        self,
        prefix: Path,
        channels: tuple[str, ...],
        priority: ChannelPriority = ChannelPriority.STRICT,
        *,
        looks: bool = False,
    ) -> Updates:
        """Return what of an environment could be newer, and why the rest of that stays.

        Unless it `looks`, only what was read earlier counts, and the network is left alone.
        """
        return await self._asking.updates(UpdatesQuery(prefix, channels, priority, looks))

    async def refresh_names(self, address: str = "") -> int:
        """Fetch a newer table of what conda's packages are on PyPI; return how many it knows.

        Nothing else ever asks the network for it. Without an `address` the public one is asked.
        """
        from engine.pypi.refreshing import refresh_names

        return await refresh_names(self.places, address)

    async def pins(self, prefix: Path) -> tuple[Pin, ...]:
        """Return which packages of an environment are to stay at their versions."""

        def read() -> tuple[Pin, ...]:
            return read_pins(prefix, read_configuration(self.places))

        return await asyncio.to_thread(read)

    async def pin(
        self, prefix: Path, pins: Iterable[Pin] = (), *, without: Iterable[str] = ()
    ) -> None:
        """Pin packages of an environment, and unpin those named by `without`; done at once."""
        await asyncio.to_thread(
            partial(change_pins, prefix, self.places, tuple(pins), without=tuple(without))
        )
        self._publish(EnvironmentsChanged((prefix,)))
