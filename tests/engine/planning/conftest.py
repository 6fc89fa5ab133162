from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.places import places_below
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.pypi_index import write_index
from engine.practice.world import PracticeWorld, build_world
from engine.requests import CreateRequest
from tests.engine.planning.change_stage import World
from tests.engine.planning.pypi_world import RELEASES, extend_channels, extend_index
from tests.support.changing import done
from tests.support.pypi import Faults, faults, point_pip_at, warmed_up
from tests.support.rattling import RattlerWorker


@pytest.fixture(scope="session")
def conflict_world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    built = build_world(tmp_path_factory.mktemp("conflicts") / "w", cache_dir=channels_cache)
    extend_index(built)
    extend_channels(built)
    warmed_up(built.envs / COURSE)
    assert faults(built.envs / COURSE) == Faults()
    return built


@pytest.fixture(scope="session")
def world(
    worker: RattlerWorker, channels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    places = places_below(tmp_path_factory.mktemp("world") / "Envdesk 测试")
    write_index(places.home / "simple", RELEASES)
    point_pip_at(places, (places.home / "simple").as_uri())
    with ChannelServer(channels) as server:
        world = World(worker, server, places, places.envs / "course")
        specs = ("tidepool <3.2", "glyphs", "starchart", "papyrus")
        create = CreateRequest(world.prefix, world.both, python="3", specs=specs)
        worker.call(done, create, places, CondaConfiguration())
        yield world
