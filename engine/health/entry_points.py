"""Recognise the commands that installers write for the entry points of packages."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.reading import read_whole

COMMAND_FOLDERS: Final = ("bin", "Scripts")
_LONGEST: Final = 8 * 1024
# What conda, pip and uv write below the line with the interpreter.
_SHAPE: Final = re.compile(
    rb"\nfrom \S+ import (\w+)\s+if __name__ == (['\"])__main__\2:\s"
    rb".*?\bsys\.exit\(\1\b[^\n]*\)\s*\Z",
    re.DOTALL,
)


def is_entry_point(data: bytes) -> bool:
    """Return whether `data` is a whole command that starts an entry point, and nothing else.

    (PyPA, "Entry points specification".)
    """
    return data.startswith(b"#!") and _SHAPE.search(data) is not None


def not_startable(folder: str | Path) -> list[str]:
    """Return the entry points in `folder` that their owner may not start; reads only these.

    What packages bring themselves may be meant so. Raises nothing.
    """
    found: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            seen = entry.stat(follow_symlinks=False)
            if (
                stat.S_ISREG(seen.st_mode)
                and not seen.st_mode & stat.S_IXUSR
                and seen.st_mode & stat.S_IRUSR
                and seen.st_size <= _LONGEST
                and is_entry_point(read_whole(entry.path))
            ):
                found.append(entry.path)
    return sorted(found)
