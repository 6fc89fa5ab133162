"""The front end dies without a word; the worker, or whoever looks next, leaves things in order."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.codec import encode
from engine.events import Settlement
from engine.places import Places
from engine.practice import ChannelServer
from engine.requests import CloneRequest, CreateRequest, RemoveRequest, Request
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.listening import (
    Ear,
    kill_workers,
    left_behind,
    planned_creation,
    suspend_workers,
    workers_of,
)
from tests.support.promises import comes_true

SOURCE = Path(__file__).resolve().parents[2]


def _creation(places: Places, server: ChannelServer) -> CreateRequest:
    channel = server.url_of("practice-main")
    return CreateRequest(places.envs / "数据", (channel,), python="3", specs=("mosaic", "quarry"))


@contextmanager
def _front_end(
    places: Places, request: Request, leaving: str = ""
) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.support.front_end", str(places.home.parent), leaving]
    process = subprocess.Popen(
        command, cwd=SOURCE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert process.stdin is not None
    process.stdin.write(encode(request, Request) + b"\n")
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.close()


def _read_until(process: subprocess.Popen[bytes], phase: str, share: float) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        word, done, total = line.decode().split()
        if word == phase and int(done) >= share * int(total):
            return
    pytest.fail(f"the front end ended before {phase}")


@pytest.mark.parametrize(
    ("phase", "share"), [("downloading", 0.3), ("linking", 0.0), ("linking", 0.6)]
)
def test_that_a_worker_whose_window_was_killed_leaves_nothing_within_two_seconds(
    configured: Places, server: ChannelServer, phase: str, share: float
) -> None:
    server.faults.throttle(8_000_000)
    with _front_end(configured, _creation(configured, server)) as process:
        _read_until(process, phase, share)
        process.kill()
        comes_true(lambda: left_behind(configured) == [], 2)
        comes_true(lambda: workers_of(configured) == [], 2)
    assert left_behind(configured) == []


@pytest.mark.parametrize(("phase", "share"), [("downloading", 0.3), ("linking", 0.6)])
async def test_that_the_next_look_puts_back_what_window_and_worker_left(
    configured: Places, server: ChannelServer, phase: str, share: float
) -> None:
    server.faults.throttle(8_000_000)
    request = _creation(configured, server)
    with _front_end(configured, request) as process:
        _read_until(process, phase, share)
        suspend_workers(configured)  # it must not notice the death of the window before its own
        process.kill()
        kill_workers(configured)
    engine = Engine(configured)
    ear = Ear()
    engine.subscribe(ear)
    await engine.start()
    assert [(each.prefix, each.settlement) for each in ear.settled()] == [
        (request.prefix, Settlement.PUT_BACK)
    ]
    assert await engine.environments() == ()
    assert left_behind(configured) == []
    await engine.aclose(Leaving.CANCEL)


def test_that_work_goes_on_alone_when_the_window_lets_it(
    configured: Places, server: ChannelServer
) -> None:
    request = _creation(configured, server)
    server.faults.throttle(8_000_000)
    with _front_end(configured, request, leaving="detach") as process:
        process.wait(60)
        comes_true(lambda: left_behind(configured) == ["数据"], 60)
    done = subprocess.run(
        [request.prefix / "bin" / "python", "-c", "print(2026)"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.strip() == b"2026"


@pytest.mark.parametrize("kind", ["clone", "remove"])
async def test_that_clone_and_removal_are_whole_or_not_begun_when_all_are_killed(
    configured: Places, server: ChannelServer, kind: str
) -> None:
    engine = Engine(configured)
    ear = Ear()
    engine.subscribe(ear)
    await engine.start()
    plan = await planned_creation(engine, "source")
    await ear.until_ended(engine.submit(plan))
    await engine.aclose(Leaving.WAIT)
    source = configured.envs / "source"
    request: Request = (
        RemoveRequest(source) if kind == "remove" else CloneRequest(source, source.parent / "copy")
    )
    phase = "removing" if kind == "remove" else "copying"
    with _front_end(configured, request) as process:
        _read_until(process, phase, 0.1)
        kill_workers(configured)
        process.kill()
    engine = Engine(configured)
    await engine.start()
    names = [environment.name for environment in await engine.environments()]
    await engine.aclose(Leaving.CANCEL)
    assert names in (["source"], ["copy", "source"], [])
    assert left_behind(configured) == sorted(names)
    for name in names:
        python = configured.envs / name / "bin" / "python"
        run = await asyncio.create_subprocess_exec(python, "-c", "import ssl, pip")
        assert await run.wait() == 0
