"""What a test of the conda side works with: served channels, places, and a rattler worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from engine.places import Places
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL, ChannelServer
from tests.support.rattling import RattlerWorker

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Practice:
    """Hold the practice channels as they are served, places of their own, and a worker."""

    worker: RattlerWorker
    server: ChannelServer
    places: Places

    @property
    def main(self) -> str:
        return self.server.url_of(MAIN_CHANNEL)

    @property
    def extra(self) -> str:
        return self.server.url_of(EXTRA_CHANNEL)

    @property
    def both(self) -> tuple[str, str]:
        return (self.main, self.extra)

    def call(self, function: Callable[P, Awaitable[T] | T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns in the worker, or raise what it raises."""
        return self.worker.call(function, *args, **kwargs)
