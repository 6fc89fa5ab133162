"""An environment to plan changes of, and what there is to say of a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.plan import ChangeKind, Plan, PlanWarning, WarningCode
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL, ChannelServer
from engine.requests import ChangeRequest, CreateRequest
from tests.support.changing import done, planned
from tests.support.rattling import RattlerWorker


@dataclass(frozen=True, slots=True)
class World:
    """Hold an environment that every test plans changes of, and none carries out."""

    worker: RattlerWorker
    server: ChannelServer
    places: Places
    prefix: Path

    @property
    def both(self) -> tuple[str, str]:
        """Return the addresses of both channels."""
        return (self.server.url_of(MAIN_CHANNEL), self.server.url_of(EXTRA_CHANNEL))

    def request(self, *add: str, **wishes: object) -> ChangeRequest:
        """Return the request to add packages, with `wishes` beside."""
        return replace(ChangeRequest(self.prefix, self.both, add=add), **wishes)  # pyright: ignore[reportArgumentType]

    def plan(self, request: ChangeRequest, configuration: CondaConfiguration | None = None) -> Plan:
        """Plan a change."""
        known = configuration or CondaConfiguration(channels=self.both)
        return self.worker.call(planned, request, self.places, known)

    def make(self, name: str, channels: tuple[str, ...], *specs: str) -> Path:
        """Return an environment of that name; the first call makes it."""
        prefix = self.places.envs / name
        if not prefix.exists():
            request = CreateRequest(prefix, channels, specs=specs, with_pip=False)
            self.worker.call(done, request, self.places, CondaConfiguration())
        return prefix


def kinds(plan: Plan) -> dict[str, ChangeKind]:
    """Return what happens to each package."""
    return {change.name: change.kind for change in plan.changes}


def codes(plan: Plan) -> list[WarningCode]:
    """Return the codes of all that is told."""
    return [warning.code for warning in plan.warnings]


def only(plan: Plan) -> PlanWarning:
    """Return the only thing that is told."""
    (warning,) = plan.warnings
    return warning
