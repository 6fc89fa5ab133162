from __future__ import annotations

from pathlib import Path

import pytest

from engine.practice import PracticeWorld, build_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    root = tmp_path_factory.mktemp("world") / "my practice 世界"
    return build_world(root, cache_dir=channels_cache)
