"""Whatever stops a change of packages, and whenever: the environment is as before, or as after."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from engine.events import Phase, TaskState
from engine.places import Places
from engine.plan import Plan
from engine.practice import ChannelServer
from engine.requests import ChangeRequest
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.changing import contents, imported, recorded_files, versions
from tests.support.listening import (
    Ear,
    kill_workers,
    left_behind,
    planned_creation,
    stopped,
    workers_of,
)

BEFORE = {"glyphs": "5.0.0", "mosaic": "1.0.0", "numerals": "2.0.1", "tidepool": "3.2.0"}
AFTER = {"driftwood": "2.0.0", "numerals": "2.1.0", "quarry": "1.2.0", "tidepool": "3.2.0"}
NAME = "第一个 env"

STOPS = [
    pytest.param(Phase.PREPARING, 0.0, id="mirroring"),
    pytest.param(Phase.DOWNLOADING, 0.5, id="half-downloaded"),
    pytest.param(Phase.LINKING, 0.0, id="linking-begins"),
    pytest.param(Phase.LINKING, 0.5, id="half-linked"),
    pytest.param(Phase.FINISHING, 0.5, id="finishing"),
    pytest.param(Phase.REMOVING, 0.0, id="swapped"),
]


async def _ready(places: Places) -> tuple[Engine, Ear, Path]:
    engine, ear = Engine(places), Ear()
    engine.subscribe(ear)
    await engine.start()
    specs = ("tidepool", "numerals <2.1", "mosaic", "glyphs")
    plan = await planned_creation(engine, specs=specs, with_pip=False)
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED, task.failure
    prefix = places.envs / NAME
    (prefix / "notes.txt").write_text("mine")
    return engine, ear, prefix


async def _plan(engine: Engine, prefix: Path) -> Plan:
    channels = (await engine.configuration()).effective_channels
    request = ChangeRequest(prefix, channels, add=("quarry", "driftwood"))
    request = replace(request, update=("numerals",), remove=("mosaic", "glyphs"))
    return await engine.plan(request)


def _check(places: Places, prefix: Path, state: TaskState, before: dict[str, str]) -> bool:
    """Check that the environment is whole and of one time; return whether it is the later one."""
    assert left_behind(places) == [NAME]
    assert (prefix / "notes.txt").read_text() == "mine"
    is_after = versions(prefix) == AFTER
    if not is_after:
        assert contents(prefix) == before
    assert is_after == (state is TaskState.SUCCEEDED)
    modules = imported(prefix, "tidepool", "numerals")
    assert modules == {name: (AFTER if is_after else BEFORE)[name] for name in modules}
    present = contents(prefix)
    recorded = [path for path in recorded_files(prefix) if "__pycache__" not in path]
    assert not set(recorded) - present.keys()
    if is_after:
        assert not [path for path in present if "mosaic" in path or "glyphs" in path]
    return is_after


@pytest.mark.parametrize("way", ["cancel", "kill"])
@pytest.mark.parametrize(("phase", "share"), STOPS)
async def test_that_a_stopped_change_leaves_the_environment_as_before_or_as_after(
    configured: Places, server: ChannelServer, phase: Phase, share: float, way: str
) -> None:
    engine, ear, prefix = await _ready(configured)
    before = contents(prefix)
    plan = await _plan(engine, prefix)
    server.faults.throttle(8_000_000)
    task_id = engine.submit(plan)
    await ear.until_phase(task_id, phase, share)
    task = await stopped(engine, ear, task_id, configured, way)
    is_after = _check(configured, prefix, task.state, before)
    assert not is_after or phase is not Phase.PREPARING  # packages are linked beside the mirror
    await engine.aclose(Leaving.CANCEL)
    assert workers_of(configured) == []


async def test_that_a_change_goes_on_without_the_processes_that_help_it(
    configured: Places, server: ChannelServer
) -> None:
    engine, ear, prefix = await _ready(configured)
    before = contents(prefix)
    plan = await _plan(engine, prefix)
    server.faults.throttle(8_000_000)
    helping: list[psutil.Process] = []
    async with asyncio.timeout(60):
        while not helping:  # the worker that waits for the plan starts them
            helping = [each for worker in workers_of(configured) for each in worker.children()]
            await asyncio.sleep(0.01)
    task_id = engine.submit(plan)
    await ear.until(lambda: ear.task(task_id).state is not TaskState.WAITING)
    for process in helping:
        process.kill()
    task = await ear.until_ended(task_id)
    assert task.state is TaskState.SUCCEEDED, task.failure
    assert _check(configured, prefix, task.state, before)
    await engine.aclose(Leaving.CANCEL)


@pytest.mark.slow
async def test_that_a_change_survives_kills_at_random_moments_until_it_succeeds(
    configured: Places, server: ChannelServer
) -> None:
    engine, ear, prefix = await _ready(configured)
    before = contents(prefix)
    chance = random.Random(20_26)
    for _ in range(12):
        server.faults.throttle(20_000_000)
        task_id = engine.submit(await _plan(engine, prefix))
        await ear.until(lambda: ear.task(task_id).progress is not None)  # noqa: B023
        await asyncio.sleep(chance.uniform(0, 1.2))
        kill_workers(configured)
        task = await ear.until_ended(task_id)
        if _check(configured, prefix, task.state, before):
            break
    else:
        server.faults.throttle(None)
        task = await ear.until_ended(engine.submit(await _plan(engine, prefix)))
        assert task.state is TaskState.SUCCEEDED, task.failure
        assert _check(configured, prefix, task.state, before)
    await engine.aclose(Leaving.CANCEL)
