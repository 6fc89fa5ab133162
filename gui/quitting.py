"""Close the windows that run when an installer asks for it: `envdesk --quit`.

A running window holds a lock in the state folder and looks once a second whether it was asked.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QTimer

from engine.places import Places

CLOSING_SECONDS: Final = 60.0
_LOOK_MS = 1000
_WAIT_S = 0.1
_LOCK, _REQUEST = ".lock", ".quit"


class QuitRequests(QObject):
    """Call `asked` once, on the thread of the window, when this process is asked to close."""

    def __init__(self, places: Places, asked: Callable[[], None]) -> None:
        super().__init__()
        folder = _folder(places)
        self._asked = asked
        self._request = folder / f"{os.getpid()}{_REQUEST}"
        self._lock = FileLock(folder / f"{os.getpid()}{_LOCK}")
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        # Where nothing can be written, an installer does without.
        with contextlib.suppress(OSError, Timeout):
            folder.mkdir(parents=True, exist_ok=True)
            self._request.unlink(missing_ok=True)
            self._lock.acquire(timeout=0)
            self._timer.start(_LOOK_MS)

    def close(self) -> None:
        """Say that this process has closed its window."""
        self._timer.stop()
        with contextlib.suppress(OSError):
            self._request.unlink(missing_ok=True)
        self._lock.release()
        with contextlib.suppress(OSError):
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _look(self) -> None:
        if self._request.exists():
            self._timer.stop()
            self._asked()


def close_windows(places: Places, timeout: float = CLOSING_SECONDS) -> bool:
    """Ask every window of `places` to close; return whether all of them did within `timeout` s.

    A change that is under way is stopped, and its environment left as it was.
    """
    until = time.monotonic() + timeout
    while running := _running(places):
        for lock in running:
            with contextlib.suppress(OSError):
                lock.with_suffix(_REQUEST).touch()
        if time.monotonic() > until:
            return False
        time.sleep(_WAIT_S)
    return True


def _running(places: Places) -> list[Path]:
    """Return the locks that are held; those of processes that died are taken away."""
    found: list[Path] = []
    for file in _folder(places).glob(f"*{_LOCK}"):
        try:
            with FileLock(file, timeout=0):
                file.with_suffix(_REQUEST).unlink(missing_ok=True)
        except Timeout:
            found.append(file)
        except OSError:
            continue
        else:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
    return found


def _folder(places: Places) -> Path:
    return places.state / "windows"
