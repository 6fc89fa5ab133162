"""How long it takes from a requirements file of 2,000 lines to the table of who brings what.

`python benchmarks/files.py` writes such a file and the index of a channel with 20,000 packages into
a temporary folder, and opens the dialog that a dropped file opens, in a window without a display:
from there to the painted table, everything counts. A file that is dragged over the window lets the
engine get ready, as the first row does; pasted text does not, as the second.

What that work takes of the channels (open their index, find the records of all those packages) is
rattler's own, which a solver begins with; it is measured bare, in processes that do nothing else.
The goal is for all the rest: the first row without that. The solving itself, which comes later
with the plan, is told as well, and counted nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import Row, clean_environment, print_table
from engine.environments.details import this_subdir
from engine.places import places_below

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


def show_dialog(root: Path, file: Path, runs: int) -> dict[str, Any]:
    """Return the seconds of each drop and of each paste, and what conda brings of the file."""
    from PySide6.QtWidgets import QWidget
    from qasync import QEventLoop

    from engine.files.assigned import Side
    from engine.session import Engine
    from engine.tasks import Leaving
    from gui.dialogs import PreviewDialog
    from gui.dialogs.import_form import FileSource, ImportForm
    from gui.operations import cancel_operations
    from gui.running import make_application
    from gui.theme import start_theme

    app = make_application()
    start_theme(app)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    times: dict[str, list[float]] = {"dropped": [], "pasted": []}
    specs: list[str] = []

    async def shown(engine: Engine, window: QWidget) -> float:
        started = time.perf_counter()
        form = ImportForm(engine, FileSource((file,)))
        dialog = PreviewDialog(engine, form, window)
        dialog.open_soon()
        settled = asyncio.Event()

        def look() -> None:
            if form.is_settled and dialog.isVisible():
                settled.set()

        form.changed.connect(look)
        await asyncio.wait_for(settled.wait(), 60)
        form.table.viewport().repaint()
        taken = time.perf_counter() - started
        lines = form.table.lines.lines()
        specs[:] = [line.spec for line in lines if line.side is Side.CONDA]
        dialog.reject()
        return taken

    async def run() -> None:
        engine = Engine(places_below(root))
        window = QWidget()
        window.resize(1280, 800)
        window.show()
        for number in range(runs + 1):  # nobody counts the first one
            for way, found in times.items():
                if way == "dropped":
                    engine.expect_files()
                await asyncio.sleep(2.5)  # the drag, or whatever else a person does meanwhile
                taken = await shown(engine, window)
                if number:
                    found.append(taken)
        await cancel_operations()
        await engine.aclose(Leaving.CANCEL)
        window.hide()

    with loop:
        loop.run_until_complete(run())
    return {**times, "specs": specs}


async def ask_bare(root: Path, channel: str, file: Path, specs: list[str]) -> tuple[float, float]:
    """Return the seconds of the questions to the channel alone, and of solving alone."""
    from engine.conda.condarc import CondaConfiguration
    from engine.conda.repodata import open_repodata
    from engine.conda.solving import solve_records
    from engine.files.assigning import names_to_ask_for
    from engine.files.reading import read_file
    from engine.requests import ChannelPriority

    places = places_below(root)
    configuration = CondaConfiguration()
    names = names_to_ask_for(read_file(file).wanted)
    started = time.perf_counter()
    repodata = await open_repodata((channel,), configuration, places)
    carried = await repodata.names()
    await repodata.records_of(names & carried)
    asked = time.perf_counter()
    await solve_records(specs, repodata, ChannelPriority.STRICT, configuration, places)
    return asked - started, time.perf_counter() - asked


def child(root: Path, *arguments: str | Path) -> dict[str, Any]:
    """Return what a run of this script in another process prints."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)],
        env=clean_environment(root / "home"),
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return json.loads(done.stdout)


def main() -> int:
    """Print the table; the exit status is 1 when the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dialog", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--bare", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.dialog is not None:
        root, file = chosen.dialog
        print(json.dumps(show_dialog(root, file, chosen.runs)))
        return 0
    if chosen.bare is not None:
        root, channel, file, wanted = chosen.bare
        specs = json.loads(Path(wanted).read_text(encoding="utf-8"))
        asked, solved = asyncio.run(ask_bare(Path(root), channel, Path(file), specs))
        print(json.dumps({"asked": asked, "solved": solved}), flush=True)
        os._exit(0)  # rattler's threads may crash while an interpreter shuts down
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as name:
        folder = Path(name)
        root, wanted = folder / "root", folder / "specs.json"
        channel, file = build(folder, chosen.packages, chosen.lines)
        home = places_below(root).home
        home.mkdir(parents=True)
        (home / ".condarc").write_text(json.dumps({"channels": [channel]}), encoding="utf-8")
        shown = child(root, "--dialog", root, file, "--runs", str(chosen.runs))
        wanted.write_text(json.dumps(shown["specs"]), encoding="utf-8")
        bare = [child(root, "--bare", root, channel, file, wanted) for _ in range(chosen.runs)]
        rows = table(shown, bare)
        return 0 if print_table(f"A requirements file of {chosen.lines} lines", rows) else 1


def table(shown: dict[str, Any], bare: list[dict[str, Any]]) -> list[Row]:
    """Return the rows: the whole, what of it is rattler's, and the rest."""
    dropped, pasted = tuple(shown["dropped"]), tuple(shown["pasted"])
    asked = tuple(each["asked"] for each in bare)
    own = min(asked)
    return [
        Row("Envdesk: dropped, read, assigned, shown", dropped),
        Row("Envdesk: the same for text that is pasted", pasted),
        Row("rattler alone: the index and the records of all", asked),
        Row("the first without the third", tuple(one - own for one in dropped), GOAL_S),
        Row("the second without the third", tuple(one - own for one in pasted), GOAL_S),
        Row("for comparison, solving what conda brings", tuple(each["solved"] for each in bare)),
    ]


if __name__ == "__main__":
    sys.exit(main())
