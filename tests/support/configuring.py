"""Write conda's configuration files, and read them as the engine does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.places import Places, places_below


def open_places(folder: Path) -> Places:
    """Places of a person whose home is private, yet with variables and late files honoured."""
    isolated = places_below(folder)
    isolated.home.mkdir()
    return Places(
        home=isolated.home,
        envs=isolated.envs,
        pkgs=isolated.pkgs,
        settings=isolated.settings,
        state=isolated.state,
        cache=isolated.cache,
    )


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(places: Places, environ: Mapping[str, str] | None = None) -> CondaConfiguration:
    return read_configuration(places, environ or {})


def make_root(root: Path, condarc: str = "") -> Path:
    (root / "conda-meta").mkdir(parents=True)
    if condarc:
        write(root / ".condarc", condarc)
    return root
