from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.rattling import RattlerWorker


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    """Return a process that checks environments, as it would for a front end."""
    worker = RattlerWorker(tmp_path_factory.mktemp("checker-home"))
    yield worker
    worker.close()
