"""Tasks as values, and real ones that take as long as a test wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import Failure
from engine.events import Phase, Progress, ProgressUnit, Task, TaskId, TaskState
from engine.practice import ChannelServer
from engine.requests import CreateRequest, Request
from engine.session import Engine
from tests.support.environments import make_environment, numbered_packages

CREATE = CreateRequest(Path("/envs/数据分析"), ("conda-forge",))
LINKING = Progress(Phase.LINKING, 41, 54, ProgressUnit.PACKAGES)


def told(
    name: str = "1",
    state: TaskState = TaskState.RUNNING,
    request: Request = CREATE,
    *,
    progress: Progress | None = None,
    failure: Failure | None = None,
    can_cancel: bool = True,
) -> Task:
    """Return a task as an engine would tell of it."""
    moment = datetime.now(UTC)
    begun = replace(
        Task(TaskId(name), request, state, moment),
        progress=progress,
        failure=failure,
        can_cancel=can_cancel,
    )
    if state is not TaskState.WAITING:
        begun = replace(begun, started=moment)
    return replace(begun, ended=moment) if state.is_final else begun


async def stalled_creation(engine: Engine, server: ChannelServer, name: str = "slow") -> TaskId:
    """Submit a creation whose download waits until the server's faults are cleared."""
    channels = (await engine.configuration()).effective_channels
    request = CreateRequest(engine.places.envs / name, channels, specs=("quarry",))
    plan = await engine.plan(request)
    server.faults.stall("*quarry*", after_bytes=100_000)
    return engine.submit(plan)


async def quick_removal(engine: Engine, name: str = "old") -> TaskId:
    """Submit the removal of a small environment."""
    from engine.requests import RemoveRequest

    prefix = make_environment(engine.places.envs / name, numbered_packages(3), files=True)
    return engine.submit(await engine.plan(RemoveRequest(prefix)))
