"""Nothing that only looks at a broken environment changes a byte of it, or a time, or a right."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.health.values import Depth
from engine.requests import ChangeRequest, CloneRequest, RemoveRequest, RepairRequest
from engine.session import Engine
from tests.support.breaking_around import conda_leftovers, frozen, half_written, record_moved_away
from tests.support.breaking_files import files_altered, link_broken, pypi_files_missing, unowned
from tests.support.breaking_packages import (
    dist_info_gone,
    half_installed,
    overwritten_and_breaking,
    pip_set_aside,
    two_spellings,
)
from tests.support.broken import Breaker
from tests.support.rattling import ROOT
from tests.support.ward import Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="breaks with POSIX tools")

BREAKERS: tuple[Breaker, ...] = (
    record_moved_away,
    overwritten_and_breaking,
    dist_info_gone,
    two_spellings,
    pip_set_aside,
    half_installed,
    pypi_files_missing,
    files_altered,
    link_broken,
    unowned,
    half_written,
    conda_leftovers,
)
COMMANDS = (
    ("environments",),
    ("environments", "--sizes"),
    ("packages", "PREFIX"),
    ("health", "PREFIX"),
    ("health", "PREFIX", "--deep"),
    ("history", "PREFIX"),
    ("info", "PREFIX"),
    ("export", "PREFIX"),
    ("cache",),
)


def picture(prefix: Path) -> dict[str, tuple[object, ...]]:
    """Return everything that can be told of the files below `prefix`, but when they were read."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(prefix):
        for name in (".", *folders, *files):
            path = Path(folder, name)
            seen = path.lstat()
            content = ""
            if path.is_symlink():
                content = str(path.readlink())
            elif path.is_file():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[f"{folder}/{name}"] = (
                content,
                *(seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size, seen.st_nlink),
                *(seen.st_ino, seen.st_mtime_ns),
            )
    return found


@pytest.fixture
def sick(ward: Ward) -> Ward:
    for breaker in BREAKERS:
        breaker(ward)
    return ward


def differences(prefix: Path, before: dict[str, tuple[object, ...]]) -> list[str]:
    after = picture(prefix)
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def said(ward: Ward, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "engine", "--root", str(ward.root), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.stdout.strip(), ran.stderr
    return ran.stdout


def test_that_no_command_that_looks_touches_a_broken_environment(sick: Ward) -> None:
    before = picture(sick.prefix)
    for command in COMMANDS:
        said(sick, *(str(sick.prefix) if each == "PREFIX" else each for each in command))
        assert differences(sick.prefix, before) == [], command


async def test_that_no_question_of_a_front_end_touches_a_broken_environment(sick: Ward) -> None:
    prefix, channels = sick.prefix, sick.channels
    before = picture(prefix)
    engine = Engine(sick.places)
    await engine.start()
    try:
        await engine.environments()
        assert differences(prefix, before) == []
        await engine.packages(prefix)
        await engine.details(prefix)
        await engine.history(prefix)
        assert differences(prefix, before) == []
        quick = await engine.quick_health(prefix)
        assert len(quick.findings) > len(BREAKERS) // 2
        assert differences(prefix, before) == []
        async for _ in engine.health(prefix, Depth.DEEP):
            pass
        assert differences(prefix, before) == []
        async for _ in engine.health(prefix, Depth.ONLINE):
            pass
        assert differences(prefix, before) == []
        async for _ in engine.disk(fresh=True):
            pass
        assert differences(prefix, before) == []
        wishes = tuple(each.wish for each in quick.findings if each.repairs)
        for request in (
            RepairRequest(prefix, channels, wishes=wishes),
            ChangeRequest(prefix, channels, add=("glyphs",), add_pypi=("pigment",)),
            CloneRequest(prefix, prefix.with_name("ward copy")),
            RemoveRequest(prefix),
        ):
            await engine.plan(request)
            assert differences(prefix, before) == [], request
    finally:
        await engine.aclose()
    assert differences(prefix, before) == []


def test_that_a_frozen_environment_is_looked_at_all_the_same(ward: Ward) -> None:
    frozen(ward)
    before = picture(ward.prefix)
    for depth in ((), ("--deep",)):
        command = [
            sys.executable,
            "-m",
            "engine",
            "--root",
            str(ward.root),
            "health",
            str(ward.prefix),
        ]
        ran = subprocess.run(
            [*command, *depth], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
        )
        assert '"frozen"' in ran.stdout
    assert differences(ward.prefix, before) == []
