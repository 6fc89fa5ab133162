"""How long a change of a large environment takes to be planned, and to be carried out.

`python benchmarks/changing.py` builds a channel and a package index in a temporary folder, makes
an environment of Python, pip and 148 more packages from them, and asks for three more packages,
a newer one, and one from the index. Everything is in the caches by then. Plans are compared with
`uv pip install --dry-run` for the part from the index, and with `conda install --dry-run` where
conda is there; carrying out with bare links: `os.link` of the very files that the environment has
afterwards, into folders made for them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import (
    Row,
    clean_environment,
    print_table,
    processor_seconds,
    program,
    times_of_command,
)
from engine.events import EngineEvent, EnvironmentsChanged, Task, TaskChanged, TaskState
from engine.places import Places, places_below
from engine.practice.archives import CondaPackage, PackagedFile, write_package
from engine.practice.catalogue import seconds
from engine.practice.channels import pip_package, python_packages
from engine.practice.interpreter import Interpreter, running_interpreter
from engine.practice.pypi_index import write_index
from engine.practice.rattling import LinkOrder, index_channels, link_environments
from engine.requests import ChangeRequest
from engine.session import Engine

MOST_TIMES_LINKING = 1.5
FOLDERS = 12  # in each package, for
FILES = 160
FROM_INDEX = "inkwell"
FROM_INDEX_BRINGS = 2
PAUSE_S = 1.5  # the next worker starts meanwhile, as while a person reads
NEW = ("fresh-0", "fresh-1", "fresh-2")
UPDATED = "part-000"


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold an environment, and where it came from."""

    places: Places
    channel: str
    index: str
    prefix: Path

    def another(self, number: int) -> Path:
        """Make an environment like it for one run; every file is a link into the cache again.

        No run deletes what another one made, but for what Envdesk itself deletes: a file system
        may search long for the room of a new folder where many were deleted a moment ago.
        """
        prefix = self.prefix.with_name(f"{self.prefix.name}-{number}")
        shutil.copytree(self.prefix, prefix, symlinks=True, copy_function=link_or_copy)
        return prefix


def link_or_copy(source: str, target: str, *, follow_symlinks: bool = True) -> None:
    """Link a file, or copy what changes in place."""
    if "conda-meta" in source:
        shutil.copy2(source, target, follow_symlinks=follow_symlinks)
    else:
        os.link(source, target, follow_symlinks=follow_symlinks)


def packaged(name: str, version: str, interpreter: Interpreter) -> CondaPackage:
    """Return a package of as many files and folders as packages have on average."""
    module = name.replace("-", "_")
    files = tuple(
        PackagedFile(
            f"{interpreter.site_packages}/{module}/part_{number % FOLDERS}/file_{number}.py",
            f"# {name} {version}\nNUMBER = {number}\n".encode() * 40,
        )
        for number in range(FILES)
    )
    return CondaPackage(
        name,
        version,
        "h5eed0a1_0",
        interpreter.subdir,
        depends=("python",),
        timestamp=seconds("2026-01-05"),
        files=files,
    )


def build(root: Path, packages: int) -> Ground:
    """Write the channel, the index and the environment below `root`."""
    places = places_below(root)
    interpreter = running_interpreter()
    channel = root / "channels" / "bench"
    parts = [f"part-{number:03}" for number in range(packages - 2)]
    made = [packaged(name, "1.0", interpreter) for name in (*parts, *NEW)]
    made.append(packaged(UPDATED, "2.0", interpreter))
    for package in (python_packages(interpreter)[0], pip_package(interpreter), *made):
        write_package(package, channel)
    index_channels((channel,))
    index = write_index(root / "simple").as_uri()
    places.home.mkdir(parents=True, exist_ok=True)
    settings = {
        "channels": [channel.as_uri()],
        "envs_dirs": [str(places.envs)],
        "pkgs_dirs": [str(places.pkgs)],
    }
    (places.home / ".condarc").write_text(json.dumps(settings), encoding="utf-8")
    pip = places.home / ("pip/pip.ini" if sys.platform == "win32" else ".config/pip/pip.conf")
    pip.parent.mkdir(parents=True)
    pip.write_text(f"[global]\nindex-url = {index}\n", encoding="utf-8")
    prefix = places.envs / "large"
    order = LinkOrder(
        str(prefix),
        (channel.as_uri(),),
        ("python", "pip", *parts),
        (f"{UPDATED} <2",),
    )
    link_environments((order,), places.pkgs)
    compile_library(prefix)
    return Ground(places, channel.as_uri(), index, prefix)


def compile_library(prefix: Path) -> None:
    """Compile the standard library of the Python in `prefix`; conda's Pythons come with that."""
    python = prefix / ("python.exe" if sys.platform == "win32" else "bin/python")
    code = "import compileall, os, re; compileall.compile_dir("
    code += "os.path.dirname(os.__file__), quiet=2, rx=re.compile('site-packages'))"
    subprocess.run([python, "-I", "-c", code], check=True, timeout=600)


