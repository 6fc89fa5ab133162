from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from gui.watchdog import VARIABLE, Stall, Watchdog, start_watchdog
from tests.support.windowing import until


async def test_that_the_longest_stall_is_found_and_written(tmp_path: Path) -> None:
    file = tmp_path / "stalls.json"
    watchdog = Watchdog(file)
    await asyncio.sleep(0.05)
    time.sleep(0.12)  # noqa: ASYNC251 - this is the stall
    await asyncio.sleep(0.05)
    watchdog.stop()
    document = json.loads(file.read_text("utf-8"))
    assert document["longest_ms"] > 100
    first = document["stalls"][0]
    assert document["longest_ms"] == pytest.approx(first["wall_ms"] - first["queued_ms"], abs=0.02)
    assert all(stall["wall_ms"] > stall["queued_ms"] >= 0 for stall in document["stalls"])
    assert any("test_that_the_longest_stall_is_found_and_written" in at for at in first["stacks"])
    assert document["beats"] > 5
    assert 0.1 < first["at_s"] <= document["seconds"]
    assert document["began_s"] < time.monotonic()
    assert [path.name for path in tmp_path.iterdir()] == ["stalls.json"]
    watchdog.deleteLater()


def compute(seconds: float) -> None:
    """Use a core for `seconds`, however long that takes."""
    until_s = time.thread_time() + seconds
    while time.thread_time() < until_s:
        pass


async def longest_of(file: Path, do: Callable[[], object]) -> Stall:
    """Return the longest stall that is seen while `do` is called."""
    watchdog = Watchdog(file)
    await asyncio.sleep(0.05)
    watchdog.restart()
    do()
    await asyncio.sleep(0.05)
    watchdog.stop()
    watchdog.deleteLater()
    document = json.loads(file.read_text("utf-8"))
    return Stall(**document["stalls"][0])


async def test_that_a_thread_that_sleeps_and_one_that_computes_are_both_told(
    tmp_path: Path,
) -> None:
    slept = await longest_of(tmp_path / "slept.json", lambda: time.sleep(0.08))
    assert slept.ms > 70
    computed = await longest_of(tmp_path / "computed.json", lambda: compute(0.08))
    assert computed.ms > 70
    if Path("/proc/thread-self/schedstat").exists():
        assert slept.wall_ms - slept.busy_ms > 70
        assert computed.busy_ms > 70


@pytest.fixture
def crowded_core() -> Iterator[None]:
    """Let this thread share one core with a program that never rests."""
    if sys.platform != "linux" or not Path("/proc/thread-self/schedstat").exists():
        pytest.skip("this system does not tell who waited for a core")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    busy = [sys.executable, "-c", "print('.', flush=True)\nwhile True: pass"]
    with subprocess.Popen(busy, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        try:
            other.stdout.readline()
            yield
        finally:
            other.kill()
            os.sched_setaffinity(0, allowed)


@pytest.mark.usefixtures("crowded_core")
async def test_that_waiting_for_a_core_does_not_count(tmp_path: Path) -> None:
    computed = await longest_of(tmp_path / "crowded.json", lambda: compute(0.3))
    assert computed.busy_ms > 290
    assert computed.queued_ms > 30
    assert computed.ms < computed.wall_ms - 30


async def test_that_what_was_before_a_restart_is_forgotten(tmp_path: Path) -> None:
    watchdog = Watchdog(tmp_path / "stalls.json")
    await asyncio.sleep(0.02)
    time.sleep(0.2)  # noqa: ASYNC251 - this is the stall
    await until(lambda: watchdog.longest_ms > 150)
    watchdog.restart()
    assert watchdog.longest_ms == 0
    watchdog.stop()
    watchdog.deleteLater()


def test_that_it_watches_only_when_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QObject
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert start_watchdog(qapp) is None
    monkeypatch.setenv(VARIABLE, str(tmp_path / "stalls.json"))
    watchdog = start_watchdog(qapp)
    assert watchdog is not None
    watchdog.stop()
    watchdog.deleteLater()
    assert (tmp_path / "stalls.json").exists()
