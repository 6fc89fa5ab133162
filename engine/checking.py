"""Keep the quick health of every environment known, in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.asking import Asking
from engine.environments.discovering import gone_ones
from engine.errors import EngineError
from engine.events import HealthFound
from engine.health.values import Health
from engine.places import Places

_log = logging.getLogger(__name__)


class Checking:
    """Check environments quickly, one run of a worker process after another.

    Every method is called on the event loop's thread; `publish` is called there with what is new.
    """

    def __init__(
        self, places: Places, asking: Asking, publish: Callable[[HealthFound], None]
    ) -> None:
        self._places = places
        self._asking = asking
        self._publish = publish
        self._known: dict[Path, Health] = {}
        self._waiting: dict[Path, None] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self, prefixes: Iterable[Path]) -> None:
        """Begin with every environment, and with those that are on conda's list and gone."""
        self.check((*prefixes, *await asyncio.to_thread(gone_ones, self._places)))

    def check(self, prefixes: Iterable[Path]) -> None:
        """Check environments as soon as those before them are done."""
        self._waiting.update(dict.fromkeys(prefixes))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run())

    def known(self, prefix: Path) -> Health | None:
        """Return what the last check of an environment found; None when there was none."""
        return self._known.get(prefix)

    def know(self, health: Health) -> None:
        """Remember what was found, and tell it when it is new."""
        before = self._known.get(health.prefix)
        self._known[health.prefix] = health
        if before is None or (before.findings, before.stamp) != (health.findings, health.stamp):
            self._publish(HealthFound(health.prefix, health))

    async def aclose(self) -> None:
        """Stop checking."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            prefixes = tuple(self._waiting)
            self._waiting.clear()
            try:
                async for health in self._asking.healths(prefixes):
                    self.know(health)
            except EngineError as error:
                _log.warning("Health could not be checked: %s", error.failure)
