"""How long it takes from a requirements file of 2,000 lines to the table of who brings what.

`python benchmarks/files.py` writes such a file and the index of a channel with 20,000 packages
into a temporary folder, and asks the engine for both as the window does. The first row is what
reading, assigning and showing take altogether; the second is what a plan of those of the
packages takes that the channel brings, which is the solver's own time; the third is the first
without it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.measuring import Row, print_table
from engine.environments.details import this_subdir
from engine.files.assigned import Side
from engine.files.importing import Choices, left_out
from engine.places import Places, places_below
from engine.requests import CreateRequest
from engine.session import Engine
from engine.tasks import Leaving

GOAL_S = 1.0
_VERSIONS = ("0.9.0", "1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0")


def build(folder: Path, packages: int, lines: int) -> tuple[str, Path]:
    """Write the channel and the file, and return the address of one and the path of the other."""
    names = [f"package-{number:05}" for number in range(packages)]
    records: dict[str, object] = {}
    for name in names:
        for version in _VERSIONS:
            records[f"{name}-{version}-py_0.conda"] = {
                "name": name,
                "version": version,
                "build": "py_0",
                "build_number": 0,
                "subdir": "noarch",
                "noarch": "python",
                "depends": ["python >=3.8"],
                "sha256": f"{zlib.crc32((name + version).encode()):064x}",
                "size": 1000,
            }
    python: dict[str, object] = {
        "name": "python",
        "version": "3.12.4",
        "build": "0",
        "build_number": 0,
        "subdir": this_subdir(),
        "depends": [],
        "sha256": "1" * 64,
        "size": 1000,
    }
    indexes: dict[str, dict[str, object]] = {
        "noarch": records,
        this_subdir(): {"python-3.12.4-0.conda": python},
    }
    for subdir, found in indexes.items():
        place = folder / "channel" / subdir
        place.mkdir(parents=True)
        index = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": found}
        (place / "repodata.json").write_text(json.dumps(index), encoding="utf-8")
    chosen = random.Random(1).sample(names, lines)
    ranges = ("", ">=1.0", "~=1.1", "==2.0.0", "<2,!=1.0", "[extra]>=1")
    text = "".join(f"{name}{ranges[n % len(ranges)]}\n" for n, name in enumerate(chosen))
    file = folder / "requirements.txt"
    file.write_text(text, encoding="utf-8")
    return (folder / "channel").as_uri(), file


async def measure(places: Places, channel: str, file: Path, runs: int) -> list[Row]:
    """Return the times of each run, after one that nobody counts."""
    from gui.models.assigned_lines import AssignedModel

    engine = Engine(places)
    model = AssignedModel()
    answer = await engine.assign(await engine.read_files((file,)), (channel,))
    specs = tuple(line.spec for line in answer.lines if line.side is Side.CONDA)
    request = CreateRequest(places.envs / "any", (channel,), python="3.12", specs=specs)
    whole: list[float] = []
    solver: list[float] = []
    await engine.plan(request)
    for _ in range(runs + 1):
        started = time.perf_counter()
        reading = await engine.read_files((file,))
        answer = await engine.assign(reading, (channel,))
        model.set_lines(answer.lines)
        left_out(reading, model.lines(), Choices(Path(), ()))
        whole.append(time.perf_counter() - started)
        await asyncio.sleep(1)  # the next worker gets ready meanwhile, as with a person
        started = time.perf_counter()
        await engine.plan(request)
        solver.append(time.perf_counter() - started)
        await asyncio.sleep(1)
    await engine.aclose(Leaving.CANCEL)
    beyond = tuple(max(0.0, one - other) for one, other in zip(whole[1:], solver[1:], strict=True))
    return [
        Row("Envdesk: read, assigned and shown", tuple(whole[1:])),
        Row("Envdesk: the plan of them (the solver's own time)", tuple(solver[1:])),
        Row("the first, on top of the second", beyond, GOAL_S),
    ]


def main() -> int:
    """Print the table; the exit status is 1 when the goal was missed."""
    from PySide6.QtWidgets import QApplication

    from gui.theme import start_theme

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    app = QApplication([])
    start_theme(app)
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as name:
        folder = Path(name)
        channel, file = build(folder, chosen.packages, chosen.lines)
        places = places_below(folder / "root")
        rows = asyncio.run(measure(places, channel, file, chosen.runs))
        title = f"A requirements file of {chosen.lines} lines"
        return 0 if print_table(title, rows) else 1


if __name__ == "__main__":
    sys.exit(main())
