"""Small and read-only disks, where the tests may mount them."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class NoDiskError(Exception):
    """This user may not mount anything here."""


@contextmanager
def small_disk(folder: Path, megabytes: int, *, read_only: bool = False) -> Generator[Path]:
    """Mount a disk of that size at `folder`. Raises NoDiskError where that is not allowed."""
    folder.mkdir(parents=True)
    options = f"size={megabytes}m{',ro' if read_only else ''}"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoDiskError from error
    try:
        yield folder
    finally:
        # What was cancelled may still hold a file open for a moment.
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
