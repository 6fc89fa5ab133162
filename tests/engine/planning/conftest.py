from __future__ import annotations

from pathlib import Path

import pytest

from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld, build_world
from tests.engine.planning.pypi_world import extend_channels, extend_index
from tests.support.pypi import Faults, faults, warmed_up


@pytest.fixture(scope="session")
def conflict_world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    built = build_world(tmp_path_factory.mktemp("conflicts") / "w", cache_dir=channels_cache)
    extend_index(built)
    extend_channels(built)
    warmed_up(built.envs / COURSE)
    assert faults(built.envs / COURSE) == Faults()
    return built
