"""Find Pythons that do not start, by starting them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from engine.environments.looking import stat_or_none
from engine.health.checks.interpreter import broken
from engine.health.scene import Scene
from engine.health.values import Finding

_SECONDS: Final = 30
_CODE: Final = "import sys, struct, zlib; print(sys.version_info[0])"


def find(scene: Scene) -> Iterator[Finding]:
    """Yield interpreter-broken. Nothing of the environment's own packages is run."""
    record = scene.python.record
    if record is None or stat_or_none(scene.interpreter) is None:
        return
    cause = _cause_of_failure(scene)
    if cause:
        yield broken(scene, record, cause)


def _cause_of_failure(scene: Scene) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            [str(scene.interpreter), "-I", "-S", "-B", "-c", _CODE],
            cwd=scene.prefix,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
    except subprocess.TimeoutExpired:
        return f"It did not answer within {_SECONDS} seconds."
    except OSError as error:
        return error.strerror or str(error)
    if done.returncode == 0 and done.stdout.strip().isdigit():
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode < 0:
        with suppress(ValueError):
            return f"It was ended by {signal.Signals(-done.returncode).name}."
    return said[-1] if said else f"It ended with status {done.returncode}."
