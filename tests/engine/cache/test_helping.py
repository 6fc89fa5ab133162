"""A second process that helps with walks: the same is found, whatever becomes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.cache import helping
from engine.cache.helping import Job, walked
from engine.cache.lending import packed
from engine.cache.looking import look
from engine.cache.values import DiskPicture
from engine.cache.walking import Ground, Walk
from engine.launching import own_command, walker_command
from tests.support.caches import make_package, make_prefix, package_cache

DIES_AT_THE_FIRST_JOB = "import sys; sys.stdin.buffer.read(8); sys.exit(3)"
SPEAKS_NONSENSE = "import sys; sys.stdin.buffer.read(8); sys.stdout.write('x' * 5)"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="blocks are asked for")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Lay out forty packages and four environments that share with them and with each other."""
    pkgs = tmp_path / "pkgs"
    packages = [
        make_package(
            pkgs,
            f"package{at}-1-0",
            [(f"lib/{at}/{name}.py", b"x" * 700 * at) for name in ("a", "b", os.fsdecode(b"\xff"))],
        )
        for at in range(40)
    ]
    os.link(packages[0] / "lib" / "0" / "a.py", packages[1] / "again.py")
    for number in range(4):
        prefix = make_prefix(tmp_path / "envs" / f"env{number}")
        for package in packages[number * 3 :: 5]:
            (prefix / package.name).mkdir()
            for file in (package / "lib").rglob("*.py"):
                os.link(file, prefix / package.name / file.name)
        (prefix / "own.txt").write_bytes(b"x" * 9000)
        (prefix / "out").symlink_to(packages[-1 - number] / "lib")
    os.link(tmp_path / "envs/env0/own.txt", tmp_path / "envs/env1/theirs.txt")
    return tmp_path


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helping, "processors", lambda: 2)


def seen(world: Path, help_after: int) -> DiskPicture:
    prefixes = sorted((world / "envs").iterdir())
    picture, log = look([package_cache(world / "pkgs")], prefixes, help_after=help_after)
    assert len(log) > 120
    return picture


def told_alike(one: DiskPicture, other: DiskPicture) -> bool:
    return (one.environments, one.caches, one.ties, one.between_bytes, one.unreadable) == (
        *(other.environments, other.caches, other.ties, other.between_bytes, other.unreadable),
    )


@pytest.mark.usefixtures("two_processors")
def test_that_with_help_the_same_is_found(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = seen(world, 10**9)
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    assert told_alike(seen(world, 0), alone)
    (helper,) = started
    assert helper.returncode is not None


@pytest.mark.usefixtures("two_processors")
@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", DIES_AT_THE_FIRST_JOB],
        [sys.executable, "-c", SPEAKS_NONSENSE],
        ["/nowhere/at/all"],
    ],
    ids=["dies", "speaks nonsense", "is not there"],
)
def test_that_a_helper_that_fails_costs_nothing_but_its_help(
    world: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    alone = seen(world, 10**9)
    monkeypatch.setattr(helping, "walker_command", lambda: command)
    assert told_alike(seen(world, 0), alone)


@pytest.mark.usefixtures("two_processors")
def test_that_the_helper_does_jobs_in_their_order(world: Path) -> None:
    jobs = [Job((str(path),)) for path in sorted((world / "pkgs").iterdir())]
    jobs += [Job((str(path),), is_environment=True) for path in sorted((world / "envs").iterdir())]
    ground = Ground()

    def plain(found: list[list[Walk]]) -> list[list[object]]:
        return [[packed(walk)[1:3] for walk in walks] for walks in found]

    with closing(walked(jobs, ground, help_after=0)) as walks:
        helped = [*walks]
    assert plain(helped) == plain([job.walks(ground) for job in jobs])


@pytest.mark.parametrize("command", [walker_command(), own_command("walk")])
def test_that_the_helper_ends_when_nobody_asks(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
