from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from tests.support.corpus import CORPUS
from tests.support.corpus_archives import build_archives
from tests.support.practising import Practice
from tests.support.rattling import RattlerWorker


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    running = RattlerWorker(tmp_path_factory.mktemp("worker home"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the corpus in which the packed files are, too."""
    folder = tmp_path_factory.mktemp("files") / "corpus"
    shutil.copytree(CORPUS, folder)
    build_archives(folder)
    return folder


@pytest.fixture
def practice(worker: RattlerWorker, server: ChannelServer, places: Places) -> Practice:
    return Practice(worker, server, places)
