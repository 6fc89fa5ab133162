"""Keep an Envdesk that links from caches and one that cleans them out of each other's way.

Linking takes a claim, a locked file; any number of claims can be held at once. A cleaning moves
nothing away while there is one, and none can be taken in the moment in which it moves.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Generator
from pathlib import Path

from filelock import FileLock, Timeout

from engine.places import Places


def _folder(places: Places) -> Path:
    folder = places.state / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def claim(places: Places) -> Generator[None]:
    """Use caches while the block runs; waits for a cleaning that is moving something just now."""
    folder = _folder(places)
    mine = FileLock(folder / f"{os.getpid()}-{secrets.token_hex(4)}.claim", thread_local=False)
    with FileLock(folder / "gate.lock", thread_local=False):
        mine.acquire(timeout=0)
    try:
        yield
    finally:
        mine.release()
        with contextlib.suppress(OSError):
            Path(mine.lock_file).unlink(missing_ok=True)


@contextlib.contextmanager
def unclaimed(places: Places) -> Generator[bool]:
    """Keep claims from being taken while the block runs; tells whether there is none now."""
    folder = _folder(places)
    with FileLock(folder / "gate.lock", thread_local=False):
        yield not any(_is_held(file) for file in folder.glob("*.claim"))


def _is_held(file: Path) -> bool:
    lock = FileLock(file, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    with contextlib.suppress(OSError):  # whoever held it was killed
        file.unlink(missing_ok=True)
    return False