def whole_request(ground: Ground, prefix: Path) -> ChangeRequest:
    """Return the request for everything, in an environment of the ground."""
    return ChangeRequest(
        prefix,
        (ground.channel,),
        add=NEW,
        update=(UPDATED,),
        add_pypi=(FROM_INDEX,),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold the seconds of every run, by what was measured, on the clock and of processors."""

    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    processor: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def add(self, what: str, seconds: float, processor: float) -> None:
        """Keep one run."""
        self.times.setdefault(what, []).append(seconds)
        self.processor.setdefault(what, []).append(processor)

    def row(self, title: str, what: str, goal: float | None = None) -> Row:
        """Return the line of a table."""
        return Row(title, tuple(self.times[what]), goal, processor=tuple(self.processor[what]))


class Watch:
    """Take the time when an engine tells that a change is in place, and that all is done."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[Task] = asyncio.get_running_loop().create_future()
        self.moments: dict[str, tuple[float, float]] = {}
        self._begin = (0.0, 0.0)
        self._is_placed = False

    def start(self) -> None:
        """Begin to count."""
        self._begin = (time.perf_counter(), processor_seconds())

    def listen(self, event: EngineEvent) -> None:
        """Take note of an event."""
        match event:
            case TaskChanged(task):
                self._is_placed |= not task.can_cancel
                if task.state.is_final:
                    self._take("end")
                    self.ended.set_result(task)
            case EnvironmentsChanged() if self._is_placed:
                self._take("in place")
            case _:
                pass

    def _take(self, moment: str) -> None:
        if moment not in self.moments:
            now = time.perf_counter()
            self.moments[moment] = (now - self._begin[0], processor_seconds() - self._begin[1])


async def measure(ground: Ground, runs: int) -> Measured:
    """Return what plans and changes take, each asked for as the window does."""
    found = Measured()
    engine = Engine(ground.places)
    await engine.start()
    everything = whole_request(ground, ground.prefix)
    parts = {
        "plan, from the index": ChangeRequest(
            ground.prefix, everything.channels, add_pypi=everything.add_pypi
        ),
        "plan": everything,
    }
    await engine.plan(everything)  # reads the channel and asks the interpreter for the first time
    for _ in range(runs):
        for name, request in parts.items():
            await asyncio.sleep(PAUSE_S)
            started = time.perf_counter()
            await engine.plan(request)
            found.times.setdefault(name, []).append(time.perf_counter() - started)
    for number in range(runs):
        prefix = await asyncio.to_thread(ground.another, number)
        bare = ground.places.home.parent / f"bare-{number}"
        await asyncio.sleep(PAUSE_S)
        await asyncio.to_thread(os.sync)
        found.add("links", *await asyncio.to_thread(link_all, ground.prefix, bare))
        # After the links: they change the Python's own time, so that uv asks it everything anew.
        plan = await engine.plan(whole_request(ground, prefix))
        assert len(plan.changes) == len(NEW) + 1 + FROM_INDEX_BRINGS, plan.changes
        await asyncio.sleep(PAUSE_S)
        await asyncio.to_thread(os.sync)
        watch = Watch()
        unsubscribe = engine.subscribe(watch.listen)
        watch.start()
        engine.submit(plan)
        task = await watch.ended
        unsubscribe()
        assert task.state is TaskState.SUCCEEDED, task.failure
        for name, taken in watch.moments.items():
            found.add(name, *taken)
    await engine.aclose()
    return found


def link_all(source: Path, target: Path) -> tuple[float, float]:
    """Give every file below `source` another name below `target`; return the seconds it took.

    On the clock, and of the processor. The folders for them count, too; finding out what there is
    does not.
    """
    files: list[str] = []
    folders: list[str] = []
    for folder, _, names in os.walk(source):
        below = os.path.relpath(folder, source)
        folders.append(str(target) if below == "." else f"{target}/{below}")
        files += [f"{below}/{name}" for name in names]
    started, worked = time.perf_counter(), time.thread_time()
    for folder in folders:
        os.mkdir(folder)  # noqa: PTH102 - bare calls are what is measured
    for file in files:
        os.link(f"{source}/{file}", f"{target}/{file}", follow_symlinks=False)
    return time.perf_counter() - started, time.thread_time() - worked


def others(ground: Ground, runs: int) -> tuple[Row, list[Row]]:
    """Return how long uv takes for its part, and conda, where it is, for its own."""
    uv = program("uv")
    assert uv is not None
    python = ground.prefix / ("python.exe" if sys.platform == "win32" else "bin/python")
    command = [uv, "pip", "install", "--dry-run", "--python", str(python)]
    command += ["--index-url", ground.index, FROM_INDEX]
    first = Row("uv pip install --dry-run", times_of_command(command, ground.places.home, runs))
    conda = program("conda")
    if conda is None:
        return first, []
    command = [conda, "install", "--dry-run", "--json", "--offline", "--override-channels"]
    command += ["--channel", ground.channel, "--prefix", str(ground.prefix), *NEW]
    rows = [Row("conda install --dry-run --json", times_of_command(command, ground.places.home, 3))]
    return first, rows


def main() -> int:
    """Print the tables; the exit status is 1 when the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=150)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        ground = build(Path(folder) / "root", chosen.packages)
        os.environ |= clean_environment(ground.places.home)
        files = sum(len(names) for _, _, names in os.walk(ground.prefix))
        found = asyncio.run(measure(ground, chosen.runs))
        uv, rest = others(ground, chosen.runs)
        rows = [
            uv,
            Row(
                "Envdesk, the part from the index alone", tuple(found.times["plan, from the index"])
            ),
            Row("Envdesk, everything", tuple(found.times["plan"])),
            *rest,
        ]
        print_table(f"A plan for an environment of {chosen.packages} packages", rows)
        links = found.row("os.link of the same files, and their folders", "links")
        goal = links.fastest * MOST_TIMES_LINKING
        rows = [
            links,
            found.row("Envdesk, until it is in place, and told", "in place", goal),
            found.row("Envdesk, until the former names are deleted, too", "end"),
        ]
        return 0 if print_table(f"A change of {files} files, from a warm cache", rows) else 1


if __name__ == "__main__":
    sys.exit(main())
