"""Programs that belong to an environment are named, others are not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from engine.processes import Tie, processes_of
from tests.support.promises import promised

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies a program of POSIX")


@contextmanager
def running(*command: str | Path, cwd: Path | None = None) -> Generator[int]:
    """Run a program that tells when it stands, and stop it."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.pid
        finally:
            process.kill()


PROJECT = Path(__file__).parents[2]
WAITING = "print(flush=True); import sys; sys.stdin.read()"


def test_that_programs_libraries_and_folders_tie_a_process(tmp_path: Path) -> None:
    prefix = tmp_path / "envs" / "my env"
    (prefix / "bin").mkdir(parents=True)
    shell = Path(shutil.copy(shutil.which("sh") or "/bin/sh", prefix / "bin" / "shell"))
    library = prefix / "lib.bin"
    library.write_bytes(bytes(4096))
    mapping = (
        f"import mmap; f = open({str(library)!r}, 'rb'); "
        f"m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ); {WAITING}"
    )
    neighbour = tmp_path / "envs" / "my env too"
    neighbour.mkdir()
    with ExitStack() as stack:
        program = stack.enter_context(running(shell, "-c", "echo; read line"))
        mapped = stack.enter_context(running(sys.executable, "-c", mapping))
        inside = stack.enter_context(running(sys.executable, "-c", WAITING, cwd=prefix / "bin"))
        stack.enter_context(running(sys.executable, "-c", WAITING, cwd=neighbour))
        found = processes_of(prefix, budget=10)
        link = tmp_path / "link"
        link.symlink_to(prefix)
        assert processes_of(link, budget=10) == found
    assert {each.pid: each.tie for each in found} == {
        program: Tie.PROGRAM,
        mapped: Tie.LIBRARY,
        inside: Tie.FOLDER,
    }
    assert {each.pid: each.name for each in found}[program] == "shell"


def test_that_nothing_runs_from_a_place_that_is_not_there(tmp_path: Path) -> None:
    assert processes_of(tmp_path / "nowhere", budget=10) == ()


def test_that_the_search_ends_in_time(tmp_path: Path) -> None:
    with promised(2):
        processes_of(tmp_path, budget=0)


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="needs another user")
def test_that_processes_of_others_are_not_looked_at() -> None:
    program = (
        "import os, pathlib, engine.processes; os.setuid(65534);"
        "print(*(each.pid for each in engine.processes.processes_of(pathlib.Path('/'), 10)))"
    )
    with running("/bin/sh", "-c", "echo; read line") as pid:
        assert pid in [each.pid for each in processes_of(Path("/bin/.."), budget=10)]
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
        )
    assert str(pid) not in done.stdout.split()
