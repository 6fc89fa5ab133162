"""Environments are looked into in turn, and what changed in them is told of when it is at rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.environments import touching
from engine.environments.stamping import contents_stamp
from engine.environments.touching import Contents
from engine.environments.watching import Watch, look_around
from engine.places import Places
from tests.support.environments import make_environment, site_packages_of, write_distribution

METADATA = f"{site_packages_of('3.12.7')}/almanac-1.0.dist-info/METADATA"


class Clock:
    """A time that only the looks themselves make pass, each of them as much as another."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.looked: list[str] = []

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return 0.0

    def look(self, prefix: Path) -> str:
        self.looked.append(prefix.name)
        self.now += 0.05  # so the next may be after a second
        return contents_stamp(prefix)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(touching, "time", clock)
    monkeypatch.setattr(touching, "contents_stamp", clock.look)
    return clock


@pytest.fixture
def prefixes(tmp_path: Path) -> list[Path]:
    return [make(tmp_path / name) for name in "abc"]


def make(folder: Path) -> Path:
    prefix = make_environment(folder, ["zlib"], "3.12.7")
    write_distribution(prefix / site_packages_of("3.12.7"), "almanac", "1.0")
    return prefix


def damage(prefix: Path) -> None:
    with (prefix / METADATA).open("ab") as file:
        file.write(b"more\n")


def test_that_what_changed_is_told_once_and_when_it_is_at_rest(
    prefixes: list[Path], clock: Clock
) -> None:
    known = {prefix: contents_stamp(prefix) for prefix in prefixes}
    contents = Contents(lambda prefix: known[prefix])
    one = prefixes[1]

    def look() -> tuple[Path, ...]:
        clock.now += 2.0
        return contents.look(prefixes, one)

    assert [look() for _ in range(6)] == [()] * 6
    damage(one)
    assert look() == ()
    damage(one)
    assert look() == ()
    assert look() == (one,)
    assert [look() for _ in range(6)] == [()] * 6
    known[one] = contents_stamp(one)  # somebody looked
    assert [look() for _ in range(6)] == [()] * 6
    damage(prefixes[0])
    assert [prefixes[0]] == [prefix for _ in range(6) for prefix in look()]


def test_that_what_is_not_known_yet_is_not_told(prefixes: list[Path], clock: Clock) -> None:
    contents = Contents(lambda _: "")
    for _ in range(9):
        damage(prefixes[0])
        clock.now += 2.0
        assert contents.look(prefixes, prefixes[0]) == ()


def test_that_a_change_before_the_first_look_is_told(prefixes: list[Path], clock: Clock) -> None:
    known = contents_stamp(prefixes[0])
    damage(prefixes[0])
    contents = Contents(lambda _: known)
    found: list[Path] = []
    for _ in range(3):
        clock.now += 2.0
        found += contents.look(prefixes[:1], None)
    assert found == [prefixes[0]]


def test_that_each_has_its_turn_and_the_attended_one_every_time(
    prefixes: list[Path], clock: Clock
) -> None:
    contents = Contents(lambda _: "")
    rounds: list[str] = []
    for _ in range(4):
        clock.now += 2.0
        clock.looked.clear()
        contents.look(prefixes, prefixes[2])
        rounds.append("".join(clock.looked))
    assert rounds == ["ca", "cb", "ca", "cb"]
    clock.looked.clear()
    assert contents.look(prefixes, prefixes[2]) == ()
    assert clock.looked == []  # there was no time yet
    clock.now += 2.0
    contents.look(prefixes[:1], prefixes[2])
    assert clock.looked == ["a"]


async def test_that_a_watch_tells_of_what_was_changed_inside(places: Places) -> None:
    prefix = make(places.envs / "one")
    known = contents_stamp(prefix)
    touched: asyncio.Queue[tuple[Path, ...]] = asyncio.Queue()
    changed: list[tuple[Path, ...]] = []
    watch = Watch(
        lambda: look_around(places),
        changed.append,
        touched.put_nowait,
        lambda _: known,
        interval=0.02,
    )
    watch.attended = prefix
    await watch.start()
    try:
        damage(prefix)
        assert await asyncio.wait_for(touched.get(), 30) == (prefix,)
    finally:
        await watch.stop()
    assert not any(changed)
