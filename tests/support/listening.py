"""Hear what a real engine tells, and ask it for work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from engine.events import (
    EngineEvent,
    EnvironmentsChanged,
    Phase,
    Settled,
    Task,
    TaskChanged,
    TaskId,
)
from engine.places import Places
from engine.plan import Plan
from engine.requests import CreateRequest
from engine.session import Engine


@dataclass(slots=True)
class Ear:
    """Hear everything an engine tells, and wait for what a test needs."""

    events: list[EngineEvent] = field(default_factory=list[EngineEvent])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: EngineEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Return as soon as `condition` holds after some event; fail after `seconds`."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def task(self, task_id: TaskId) -> Task:
        """Return the task as it was told last."""
        return next(
            event.task
            for event in reversed(self.events)
            if isinstance(event, TaskChanged) and event.task.id == task_id
        )

    async def until_phase(self, task_id: TaskId, phase: Phase, share: float = 0.0) -> None:
        """Wait until a task is in `phase` and past `share` of it, or has ended."""

        def reached() -> bool:
            task = self.task(task_id)
            progress = task.progress
            if task.state.is_final:
                return True
            return (
                progress is not None
                and progress.phase is phase
                and progress.done >= share * progress.total
            )

        await self.until(reached)

    async def until_ended(self, task_id: TaskId, seconds: float = 60) -> Task:
        """Wait until a task has ended and return it."""
        await self.until(lambda: self.task(task_id).state.is_final, seconds)
        return self.task(task_id)

    def settled(self) -> list[Settled]:
        """Return what was told about interrupted work."""
        return [event for event in self.events if isinstance(event, Settled)]

    def changed(self, prefix: Path) -> bool:
        """Return whether a change of `prefix` was told."""
        return any(
            isinstance(event, EnvironmentsChanged) and prefix in event.prefixes
            for event in self.events
        )


async def stopped(engine: Engine, ear: Ear, task_id: TaskId, places: Places, way: str) -> Task:
    """Return a task that was cancelled, or whose processes were killed: `cancel` or `kill`."""
    if way == "cancel":
        engine.cancel(task_id)
    else:
        kill_workers(places)
    return await ear.until_ended(task_id)


async def planned_creation(
    engine: Engine,
    name: str = "第一个 env",
    specs: tuple[str, ...] = ("mosaic", "quarry"),
    *,
    with_pip: bool = True,
) -> Plan:
    """Return the plan of an environment with Python and packages that take a moment.

    Most of that moment is for compiling pip.
    """
    configuration = await engine.configuration()
    request = CreateRequest(
        engine.places.envs / name,
        configuration.effective_channels,
        python="3",
        specs=specs,
        with_pip=with_pip,
    )
    return await engine.plan(request)


def left_behind(places: Places) -> list[str]:
    """Return the names of everything beside the environments."""
    if not places.envs.exists():
        return []
    return sorted(entry.name for entry in places.envs.iterdir())


def workers_of(places: Places) -> list[psutil.Process]:
    """Return the living worker processes that carry plans out below these places."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line: list[str] = process.info["cmdline"] or []
        alive = process.info["status"] != psutil.STATUS_ZOMBIE
        if alive and "apply" in line and str(places.home.parent) in line:
            found.append(process)
    return found


def kill_workers(places: Places) -> None:
    """Kill those processes, but for one that has come to its end meanwhile."""
    for worker in workers_of(places):
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def suspend_workers(places: Places) -> None:
    """Stop them in their tracks, so that they notice nothing."""
    for worker in workers_of(places):
        with suppress(psutil.NoSuchProcess):
            worker.suspend()
