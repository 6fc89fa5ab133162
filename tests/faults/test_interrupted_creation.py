"""Whatever stops the creation of an environment, and whenever: all of it is there, or nothing."""

from __future__ import annotations

import asyncio
import random

import pytest

from engine.events import Phase, TaskState
from engine.places import Places
from engine.practice import ChannelServer
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.listening import Ear, kill_workers, left_behind, planned_creation, workers_of
from tests.support.promises import promised

STOPS = [
    pytest.param(Phase.DOWNLOADING, 0.0, id="download-begins"),
    pytest.param(Phase.DOWNLOADING, 0.5, id="half-downloaded"),
    pytest.param(Phase.LINKING, 0.0, id="linking-begins"),
    pytest.param(Phase.LINKING, 0.5, id="half-linked"),
]


async def _slow_engine(places: Places, server: ChannelServer) -> tuple[Engine, Ear]:
    engine = Engine(places)
    ear = Ear()
    engine.subscribe(ear)
    await engine.start()
    return engine, ear


@pytest.mark.parametrize(("phase", "share"), STOPS)
async def test_that_cancel_leaves_nothing_within_two_seconds(
    configured: Places, server: ChannelServer, phase: Phase, share: float
) -> None:
    engine, ear = await _slow_engine(configured, server)
    plan = await planned_creation(engine)
    server.faults.throttle(8_000_000)
    task_id = engine.submit(plan)
    await ear.until_phase(task_id, phase, share)
    with promised(2):
        engine.cancel(task_id)
        task = await ear.until_ended(task_id)
    assert task.state is TaskState.CANCELLED
    assert await engine.environments() == ()
    assert left_behind(configured) == []
    await engine.aclose(Leaving.CANCEL)
    assert workers_of(configured) == []


@pytest.mark.parametrize(("phase", "share"), STOPS)
async def test_that_a_killed_worker_leaves_nothing_and_the_task_tells_so(
    configured: Places, server: ChannelServer, phase: Phase, share: float
) -> None:
    engine, ear = await _slow_engine(configured, server)
    plan = await planned_creation(engine)
    server.faults.throttle(8_000_000)
    task_id = engine.submit(plan)
    await ear.until_phase(task_id, phase, share)
    with promised(2):
        kill_workers(configured)
        task = await ear.until_ended(task_id)
    assert task.state is TaskState.FAILED
    assert task.failure is not None
    assert await engine.environments() == ()
    assert left_behind(configured) == []
    await engine.aclose(Leaving.CANCEL)


async def test_that_after_any_interruption_the_same_request_succeeds(
    configured: Places, server: ChannelServer
) -> None:
    engine, ear = await _slow_engine(configured, server)
    chance = random.Random(20_26)
    for _ in range(5):
        plan = await planned_creation(engine)
        server.faults.throttle(20_000_000)
        task_id = engine.submit(plan)
        await ear.until(lambda: ear.task(task_id).progress is not None)  # noqa: B023
        await asyncio.sleep(chance.uniform(0, 1.5))
        engine.cancel(task_id)
        task = await ear.until_ended(task_id)
        if task.state is TaskState.SUCCEEDED:
            break
        assert left_behind(configured) == []
    server.faults.throttle(None)
    plan = await planned_creation(engine, name="after all")
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED, task.failure
    names = {environment.name for environment in await engine.environments()}
    assert "after all" in names
    await engine.aclose(Leaving.CANCEL)
