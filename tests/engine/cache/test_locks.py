"""Whatever another program holds is left alone, and so is what it may be writing to."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.cache.claims import claim, unclaimed
from engine.cache.programs import program_of, running_programs, writer_at
from engine.cache.values import CacheKind, Choice, ItemKind, Skipped, SkipReason
from engine.conda.condarc import read_configuration
from engine.places import Places
from engine.planning.cleaning import plan_clean
from engine.requests import CleanRequest
from engine.transactions.executor import carry_out
from tests.support.caches import CleaningHeard, make_package, write_condarc

FLOCK = "import fcntl,sys; f=open(sys.argv[1],'a+b'); fcntl.flock(f, fcntl.LOCK_EX)"
SHARED = "import fcntl,sys; f=open(sys.argv[1],'a+b'); fcntl.flock(f, fcntl.LOCK_SH)"
BYTE_21 = "import fcntl,sys; f=open(sys.argv[1],'a+b'); fcntl.lockf(f, fcntl.LOCK_EX, 1, 21)"
WAIT = "; print('held', flush=True); sys.stdin.read()"


@contextmanager
def holding(code: str, path: Path) -> Generator[None]:
    """Hold a lock on `path` in another process, as another program would."""
    command = [sys.executable, "-c", code + WAIT, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.kill()


def clean(places: Places, choice: Choice) -> list[Skipped]:
    configuration = read_configuration(places)

    async def run() -> list[Skipped]:
        plan = await plan_clean(CleanRequest(choice), places, configuration)
        heard = CleaningHeard()
        await carry_out(plan, places, heard)
        return heard.skips

    return asyncio.run(run())


@pytest.fixture
def pkgs(places: Places, tmp_path: Path) -> Path:
    pkgs = places.home.parent / "conda" / "pkgs"
    write_condarc(places, pkgs)
    make_package(pkgs, "zlib-1-0")
    (pkgs / "cache").mkdir()
    (pkgs / "cache" / "abc.json").write_text("{}")
    (pkgs / "cache" / "abc.info.json").write_text("{}")
    return pkgs


@pytest.mark.skipif(os.name != "posix", reason="locks as POSIX has them")
@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        (FLOCK, ".cache.lock", ItemKind.UNPACKED),
        (FLOCK, "zlib-1-0.lock", ItemKind.UNPACKED),
        (BYTE_21, "pkgs.lock", ItemKind.UNPACKED),
        (BYTE_21, "zlib-1-0.lock", ItemKind.UNPACKED),
        (BYTE_21, "cache/abc.info.json", ItemKind.INDEX),
        (BYTE_21, "cache/abc.json", ItemKind.INDEX),
    ],
)
def test_that_what_another_program_has_locked_stays(
    places: Places, pkgs: Path, code: str, name: str, kind: ItemKind
) -> None:
    kept = pkgs / ("cache/abc.json" if kind is ItemKind.INDEX else "zlib-1-0")
    with holding(code, pkgs / name):
        skips = clean(places, Choice(kinds=(kind,)))
        assert [skip.reason for skip in skips] == [SkipReason.LOCKED]
        assert kept.exists()
    assert clean(places, Choice(kinds=(kind,))) == []
    assert not kept.exists()
    assert not (pkgs / ".envdesk").exists()


@pytest.mark.skipif(os.name != "posix", reason="locks as POSIX has them")
def test_that_a_running_uv_keeps_its_cache(places: Places) -> None:
    uv = places.home / ".cache" / "uv"
    (uv / "archive-v0" / "x").mkdir(parents=True)
    (uv / "wheels-v5").mkdir()
    with holding(SHARED, uv / ".lock"):
        skips = clean(places, Choice(kinds=(ItemKind.UV,)))
        assert [skip.reason for skip in skips] == [SkipReason.LOCKED]
        assert (uv / "archive-v0").exists()
    assert clean(places, Choice(kinds=(ItemKind.UV,))) == []
    assert sorted(path.name for path in uv.iterdir()) == [".lock"]


def test_that_an_envdesk_that_links_keeps_packages(places: Places, pkgs: Path) -> None:
    with claim(places):
        skips = clean(places, Choice(kinds=(ItemKind.UNPACKED,)))
    assert [(skip.reason, skip.value) for skip in skips] == [(SkipReason.IN_USE, "Envdesk")]
    assert (pkgs / "zlib-1-0").exists()
    assert clean(places, Choice(kinds=(ItemKind.UNPACKED,))) == []


def test_that_the_claim_of_a_killed_process_counts_no_more(places: Places) -> None:
    code = (
        "import os,pathlib; from engine.places import places_below; from engine.cache.claims "
        "import claim; c=claim(places_below(pathlib.Path(os.environ['R']))); c.__enter__(); "
        "os._exit(9)"
    )
    root = places.home.parent
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "R": str(root)},
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert list((places.state / "claims").glob("*.claim"))
    with unclaimed(places) as is_free:
        assert is_free


@pytest.mark.skipif(os.name != "posix", reason="starts a program of another name")
def test_that_packages_stay_while_conda_works_with_them(places: Places, pkgs: Path) -> None:
    script = places.home.parent / "conda" / "bin" / "conda"
    script.parent.mkdir()
    script.write_text("import sys; print('held', flush=True); sys.stdin.read()")
    command = [sys.executable, str(script), "install", "numpy"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert running_programs(places) == {"conda"}
        skips = clean(places, Choice(kinds=(ItemKind.UNPACKED,)))
        process.kill()
    assert [(skip.reason, skip.value) for skip in skips] == [(SkipReason.IN_USE, "conda")]
    assert (pkgs / "zlib-1-0").exists()


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (["/opt/conda/bin/python", "/opt/conda/bin/conda", "install", "x"], "conda"),
        (["C:\\miniconda3\\Scripts\\conda.exe", "update", "--all"], "conda"),
        (["python3.12", "-m", "pip", "install", "x"], "pip"),
        (["/usr/bin/python3", "-I", "/usr/bin/pip3.12", "download"], "pip"),
        (["micromamba", "create"], "micromamba"),
        (["/x/uv", "pip", "install"], "uv"),
        (["/x/uv", "run", "jupyter"], ""),
        (["conda", "run", "-n", "x", "jupyter", "lab"], ""),
        (["/usr/bin/python3", "notes-about-pip.py"], ""),
        (["bash", "conda"], ""),
        ([], ""),
    ],
)
def test_that_programs_are_known_by_their_command_lines(command: list[str], program: str) -> None:
    assert program_of(command) == program


def test_that_each_cache_has_its_writers() -> None:
    assert writer_at(CacheKind.PIP, frozenset(("pip", "conda"))) == "pip"
    assert writer_at(CacheKind.PIP, frozenset(("conda",))) == ""
    assert writer_at(CacheKind.CONDA, frozenset(("micromamba",))) == "micromamba"
