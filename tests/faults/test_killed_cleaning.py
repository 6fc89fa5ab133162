"""A cleaning that is killed leaves every environment sound and every package whole or gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIMES = 100


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_that_a_killed_cleaning_harms_nothing_and_the_next_one_finishes(tmp_path: Path) -> None:
    memory = Path("/dev/shm")  # a thousand small files a second, without wearing a disk out
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        check_in(folder)


def check_in(folder: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_cleaning", folder, str(TIMES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) == TIMES
    assert [kill["wrong"] for kill in kills if kill["wrong"]] == []
    # Of some 300 changes that a cleaning makes, the journal is there for all but a handful.
    assert sum(kill["at_work"] for kill in kills) > TIMES * 4 // 5
    assert len({kill["left"] for kill in kills}) > 5
