"""Compare a look at the disk with `du -s` over the same folders, in one run.

    python benchmarks/scan.py [--packages 300] [--files 100000] [--environments 20] [--rounds 5]

Builds a cache of packages and environments that are linked from it in a temporary folder, then
measures `du -s`, a first look and a second one in turn, and prints the ratios of the fastest runs,
those of the medians beside them, and the peak memory of a look in a process of its own. The exit
status is 1 when a goal was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.cache.remembering import look_at_disk
from engine.conda.condarc import read_configuration
from engine.places import places_below

FIRST_GOAL, SECOND_GOAL, MEMORY_GOAL = 1.2, 0.15, 200
SETTLED_SECONDS = 0.2


def build(root: Path, packages: int, files: int, environments: int) -> None:
    """Lay packages out and link a tenth of them into each environment."""
    chance = random.Random(7)
    each = files // packages
    pkgs, envs = root / "pkgs", root / "envs"
    (root / "home").mkdir(parents=True)
    laid: list[tuple[Path, list[str]]] = []
    for number in range(packages):
        package = pkgs / f"package-{number}-1.0-py312_0"
        (package / "info").mkdir(parents=True)
        (package / "info" / "index.json").write_text("{}")
        folders = [f"lib/python3.12/site-packages/pkg{number}"]
        for depth in range(max(1, each // 12)):
            folders.append(f"{chance.choice(folders)}/sub{depth}")
        for folder in folders:
            (package / folder).mkdir(parents=True, exist_ok=True)
        names = [f"{chance.choice(folders)}/module_{index}.py" for index in range(each)]
        for name in names:
            (package / name).write_bytes(b"x" * chance.randrange(10, 300))
        laid.append((package, names))
    for number in range(environments):
        prefix = envs / f"environment-{number}"
        (prefix / "conda-meta").mkdir(parents=True)
        (prefix / "conda-meta" / "history").write_text("")
        for package, names in chance.sample(laid, max(1, packages // 10)):
            record = {
                "name": package.name.rsplit("-", 2)[0],
                "version": "1.0",
                "build": "py312_0",
                "files": names,
                "link": {"source": str(package), "type": 1},
                "paths_data": {"paths": [{"_path": name, "sha256": "0" * 64} for name in names]},
            }
            (prefix / "conda-meta" / f"{package.name}.json").write_text(json.dumps(record))
            for folder in {os.path.dirname(name) for name in names}:  # noqa: PTH120
                (prefix / folder).mkdir(parents=True, exist_ok=True)
            for name in names:
                os.link(package / name, prefix / name)


def seconds_of(command: list[str]) -> float:
    """Return how long `command` takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def look_seconds(root: Path, *, fresh: bool) -> tuple[float, bool]:
    """Return how long a look takes, and whether it came from memory."""
    places = places_below(root)
    configuration = read_configuration(places)
    started = time.perf_counter()
    picture = look_at_disk(places, configuration, fresh=fresh)
    return time.perf_counter() - started, picture.is_remembered


def peak_megabytes(root: Path) -> float:
    """Return the peak memory of a fresh look in a process of its own."""
    command = [sys.executable, "-m", "engine", "--root", str(root), "cache", "--fresh"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(before, after) / (1024 if sys.platform == "linux" else 2**20)


def main() -> int:
    """Build, measure, print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=300)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--environments", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scan-") as folder:
        root = Path(folder)
        build(root, options.packages, options.files, options.environments)
        du = ["du", "-s", str(root / "pkgs"), str(root / "envs")]
        seconds_of(du)
        look_seconds(root, fresh=True)
        time.sleep(SETTLED_SECONDS)
        usual: list[float] = []
        first: list[float] = []
        second: list[float] = []
        for _ in range(options.rounds):
            usual.append(seconds_of(du))
            first.append(look_seconds(root, fresh=True)[0])
            taken, is_remembered = look_seconds(root, fresh=False)
            assert is_remembered
            second.append(taken)
        peak = peak_megabytes(root)
    print(f"du -s        {min(usual):.3f} s fastest, {statistics.median(usual):.3f} s median")
    ratios: list[float] = []
    for name, times in (("first look", first), ("second look", second)):
        ratios.append(min(times) / min(usual))
        median = statistics.median(times) / statistics.median(usual)
        print(f"{name:12} {ratios[-1]:.2f} times du, by medians {median:.2f}")
    print(f"peak memory  {peak:.0f} MB")
    return int(ratios[0] > FIRST_GOAL or ratios[1] > SECOND_GOAL or peak > MEMORY_GOAL)


if __name__ == "__main__":
    sys.exit(main())
