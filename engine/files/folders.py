"""Find the one file in a folder that says best what its packages are."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from engine.environments.looking import is_file
from engine.errors import EngineError, ErrorCode

# What people write by hand stands before locks: it works on every kind of computer.
_BEST_FIRST: Final = (
    "environment.yml",
    "environment.yaml",
    "env.yml",
    "env.yaml",
    "conda.yml",
    "conda.yaml",
    "environment*.yml",
    "environment*.yaml",
    "pixi.toml",
    "pyproject.toml",
    "requirements.txt",
    "requirements*.txt",
    "*requirements.txt",
    "pipfile",
    "setup.cfg",
    "conda-lock.yml",
    "*conda-lock.yml",
    "pixi.lock",
    "pylock.toml",
    "pylock.*.toml",
    "explicit*.txt",
    "spec-file.txt",
    "conda-*.lock",
    "pipfile.lock",
    "constraints*.txt",
)
_ENTRY_LIMIT: Final = 5_000  # in one folder


def find_in_folder(folder: Path) -> tuple[Path, ...]:
    """Return the files in `folder`, not below it, that can be read, the best one first.

    Raises EngineError (file-unreadable, file-not-recognised).
    """
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) >= _ENTRY_LIMIT:
                    break
    except OSError as error:
        raise EngineError(
            ErrorCode.FILE_UNREADABLE,
            "This folder could not be read.",
            cause=error.strerror or str(error),
            hint="Look whether it is there and may be read, then choose it again.",
            path=str(folder),
        ) from error
    found = [
        folder / name
        for pattern in _BEST_FIRST
        for name in sorted(names)
        if fnmatch(name.lower(), pattern) and is_file(folder / name)
    ]
    if not found:
        raise EngineError(
            ErrorCode.FILE_NOT_RECOGNISED,
            "This folder holds no file that names packages.",
            cause="There is no requirements.txt, environment.yml, pyproject.toml or lock in it.",
            hint="Open the folder and choose the file that names the packages.",
            path=str(folder),
        )
    return tuple(dict.fromkeys(found))
