"""A change of conda and PyPI packages at once, stopped wherever: all of it happened, or nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.codec import encode
from engine.environments.packages import read_packages
from engine.events import TaskChanged, TaskId, TaskState
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.channels import INDEX_FOLDER
from engine.requests import ChangeRequest, Request
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.changing import contents, imported, recorded_files
from tests.support.listening import (
    Ear,
    kill_workers,
    left_behind,
    planned_creation,
    suspend_workers,
    workers_of,
)
from tests.support.promises import comes_true
from tests.support.pypi import Faults, faults, point_pip_at

SOURCE = Path(__file__).resolve().parents[2]
NAME = "第一个 env"
MODULES = ("tidepool", "numerals", "lanternfish", "pigment", "inkwell")
BEFORE = {
    "glyphs": "5.0.0",
    "mosaic": "1.0.0",
    "numerals": "2.0.1",
    "tidepool": "3.2.0",
    "lanternfish": "1.0.0 pypi",
    "pigment": "0.5.0 pypi",
}
AFTER = {
    "driftwood": "2.0.0",
    "numerals": "2.1.0",
    "quarry": "1.2.0",
    "tidepool": "3.2.0",
    "inkwell": "1.2.0 pypi",
    "lanternfish": "1.1.0 pypi",
}
SLOW = 12_000_000  # bytes a second: a download lasts long enough to be stopped in the middle


@dataclass(frozen=True, slots=True)
class Subject:
    """An environment with packages of both kinds, which is put back after every attempt."""

    places: Places
    prefix: Path
    kept: Path
    request: ChangeRequest
    contents: dict[str, str]
    outcomes: list[bool] = field(default_factory=list[bool])

    def check(self) -> bool:
        """Check that it is whole and of one time; return whether of the later, and undo that."""
        assert left_behind(self.places) == [NAME]
        assert (self.prefix / "notes.txt").read_text() == "mine"
        now = _versions(self.prefix)
        is_after = now == AFTER
        if is_after:
            assert not [path for path in contents(self.prefix) if "mosaic" in path]
        else:
            assert now == BEFORE
            assert contents(self.prefix) == self.contents
        state = AFTER if is_after else BEFORE
        wanted = {name: state.get(name, "").partition(" ")[0] for name in MODULES}
        assert imported(self.prefix, *MODULES) == wanted
        assert faults(self.prefix) == Faults()
        recorded = [path for path in recorded_files(self.prefix) if "__pycache__" not in path]
        assert not set(recorded) - contents(self.prefix).keys()
        self.outcomes.append(is_after)
        if is_after:
            shutil.rmtree(self.prefix)
            shutil.copytree(self.kept, self.prefix, symlinks=True)
        return is_after


def _versions(prefix: Path) -> dict[str, str]:
    return {
        record.name: record.version + (" pypi" if record.kind == "pypi" else "")
        for record in read_packages(prefix)
        if record.name not in ("python", "pip")
    }


@pytest.fixture
async def subject(configured: Places, channels: Path) -> AsyncIterator[Subject]:
    point_pip_at(configured, (channels / INDEX_FOLDER).as_uri())
    engine, ear = await _started(configured)
    specs = ("tidepool", "numerals <2.1", "mosaic", "glyphs")
    plan = await planned_creation(engine, NAME, specs, with_pip=False)
    await _succeed(ear, engine.submit(plan))
    prefix = configured.envs / NAME
    used = (await engine.configuration()).effective_channels
    first = ChangeRequest(prefix, used, add_pypi=("lanternfish==1.0.0", "pigment"))
    await _succeed(ear, engine.submit(await engine.plan(first)))
    await engine.aclose(Leaving.WAIT)
    (prefix / "notes.txt").write_text("mine")
    kept = configured.home / "kept"
    shutil.copytree(prefix, kept, symlinks=True)
    request = ChangeRequest(
        prefix,
        used,
        add=("quarry", "driftwood"),
        update=("numerals",),
        remove=("mosaic", "glyphs"),
        add_pypi=("inkwell",),
        update_pypi=("lanternfish",),
        remove_pypi=("pigment",),
    )
    yield Subject(configured, prefix, kept, request, contents(prefix))
    assert workers_of(configured) == []


async def _started(places: Places) -> tuple[Engine, Ear]:
    engine, ear = Engine(places), Ear()
    engine.subscribe(ear)
    await engine.start()
    return engine, ear


async def _succeed(ear: Ear, task_id: TaskId) -> None:
    task = await ear.until_ended(task_id)
    assert task.state is TaskState.SUCCEEDED, task.failure


def _steps(ear: Ear, task_id: TaskId) -> int:
    """Return how many steps a task has told of."""
    return sum(
        isinstance(event, TaskChanged)
        and event.task.id == task_id
        and event.task.progress is not None
        for event in ear.events
    )


@pytest.mark.parametrize("way", ["cancel", "kill"])
async def test_that_a_change_stopped_at_any_step_happened_wholly_or_not_at_all(
    subject: Subject, server: ChannelServer, way: str
) -> None:
    places = subject.places
    engine, ear = await _started(places)
    for step in (1, 5, 9, 12, 14, 17):
        server.faults.throttle(SLOW)
        task_id = engine.submit(await engine.plan(subject.request))
        await ear.until(lambda: _steps(ear, task_id) >= step or ear.task(task_id).state.is_final)  # noqa: B023
        if way == "cancel":
            engine.cancel(task_id)
        else:
            kill_workers(places)
        task = await ear.until_ended(task_id)
        assert subject.check() == (task.state is TaskState.SUCCEEDED), task
    server.faults.throttle(None)
    await _succeed(ear, engine.submit(await engine.plan(subject.request)))
    assert subject.check()
    assert not subject.outcomes[0]
    await engine.aclose(Leaving.CANCEL)


@contextmanager
def _window(places: Places, request: Request) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.front_end", str(places.home.parent)],
        cwd=SOURCE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(encode(request, Request) + b"\n")
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)


@pytest.mark.parametrize("with_worker", [False, True], ids=["window", "window-and-worker"])
async def test_that_a_change_whose_window_died_at_any_step_happened_wholly_or_not_at_all(
    subject: Subject, server: ChannelServer, with_worker: bool
) -> None:
    places = subject.places
    for step in (4, 20):
        server.faults.throttle(SLOW)
        with _window(places, subject.request) as window:
            assert window.stdout is not None
            for _ in range(step):
                window.stdout.readline()
            if with_worker:
                suspend_workers(places)  # it must not notice the death of the window before its own
            window.kill()
            if with_worker:
                kill_workers(places)
            else:
                comes_true(lambda: workers_of(places) == [] and left_behind(places) == [NAME], 20)
        if with_worker:
            engine, _ = await _started(places)
            await engine.aclose(Leaving.CANCEL)
        subject.check()
    assert not subject.outcomes[0]
