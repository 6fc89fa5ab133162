"""Worlds to open the window on, whose channels are served over loopback HTTP."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from engine.places import places_below
from engine.practice import ChannelServer, PracticeWorld, build_world, serve_world


@contextmanager
def served_world(folder: Path, channels_cache: Path) -> Generator[PracticeWorld]:
    """Build a practice world in `folder` and serve its channels until the end."""
    world = build_world(folder, cache_dir=channels_cache)
    with serve_world(world) as server:
        write_condarc(world.root, server)
        yield world


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
