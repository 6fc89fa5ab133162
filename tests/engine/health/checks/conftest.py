from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environments import sound_environment


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return a written environment with Python 3.12.7 and pip in which nothing is wrong."""
    return sound_environment(tmp_path / "envs" / "数据 env")


@pytest.fixture
def site(prefix: Path) -> Path:
    """Return its site-packages folder."""
    return prefix / "lib" / "python3.12" / "site-packages"
