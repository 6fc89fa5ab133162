"""The headless commands, and cleaning as a task of an engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cache.values import Choice, ItemKind, Preset
from engine.events import Phase, Progress, TaskChanged, TaskState
from engine.places import Places
from engine.requests import CleanRequest, RelinkRequest
from engine.session import Engine
from tests.support.caches import make_package, make_prefix, write_condarc
from tests.support.listening import Ear

ROOT = Path(__file__).parents[3]


def command(places: Places, *words: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "--root", str(places.home.parent), *words],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None


@pytest.fixture
def filled(places: Places) -> Places:
    """Return places with a used package, unused ones, and an archive."""
    write_condarc(places, places.pkgs)
    used = make_package(places.pkgs, "used-1-0", [("lib/x", b"x" * 9000)])
    prefix = make_prefix(places.envs / "one")
    os.link(used / "lib" / "x", prefix / "x")
    for number in range(40):
        files = [(f"lib/{file}", b"x" * 100) for file in range(60)]
        make_package(places.pkgs, f"unused{number}-1-0", files)
    (places.pkgs / "unused1-1-0.conda").write_bytes(b"x" * 20_000)
    return places


def test_that_cache_tells_and_clean_cleans_what_the_dry_run_said(filled: Places) -> None:
    status, picture = command(filled, "cache", "--json")
    assert status == 0
    assert len(picture["caches"][0]["items"]) == 42
    choice = ("clean", "--kind", "unpacked", "--kind", "archive")
    status, planned = command(filled, *choice, "--dry-run")
    assert status == 0
    assert len(planned["cleaning"]["items"]) == 41
    assert (filled.pkgs / "unused1-1-0").exists()
    status, answer = command(filled, *choice)
    assert status == 0
    assert answer["skipped"] == []
    assert answer["plan"]["figures"]["freed_bytes"] == planned["figures"]["freed_bytes"]
    assert [path.name for path in filled.pkgs.iterdir()] == ["used-1-0"]


def test_that_a_single_package_can_be_named(filled: Places) -> None:
    target = filled.pkgs / "unused7-1-0"
    status, answer = command(filled, "clean", str(target), str(filled.pkgs / "not-there-0"))
    assert status == 0
    assert not target.exists()
    skipped = answer["plan"]["cleaning"]["skipped"]
    assert [(each["name"], each["reason"]) for each in skipped] == [("not-there-0", "changed")]
    assert len(list(filled.pkgs.iterdir())) == 41


def test_that_clean_without_a_choice_touches_nothing(filled: Places) -> None:
    status, answer = command(filled, "clean")
    assert (status, answer["error"]["code"]) == (1, "bad-usage")
    status, answer = command(filled, "clean", "--preset", "safe", "--older-than", "3")
    assert (status, answer["plan"]["cleaning"]["items"]) == (0, [])
    assert len(list(filled.pkgs.iterdir())) == 42


async def test_that_a_cleaning_is_a_task_with_progress(filled: Places) -> None:
    engine, ear = Engine(filled), Ear()
    engine.subscribe(ear)
    plan = await engine.plan(CleanRequest(Choice(Preset.EVERYTHING_UNUSED)))
    assert plan.figures.freed_bytes > 40 * 60 * 4096
    assert plan.cleaning is not None
    assert plan.cleaning.download_bytes == 20_000 + 39 * 1000
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED
    told = [event.task.progress for event in ear.events if isinstance(event, TaskChanged)]
    assert any(isinstance(each, Progress) and each.phase is Phase.REMOVING for each in told)
    assert [path.name for path in filled.pkgs.iterdir()] == ["used-1-0"]
    await engine.aclose()


async def test_that_a_cancelled_cleaning_leaves_the_rest_whole(filled: Places) -> None:
    engine, ear = Engine(filled), Ear()
    engine.subscribe(ear)
    plan = await engine.plan(CleanRequest(Choice(kinds=(ItemKind.UNPACKED,))))
    task_id = engine.submit(plan)
    await ear.until_phase(task_id, Phase.REMOVING, 0.05)
    engine.cancel(task_id)
    task = await ear.until_ended(task_id)
    left = [path for path in filled.pkgs.glob("unused*-1-0") if path.is_dir()]
    assert task.state is (TaskState.CANCELLED if left else TaskState.SUCCEEDED)
    assert all(len(list((path / "lib").iterdir())) == 60 for path in left)
    assert not (filled.pkgs / ".envdesk").exists()
    assert (filled.envs / "one" / "x").read_bytes() == b"x" * 9000
    await engine.aclose()


async def test_that_sharing_without_duplicates_plans_nothing(filled: Places) -> None:
    engine = Engine(filled)
    plan = await engine.plan(RelinkRequest((filled.envs / "one",)))
    assert plan.figures.freed_bytes == 0
    assert plan.relinking is not None
    assert plan.relinking.duplicates == ()
    await engine.aclose()


def test_that_cache_tells_of_one_environment_package_by_package(places: Places) -> None:
    prefix = make_prefix(places.envs / "one")
    (prefix / "notes.txt").write_bytes(b"n" * 9000)
    status, parts = command(places, "cache", str(prefix))
    assert status == 0
    assert parts["packages"] == []
    assert parts["rest_files"] == 2
    assert parts["rest_own_bytes"] > 9000
    status, told = command(places, "cache", str(places.envs / "nowhere"))
    assert status == 1
    assert told["error"]["code"] == "prefix-missing"
