"""A cleaning, or a sharing of copies, that is killed leaves everything sound; the next finishes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[str]:
    memory = Path("/dev/shm")  # a thousand small files a second, without wearing a disk out
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield made


def kills_of(module: str, folder: str, times: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.support.{module}", folder, str(times)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) == times
    assert [kill["wrong"] for kill in kills if kill["wrong"]] == []
    # Of hundreds of changes to the disk, the journal is there for all but a handful.
    assert sum(kill["at_work"] for kill in kills) > times * 4 // 5
    return kills


def test_that_a_killed_cleaning_harms_nothing_and_the_next_one_finishes(folder: str) -> None:
    kills = kills_of("killed_cleaning", folder, 100)
    assert len({kill["left"] for kill in kills}) > 5


def test_that_a_killed_sharing_harms_nothing_and_the_next_one_finishes(folder: str) -> None:
    kills = kills_of("killed_relinking", folder, 50)
    assert len({kill["shared"] for kill in kills}) > 20
