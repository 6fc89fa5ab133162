"""Where a release is built from and into."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from engine.practice.interpreter import conda_subdir
from engine.version import __version__

SOURCE: Final = Path(__file__).resolve().parents[1]
PACKAGING: Final = SOURCE / "packaging"
BUILD: Final = SOURCE / "build"  # what may be deleted at any time
DIST: Final = SOURCE / "dist"  # what is given away
PAYLOAD: Final = DIST / "envdesk"
_RELEASED: Final = re.compile(rf"^## \[{re.escape(__version__)}\]", re.MULTILINE)


class ReleaseError(RuntimeError):
    """A release cannot be made; the text says why, and what to do."""


def system_name() -> str:
    """Return this system and its processor as they stand in file names, such as `linux-x86_64`."""
    subdir = conda_subdir(sys.platform, platform.machine())
    system, _, bits = subdir.partition("-")
    names = {"win": "windows", "osx": "macos"}
    return f"{names.get(system, system)}-{'x86_64' if bits == '64' else bits}"


def release_name() -> str:
    """Return the start of the names of all files of this release on this system."""
    return f"envdesk-{__version__}-{system_name()}"


def changelog_has_version() -> bool:
    """Return whether CHANGELOG.md has a section for the version that is built."""
    return bool(_RELEASED.search((SOURCE / "CHANGELOG.md").read_text(encoding="utf-8")))


def source_time() -> int:
    """Return the time that everything in a release bears, in seconds since 1970.

    It is SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the commit. Raises
    ReleaseError where there is neither.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not said:
        try:
            git = ["git", "-c", f"safe.directory={SOURCE}", "-C", str(SOURCE)]
            said = subprocess.run(
                [*git, "log", "-1", "--format=%ct"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                encoding="utf-8",
            ).stdout.strip()
        except (OSError, subprocess.CalledProcessError) as error:
            raise ReleaseError("Set SOURCE_DATE_EPOCH: this is not a git checkout.") from error
    if not said.isdecimal():
        raise ReleaseError(f"SOURCE_DATE_EPOCH is {said!r}, not a number of seconds.")
    return int(said)
