"""Volumes of their own, so that what they have free is nobody else's doing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(
    folder: Path, megabytes: int, kind: str = "tmpfs", *, read_only: bool = False
) -> Generator[Path]:
    """Mount an empty volume of `kind`, such as ext4, at `folder`; skip where that is not possible.

    Where no ext4 volume can be made, tmpfs serves.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount volumes")
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m{',ro' if read_only else ''}"
    in_memory = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    command = in_memory
    if kind != "tmpfs":
        image = folder.with_name(f"{folder.name}.image")
        with image.open("wb") as stream:
            stream.truncate(megabytes * 2**20)
        made = subprocess.run([f"mkfs.{kind}", "-q", str(image)], capture_output=True, check=False)
        command = ["mount", "-o", "loop", str(image), str(folder)]
        if made.returncode or subprocess.run(command, capture_output=True, check=False).returncode:
            image.unlink()
            if kind != "ext4":
                pytest.skip(f"no {kind} volume can be made")
            command = in_memory
        else:
            command = ["true"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip(f"mounting is not allowed: {done.stderr}")
    try:
        yield folder
    finally:
        # What was cancelled may still hold a file open for a moment.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def free_bytes(folder: Path) -> int:
    """Return what is free on the volume of `folder` once everything is written."""
    subprocess.run(["sync", "-f", str(folder)], check=True)
    found = os.statvfs(folder)
    return found.f_bfree * found.f_frsize
