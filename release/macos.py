"""The disk image for macOS: signed and notarised where the keys for it are there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from release.places import DIST, PACKAGING, ReleaseError, release_name

APPLICATION: Final = DIST / "Envdesk.app"
SCRIPT: Final = PACKAGING / "macos" / "make-dmg.sh"


def write_image() -> Path:
    """Put `dist/Envdesk.app` into a disk image; return its path.

    ENVDESK_SIGN_IDENTITY and ENVDESK_NOTARY_PROFILE are for `packaging/macos/make-dmg.sh`, which
    says what they are. Raises ReleaseError.
    """
    if not APPLICATION.is_dir():
        raise ReleaseError("There is no dist/Envdesk.app: this is to be run on macOS.")
    target = DIST / f"{release_name()}.dmg"
    command = ["sh", str(SCRIPT), str(APPLICATION), str(target)]
    if subprocess.run(command, check=False, env=dict(os.environ)).returncode:
        raise ReleaseError("The disk image could not be made; what was said stands above.")
    return target
