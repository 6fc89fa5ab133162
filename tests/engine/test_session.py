"""One front end's engine: what it tells by itself, and how its tasks share environments."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.environments.registering import registered
from engine.errors import EngineError, ErrorCode
from engine.events import EnvironmentsChanged, Phase, SizesFound, TaskChanged, TaskState
from engine.places import Places
from engine.practice import ChannelServer
from engine.records import Mark
from engine.requests import ChangeRequest, CloneRequest, CreateRequest, RemoveRequest, RenameRequest
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.environments import make_environment
from tests.support.listening import Ear, left_behind, planned_creation
from tests.support.promises import promised


@pytest.fixture
async def engine(configured: Places) -> AsyncIterator[Engine]:
    running = Engine(configured)
    yield running
    await running.aclose(Leaving.CANCEL)


@pytest.fixture
def ear(engine: Engine) -> Ear:
    listening = Ear()
    engine.subscribe(listening)
    return listening


async def _names(engine: Engine) -> list[str]:
    return [environment.name for environment in await engine.environments()]


async def test_that_environments_made_changed_and_removed_by_others_are_told_within_two_seconds(
    engine: Engine, ear: Ear
) -> None:
    engine.places.envs.mkdir(parents=True)
    await engine.start()
    prefix = engine.places.envs / "by hand"
    for change in (
        lambda: make_environment(prefix, ["zlib"], pip=[("requests", "2.32.0")]),
        (prefix / "conda-meta" / "zlib-1.0.0-pyhd8ed1ab_0.json").unlink,
        lambda: shutil.rmtree(prefix),
    ):
        ear.events.clear()
        with promised(2.5):
            change()
            await ear.until(lambda: ear.changed(prefix), 30)
    assert await _names(engine) == []


async def test_that_sizes_follow_and_damage_is_marked(engine: Engine, ear: Ear) -> None:
    prefix = make_environment(engine.places.envs / "a", ["zlib"], files=True)
    next((prefix / "conda-meta").glob("zlib-*.json")).write_text("{")
    await engine.start()
    await ear.until(lambda: any(isinstance(event, SizesFound) for event in ear.events))
    await ear.until(lambda: ear.changed(prefix))
    (environment,) = await engine.environments()
    assert environment.sizes is not None
    assert environment.sizes.own_bytes > 0
    assert Mark.UNREADABLE in environment.marks


async def test_that_a_plan_whose_environment_changed_meanwhile_is_refused(
    engine: Engine, ear: Ear
) -> None:
    source = make_environment(engine.places.envs / "a", ["zlib"])
    await engine.start()
    plan = await engine.plan(RemoveRequest(source))
    make_environment(engine.places.envs / "b", ["xz"])
    record = next((engine.places.envs / "b" / "conda-meta").glob("xz-*.json"))
    shutil.copy(record, source / "conda-meta")
    task = await ear.until_ended(engine.submit(plan))
    assert task.failure is not None
    assert task.failure.code is ErrorCode.PLAN_STALE
    assert source.exists()
    assert left_behind(engine.places) == ["a", "b"]


async def test_that_two_plans_for_one_name_end_in_one_environment_and_one_clear_refusal(
    engine: Engine, ear: Ear
) -> None:
    await engine.start()
    first = await planned_creation(engine, "same", ("almanac",), with_pip=False)
    second = await planned_creation(engine, "same", ("almanac",), with_pip=False)
    tasks = [engine.submit(first), engine.submit(second)]
    ended = [await ear.until_ended(task) for task in tasks]
    assert [task.state for task in ended] == [TaskState.SUCCEEDED, TaskState.FAILED]
    assert ended[1].failure is not None
    assert ended[1].failure.code is ErrorCode.PREFIX_EXISTS
    assert await _names(engine) == ["same"]


async def test_that_different_environments_are_worked_on_side_by_side(
    engine: Engine, ear: Ear, server: ChannelServer
) -> None:
    await engine.start()
    plans = [await planned_creation(engine, name, ("quarry",)) for name in ("a", "b")]
    server.faults.throttle(4_000_000)
    tasks = [engine.submit(plan) for plan in plans]
    await ear.until(lambda: all(ear.task(each).state is TaskState.RUNNING for each in tasks))
    for each in tasks:
        engine.cancel(each)
        assert (await ear.until_ended(each)).state is TaskState.CANCELLED


async def test_that_a_task_cancelled_while_it_waits_never_begins(
    engine: Engine, ear: Ear, server: ChannelServer
) -> None:
    await engine.start()
    plan = await planned_creation(engine, "busy", ("quarry",))
    server.faults.throttle(1_000_000)
    running = engine.submit(plan)
    waiting = engine.submit(plan)
    await ear.until_phase(running, Phase.DOWNLOADING)
    assert ear.task(waiting).state is TaskState.WAITING
    engine.cancel(waiting)
    task = await ear.until_ended(waiting, 2)
    assert task.state is TaskState.CANCELLED
    assert task.started is None
    engine.cancel(running)
    await ear.until_ended(running)


async def test_that_two_windows_take_turns(
    engine: Engine, ear: Ear, configured: Places, server: ChannelServer
) -> None:
    other, other_ear = Engine(configured), Ear()
    other.subscribe(other_ear)
    plan = await planned_creation(engine, "shared", ("quarry",), with_pip=False)
    server.faults.throttle(6_000_000)
    first = engine.submit(plan)
    await ear.until_phase(first, Phase.DOWNLOADING)
    second = other.submit(plan)
    await other_ear.until_phase(second, Phase.PREPARING)
    assert (await ear.until_ended(first)).state is TaskState.SUCCEEDED
    refused = await other_ear.until_ended(second)
    assert refused.failure is not None
    assert refused.failure.code is ErrorCode.PREFIX_EXISTS
    await other.aclose(Leaving.CANCEL)


async def test_that_waiting_for_the_end_lets_tasks_finish(
    configured: Places, server: ChannelServer
) -> None:
    engine, ear = Engine(configured), Ear()
    engine.subscribe(ear)
    await engine.start()
    plan = await planned_creation(engine, "patience", ("almanac",), with_pip=False)
    task_id = engine.submit(plan)
    await engine.aclose(Leaving.WAIT)
    assert ear.task(task_id).state is TaskState.SUCCEEDED
    assert left_behind(configured) == ["patience"]


async def test_that_a_cancelled_question_really_stops(
    engine: Engine, server: ChannelServer
) -> None:
    server.faults.stall("*/repodata*")
    configuration = await engine.configuration()
    channels = configuration.effective_channels
    request = CreateRequest(engine.places.envs / "a", channels, specs=("almanac",))
    asking = asyncio.ensure_future(engine.plan(request))
    await asyncio.to_thread(server.wait_for, "*/repodata*")
    asking.cancel()
    with promised(0.5), pytest.raises(asyncio.CancelledError):
        await asking


async def test_that_a_clone_of_nothing_is_one_clear_error(engine: Engine) -> None:
    with pytest.raises(EngineError) as caught:
        await engine.plan(CloneRequest(engine.places.envs / "none", engine.places.envs / "copy"))
    assert caught.value.code in (ErrorCode.PREFIX_MISSING, ErrorCode.NOT_AN_ENVIRONMENT)


async def test_that_added_folders_are_listed_until_they_are_taken_out(
    engine: Engine, ear: Ear, tmp_path: Path
) -> None:
    make_environment(tmp_path / "elsewhere" / "one")
    await engine.add_folder(tmp_path / "elsewhere")
    assert await engine.added_folders() == (tmp_path / "elsewhere",)
    assert len(await engine.environments()) == 1
    await engine.remove_folder(tmp_path / "elsewhere")
    assert await engine.environments() == ()


async def test_that_a_new_name_costs_no_copies_and_keeps_the_history(
    engine: Engine, ear: Ear
) -> None:
    source = make_environment(engine.places.envs / "old", ["zlib"], files=True)
    notes = source / "notes.txt"
    notes.write_text("mine")
    inode = notes.stat().st_ino
    history = (source / "conda-meta" / "history").read_text()
    target = engine.places.envs / "新 name"
    await engine.start()
    plan = await engine.plan(RenameRequest(source, target))
    assert plan.figures.disk_bytes < 100_000
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED, task.failure
    assert left_behind(engine.places) == ["新 name"]
    assert (target / "notes.txt").stat().st_ino == inode
    assert (target / "conda-meta" / "history").read_text() == history.replace(
        str(source), str(target)
    )
    assert registered(engine.places) == (target,)


async def test_that_a_change_is_told_as_soon_as_it_is_in_place(engine: Engine, ear: Ear) -> None:
    created = await planned_creation(engine, "course", ("numerals",), with_pip=False)
    assert (await ear.until_ended(engine.submit(created))).state is TaskState.SUCCEEDED
    prefix = engine.places.envs / "course"
    channels = (await engine.configuration()).effective_channels
    plan = await engine.plan(ChangeRequest(prefix, channels, add=("almanac",)))
    ear.events.clear()
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED, task.failure
    is_placed = [isinstance(e, TaskChanged) and not e.task.can_cancel for e in ear.events]
    told = ear.events[is_placed.index(True) + 1]
    assert isinstance(told, EnvironmentsChanged)
    assert told.prefixes == (prefix,)
    placed = ear.events[is_placed.index(True)]
    assert isinstance(placed, TaskChanged)
    assert placed.task.state is TaskState.RUNNING
