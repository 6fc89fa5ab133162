"""Look at files quickly and without raising; paths are texts here, because thousands are asked."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def stat_or_none(path: str | Path) -> os.stat_result | None:
    """Return what `os.stat` tells of `path` (links followed), or None when it tells nothing."""
    try:
        return os.stat(path)  # noqa: PTH116 - half the price of Path.stat
    except (OSError, ValueError):
        return None


def is_folder(path: str | Path) -> bool:
    """Return whether `path` is a folder that can be seen; `Path.is_dir` may raise before 3.14."""
    found = stat_or_none(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_file(path: str | Path) -> bool:
    """Return whether `path` is a regular file that can be seen."""
    found = stat_or_none(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def path_key(path: str | Path) -> str:
    """Return what two spellings of one path have in common, as conda compares them."""
    return os.path.normcase(os.path.normpath(path))


def identity_of(path: str | Path, found: os.stat_result) -> tuple[int, int] | str:
    """Return what tells two names of one folder from two folders; `found` is its stat."""
    if found.st_ino:
        return (found.st_dev, found.st_ino)
    return os.path.normcase(os.path.realpath(path))  # some network volumes number nothing


def is_gone(path: str | Path) -> bool:
    """Return whether there is nothing at `path`; what may not be looked at is not gone."""
    try:
        os.stat(path)  # noqa: PTH116 - of a text, too
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def closed_value(prefix: Path, error: OSError) -> dict[str, str]:
    """Return the value `closed` of a failure: `prefix`, where this user may not look into it."""
    return {"closed": str(prefix)} if isinstance(error, PermissionError) else {}
