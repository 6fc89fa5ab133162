"""Read every claimed file once, on both cores, and say what is not as it should be.

Two threads do: hashing and reading let go of the interpreter.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.health.claims import Claim
from engine.health.values import HealthProgress
from engine.replicas.prefixes import PrefixRewriter, PrefixTooLongError, looks_like_text

THREADS: Final = 2
_TINY: Final = 6 << 10  # two threads hinder each other when files are smaller than this
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_IS_ROOT: Final = os.name == "posix" and os.geteuid() == 0
_STEP: Final = 1 << 20
_BATCH_FILES: Final = 256
_BATCH_BYTES: Final = 8 << 20
_COMMANDS: Final = ("bin/", "Scripts/")
_LONGEST_HEAD: Final = 1024
_SEARCHED: Final = 64 << 20
_LINK_TAGS: Final = (0xA0000003, 0xA000000C)  # junctions and symbolic links of Windows


class CheckCancelledError(Exception):
    """The caller asked for the check to stop."""


class State(StrEnum):
    """Say what is wrong with a file."""

    MISSING = "missing"
    ALTERED = "altered"
    LINK_BROKEN = "link-broken"
    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"  # unaltered, and the prefix it was installed with is not this one


@dataclass(frozen=True, slots=True)
class Odd:
    """Name a file that is not as its package put it there."""

    claim: Claim
    state: State
    other: str = ""


@dataclass(slots=True)
class _Batch:
    claims: list[Claim] = field(default_factory=list[Claim])
    size: int = 0


@dataclass(frozen=True, slots=True)
class FileReader:
    """Read files of the environment at `prefix`; `others` are prefixes that it may have had."""

    prefix: str
    others: tuple[str, ...]
    cancelled: Callable[[], bool]

    def read(
        self, claims: Sequence[Claim], told: Callable[[HealthProgress], None]
    ) -> tuple[Odd, ...]:
        """Return the files of `claims` that are odd, in their order.

        `told` is called on this thread. Raises CheckCancelledError.
        """
        batches = list(_batches(claims))
        total_files, total_bytes = len(claims), sum(claim.size for claim in claims)
        files = size = 0
        found: list[tuple[int, tuple[Odd, ...]]] = []
        place = Path(self.prefix)
        threads = THREADS if total_bytes >= _TINY * total_files else 1
        with ThreadPoolExecutor(threads, "envdesk-hash") as pool:
            queue = iter(enumerate(batches))
            running: dict[Future[tuple[Odd, ...]], tuple[int, _Batch]] = {}
            while True:
                while len(running) < THREADS * 2 and (following := next(queue, None)):
                    running[pool.submit(self._read_batch, following[1])] = following
                if not running:
                    break
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    at, batch = running.pop(done)
                    found.append((at, done.result()))
                    files, size = files + len(batch.claims), size + batch.size
                told(HealthProgress(place, files, total_files, size, total_bytes))
        return tuple(odd for _, group in sorted(found, key=lambda each: each[0]) for odd in group)

    def _read_batch(self, batch: _Batch) -> tuple[Odd, ...]:
        if self.cancelled():
            raise CheckCancelledError
        if self.others:
            return tuple(odd for claim in batch.claims if (odd := self._look(claim)) is not None)
        wrong = self._not_plainly_right(batch.claims)
        found = (self._look(claim) for claim in wrong)
        return tuple(odd for odd in found if odd is not None)

    def _not_plainly_right(self, claims: Iterable[Claim]) -> list[Claim]:
        """Return what is not, at the first glance, what it should be.

        That is nearly no file, so there are no more calls than it takes.
        """
        opened, read, close, sha256 = os.open, os.read, os.close, hashlib.sha256
        top, flags = f"{self.prefix}/", _FLAGS | _NO_LINK
        wrong: list[Claim] = []
        for claim in claims:
            size, expected = claim.size, claim.sha256
            if claim.placeholder or not expected or size >= _STEP:
                wrong.append(claim)
                continue
            try:
                descriptor = opened(top + claim.path, flags)
            except (OSError, ValueError):
                wrong.append(claim)
                continue
            try:
                # Everything can be read by root.
                is_closed = _IS_ROOT and not os.fstat(descriptor).st_mode & stat.S_IRUSR
                data = b"" if is_closed else read(descriptor, size + 1)
            except OSError:
                is_closed, data = True, b""
            finally:
                close(descriptor)
            if is_closed or len(data) != size or sha256(data).hexdigest() != expected:
                wrong.append(claim)
        return wrong

    def _look(self, claim: Claim) -> Odd | None:
        path = f"{self.prefix}/{claim.path}"
        try:
            status = os.lstat(path)
        except PermissionError:
            return Odd(claim, State.UNREADABLE)
        except (OSError, ValueError):
            return Odd(claim, State.MISSING)
        if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS:
            if not os.path.exists(path):  # noqa: PTH110 - thousands of them
                return Odd(claim, State.LINK_BROKEN)
            if self._leads_inside(path):
                return None  # a link of the package to another of its files, checked by itself
        elif stat.S_ISDIR(status.st_mode):
            return Odd(claim, State.ALTERED) if claim.sha256 else None
        if os.name == "posix" and not status.st_mode & stat.S_IRUSR:
            return Odd(claim, State.UNREADABLE)
        try:
            return self._compare(claim, path, status.st_size)
        except OSError:
            return Odd(claim, State.UNREADABLE)

    def _leads_inside(self, path: str) -> bool:
        target = os.path.join(os.path.dirname(path), os.readlink(path))  # noqa: PTH115, PTH118, PTH120
        here = (self.prefix, os.path.realpath(self.prefix))
        return os.path.normpath(target).startswith(tuple(each + os.sep for each in here))

    def _compare(self, claim: Claim, path: str, size: int) -> Odd | None:
        if not claim.sha256 and not self.others:
            return None
        is_searched = (bool(claim.placeholder) or bool(self.others)) and size <= _SEARCHED
        digest, data = self._digest(path, keep=is_searched or size < _STEP)
        if claim.sha256 and digest != claim.sha256:
            if data is not None and (self._is_original(claim, data) or self._is_ours(claim, data)):
                return None
            return Odd(claim, State.ALTERED)
        if data is not None and is_searched:
            return self._elsewhere(claim, data)
        return None

    def _digest(self, path: str, *, keep: bool) -> tuple[str, bytes | None]:
        descriptor = os.open(path, _FLAGS)
        try:
            data = os.read(descriptor, _STEP)
            if len(data) < _STEP:
                return hashlib.sha256(data).hexdigest(), data
            hashed = hashlib.sha256(data)
            kept = [data]
            while data := os.read(descriptor, _STEP):
                hashed.update(data)
                if keep:
                    kept.append(data)
                if self.cancelled():
                    raise CheckCancelledError
        finally:
            os.close(descriptor)
        return hashed.hexdigest(), b"".join(kept) if keep else None

    def _is_original(self, claim: Claim, data: bytes) -> bool:
        """Return whether a file is the package's but for its prefix, which another tool wrote."""
        if not claim.placeholder or not claim.original:
            return False
        rewriter = PrefixRewriter((self.prefix,), claim.placeholder)
        try:
            if claim.is_binary:
                written = rewriter.rewrite_binary(data, len(os.fsencode(self.prefix)))
            else:
                written = data.replace(os.fsencode(self.prefix), os.fsencode(claim.placeholder))
        except PrefixTooLongError:
            return False
        return hashlib.sha256(written).hexdigest() == claim.original

    def _is_ours(self, claim: Claim, data: bytes) -> bool:
        """Return whether a command was only made to start this environment's own Python.

        Installers write its first line, so tools that move environments write it anew, and do not
        tell the lists of files.
        """
        if claim.placeholder or not claim.path.startswith(_COMMANDS) or not data.startswith(b"#!"):
            return False
        head = data[:_LONGEST_HEAD]
        return os.fsencode(self.prefix) in head

    def _elsewhere(self, claim: Claim, data: bytes) -> Odd | None:
        for other in self.others:
            if os.fsencode(other) not in data or not looks_like_text(data):
                continue
            if PrefixRewriter((other,), self.prefix).occurs_in(data):
                return Odd(claim, State.ELSEWHERE, other)
        if not claim.placeholder or claim.is_binary or claim.sha256 == claim.original:
            return None
        here = (self.prefix, os.path.realpath(self.prefix))
        if any(os.fsencode(each) in data for each in here):
            return None
        if any(PrefixRewriter((each,), each).occurs_in(data) for each in here):
            return None
        return Odd(claim, State.ELSEWHERE)


def _batches(claims: Iterable[Claim]) -> Iterable[_Batch]:
    batch = _Batch()
    for claim in claims:
        batch.claims.append(claim)
        batch.size += claim.size
        if len(batch.claims) >= _BATCH_FILES or batch.size >= _BATCH_BYTES:
            yield batch
            batch = _Batch()
    if batch.claims:
        yield batch
