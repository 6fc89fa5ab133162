from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld, build_world
from tests.engine.planning.pypi_world import extend_channels, extend_index
from tests.support.practising import Practice
from tests.support.pypi import Faults, faults
from tests.support.rattling import RattlerWorker


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    running = RattlerWorker(tmp_path_factory.mktemp("worker home"))
    yield running
    running.close()


@pytest.fixture
def practice(worker: RattlerWorker, server: ChannelServer, places: Places) -> Practice:
    return Practice(worker, server, places)


@pytest.fixture(scope="session")
def conflict_world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    built = build_world(tmp_path_factory.mktemp("conflicts") / "w", cache_dir=channels_cache)
    extend_index(built)
    extend_channels(built)
    assert faults(built.envs / COURSE) == Faults()
    return built
