"""Measure with the clock on the wall, and show the figures of one run side by side."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
_DROPPED = ("CONDA", "MAMBA", "PIP_", "UV_", "VIRTUAL_ENV", "DISPLAY", "WAYLAND_DISPLAY")


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of a table: what was measured, its times in seconds, and a goal for it.

    `factor` multiplies one run up to the whole job. `processor` are the seconds that processors
    worked for each run, in programs and in the system for them, where that was measured.
    """

    what: str
    times: tuple[float, ...]
    goal: float | None = None
    factor: int = 1
    processor: tuple[float, ...] = ()

    @property
    def fastest(self) -> float:
        """Return the time of the fastest run: the others also tell of what else was running."""
        return min(self.times) * self.factor

    @property
    def median(self) -> float:
        """Return the median time."""
        return statistics.median(self.times) * self.factor


def clean_environment(home: Path) -> dict[str, str]:
    """Return variables for a process that knows nothing of the user's environments."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_LOGGING_RULES": "qt.qpa.*=false",
    }


def answer_of(script: str, root: Path, *arguments: str) -> Any:  # noqa: ANN401 - as json.loads
    """Run a benchmark anew for the places below `root`; return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, script, "--window", str(root), *arguments],
        env=clean_environment(root / "home"),
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


def program(name: str) -> str | None:
    """Return the path of a program beside this Python or on the PATH, None without it."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return beside or shutil.which(name)


def times_of(act: Callable[[], object], runs: int) -> tuple[float, ...]:
    """Return how many seconds each of `runs` calls took."""
    times: list[float] = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return tuple(times)


def times_of_command(
    command: Sequence[str], home: Path, runs: int, extra: dict[str, str] | None = None
) -> tuple[float, ...]:
    """Return how many seconds each of `runs` runs of a command took; it must succeed."""
    variables = clean_environment(home) | (extra or {})

    def run() -> None:
        subprocess.run(command, env=variables, capture_output=True, check=True, timeout=600)

    return times_of(run, runs)


def print_table(title: str, rows: Sequence[Row]) -> bool:
    """Print `rows` with ratios to the first one; return whether every goal was reached."""
    first = rows[0].fastest
    width = max(len(row.what) for row in rows)
    has_processor = any(row.processor for row in rows)
    print(f"\n{title}")
    head = f"  {'':{width}}  {'fastest':>9}  {'median':>9}  {'ratio':>7}"
    print(head + (f"  {'processor':>9}  {'ratio':>7}" if has_processor else ""))
    for row in rows:
        line = f"  {row.what:{width}}  {_shown(row.fastest)}  {_shown(row.median)}"
        line += f"  {row.fastest / first:>6.1f}x"
        if row.processor:
            least = min(row.processor)
            line += f"  {_shown(least)}"
            if rows[0].processor:
                line += f"  {least / min(rows[0].processor):>6.1f}x"
        if row.goal is not None:
            reached = "reached" if row.fastest < row.goal else "MISSED"
            line += f"  goal {_shown(row.goal).strip()}: {reached}"
        print(line)
    return all(row.goal is None or row.fastest < row.goal for row in rows)


def processor_seconds() -> float:
    """Return the seconds that processors worked for this process, and those that it started."""
    total = sum(os.times()[:4])  # those that have ended are in it
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            spent = child.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def _shown(seconds: float) -> str:
    text = f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"
    return f"{text:>9}"
