from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from tests.support.practising import Practice
from tests.support.rattling import RattlerWorker


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    running = RattlerWorker(tmp_path_factory.mktemp("worker home"))
    yield running
    running.close()


@pytest.fixture
def practice(worker: RattlerWorker, server: ChannelServer, places: Places) -> Practice:
    return Practice(worker, server, places)
