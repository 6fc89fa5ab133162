"""What the user's channels offer, asked only when somebody wants to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.requests import ChangeRequest

if TYPE_CHECKING:
    from engine.conda.repodata import Repodata


@dataclass(slots=True)
class ChannelOffers:
    """Ask the channels once each; for worker processes only: the first question loads rattler.

    `solves` tells whether conda can do its half of a request; without one it is taken to. `opens`
    returns channels opened, where somebody else needs them opened, too.
    """

    channels: tuple[str, ...]
    places: Places
    configuration: CondaConfiguration
    solves: Callable[[ChangeRequest], Awaitable[bool]] | None = None
    opens: Callable[[tuple[str, ...]], Awaitable[Repodata]] | None = None
    _opened: list[Repodata] = field(default_factory=list["Repodata"])
    _names: frozenset[str] | None = None

    async def names(self) -> frozenset[str]:
        """Return the names of all packages; raises EngineError about a channel."""
        if self._names is None:
            self._names = await (await self._repodata()).names()
        return self._names

    async def versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of the package `name`, the newest first, pre-releases last.

        Versions outside of PEP 440 are left out. Raises EngineError about a channel.
        """
        answers = await (await self._repodata()).records(name)
        found: dict[str, Version] = {}
        for record in (record for records in answers for record in records):
            text = str(record.version)
            try:
                found[text] = Version(text)
            except InvalidVersion:
                continue
        return tuple(
            sorted(found, key=lambda text: (not found[text].is_prerelease, found[text]))[::-1]
        )

    async def has(self, name: str, specifier: str) -> bool:
        """Return whether a version of the package `name` is in the range `specifier` (PEP 440)."""
        bounds = SpecifierSet(specifier, prereleases=True)
        return not specifier or any(bounds.contains(each) for each in await self.versions(name))

    async def can_be_had(self, request: ChangeRequest) -> bool:
        """Return whether conda can do its half of `request`."""
        return self.solves is None or await self.solves(request)

    async def _repodata(self) -> Repodata:
        if not self._opened:
            from engine.conda.repodata import open_repodata

            channels = self.channels or self.configuration.effective_channels
            if self.opens is not None:
                found = await self.opens(channels)
            else:
                found = await open_repodata(channels, self.configuration, self.places)
            self._opened.append(found)
        return self._opened[0]
