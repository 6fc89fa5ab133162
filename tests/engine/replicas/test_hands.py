"""Processes that help to make a mirror: it is the same, whatever becomes of them."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.errors import EngineError, ErrorCode
from engine.launching import linker_command, own_command
from engine.replicas import hands as hands_module
from engine.replicas.hands import Hands
from engine.replicas.mirroring import Mirror, catch_up, mirror
from engine.transactions.reporting import SilentReport

SOURCE = Path(hands_module.__file__).parents[2]
START = f"import os, sys; sys.path.insert(0, {str(SOURCE)!r})\n"
DIES_AT_THE_FIRST_JOB = "import sys; sys.stdin.buffer.read(8); sys.exit(3)"
SPEAKS_NONSENSE = "import sys; sys.stdin.buffer.read(8); sys.stdout.write('x' * 9)"
SPEAKS_OF_OTHER_THINGS = f"""{START}
import marshal
from engine.framing import write_message
write_message(sys.stdout.buffer, marshal.dumps([1, 2]))
sys.stdin.buffer.read()
"""
DIES_MIDWAY = f"""{START}
from engine.replicas import filling, handing
fill = filling.Filler.fill
def once(self, waiting, most):
    fill(self, waiting, 3)
    os._exit(9)
filling.Filler.fill = once
handing.serve()
"""
FAILS = f"""{START}
import errno
from engine.replicas import filling, handing
def fail(self, waiting, most):
    raise %s
filling.Filler.fill = fail
handing.serve()
"""
WAITS = f"""{START}
from engine.replicas.hands import Hands
hands = Hands.start(2)
print(*[process.pid for process in hands._processes], flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="inodes and modes are looked at")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return an environment of many folders, with names of every kind."""
    prefix = tmp_path / "course 数据"
    for package in range(60):
        for number in range(40):
            path = prefix / "lib" / f"p{package}" / f"deep{number % 4}" / f"file{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    for name in ("conda-meta/history", "bin/script", "lib/x.pth", "lib/a-1.dist-info/RECORD"):
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).write_text(name)
    (prefix / "bin" / "program").write_bytes(b"\x7fELF" * 100_000)
    (prefix / os.fsdecode(b"odd-\xff")).mkdir()
    (prefix / os.fsdecode(b"odd-\xff") / os.fsdecode(b"\xfe")).touch()
    (prefix / "link").symlink_to("bin")
    (prefix / "closed" / "deeper").mkdir(parents=True)
    (prefix / "closed" / "deeper").chmod(0o500)
    (prefix / "closed").chmod(0o555)
    return prefix


@pytest.fixture
def commanded(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Return where to put the command that starts a helping process."""
    chosen = {"command": linker_command()}
    monkeypatch.setattr(hands_module, "linker_command", lambda: chosen["command"])
    return chosen


