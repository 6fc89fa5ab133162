"""Every test lives in a home and a root of its own, far from the user's environments."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.places import Places, places_below
from engine.practice import ChannelServer, cached_channels

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says more about what else the machine does than about the product.
settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")

_PREFIXES_TO_DROP = ("CONDA", "MAMBA", "PIP_", "UV_", "_CE_")
_KEEP_FOR_THE_INDEX = ("PIP_CERT",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody look for hostile files longer than every run does."""
    parser.addoption(
        "--fuzz-seconds", type=float, default=0.0, help="how long to read other mutated files"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Collect garbage between tests, and never in the threads of an engine, as the window does."""
    gc.disable()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Look no more at what is still there after a module: it stays, and looking takes time."""
    yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_to_other_threads() -> Iterator[None]:
    """Collect what the test leaves, widgets above all, before another one has threads."""
    yield
    gc.collect()


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


@pytest.fixture(scope="session")
def channels_cache(pytestconfig: pytest.Config) -> Path:
    """Return where the practice channels of this machine are kept between runs."""
    cache = pytestconfig.cache
    assert cache is not None
    return cache.mkdir("practice-channels")


@pytest.fixture(scope="session")
def channels(channels_cache: Path) -> Path:
    """Return the folder of the practice channels, built once."""
    return cached_channels(channels_cache)


@pytest.fixture
def server(channels: Path) -> Iterator[ChannelServer]:
    """Serve the practice channels on a loopback port."""
    with ChannelServer(channels) as running:
        yield running


@pytest.fixture
def configured(places: Places, server: ChannelServer) -> Places:
    """Return places whose configuration names the served channels."""
    places.home.mkdir(parents=True)
    lines = [
        "channels:",
        f"  - {json.dumps(server.url_of('practice-main'))}",
        "envs_dirs:",
        f"  - {json.dumps(str(places.envs), ensure_ascii=False)}",
    ]
    (places.home / ".condarc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return places
