from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.environments.registering import register
from engine.environments.watching import Surroundings, Watch, look_around
from engine.places import Places
from tests.support.environments import (
    Package,
    make_environment,
    site_packages_of,
    write_distribution,
    write_record,
)

SITE = site_packages_of("3.12.7")
INTERVAL = 0.02


class Reports:
    """Collect what a watch reports, and wait for it."""

    def __init__(self) -> None:
        self.all: list[tuple[Path, ...]] = []
        self._arrived = asyncio.Event()

    def __call__(self, prefixes: tuple[Path, ...]) -> None:
        self.all.append(prefixes)
        self._arrived.set()

    async def until(self, prefix: Path) -> None:
        """Return when a change of `prefix` was reported; fails after a while."""
        async with asyncio.timeout(10):
            while not any(prefix in prefixes for prefixes in self.all):
                self._arrived.clear()
                await self._arrived.wait()

    async def until_any(self) -> None:
        async with asyncio.timeout(10):
            await self._arrived.wait()


@pytest.fixture
def prefix(places: Places) -> Path:
    return make_environment(places.envs / "one", ["zlib"])


@pytest.fixture
async def reports(places: Places, prefix: Path) -> AsyncIterator[Reports]:
    found = Reports()
    watch = Watch(lambda: look_around(places), found, interval=INTERVAL)
    await watch.start()
    yield found
    await watch.stop()


async def rounds(places: Places) -> None:
    """Wait until a watch that started now would have gone round a few times."""
    reports = Reports()
    seen = 0

    def look() -> Surroundings:
        nonlocal seen
        seen += 1
        around = look_around(places)
        return replace(around, files=(*around.files, Path(f"/round/{seen}")))

    watch = Watch(look, reports, interval=INTERVAL)
    await watch.start()
    async with asyncio.timeout(10):
        while seen < 4:
            await asyncio.sleep(INTERVAL)
    await watch.stop()


def change_by_conda(prefix: Path) -> None:
    write_record(prefix, Package("new"), SITE)


def change_by_pip(prefix: Path) -> None:
    write_distribution(prefix / SITE, "new", "1.0")


def remove(prefix: Path) -> None:
    shutil.rmtree(prefix)


def rename_away(prefix: Path) -> None:
    prefix.rename(prefix.with_name(".gone"))


@pytest.mark.parametrize("change", [change_by_conda, change_by_pip, remove, rename_away])
async def test_that_a_change_by_anybody_is_reported(
    reports: Reports, prefix: Path, change: Callable[[Path], None]
) -> None:
    change(prefix)
    await reports.until(prefix)
    assert all(set(prefixes) == {prefix} for prefixes in reports.all if prefixes)


async def test_that_a_new_environment_is_reported(reports: Reports, places: Places) -> None:
    other = make_environment(places.envs / "two")
    await reports.until(other)


async def test_that_an_environment_that_is_filled_slowly_is_reported(
    reports: Reports, places: Places
) -> None:
    slow = places.envs / "slow"
    slow.mkdir()
    await rounds(places)
    (slow / "conda-meta").mkdir()
    await rounds(places)
    (slow / "conda-meta" / "history").touch()
    await reports.until(slow)


async def test_that_registering_an_environment_elsewhere_is_reported(
    reports: Reports, places: Places, tmp_path: Path
) -> None:
    other = make_environment(tmp_path / "elsewhere")
    await rounds(places)
    assert reports.all == []
    register(places, other)
    await reports.until(other)


async def test_that_a_new_folder_in_the_configuration_is_watched_from_then_on(
    reports: Reports, places: Places, tmp_path: Path
) -> None:
    first = make_environment(tmp_path / "more" / "first")
    places.home.mkdir(parents=True, exist_ok=True)
    (places.home / ".condarc").write_text(f"envs_dirs: ['{tmp_path}/more']\n", encoding="utf-8")
    await reports.until(first)
    second = make_environment(tmp_path / "more" / "second")
    await reports.until(second)


async def test_that_a_change_of_the_configuration_alone_is_reported(
    reports: Reports, places: Places
) -> None:
    places.home.mkdir(parents=True, exist_ok=True)
    (places.home / ".condarc").write_text("channels: [bioconda]\n", encoding="utf-8")
    await reports.until_any()
    assert reports.all[0] == ()


async def test_that_nothing_is_reported_when_nothing_happens(
    reports: Reports, places: Places, prefix: Path
) -> None:
    (prefix / "var").mkdir()
    (prefix / "lib" / "new-file").touch()
    (places.envs / ".envdesk").mkdir()
    (places.envs / "no environment").mkdir()
    register(places, prefix)
    await rounds(places)
    assert reports.all == []


async def test_that_errors_are_logged_and_end_nothing(
    places: Places, prefix: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reports = Reports()
    is_broken = True

    def look() -> Surroundings:
        if is_broken:
            raise RuntimeError("the look is broken")
        return look_around(places)

    def report(prefixes: tuple[Path, ...]) -> None:
        reports(prefixes)
        raise RuntimeError("the listener is broken")

    watch = Watch(look, report, interval=INTERVAL)
    with caplog.at_level(logging.CRITICAL + 1, "engine.environments.watching"):
        await watch.start()
        assert watch.surroundings is None
        is_broken = False
        async with asyncio.timeout(10):
            while watch.surroundings is None:
                await asyncio.sleep(INTERVAL)
        change_by_pip(prefix)
        await reports.until(prefix)
        other = make_environment(places.envs / "two")
        await reports.until(other)
        await watch.stop()


async def test_that_nothing_is_reported_after_the_stop(places: Places, prefix: Path) -> None:
    reports = Reports()
    watch = Watch(lambda: look_around(places), reports, interval=INTERVAL)
    await watch.stop()
    await watch.start()
    await watch.start()
    await watch.stop()
    await watch.stop()
    change_by_pip(prefix)
    await rounds(places)
    assert reports.all == []


async def test_that_a_watch_can_be_started_again(places: Places, prefix: Path) -> None:
    reports = Reports()
    watch = Watch(lambda: look_around(places), reports, interval=INTERVAL)
    await watch.start()
    await watch.stop()
    await watch.start()
    change_by_pip(prefix)
    await reports.until(prefix)
    await watch.stop()


async def test_that_a_change_during_the_look_is_not_missed(places: Places) -> None:
    reports = Reports()
    late = places.envs / "late"

    def look() -> Surroundings:
        around = look_around(places)
        if not late.exists():
            make_environment(late)
        return around

    watch = Watch(look, reports, interval=INTERVAL)
    await watch.start()
    await reports.until(late)
    await watch.stop()


async def test_that_rounds_get_rarer_when_they_are_slow(places: Places, prefix: Path) -> None:
    looks: list[float] = []

    def look() -> Surroundings:
        looks.append(time.monotonic())
        time.sleep(0.05)
        around = look_around(places)
        return replace(around, files=(*around.files, Path(f"/round/{len(looks)}")))

    watch = Watch(look, Reports(), interval=0.0)
    await watch.start()
    async with asyncio.timeout(10):
        while len(looks) < 4:
            await asyncio.sleep(INTERVAL)
    await watch.stop()
    # Each round takes 50 ms, so at least twice that must pass before the next one.
    assert looks[3] - looks[1] >= 2 * 0.15
