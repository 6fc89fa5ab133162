"""Every test lives in a home and a root of its own, far from the user's environments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.places import Places, places_below

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PREFIXES_TO_DROP = ("CONDA", "MAMBA", "PIP_", "UV_", "_CE_")
_KEEP_FOR_THE_INDEX = ("PIP_CERT",)


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the test a home of its own and an environment without any conda in it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_PREFIXES_TO_DROP) and name not in _KEEP_FOR_THE_INDEX:
                patch.delenv(name)
        for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        patch.setenv("LOCALAPPDATA", str(home / "AppData" / "Local"))
        yield home


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Return isolated places below a folder whose name is not plain."""
    return places_below(tmp_path / "Envdesk 测试")
