from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from gui.watchdog import VARIABLE, Watchdog, start_watchdog
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
    assert document["longest_ms"] == first["ms"]
    assert all(stall["ms"] > 0 and stall["queued_ms"] >= 0 for stall in document["stalls"])
    assert any("test_that_the_longest_stall_is_found_and_written" in at for at in first["stacks"])
    assert document["beats"] > 5
    assert 0.1 < first["at_s"] <= document["seconds"]
    assert document["began_s"] < time.monotonic()
    assert [path.name for path in tmp_path.iterdir()] == ["stalls.json"]
    watchdog.deleteLater()


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
