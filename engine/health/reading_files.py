"""Read every claimed file once, on both cores, and say what is not as it should be.

A second process takes a part of the files: where these are small, threads would only wait for the
interpreter. It begins while lists of files are still read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Final, Self

from engine.companions import processors
from engine.health.claims import Claim, Listing
from engine.health.comparing import FLAGS, STEP, Expected, not_plainly_right
from engine.health.entry_points import is_entry_point
from engine.health.sharing_work import Helper
from engine.health.values import HealthProgress
from engine.reading import read_whole
from engine.records import RecordKind
from engine.replicas.prefixes import PrefixRewriter, PrefixTooLongError, looks_like_text

HELP_AFTER: Final = 0.05  # seconds of work: below that, a helper costs more than it saves
_SECONDS_A_FILE: Final = 1e-5
_BYTES_A_SECOND: Final = 1e9
_AHEAD: Final = 3  # batches that lie before the helper, so that it never waits
_WELL_AHEAD: Final = 20  # while nobody looks whether it has done them
_BATCH_FILES: Final = 512
_BATCH_BYTES: Final = 8 << 20
COMMANDS: Final = ("bin/", "Scripts/")
_LONGEST_HEAD: Final = 1024
_SEARCHED: Final = 64 << 20
_LINK_TAGS: Final = (0xA0000003, 0xA000000C)  # junctions and symbolic links of Windows


_IsWanted = Callable[[Claim], bool]


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
    """Hold files that can be compared at a glance, and `odd` ones that take a closer look.

    `parts` say which listing the files come from, and from which of its places on.
    """

    paths: list[str] = field(default_factory=list[str])
    sizes: list[int] = field(default_factory=list[int])
    hashes: list[str] = field(default_factory=list[str])
    odd: list[Claim] = field(default_factory=list[Claim])
    parts: list[tuple[int, Listing, int]] = field(default_factory=list[tuple[int, Listing, int]])
    size: int = 0

    @property
    def files(self) -> int:
        return len(self.paths) + len(self.odd)

    @property
    def expected(self) -> Expected:
        return self.paths, self.sizes, self.hashes

    def add(self, listing: Listing, places: range, size: int) -> None:
        """Take a part of a listing, of `size` bytes."""
        start, end = places.start, places.stop
        self.parts.append((len(self.paths), listing, start))
        self.paths += listing.paths[start:end]
        self.sizes += listing.sizes[start:end]
        self.hashes += listing.hashes[start:end]
        self.size += size

    def claims(self, places: Iterable[int] | None = None) -> list[Claim]:
        """Return the claims to the files in some places, or in all."""
        found: list[Claim] = []
        for at in range(len(self.paths)) if places is None else places:
            first, listing, start = self.parts[bisect_right(self.parts, at, key=itemgetter(0)) - 1]
            found.append(listing.claim_at(start + at - first))
        return found


def _parts_of(listing: Listing) -> Iterator[tuple[range, int]]:
    """Yield ranges of places that each make at most a batch, with their bytes."""
    sizes = listing.sizes
    total = sum(sizes)
    if len(sizes) <= _BATCH_FILES and total <= _BATCH_BYTES:
        yield range(len(sizes)), total
        return
    start = size = 0
    for at, each in enumerate(sizes):
        if at > start and (at - start >= _BATCH_FILES or size + each > _BATCH_BYTES):
            yield range(start, at), size
            start, size = at, 0
        size += each
    yield range(start, len(sizes)), size


class FileReader:
    """Read files of the environment at `prefix`; `others` are prefixes that it may have had.

    Files are added as they become known and read from then on; `read` waits for the rest. Use it
    in a `with` statement, or the helping process stays.
    """

    def __init__(
        self, prefix: str, cancelled: Callable[[], bool], others: tuple[str, ...] = ()
    ) -> None:
        self.prefix = prefix
        self.others = others
        self.cancelled = cancelled
        self._folder = f"{prefix}/"
        is_alone = bool(others) or processors() < 2  # every file is searched, or nobody can help
        self._help_after = float("inf") if is_alone else HELP_AFTER
        self._seconds = 0.0
        self._helper: Helper | None = None
        self._batches = [_Batch()]
        self._next = 0
        self._compared: dict[int, list[Claim]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._helper is not None:
            self._helper.end()

    def expect(self, files: int) -> None:
        """Say how many files there will be, roughly: with many, help is called at once."""
        self._call_for_help(files * _SECONDS_A_FILE)

    def add(self, listing: Listing) -> None:
        """Take files to be read; raises nothing."""
        if self.others:  # every file is searched
            for claim in listing.claims():
                self._batch_for(1, claim.size).odd.append(claim)
                self._batches[-1].size += claim.size
            return
        for places, size in _parts_of(listing):
            self._batch_for(len(places), size).add(listing, places, size)
        for claim in listing.others:
            self._batch_for(1, claim.size).odd.append(claim)
            self._batches[-1].size += claim.size
        self._call_for_help(self._seconds)
        self._lend(_WELL_AHEAD)

    def _batch_for(self, files: int, size: int) -> _Batch:
        """Return the last batch, or a new one where so much more would be too much for it."""
        batch = self._batches[-1]
        is_full = batch.files + files > _BATCH_FILES or batch.size + size > _BATCH_BYTES
        if is_full and batch.files:
            self._seconds += batch.files * _SECONDS_A_FILE + batch.size / _BYTES_A_SECOND
            batch = _Batch()
            self._batches.append(batch)
        return batch

    def read(self, is_wanted: _IsWanted, told: Callable[[HealthProgress], None]) -> tuple[Odd, ...]:
        """Return which of the added files that are wanted are odd, in their order.

        `told` is called on this thread. Raises CheckCancelledError.
        """
        place, batches = Path(self.prefix), self._batches
        total_files = sum(each.files for each in batches)
        total_bytes = sum(each.size for each in batches)
        files = size = 0
        found: dict[int, list[Odd]] = {}
        looks = self._searched if self.others else self._glanced_at
        for number, odd in looks(is_wanted):
            found[number] = odd
            files, size = files + batches[number].files, size + batches[number].size
            told(HealthProgress(place, files, total_files, size, total_bytes))
        return tuple(odd for _, group in sorted(found.items()) for odd in group)

    def _glanced_at(self, is_wanted: _IsWanted) -> Iterator[tuple[int, list[Odd]]]:
        for _ in self._batches:
            number, wrong = self._one_more()
            yield number, self._odd((*wrong, *self._batches[number].odd), is_wanted)

    def _searched(self, is_wanted: _IsWanted) -> Iterator[tuple[int, list[Odd]]]:
        """Yield the same where every file is searched: threads do, each with whole files."""
        with ThreadPoolExecutor(processors(), "envdesk-search") as pool:
            searched = (batch.odd for batch in self._batches)
            yield from enumerate(pool.map(partial(self._odd, is_wanted=is_wanted), searched))

    def _odd(self, claims: Iterable[Claim], is_wanted: _IsWanted) -> list[Odd]:
        if self.cancelled():
            raise CheckCancelledError
        looks = (self._look(claim) for claim in claims if is_wanted(claim))
        return [odd for odd in looks if odd is not None]

    def _one_more(self) -> tuple[int, list[Claim]]:
        """Return a batch that is compared, by its number, with what needs a closer look."""
        self._lend(_AHEAD)
        if not self._compared and self._next >= len(self._batches):
            self._take(waiting=True)
        if self._compared:
            return self._compared.popitem()
        number = self._next
        self._next += 1
        batch = self._batches[number]
        if self.cancelled():
            raise CheckCancelledError
        return number, batch.claims(not_plainly_right(self._folder, batch.expected, self.cancelled))

    def _call_for_help(self, seconds: float) -> None:
        if self._helper is None and seconds >= self._help_after:
            self._help_after = float("inf")
            self._helper = Helper.start(self._folder)

    def _lend(self, ahead: int) -> None:
        """Take what the helper found by now, and give it full batches until `ahead` are out."""
        self._take()
        helper = self._helper
        if helper is None:
            return
        while len(helper.out) < ahead and self._next < len(self._batches) - 1:
            helper.ask(self._next, self._batches[self._next].expected)
            self._next += 1

    def _take(self, *, waiting: bool = False) -> None:
        if self._helper is None:
            return
        for number, places in self._helper.answers(waiting=waiting):
            self._compared[number] = self._batches[number].claims(places)
        if not self._helper.is_well:  # what it had is looked at here, one by one
            for number in self._helper.out:
                self._compared[number] = self._batches[number].claims()
            self._helper.end()
            self._helper = None

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
        digest, data = self._digest(path, keep=is_searched or size < STEP)
        if claim.sha256 and digest != claim.sha256:
            if data is not None and (self._is_original(claim, data) or self._is_ours(claim, data)):
                return None
            other = "" if data is None else self._other_place(claim, data)
            return Odd(claim, State.ELSEWHERE if other else State.ALTERED, other)
        if data is not None and is_searched:
            return self._elsewhere(claim, data)
        return None

    def _digest(self, path: str, *, keep: bool) -> tuple[str, bytes | None]:
        descriptor = os.open(path, FLAGS)
        try:
            data = os.read(descriptor, STEP)
            if len(data) < STEP:
                return hashlib.sha256(data).hexdigest(), data
            hashed = hashlib.sha256(data)
            kept = [data]
            while data := os.read(descriptor, STEP):
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
                written = rewriter.rewrite_binary(data, len(os.fsencode(claim.placeholder)))
            else:
                written = data.replace(os.fsencode(self.prefix), os.fsencode(claim.placeholder))
        except PrefixTooLongError:
            return False
        return hashlib.sha256(written).hexdigest() == claim.original

    def _other_place(self, claim: Claim, data: bytes) -> str:
        """Return the prefix that a text file names in the place of this one, otherwise as it was.

        What stands there is seen beside the copy in the cache; empty when there is none such.
        """
        if not claim.placeholder or claim.is_binary or not claim.cached:
            return ""
        try:
            original = read_whole(claim.cached)
        except OSError:
            return ""
        placeholder = os.fsencode(claim.placeholder)
        count = original.count(placeholder)
        length, rest = divmod(len(data) - len(original) + count * len(placeholder), count or 1)
        start = original.find(placeholder)
        other = data[start : start + length]
        if not count or rest or not other or original.replace(placeholder, other) != data:
            return ""
        return os.fsdecode(other) if os.path.isabs(other) and b"\n" not in other else ""  # noqa: PTH117 - of bytes

    def _is_ours(self, claim: Claim, data: bytes) -> bool:
        """Return whether a command was only made to start this environment's own Python.

        Installers write its first line, so tools that move environments write it anew, and do not
        tell the lists of files.
        """
        if claim.placeholder or not claim.path.startswith(COMMANDS) or not data.startswith(b"#!"):
            return False
        places = (self.prefix, *self.others)  # that it starts another's is told by itself
        if not any(os.fsencode(each) in data[:_LONGEST_HEAD] for each in places):
            return False
        return claim.kind is not RecordKind.CONDA or is_entry_point(data)

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
