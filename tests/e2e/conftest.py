"""A desktop for the session, and worlds to open the window on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.practice import ChannelServer, PracticeWorld
from tests.e2e.application import Stage
from tests.e2e.desktop import Desktop, missing_packages
from tests.e2e.screen import Reader
from tests.e2e.worlds import served_world, write_condarc


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a desktop with nothing on it; skip the test where there can be none."""
    missing = missing_packages()
    if missing:
        reason = f"this needs the packages {' '.join(missing)}"
        if os.environ.get("ENVDESK_REQUIRE_X") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    chosen = os.environ.get("ENVDESK_ARTIFACTS")
    pictures = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    with Desktop(tmp_path_factory.mktemp("desktop")) as desktop, Reader(desktop) as reader:
        yield Stage(desktop, reader, pictures)


@pytest.fixture
def world(tmp_path: Path, channels_cache: Path) -> Iterator[PracticeWorld]:
    """Return a practice world in a folder whose name is not plain, its channels served."""
    with served_world(tmp_path / "我的 envs", channels_cache) as made:
        yield made


@pytest.fixture
def empty_root(tmp_path: Path, server: ChannelServer) -> Path:
    """Return a root without any environment, whose channels are served."""
    root = tmp_path / "空 root"
    write_condarc(root, server)
    return root
