"""Where Envdesk keeps what: one value decides it for a whole process."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path

import appdirs

APP_NAME = "envdesk"


@dataclass(frozen=True, slots=True)
class Places:
    """Name the folders of one Envdesk: a user's own, or those below another root.

    `home` is the folder whose `.conda` and `.condarc` are read and written; `envs` and `pkgs` are
    Envdesk's own; `state` holds locks and what Envdesk remembers; `cache` what can be fetched
    again. An `isolated` set of places never looks outside of its root: no system-wide
    configuration, no environment variables, no usual roots.
    """

    home: Path
    envs: Path
    pkgs: Path
    settings: Path
    state: Path
    cache: Path
    isolated: bool = False


def user_places() -> Places:
    """Return the places of the person at this computer."""
    home = Path.home()
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", str(home / "AppData" / "Local"))) / APP_NAME
    else:
        root = home / f".{APP_NAME}"  # the usual data folder of macOS has a space in its name
    return Places(
        home=home,
        envs=root / "envs",
        pkgs=root / "pkgs",
        settings=Path(appdirs.user_config_dir(APP_NAME, appauthor=False)),
        state=Path(appdirs.user_data_dir(APP_NAME, appauthor=False)) / "state",
        cache=Path(appdirs.user_cache_dir(APP_NAME, appauthor=False)),
    )


def places_below(root: Path) -> Places:
    """Return isolated places below `root`, as `--root DIR` asks for."""
    root = Path(os.path.abspath(root))
    return Places(
        home=root / "home",
        envs=root / "envs",
        pkgs=root / "pkgs",
        settings=root / "settings",
        state=root / "state",
        cache=root / "cache",
        isolated=True,
    )


def root_folder(text: str) -> Path:
    """Return `text` as a folder for `--root`, which may be made yet.

    Raises argparse.ArgumentTypeError where a file is in the way.
    """
    root = Path(os.path.abspath(text))
    there = next((each for each in (root, *root.parents) if os.path.lexists(each)), root)
    if os.path.lexists(there) and not there.is_dir():
        message = f"{there} is a file, and everything would be kept in a folder"
        raise ArgumentTypeError(message)
    return root


def places_for(root: Path | None) -> Places:
    """Return the places for a `--root` option that may be absent."""
    return user_places() if root is None else places_below(root)
