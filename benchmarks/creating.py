"""How long a new environment takes when every package is in the cache, against bare links.

`python benchmarks/creating.py` builds a practice world in a temporary folder, makes an environment
of Python, pip and 1,501 small files there once, and then again and again: whole, in a worker
process as the window does it, with the time of its linking apart. The bare links are `os.link` of
the very files that came from the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import ROOT, Row, clean_environment, print_table, times_of
from engine.practice import PracticeWorld, build_world

PACKAGES = ("mosaic", "almanac")


def engine(world: PracticeWorld, *arguments: str) -> list[str]:
    """Return the command line of the engine on `world`."""
    return [sys.executable, "-m", "engine", "--root", str(world.root), *arguments]


def plan(world: PracticeWorld, name: str) -> Path:
    """Write the plan of a new environment and return its file."""
    file = world.root / f"{name}.json"
    command = engine(world, "plan", "create", "--name", name, "--python", "3", "--out", str(file))
    subprocess.run(
        [*command, *PACKAGES],
        cwd=ROOT,
        env=clean_environment(world.home),
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    return file


def create(world: PracticeWorld, file: Path) -> tuple[float, float]:
    """Carry a plan out; return the seconds of the whole and of its linking."""
    started = time.perf_counter()
    linking: list[float] = []
    with subprocess.Popen(
        engine(world, "apply", str(file)),
        cwd=ROOT,
        env=clean_environment(world.home),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            if message.get("progress", {}).get("phase") == "linking":
                linking.append(time.perf_counter())
    whole = time.perf_counter() - started
    assert process.returncode == 0
    return whole, linking[-1] - linking[0]


def shared_files(prefix: Path) -> list[str]:
    """Return the files of `prefix`, relative to it, that have another name in the cache."""
    found: list[str] = []
    for folder, _, names in os.walk(prefix):
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink() and file.stat().st_nlink > 1:
                found.append(str(file.relative_to(prefix)))
    return found


def link_all(source: Path, target: Path, files: list[str]) -> None:
    """Link `files` of one folder into another, new one."""
    for folder in sorted({str(Path(file).parent) for file in files}):
        (target / folder).mkdir(parents=True, exist_ok=True)
    for file in files:
        os.link(f"{source}/{file}", f"{target}/{file}")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        world = build_world(Path(folder) / "world")
        create(world, plan(world, "first"))
        files = shared_files(world.envs / "first")
        whole: list[float] = []
        linking: list[float] = []
        for number in range(runs):
            times = create(world, plan(world, f"again-{number}"))
            whole.append(times[0])
            linking.append(times[1])
        target = world.root / "bare"

        def link() -> None:
            link_all(world.envs / "first", target, files)

        bare: list[float] = []
        for _ in range(runs):
            bare += times_of(link, 1)
            shutil.rmtree(target)
        rows = [
            Row(f"os.link of {len(files)} files", tuple(bare)),
            Row("Envdesk, its linking", tuple(linking)),
            Row("Envdesk, whole: worker, linking, compiling, registering", tuple(whole)),
        ]
        print_table("A new environment from a warm cache", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
