"""How long it takes until 200 environments of 150 packages stand in the window.

`python benchmarks/listing.py` writes the environments into a temporary folder and opens the window
on them, without a display, in a fresh process for every run: cold engine, warm disk cache. The
environments are links to one another's files, as environments made from one cache are.

Then the same with 1,000 environments, of which is told for how long one turn of the event loop kept
the window from painting, from the question for the list until a second after it is there; goal
50 ms. What the system gave to other programs meanwhile is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import Row, answer_of, print_table, program, times_of_command
from engine.places import Places, places_below
from tests.support.environments import Package, make_environment, numbered_packages

GOAL_S = 1.0
MANY = 1_000
TURN_GOAL_S = 0.05
AFTER_S = 1.0


def build(places: Places, environments: int, packages: int) -> list[Path]:
    """Write the environments, and register them as conda would; returns their prefixes."""
    first = make_environment(places.envs / "course-000", realistic_packages(packages - 1))
    prefixes = [first]
    for number in range(1, environments):
        prefix = places.envs / f"course-{number:03}"
        shutil.copytree(first, prefix, copy_function=os.link)
        prefixes.append(prefix)
    registry = places.home / ".conda" / "environments.txt"
    registry.parent.mkdir(parents=True)
    registry.write_text("".join(f"{prefix}\n" for prefix in prefixes), encoding="utf-8")
    settings = {"envs_dirs": [str(places.envs)], "pkgs_dirs": [str(places.pkgs)]}
    (places.home / ".condarc").write_text(json.dumps(settings), encoding="utf-8")
    return prefixes


def realistic_packages(count: int) -> tuple[Package, ...]:
    """Return packages whose records list 60 to 100 files, as most of conda-forge's do."""
    from dataclasses import replace

    return tuple(
        replace(package, data_files=60 + 7 * number % 41)
        for number, package in enumerate(numbered_packages(count))
    )


def show_window(root: Path, environments: int) -> dict[str, float]:
    """Open the window on `root` and return the moments at which things were there."""
    from qasync import QEventLoop

    from engine.session import Engine
    from engine.tasks import Leaving
    from gui.bridge import EngineBridge
    from gui.main_window import MainWindow
    from gui.operations import Operation, cancel_operations
    from gui.running import make_application
    from gui.settings import WindowSettings
    from gui.theme import start_theme
    from gui.watchdog import Watchdog

    app = make_application()
    start_theme(app)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    moments: dict[str, float] = {}

    async def run() -> None:
        places = places_below(root)
        listed = loop.create_future()
        moments["engine"] = time.monotonic()
        engine = Engine(places)
        bridge = EngineBridge(engine)
        window = MainWindow(engine, bridge, WindowSettings(places.settings))

        def look() -> None:
            if window.model.rowCount() == environments and not listed.done():
                window.sidebar.environments.viewport().repaint()
                moments["listed"] = time.monotonic()
                listed.set_result(None)

        window.model.modelReset.connect(look)
        window.show()
        watchdog = Watchdog(root / "watchdog.json")
        window.refresh_all()
        Operation(window, engine.start).run()
        await asyncio.wait_for(listed, 60)
        if environments >= MANY:
            await asyncio.sleep(AFTER_S)
        watchdog.stop()
        moments["turn"] = watchdog.longest_ms / 1000
        rows = [window.model.row_at(row) for row in range(environments)]
        assert all(row.environment and row.environment.package_count for row in rows)
        await cancel_operations()
        await engine.aclose(Leaving.CANCEL)
        bridge.close()
        window.hide()

    with loop:
        loop.run_until_complete(run())
    return moments


def measure_window(root: Path, environments: int, runs: int) -> tuple[Row, Row]:
    """Return the times from the engine's construction, and from the start of the process."""
    from_engine: list[float] = []
    from_process: list[float] = []
    for _ in range(runs):
        started = time.monotonic()
        moments = answer_of(__file__, root, "--environments", str(environments))
        from_engine.append(moments["listed"] - moments["engine"])
        from_process.append(moments["listed"] - started)
    return (
        Row("Envdesk, from a cold engine to the painted list", tuple(from_engine), GOAL_S),
        Row("Envdesk, from the start of the process", tuple(from_process)),
    )


def measure_turns(root: Path, runs: int) -> Row:
    """Return the longest turns of the event loop while a long list comes in."""
    places = places_below(root)
    build(places, MANY, 40)
    turns: list[float] = []
    for _ in range(runs):
        turns.append(answer_of(__file__, root, "--environments", str(MANY))["turn"])
        shutil.rmtree(places.state, ignore_errors=True)
    return Row("The longest turn of the window's event loop", tuple(turns), TURN_GOAL_S)


def main() -> int:
    """Print the table; the exit status is 1 when the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=200)
    parser.add_argument("--packages", type=int, default=150)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.window is not None:
        print(json.dumps(show_window(chosen.window, chosen.environments)))
        return 0
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        places = places_below(Path(folder) / "root")
        prefixes = build(places, chosen.environments, chosen.packages)
        rows = list(measure_window(Path(folder) / "root", chosen.environments, chosen.runs))
        uv = program("uv")
        if uv is not None:
            command = [uv, "pip", "list", "--prefix", str(prefixes[0])]
            times = times_of_command(command, places.home, chosen.runs)
            rows.append(Row("uv pip list, once for every environment", times, factor=len(prefixes)))
        conda = program("conda")
        if conda is not None:
            times = times_of_command([conda, "env", "list", "--json"], places.home, 3)
            rows.append(Row("conda env list --json (no versions, no counts)", times))
            command = [conda, "list", "--json", "--prefix", str(prefixes[0])]
            times = times_of_command(command, places.home, 3)
            rows.append(Row("conda list --json, once for every one", times, factor=len(prefixes)))
        title = f"{chosen.environments} environments of {chosen.packages} packages each"
        is_reached = print_table(title, rows)
        turns = measure_turns(Path(folder) / "many", chosen.runs)
        is_reached &= print_table(f"{MANY:,} environments", [turns])
        return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
