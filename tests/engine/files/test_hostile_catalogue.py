"""Every file of the catalogue of hostile ones: how long it takes, and how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.hostile_files import HOSTILE, write_hostile

ROOT = Path(__file__).parents[3]
READER = ROOT / "tests" / "support" / "hostile_reading.py"
LONGEST = 2.0  # seconds of work on an ordinary computer
ORDINARY = 0.1  # seconds of work that the yardstick of the reader takes there
MEMORY = 300 << 20


@dataclass(frozen=True, slots=True)
class Answers:
    """Hold how each file ended, its seconds of work, its most bytes; `slowness` is at least 1."""

    of: dict[str, tuple[str, float, int]]
    slowness: float


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    paths = write_hostile(tmp_path_factory.mktemp("hostile"))
    done = subprocess.run(
        [sys.executable, str(READER)],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    named = {Path(name).name: tuple(each) for name, each in found["answers"].items()}
    yield Answers(named, max(1.0, found["counting"] / ORDINARY))
    for path in paths:
        path.unlink()  # they are large, and the folder is kept for a while


def test_that_every_hostile_file_is_read_or_refused(answers: Answers) -> None:
    assert set(answers.of) == set(HOSTILE)
    odd = {
        name: each[0]
        for name, each in answers.of.items()
        if not each[0].startswith(("read ", "failed file-"))
    }
    assert not odd
    assert answers.of["link-1.0-0.tar.bz2"][0] == "failed file-malformed"


def test_that_no_hostile_file_takes_long(answers: Answers) -> None:
    longest = LONGEST * answers.slowness
    assert not {name: each[1] for name, each in answers.of.items() if each[1] >= longest}


def test_that_no_hostile_file_takes_much_memory(answers: Answers) -> None:
    assert not {name: each[2] >> 20 for name, each in answers.of.items() if each[2] >= MEMORY}
