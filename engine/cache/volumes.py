"""What is free on a volume."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from engine.cache.values import VolumeSpace
from engine.errors import from_os_error


def volume_space(path: Path) -> VolumeSpace:
    """Return what is free on the volume that `path`, which need not exist, lies on.

    Raises EngineError where the volume cannot be asked.
    """
    part = _existing_part(path)
    try:
        device = part.stat().st_dev
        if sys.platform == "win32":
            total, used, free = shutil.disk_usage(part)
        else:
            found = os.statvfs(part)
            total = found.f_blocks * found.f_frsize
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            free = found.f_bavail * found.f_frsize
    except OSError as error:
        raise from_os_error(error, path) from error
    return VolumeSpace(path, device, total, used, free)


def _existing_part(path: Path) -> Path:
    for part in (path, *path.parents):
        if os.path.exists(part):  # noqa: PTH110 - Path's raises where a folder above is closed
            return part
    return path
