"""The second look is told from memory only while nothing has changed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cache.remembering import look_at_disk
from engine.cache.values import DiskPicture, DiskProgress
from engine.conda.condarc import read_configuration
from engine.places import Places
from engine.session import Engine
from tests.support.caches import make_package, make_prefix, write_condarc


@pytest.fixture
def settled(places: Places) -> Places:
    """Return places with a package that is linked into an environment, a while ago."""
    write_condarc(places, places.pkgs)
    package = make_package(places.pkgs, "a-1-0", [("lib/x", b"x" * 9000), ("lib/\udcff", b"")])
    prefix = make_prefix(places.envs / "数据")
    os.link(package / "lib" / "x", prefix / "x")
    (places.pkgs / "b-1-0.conda").write_bytes(b"x")
    look(places)
    age(places.home.parent)
    look(places)
    return places


def age(root: Path) -> None:
    past = time.time() - 60
    for folder, _, _ in os.walk(root):
        os.utime(folder, (past, past))


def look(places: Places) -> DiskPicture:
    return look_at_disk(places, read_configuration(places), fresh=False)


def test_that_nothing_is_read_twice_while_nothing_changes(settled: Places) -> None:
    first, second = look(settled), look(settled)
    assert second.is_remembered
    assert second.caches == first.caches
    assert second.environments == first.environments


CHANGES: list[Callable[[Places], object]] = [
    lambda places: (places.pkgs / "a-1-0" / "lib" / "new").write_bytes(b"x"),
    lambda places: (places.pkgs / "a-1-0" / "lib" / "x").unlink(),
    lambda places: (places.envs / "数据" / "x").unlink(),
    lambda places: shutil.rmtree(places.envs / "数据"),
    lambda places: make_prefix(places.envs / "second"),
    lambda places: (places.pkgs / "b-1-0.conda").write_bytes(b"longer"),
    lambda places: (places.home / ".cache" / "pip").mkdir(parents=True),
    lambda places: shutil.rmtree(places.pkgs),
    lambda places: (places.cache / ".envdesk-disk" / "picture").write_bytes(b"broken"),
    lambda places: os.utime(places.cache / ".envdesk-disk" / "picture"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_that_every_change_shows(settled: Places, change: Callable[[Places], object]) -> None:
    assert look(settled).is_remembered
    change(settled)
    after = look(settled)
    fresh = look_at_disk(settled, read_configuration(settled), fresh=True)
    assert after.caches == fresh.caches
    assert after.environments == fresh.environments


def test_that_what_changed_just_now_is_not_remembered(places: Places) -> None:
    write_condarc(places, places.pkgs)
    make_package(places.pkgs, "a-1-0")
    look(places)
    assert not look(places).is_remembered


async def test_that_an_engine_tells_the_picture_last(settled: Places) -> None:
    engine = Engine(settled)
    told = [message async for message in engine.disk()]
    *progress, picture = told
    assert all(isinstance(message, DiskProgress) for message in progress)
    assert isinstance(picture, DiskPicture)
    assert picture.caches[0].folder == settled.pkgs
    space = await engine.volume_space(settled.pkgs / "not" / "there")
    assert 0 < space.free_bytes <= space.total_bytes
    await engine.aclose()
