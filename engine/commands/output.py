"""How commands answer: one JSON document, or a line for each message."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

from engine.cache.values import Skipped
from engine.codec import encode
from engine.errors import EngineError, ErrorCode, Failure
from engine.events import Progress
from engine.messages import (
    ErrorDocument,
    WorkLog,
    WorkMessage,
    WorkProgress,
    WorkSettling,
    WorkSkipped,
)

_INTERVAL = 0.05  # seconds between two progress messages of one phase


def print_document(data: bytes) -> None:
    """Print one JSON document; a reader that went away is no error."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.buffer.flush()


def failure_of(error: BaseException) -> Failure:
    """Return what to tell of `error`, also when nobody foresaw it."""
    if isinstance(error, EngineError):
        return error.failure
    import traceback

    return Failure(
        ErrorCode.INTERNAL,
        "Something unexpected happened.",
        cause=f"{type(error).__name__}: {error}",
        hint="Try again. If it happens again, please report it with the details below.",
        detail="".join(traceback.format_exception(error)),
    )


def print_failure(error: BaseException) -> None:
    """Print the error document of `error`."""
    print_document(encode(ErrorDocument(failure_of(error))))


class LineReport:
    """Report a transaction as JSON lines on standard output; safe on any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last: Progress | None = None
        self._told = 0.0

    def say(self, message: WorkMessage) -> None:
        """Print one message."""
        line = encode(message, WorkMessage)
        with self._guard:
            print_document(line)

    def progress(self, progress: Progress) -> None:
        """Print how far the phase has come, at most twenty times a second."""
        now = time.monotonic()
        with self._guard:
            last = self._last
            fresh = last is None or last.phase is not progress.phase
            complete = progress.total > 0 and progress.done >= progress.total
            if progress == last or not (fresh or complete or now - self._told >= _INTERVAL):
                return
            self._last = progress
            self._told = now
        self.say(WorkProgress(progress))

    def log(self, line: str) -> None:
        """Print one log line."""
        self.say(WorkLog(line))

    def skipped(self, skipped: Skipped) -> None:
        """Print what stays, and why."""
        self.say(WorkSkipped(skipped))

    def settle_down(self) -> None:
        """Print that the work will be finished from here on."""
        self.say(WorkSettling())


def leave(status: int) -> None:
    """End the process at once: native threads may crash it while the interpreter closes down."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