def code(text: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", text]


def told(made: Mirror) -> dict[str, tuple[object, ...]]:
    return {
        path: (each.times, each.files, each.links, set(each.folders))
        for path, each in made.tree.folders.items()
    }


def look(root: Path) -> dict[str, tuple[int, int, str]]:
    """Return mode, inode where it is shared, and target of all that is in a folder."""
    found: dict[str, tuple[int, int, str]] = {}
    for path in (root, *root.rglob("*")):
        seen = path.lstat()
        shared = seen.st_ino if seen.st_nlink > 1 and path.is_file() else 0
        target = str(path.readlink()) if path.is_symlink() else ""
        found[str(path.relative_to(root))] = (seen.st_mode, shared, target)
    return found


def ended(hands: Hands, started: list[subprocess.Popen[bytes]]) -> bool:
    return not hands._processes and all(  # pyright: ignore[reportPrivateUsage]
        process.returncode is not None for process in started
    )


def started_by(hands: Hands) -> list[subprocess.Popen[bytes]]:
    return list(hands._processes)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("command", [linker_command(), own_command("link")])
def test_that_a_mirror_is_the_same_whoever_makes_it(
    prefix: Path, commanded: dict[str, list[str]], command: list[str], count: int
) -> None:
    commanded["command"] = command
    alone = mirror(prefix, prefix.with_name("alone"), SilentReport())
    hands = Hands.start(count)
    started = started_by(hands)
    helped = mirror(prefix, prefix.with_name("helped"), SilentReport(), hands)
    assert ended(hands, started)
    assert len(started) == count
    assert told(helped) == told(alone)
    assert look(prefix.with_name("helped")) == look(prefix.with_name("alone"))
    folders = list(helped.tree.folders)
    assert all(path.rpartition("/")[0] in folders[:at] for at, path in enumerate(folders) if path)
    catch_up(helped, SilentReport())
    assert look(prefix.with_name("helped")) == look(prefix.with_name("alone"))


@pytest.mark.parametrize(
    "text", [DIES_AT_THE_FIRST_JOB, SPEAKS_NONSENSE, SPEAKS_OF_OTHER_THINGS, DIES_MIDWAY]
)
@pytest.mark.parametrize("well", [0, 1])
def test_that_a_mirror_is_made_here_when_a_process_dies(
    prefix: Path, commanded: dict[str, list[str]], text: str, well: int
) -> None:
    alone = mirror(prefix, prefix.with_name("alone"), SilentReport())
    good = Hands.start(well)
    commanded["command"] = code(text)
    hands = Hands([*started_by(good), *started_by(Hands.start(1))])
    started = started_by(hands)
    helped = mirror(prefix, prefix.with_name("helped"), SilentReport(), hands)
    assert ended(hands, started)
    assert told(helped) == told(alone)
    assert look(prefix.with_name("helped")) == look(prefix.with_name("alone"))


def test_that_a_mirror_is_made_here_when_no_process_starts(
    prefix: Path, commanded: dict[str, list[str]]
) -> None:
    commanded["command"] = [str(prefix / "nothing")]
    made = mirror(prefix, prefix.with_name("new"), SilentReport(), Hands.start(2))
    assert made.tree.count() == 60 * 40 + 7


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("OSError(errno.ENOSPC, 'No space left', '/x/y')", ErrorCode.DISK_FULL),
        ("OSError(errno.EROFS, 'Read-only file system')", ErrorCode.NOT_WRITABLE),
        ("PermissionError(errno.EACCES, 'Permission denied', '/x/y')", ErrorCode.NOT_WRITABLE),
        (
            "filling.UnreadableError('/x/y', OSError(errno.EIO, 'Input/output error'))",
            ErrorCode.LINK_FAILED,
        ),
        ("filling.MountedError('lib/data')", ErrorCode.FILES_IN_USE),
    ],
)
def test_that_what_goes_wrong_elsewhere_is_told_as_if_it_went_wrong_here(
    prefix: Path, commanded: dict[str, list[str]], error: str, expected: ErrorCode
) -> None:
    commanded["command"] = code(FAILS % error)
    hands = Hands.start(2)
    started = started_by(hands)
    with pytest.raises(EngineError) as caught:
        mirror(prefix, prefix.with_name("new"), SilentReport(), hands)
    assert caught.value.code is expected
    assert ended(hands, started)
    if expected is ErrorCode.LINK_FAILED:
        assert caught.value.failure.value("path") == "/x/y"
    if expected is ErrorCode.FILES_IN_USE:
        assert caught.value.failure.value("path") == str(prefix / "lib/data")


def test_that_processes_do_not_stay_when_there_is_nothing_for_them(prefix: Path) -> None:
    hands = Hands.start(1)
    started = started_by(hands)
    (prefix.parent / "new").mkdir()
    with pytest.raises(EngineError):
        mirror(prefix, prefix.parent / "new", SilentReport(), hands)
    assert ended(hands, started)


def test_that_processes_end_with_the_one_that_started_them() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin, parent.stdout:
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []


def test_that_an_error_of_the_one_who_listens_stops_everybody(prefix: Path) -> None:
    class Broken(SilentReport):
        def progress(self, progress: object) -> None:
            raise BrokenPipeError(errno.EPIPE, "nobody listens")

    hands = Hands.start(2)
    started = started_by(hands)
    with pytest.raises(EngineError):
        mirror(prefix, prefix.with_name("new"), Broken(), hands)
    assert ended(hands, started)
