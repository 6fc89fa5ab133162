"""One writer per prefix, across threads, processes, windows and front ends."""

from __future__ import annotations

import hashlib
import os
import time
import unicodedata
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import EngineError, ErrorCode
from engine.places import Places

WORKROOM = ".envdesk"  # one folder beside the environments holds locks and work in progress
_ATTEMPTS = 200
_BREATH_S = 0.005


def workroom_of(prefix: Path) -> Path:
    """Return the folder beside `prefix` in which Envdesk keeps locks and unfinished work."""
    return prefix.parent / WORKROOM


def _lock_path(prefix: Path, places: Places) -> Path:
    """Return the lock file of `prefix`: beside it, or in our state folder where that is forbidden.

    The name is a digest of the case-folded, normalised path, so that two spellings of one folder
    on a case-insensitive volume meet in one lock.
    """
    name = _lock_name(prefix)
    try:
        workroom_of(prefix).mkdir(parents=True, exist_ok=True)
    except OSError:
        (places.state / "locks").mkdir(parents=True, exist_ok=True)
        return places.state / "locks" / name
    return workroom_of(prefix) / name


def _lock_name(prefix: Path) -> str:
    spelled = unicodedata.normalize("NFC", os.path.normcase(os.path.abspath(prefix))).casefold()
    return hashlib.sha256(spelled.encode("utf-8", "surrogateescape")).hexdigest()[:24] + ".lock"


def _acquire(prefix: Path, places: Places, timeout: float, waiting: Callable[[], None]) -> FileLock:
    lock = FileLock(_lock_path(prefix, places), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        try:
            lock.acquire(timeout=timeout, poll_interval=0.1)
        except Timeout:
            raise EngineError(
                ErrorCode.PREFIX_BUSY,
                "Another Envdesk is working on this environment.",
                hint="Wait until it is done, then try again.",
                prefix=str(prefix),
            ) from None
    return lock


def _acquire_again(
    prefix: Path, places: Places, timeout: float, waiting: Callable[[], None]
) -> FileLock:
    """Acquire, also when another process tidies the folder of the lock away meanwhile."""
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            return _acquire(prefix, places, timeout, waiting)
        time.sleep(_BREATH_S)
    return _acquire(prefix, places, timeout, waiting)


@contextmanager
def hold(
    prefixes: tuple[Path, ...],
    places: Places,
    *,
    timeout: float = 0,
    waiting: Callable[[], None] = lambda: None,
) -> Generator[None]:
    """Hold the locks of `prefixes` while the block runs.

    `timeout` is in seconds, -1 waits without end; `waiting` is called when a lock is not free at
    once. Locks are taken in one order, so that two transactions cannot wait for each other.
    Raises EngineError (prefix-busy, not-writable).
    """
    with ExitStack() as stack:
        for prefix in sorted(prefixes, key=str):
            try:
                lock = _acquire_again(prefix, places, timeout, waiting)
            except OSError as error:
                raise EngineError(
                    ErrorCode.NOT_WRITABLE,
                    "Envdesk may not write into this folder.",
                    cause=error.strerror or str(error),
                    hint="Choose another folder, or ask for the right to write there.",
                    path=str(prefix.parent),
                ) from error
            stack.callback(_release, lock, workroom_of(prefix))
        yield


def is_held(prefix: Path, places: Places) -> bool:
    """Return whether some Envdesk works on `prefix` at this moment."""
    for folder in (workroom_of(prefix), places.state / "locks"):
        path = folder / _lock_name(prefix)
        if not path.exists():
            continue
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            return True
        lock.release()
    return False


def _release(lock: FileLock, workroom: Path) -> None:
    if os.name == "posix":
        # Safe while it is held: whoever opened the file before sees that its last name is gone.
        Path(lock.lock_file).unlink(missing_ok=True)
    lock.release()
    tidy(workroom)


def tidy(workroom: Path) -> None:
    """Remove `workroom` when nothing is in it any more."""
    try:
        workroom.rmdir()
    except OSError:
        return
