"""Which folders hold environments: where new ones can go, where unfinished work may lie."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.remembering import used_folders


def folders_for_new(places: Places, configuration: CondaConfiguration) -> tuple[Path, ...]:
    """Return the folders where a new environment can be put, best first.

    Those of the user's conda come first, because conda then knows the environment by name.
    """
    candidates = (*configuration.envs_dirs, places.envs)
    return tuple(dict.fromkeys(folder for folder in candidates if _can_hold(folder)))


def _can_hold(folder: Path) -> bool:
    while not folder.exists():
        if folder.parent == folder:
            return False
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def folders_with_work(
    places: Places, configuration: CondaConfiguration, prefixes: Iterable[Path]
) -> tuple[Path, ...]:
    """Return every folder in which unfinished work of Envdesk may lie."""
    return tuple(
        dict.fromkeys(
            (
                *(prefix.parent for prefix in prefixes),
                *configuration.envs_dirs,
                places.envs,
                *used_folders(places),
            )
        )
    )
