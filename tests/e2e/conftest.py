"""A desktop for the session, and worlds to open the window on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.places import places_below
from engine.practice import ChannelServer, PracticeWorld, build_world, serve_world
from tests.e2e.application import Stage
from tests.e2e.desktop import Desktop, missing_packages
from tests.e2e.screen import Reader


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
def world(tmp_path: Path, channels_cache: Path) -> PracticeWorld:
    """Return a practice world in a folder whose name is not plain."""
    return build_world(tmp_path / "我的 envs", cache_dir=channels_cache)


@pytest.fixture
def served(world: PracticeWorld) -> Iterator[ChannelServer]:
    """Serve the channels of the world on loopback, and name them in its configuration."""
    with serve_world(world) as server:
        write_condarc(world.root, server)
        yield server


@pytest.fixture
def empty_root(tmp_path: Path, server: ChannelServer) -> Path:
    """Return a root without any environment, whose channels are served."""
    root = tmp_path / "空 root"
    write_condarc(root, server)
    return root


def write_condarc(root: Path, server: ChannelServer) -> None:
    """Name both served channels, and the folders of the root, in its configuration."""
    places = places_below(root)
    settings = {
        "channels": [server.url_of("practice-main"), server.url_of("practice-extra")],
        "envs_dirs": [str(places.envs)],
        "pkgs_dirs": [str(places.pkgs)],
    }
    places.home.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, so nothing needs quoting rules of its own.
    document = json.dumps(settings, ensure_ascii=False, indent=1)
    (places.home / ".condarc").write_text(document, encoding="utf-8")
