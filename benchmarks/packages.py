"""How long it takes from choosing an environment of 600 packages to its painted table.

`python benchmarks/packages.py` writes an environment of 400 conda and 200 PyPI packages, and a
small one, into a temporary folder, and goes back and forth between them in a window without a
display. The first row is the very first look at the large one, the second every later one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.listing import realistic_packages
from benchmarks.measuring import (
    Row,
    answer_of,
    print_table,
    program,
    times_of_command,
)
from engine.places import Places, places_below
from tests.support.environments import make_environment

GOAL_S = 0.1
LARGE = "large"
SMALL = "small"


def build(places: Places, conda: int, pypi: int) -> Path:
    """Write both environments and return the prefix of the large one."""
    wheels = [(f"wheel_{number:03}", f"1.{number}") for number in range(pypi)]
    make_environment(places.envs / SMALL, realistic_packages(9))
    places.home.mkdir(parents=True)
    settings = {"envs_dirs": [str(places.envs)], "pkgs_dirs": [str(places.pkgs)]}
    (places.home / ".condarc").write_text(json.dumps(settings), encoding="utf-8")
    return make_environment(places.envs / LARGE, realistic_packages(conda - 1), pip=wheels)


def show_window(root: Path, packages: int, rounds: int) -> list[float]:
    """Return the seconds from each choice of the large environment to its painted rows."""
    from qasync import QEventLoop

    from engine.session import Engine
    from engine.tasks import Leaving
    from gui.bridge import EngineBridge
    from gui.main_window import MainWindow
    from gui.operations import cancel_operations
    from gui.running import make_application
    from gui.settings import WindowSettings
    from gui.theme import start_theme

    app = make_application()
    start_theme(app)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    times: list[float] = []

    async def run() -> None:
        places = places_below(root)
        engine = Engine(places)
        bridge = EngineBridge(engine)
        window = MainWindow(engine, bridge, WindowSettings(places.settings))
        painted = asyncio.Event()
        moments: list[float] = []

        def paint() -> None:
            window.page.packages.table.viewport().repaint()
            moments.append(time.perf_counter())
            painted.set()

        async def choose(name: str) -> float:
            painted.clear()
            started = time.perf_counter()
            window.select_name(name)
            await asyncio.wait_for(painted.wait(), 60)
            return moments[-1] - started

        window.page.loaded.connect(paint)
        window.select_name(SMALL)
        window.show()
        window.refresh_all()
        await asyncio.wait_for(painted.wait(), 60)
        for _ in range(rounds):
            times.append(await choose(LARGE))
            assert window.page.packages.model.rowCount() == packages
            await choose(SMALL)
        await cancel_operations()
        await engine.aclose(Leaving.CANCEL)
        bridge.close()
        window.hide()

    with loop:
        loop.run_until_complete(run())
    return times


def measure_window(root: Path, packages: int, runs: int) -> tuple[Row, Row]:
    """Return the times of first looks, each in a process of its own, and of later looks."""
    first: list[float] = []
    later: list[float] = []
    for _ in range(runs):
        times = answer_of(__file__, root, "--packages", str(packages))
        first.append(times[0])
        later.extend(times[1:])
    return (
        Row("Envdesk, first look, to painted rows", tuple(first), GOAL_S),
        Row("Envdesk, later looks", tuple(later), GOAL_S),
    )


def main() -> int:
    """Print the table; the exit status is 1 when the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conda", type=int, default=400)
    parser.add_argument("--pypi", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--window", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--packages", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.window is not None:
        print(json.dumps(show_window(chosen.window, chosen.packages, 6)))
        return 0
    packages = chosen.conda + chosen.pypi
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        places = places_below(Path(folder) / "root")
        prefix = build(places, chosen.conda, chosen.pypi)
        rows = list(measure_window(Path(folder) / "root", packages, chosen.runs))
        uv = program("uv")
        if uv is not None:
            command = [uv, "pip", "list", "--prefix", str(prefix)]
            times = times_of_command(command, places.home, chosen.runs)
            rows.append(Row("uv pip list (names and versions of Python packages)", times))
        conda = program("conda")
        if conda is not None:
            command = [conda, "list", "--json", "--prefix", str(prefix)]
            rows.append(Row("conda list --json", times_of_command(command, places.home, 3)))
        title = f"The table of {chosen.conda} conda and {chosen.pypi} PyPI packages"
        return 0 if print_table(title, rows) else 1


if __name__ == "__main__":
    sys.exit(main())
