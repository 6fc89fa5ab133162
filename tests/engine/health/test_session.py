from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.environments.registering import register, registered
from engine.errors import EngineError, ErrorCode
from engine.events import EngineEvent, EnvironmentsChanged, HealthFound
from engine.health.values import Depth, FindingCode, Health, HealthProgress
from engine.places import Places, places_below
from engine.records import Mark, Sizes
from engine.requests import RemoveRequest
from engine.session import Engine
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.rattling import ROOT

SITE = "lib/python3.12/site-packages"


def broken(places: Places, name: str = "e") -> Path:
    return sound_environment(places.envs / name, Package("kite", depends=("wind >=1",)))


async def test_that_the_health_of_every_environment_is_told_in_the_background(
    places: Places,
) -> None:
    prefixes = {broken(places, name) for name in ("a", "b")}
    engine = Engine(places)
    heard: dict[Path, Health] = {}
    done = asyncio.Event()

    def hear(event: EngineEvent) -> None:
        if isinstance(event, HealthFound):
            heard[event.prefix] = event.health
            if set(heard) == prefixes:
                done.set()

    engine.subscribe(hear)
    await engine.start()
    try:
        await asyncio.wait_for(done.wait(), 60)
        for prefix in prefixes:
            assert [f.code for f in heard[prefix].findings] == [FindingCode.DEPENDS_UNMET]
            assert engine.known_health(prefix) == heard[prefix]
        changed = min(prefixes)
        done.clear()
        heard.clear()
        prefixes = {changed}
        write_distribution(changed / SITE, "almanac", "1.0")
        write_distribution(changed / SITE, "almanac", "2.0")
        await asyncio.wait_for(done.wait(), 60)
        assert FindingCode.TWO_COPIES in {finding.code for finding in heard[changed].findings}
        engine.attend(changed)
        done.clear()
        (changed / SITE / "almanac-1.0.dist-info" / "RECORD").unlink()
        await asyncio.wait_for(done.wait(), 60)
        assert FindingCode.PIP_LEFTOVERS in {finding.code for finding in heard[changed].findings}
    finally:
        await engine.aclose()


async def test_that_a_deep_check_tells_how_far_it_is_and_what_it_found(places: Places) -> None:
    prefix = broken(places)
    (prefix / "share" / "kite" / "data.txt").write_text("torn")
    engine = Engine(places)
    try:
        answers = [answer async for answer in engine.health(prefix, Depth.DEEP)]
        quick = await engine.quick_health(prefix)
        with pytest.raises(EngineError) as refused:
            await engine.quick_health(places.envs / "never")
    finally:
        await engine.aclose()
    *progress, health = answers
    assert isinstance(health, Health)
    assert health.depth is Depth.DEEP
    assert FindingCode.FILES_ALTERED in {finding.code for finding in health.findings}
    assert {finding.code for finding in quick.findings} == {FindingCode.DEPENDS_UNMET}
    last = progress[-1]
    assert isinstance(last, HealthProgress)
    assert last.files_done == last.files_total > 0
    assert refused.value.failure.code is ErrorCode.PREFIX_MISSING


def test_that_health_is_a_command_of_its_own(tmp_path: Path) -> None:
    prefix = broken(places_below(tmp_path))
    command = [sys.executable, "-m", "engine", "--root", tmp_path, "health", prefix, "--deep"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)
    document = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stderr
    assert document["depth"] == "deep"
    found = {finding["code"]: finding for finding in document["findings"]}
    assert found["depends-unmet"]["subject"] == "wind"
    assert found["depends-unmet"]["evidence"][0]["text"] == "kite: wind >=1"
    assert found["depends-unmet"]["repairs"][0][0]["kind"] == "install-conda"


async def test_that_what_is_registered_and_gone_is_listed_until_it_is_removed(
    places: Places, tmp_path: Path
) -> None:
    there = broken(places)
    gone = tmp_path / "elsewhere" / "gone"
    register(places, gone)
    engine = Engine(places)
    heard: dict[Path, Health] = {}
    news = asyncio.Event()
    came: set[Path] = set()

    def hear(event: EngineEvent) -> None:
        match event:
            case HealthFound(prefix=prefix, health=health):
                heard[prefix] = health
            case EnvironmentsChanged(prefixes=prefixes):
                came.update(prefixes)
            case _:
                pass
        news.set()

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                news.clear()
                await news.wait()

    engine.subscribe(hear)
    await engine.start()
    try:
        listed = await engine.environments()
        assert [(each.prefix, Mark.MISSING in each.marks) for each in listed] == [
            (there, False),
            (gone, True),
        ]
        assert listed[1].sizes == Sizes(0, 0, 0)
        await until(lambda: gone in heard)
        assert [each.code for each in heard[gone].findings] == [FindingCode.PREFIX_GONE]
        plan = await engine.plan(RemoveRequest(gone))
        assert plan.repairing is not None
        assert plan.repairing.forgets
        task = engine.submit(plan)
        await until(lambda: gone in came)
        await until(lambda: {each.id: each for each in engine.tasks()}[task].state.is_final)
        assert [each.prefix for each in await engine.environments()] == [there]
        assert gone not in registered(places)
    finally:
        await engine.aclose()
