"""Keep the list by which conda, VS Code and PyCharm find environments outside of their folders.

The list is `~/.conda/environments.txt`: one prefix a line, UTF-8, appended to by conda without a
lock (conda source, `conda/core/envs_manager.py`).
"""

from __future__ import annotations

import locale
import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from engine.environments.looking import path_key
from engine.places import Places

LOCK_SECONDS = 5.0


def environments_file(places: Places) -> Path:
    """Return the file that lists the environments of the person whose places these are."""
    return places.home / ".conda" / "environments.txt"


def registered(places: Places) -> tuple[Path, ...]:
    """Return the prefixes on the list, in its order; none when it cannot be read."""
    texts = (_decoded(line) for line in _lines(environments_file(places)))
    prefixes = (Path(text) for text in texts if "\0" not in text)
    return tuple(dict.fromkeys(prefix for prefix in prefixes if prefix.is_absolute()))


def register(places: Places, prefix: Path) -> bool:
    """Add `prefix` to the list unless it is there; return whether the list now has it.

    A list that cannot be written costs nothing but this: other tools will not see the environment
    by its name. Waits up to five seconds for another Envdesk.
    """
    file = environments_file(places)
    text = os.path.abspath(prefix)
    if "\n" in text or "\r" in text:
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone(places):
            if path_key(text) not in {path_key(_decoded(line)) for line in _lines(file)}:
                _append(file, text)
    except OSError:
        return False
    return True


def unregister(places: Places, prefix: Path) -> bool:
    """Take `prefix` off the list; return whether the list is without it now.

    Other lines stay as they are, byte for byte. Waits up to five seconds for another Envdesk.
    """
    file = environments_file(places)
    key = path_key(os.path.abspath(prefix))
    try:
        with _alone(places):
            try:
                data = file.read_bytes()
            except FileNotFoundError:
                return True
            lines = data.splitlines(keepends=True)
            kept = [line for line in lines if path_key(_decoded(line.strip()) or "?") != key]
            if len(kept) != len(lines):
                _replace(file, b"".join(kept))
    except OSError:
        return False
    return True


def _lines(file: Path) -> list[bytes]:
    try:
        data = file.read_bytes()
    except OSError:
        return []
    return [
        line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()
    ]


def _decoded(line: bytes) -> str:
    """Return the path on a line; older conda wrote the encoding of the system on Windows."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        if sys.platform == "win32":
            with suppress(UnicodeDecodeError):
                return line.decode(locale.getencoding())
        return line.decode("utf-8", "surrogateescape")


def _append(file: Path, text: str) -> None:
    """Append one line in one write, so that a conda that appends meanwhile loses nothing."""
    line = text.encode("utf-8", "surrogateescape") + os.linesep.encode()
    with file.open("ab+", buffering=0) as stream:
        end = stream.seek(0, os.SEEK_END)
        if end:
            stream.seek(end - 1)
            if stream.read(1) != b"\n":
                line = os.linesep.encode() + line
        try:
            if stream.write(line) != len(line):
                raise OSError(f"{file} could not be written in full")
        except OSError:
            stream.truncate(end)
            raise


def _replace(file: Path, data: bytes) -> None:
    target = Path(os.path.realpath(file))  # people link it from a folder of dot files
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _alone(places: Places) -> Generator[None]:
    """Keep other processes of Envdesk from the list, as far as that can be had."""
    path = places.state / "locks" / "environments-list.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, thread_local=False)
        lock.acquire(timeout=LOCK_SECONDS, poll_interval=0.02)
    except (OSError, Timeout):
        yield  # a state folder that cannot be used must not keep environments off the list
        return
    try:
        yield
    finally:
        lock.release()
