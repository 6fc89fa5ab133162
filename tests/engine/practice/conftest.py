from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.practice import ChannelServer, PracticeWorld, build_world, cached_channels


@pytest.fixture(scope="session")
def channels_cache(pytestconfig: pytest.Config) -> Path:
    cache = pytestconfig.cache
    assert cache is not None
    return cache.mkdir("practice-channels")


@pytest.fixture(scope="session")
def channels(channels_cache: Path) -> Path:
    return cached_channels(channels_cache)


@pytest.fixture
def server(channels: Path) -> Iterator[ChannelServer]:
    with ChannelServer(channels) as running:
        yield running


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    root = tmp_path_factory.mktemp("world") / "my practice 世界"
    return build_world(root, cache_dir=channels_cache)
