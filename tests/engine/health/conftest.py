from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rattling import RattlerWorker
from tests.support.ward import Ward, build_ward


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    """Return a process that checks environments, as it would for a front end."""
    worker = RattlerWorker(tmp_path_factory.mktemp("checker-home"))
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def _built_ward(
    tmp_path_factory: pytest.TempPathFactory, channels_cache: Path, checker: RattlerWorker
) -> Ward:
    return build_ward(tmp_path_factory.mktemp("ward"), channels_cache, checker)


@pytest.fixture
def ward(_built_ward: Ward) -> Ward:
    """Return a place with a sound environment that the test may break."""
    _built_ward.renew()
    return _built_ward
