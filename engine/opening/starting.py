"""Start programs that outlive the window, and keep the files that they read first."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.environments.looking import is_folder

# A program that ends this soon with an error has not opened anything.
PATIENCE_SECONDS = 0.4
STALE_SECONDS = 24 * 60 * 60
FOLDER_PREFIX = "envdesk-open-"


@dataclass(frozen=True, slots=True)
class Way:
    """Say one way to open something.

    `folder` is where the program starts, by default the user's home. `has_console` gives it a
    console window of its own (Windows). A program whose exit code tells nothing has no `is_judged`.
    """

    arguments: tuple[str, ...]
    folder: Path | None = None
    has_console: bool = False
    is_judged: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """Hold the files of a session, those of them to be run, and the ways to open it, best first."""

    files: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]
    executable: tuple[str, ...] = ()


def private_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return a new folder that only the user can look into, for the files of one session.

    Removes those of sessions that never came to read theirs. Raises OSError.
    """
    parent = _parent(environ, platform)
    _sweep(parent)
    return Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))


def write_files(
    folder: Path, files: Iterable[tuple[str, str]], *, executable: Sequence[str] = ()
) -> None:
    """Write `files`, pairs of a name and a text, for the user alone; raises OSError.

    Paths in the texts that are not valid UTF-8 keep their bytes.
    """
    for name, text in files:
        path = folder / name
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        path.chmod(0o700 if name in executable else 0o600)


def start_first(ways: Iterable[Way], environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """Start the first of `ways` that works; return None then, and else what went wrong with each.

    The program goes on when this process ends. Waits a moment to see whether it fails at once.
    """
    failures: list[str] = []
    for way in ways:
        failure = _start(way, environ)
        if not failure:
            return None
        failures.append(failure)
    return tuple(failures)


def _start(way: Way, environ: Mapping[str, str]) -> str:
    program = way.arguments[0]
    try:
        process = _popen(way, environ)
    except (OSError, ValueError) as error:
        return f"{program}: {error}"
    try:
        code = process.wait(PATIENCE_SECONDS) if way.is_judged else process.poll()
    except subprocess.TimeoutExpired:
        code = None
    if code is None:
        # Somebody has to ask for the exit code of a child, or it stays as a zombie.
        threading.Thread(target=process.wait, name="opened program", daemon=True).start()
    return f"{program}: exit code {code}" if code and way.is_judged else ""


def _popen(way: Way, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    folder = way.folder or _home(environ)
    if sys.platform == "win32":
        new = subprocess.CREATE_NEW_CONSOLE if way.has_console else subprocess.DETACHED_PROCESS
        streams = None if way.has_console else subprocess.DEVNULL  # the console is to be its own
        return subprocess.Popen(
            way.arguments,
            env=dict(environ),
            cwd=folder,
            stdin=streams,
            stdout=streams,
            stderr=streams,
            creationflags=new | subprocess.CREATE_NEW_PROCESS_GROUP,
        )
    return subprocess.Popen(
        way.arguments,
        env=dict(environ),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) if home and is_folder(home) else Path.home()


def _parent(environ: Mapping[str, str], platform: str) -> Path:
    """Return where to put private folders: where the system tidies up when the user logs out."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if platform.startswith("linux") and runtime and os.access(runtime, os.W_OK | os.X_OK):
        return Path(runtime)
    return Path(tempfile.gettempdir())


def _sweep(parent: Path) -> None:
    oldest = time.time() - STALE_SECONDS
    for folder in parent.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
            if stat.S_ISDIR(found.st_mode) and is_ours and found.st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
