"""Find Pythons that do not start, by starting them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.looking import is_file
from engine.health.checks.interpreter import broken
from engine.health.conda_side import CondaPackage
from engine.health.scene import Scene
from engine.health.values import Finding

_SECONDS: Final = 30
_ERROR: Final = re.compile(r"\w*(?:Error|Exception): |Fatal Python error: ")
_CODE: Final = "import sys, struct, zlib; print(sys.version_info[0])"


def find(scene: Scene) -> Iterator[Finding]:
    """Yield interpreter-broken. Nothing of the environment's own packages is run."""
    record = scene.python.record
    if record is None or not is_file(scene.interpreter):
        return
    cause = _cause_of_failure(scene)
    if cause:
        path = scene.interpreter.resolve()
        yield broken(scene, record, cause, path if _is_another(scene, record, path) else None)


def _is_another(scene: Scene, record: CondaPackage, path: Path) -> bool:
    """Return whether a file has another size than the package gave it."""
    with suppress(OSError, ValueError):
        inside = path.relative_to(scene.prefix.resolve()).as_posix()
        sizes = [entry.size_in_bytes for entry in record.paths if entry.path == inside]
        return any(size not in (None, path.stat().st_size) for size in sizes)
    return False


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
    said = _said(done.stderr.decode("utf-8", "replace"))
    if done.returncode < 0 and not said:
        with suppress(ValueError):
            return f"It was ended by {signal.Signals(-done.returncode).name}."
    return said or f"It ended with status {done.returncode}."


def _said(text: str) -> str:
    """Return the line that names the error; where Python stood then is of no use to anybody."""
    lines = [line.strip() for line in text.splitlines() if line[:1].strip()]
    named = [line for line in lines if _ERROR.match(line)]
    return (named or [line for line in lines if not line.endswith(":")] or [""])[-1]
