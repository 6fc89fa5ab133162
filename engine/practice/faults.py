"""Hold what a practice server shall do wrong, changeable from any thread while it runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

_LARGEST_CHUNK = 64 * 1024
_SMALLEST_CHUNK = 256
_CHUNKS_PER_SECOND = 20


class FaultKind(StrEnum):
    """Say what goes wrong with an answer.

    STATUS answers with an error status; STALL stops sending; TRUNCATE breaks the connection off
    early; SHORTEN sends a shorter body as if it were the whole; CORRUPT changes one byte.
    """

    STATUS = "status"
    STALL = "stall"
    TRUNCATE = "truncate"
    SHORTEN = "shorten"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class Fault:
    """Describe one fault for the paths that match `pattern`.

    A pattern is a shell pattern over the whole decoded path, such as `*/repodata.json*`; its `*`
    also matches slashes. `after_bytes` is how much of the body goes out before a stall, break or
    end; `status` belongs to STATUS.
    """

    kind: FaultKind
    pattern: str = "*"
    status: int = 500
    after_bytes: int = 0


class Faults:
    """Keep the active faults, the speed limit and the login; safe for use by many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._active: list[tuple[Fault, int | None]] = []
        self._bytes_per_second: float | None = None
        self._line_free_at = 0.0
        self._login: tuple[str, str] | None = None
        self._stopping = False

    def add(self, fault: Fault, *, times: int | None = None) -> Fault:
        """Put `fault` in force, for the next `times` matching requests or until removed."""
        with self._changed:
            self._active.append((fault, times))
            self._changed.notify_all()
        return fault

    def fail(self, pattern: str, status: int = 500, *, times: int | None = None) -> Fault:
        """Answer matching requests with an error `status`."""
        return self.add(Fault(FaultKind.STATUS, pattern, status=status), times=times)

    def stall(self, pattern: str, after_bytes: int = 0, *, times: int | None = None) -> Fault:
        """Send `after_bytes` of matching bodies, then nothing until the fault is removed.

        With 0 not even the head of the answer goes out.
        """
        return self.add(Fault(FaultKind.STALL, pattern, after_bytes=after_bytes), times=times)

    def truncate(self, pattern: str, after_bytes: int = 0, *, times: int | None = None) -> Fault:
        """Close the connection after `after_bytes` of matching bodies."""
        return self.add(Fault(FaultKind.TRUNCATE, pattern, after_bytes=after_bytes), times=times)

    def shorten(self, pattern: str, after_bytes: int = 0, *, times: int | None = None) -> Fault:
        """Serve the first `after_bytes` of matching files as if there were no more."""
        return self.add(Fault(FaultKind.SHORTEN, pattern, after_bytes=after_bytes), times=times)

    def corrupt(self, pattern: str, *, times: int | None = None) -> Fault:
        """Change one byte in the middle of matching files; their length stays."""
        return self.add(Fault(FaultKind.CORRUPT, pattern), times=times)

    def remove(self, fault: Fault) -> None:
        """End `fault`; requests that it stalls go on."""
        with self._changed:
            self._active = [(other, left) for other, left in self._active if other is not fault]
            self._changed.notify_all()

    def clear(self) -> None:
        """End all faults, the speed limit and the login."""
        with self._changed:
            self._active.clear()
            self._bytes_per_second = self._login = None
            self._changed.notify_all()

    def throttle(self, bytes_per_second: float | None) -> None:
        """Limit what all connections get together; None lifts the limit."""
        with self._changed:
            self._bytes_per_second = bytes_per_second
            self._line_free_at = 0.0
            self._changed.notify_all()

    def require_login(self, user: str | None, password: str = "") -> None:
        """Ask for this user and password (HTTP Basic); None asks no more."""
        with self._changed:
            self._login = None if user is None else (user, password)

    @property
    def login(self) -> tuple[str, str] | None:
        """Return the user and password that are asked for, if any."""
        with self._changed:
            return self._login

    def take(self, path: str) -> dict[FaultKind, Fault]:
        """Return the faults for a request of `path`, counting those that end by themselves."""
        taken: dict[FaultKind, Fault] = {}
        with self._changed:
            for position, (fault, left) in enumerate(self._active):
                # A spent fault stays in the list, so that removing it releases whom it stalls.
                if left == 0 or fault.kind in taken or not fnmatchcase(path, fault.pattern):
                    continue
                taken[fault.kind] = fault
                if left is not None:
                    self._active[position] = (fault, left - 1)
        return taken

    def chunk_size(self) -> int:
        """Return how many bytes to send at a time."""
        with self._changed:
            if self._bytes_per_second is None:
                return _LARGEST_CHUNK
            wanted = int(self._bytes_per_second / _CHUNKS_PER_SECOND)
            return max(_SMALLEST_CHUNK, min(_LARGEST_CHUNK, wanted))

    def wait_for_line(self, size: int) -> bool:
        """Wait until `size` bytes may go out; return False when the server stops."""
        with self._changed:
            if self._bytes_per_second is not None:
                limit = self._bytes_per_second
                start = max(time.monotonic(), self._line_free_at)
                self._line_free_at = due = start + size / limit
                while self._bytes_per_second == limit and not self._stopping:
                    remaining = due - time.monotonic()
                    if remaining <= 0:
                        break
                    self._changed.wait(remaining)
            return not self._stopping

    def wait_for_release(self, fault: Fault) -> bool:
        """Wait until `fault` is removed; return False when the server stops."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or all(other is not fault for other, _ in self._active)
            )
            return not self._stopping

    def stop(self) -> None:
        """Release everybody who waits, for good."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
