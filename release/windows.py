"""The installer for Windows, compiled by Inno Setup 6."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Final

from engine.version import __version__
from release.payload import ICONS, PAYLOAD
from release.places import DIST, PACKAGING, ReleaseError, release_name

SCRIPT: Final = PACKAGING / "installer.iss"
SIGN_COMMAND: Final = "ENVDESK_SIGN_COMMAND"  # such as: signtool sign /fd sha256 ... $f
_USUAL: Final = r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe"


def write_setup(compiler: Path | None) -> Path:
    """Compile the installer for `dist/envdesk`; return its path.

    `compiler` is ISCC.exe, found in its usual place unless given. With ENVDESK_SIGN_COMMAND set,
    installer and uninstaller are signed by it. Raises ReleaseError.
    """
    found = compiler or shutil.which("ISCC") or (_USUAL if Path(_USUAL).is_file() else None)
    if found is None:
        raise ReleaseError("Inno Setup 6 is not installed; name its ISCC.exe with --iscc.")
    command = [str(found), *definitions(PAYLOAD, ICONS / "envdesk.ico", DIST)]
    signing = os.environ.get(SIGN_COMMAND, "")
    if signing:
        command += [f"/Ssigning={signing}", "/DSigning=1"]
    if subprocess.run([*command, str(SCRIPT)], check=False).returncode:
        raise ReleaseError("Inno Setup failed; what it said stands above.")
    return DIST / f"{release_name()}-setup.exe"


def definitions(source: Path, icon: Path, output: Path) -> list[str]:
    """Return what the script is told on the command line."""
    arm = platform.machine().lower() in {"arm64", "aarch64"}
    return [
        f"/DVersion={__version__}",
        f"/DSource={source}",
        f"/DIcon={icon}",
        f"/DArch={'arm64' if arm else 'x86_64'}",
        f"/O{output}",
    ]
