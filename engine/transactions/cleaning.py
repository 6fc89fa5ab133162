"""Carry a cleaning out: piece by piece, moved out of sight first, deleted then."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from engine.cache.claims import unclaimed
from engine.cache.locks import LockedError, hold_all, lock_files
from engine.cache.programs import running_programs, writer_at
from engine.cache.remembering import look_for_plan
from engine.cache.values import (
    CacheItem,
    CacheKind,
    CacheSpace,
    DiskPicture,
    Skipped,
    SkipReason,
    named_items,
)
from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError
from engine.events import Phase, Progress, ProgressUnit
from engine.places import Places
from engine.removal import delete_tree
from engine.requests import CLEANING, CleanRequest
from engine.transactions.journal import Journal
from engine.transactions.reporting import Report, SilentReport, SkipListener

PROGRAMS_SECONDS: Final = 2.0  # between two looks at what runs
_IN_USE = (errno.EBUSY, errno.ETXTBSY)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_WINDOWS_IN_USE = (5, 32, 33)  # access denied, sharing and lock violations


def clean(
    journal: Journal,
    request: CleanRequest,
    places: Places,
    configuration: CondaConfiguration,
    report: Report,
) -> None:
    """Delete what is named in `request`, as far as it is still what the plan meant.

    Everything is looked at anew before. Each piece goes out of sight in one step, under the locks
    of the programs that share the cache, and is deleted then; so whenever this is killed, a piece
    is there whole or gone. What stays is told to a report that listens. Raises OSError when the
    journal's folders cannot be made.
    """
    picture = look_for_plan(places, configuration)
    work = _Work(journal, places, report, picture)
    meant = {item.path for item in named_items(picture, request.choice, datetime.now(UTC))}
    for path in request.items:
        item = picture.item(path)
        if item is None:
            if os.path.lexists(path):
                work.skip(Skipped(path, path.name, SkipReason.CHANGED))
        elif item.blocked is not None:
            work.skip(Skipped(path, item.name, item.blocked))
        elif path not in meant:
            work.skip(Skipped(path, item.name, SkipReason.CHANGED))
        else:
            work.add(item)
    work.run()


class _Work:
    """Move pieces away one by one and delete them."""

    def __init__(
        self, journal: Journal, places: Places, report: Report, picture: DiskPicture
    ) -> None:
        self._journal = journal
        self._places = places
        self._report = report
        self._caches = {cache.folder: cache for cache in picture.caches}
        self._items: list[CacheItem] = []
        self._running: frozenset[str] = frozenset()
        self._looked = 0.0
        self._moved = 0

    def skip(self, skipped: Skipped) -> None:
        """Tell that something stays."""
        self._report.log(f"Left {skipped.path}: {skipped.reason} {skipped.value}".rstrip())
        if isinstance(self._report, SkipListener):
            self._report.skipped(skipped)

    def add(self, item: CacheItem) -> None:
        """Take up one piece."""
        self._items.append(item)

    def run(self) -> None:
        """Do it all; every piece counts by what it takes up."""
        total = sum(item.allocated_bytes for item in self._items)
        done = 0
        for item in self._items:
            self._tell(done, total, item.name)
            trash = self._journal.old(item.cache / CLEANING)
            trash.mkdir(parents=True, exist_ok=True)
            try:
                moved = self._move(item, self._caches[item.cache], trash)
            except LockedError as error:
                self.skip(Skipped(item.path, item.name, SkipReason.LOCKED, str(error)))
            except OSError as error:
                self.skip(_refused(item, error))
            else:
                self._delete(moved)
            done += item.allocated_bytes
        self._tell(total, total, "")
        for trash in {self._journal.old(cache / CLEANING) for cache in self._caches}:
            with suppress(OSError):
                trash.rmdir()

    def _move(self, item: CacheItem, cache: CacheSpace, trash: Path) -> list[Path]:
        """Move a piece into `trash`, unless somebody is at work on it; returns where it is now."""
        program = self._writer_at(cache.kind)
        if program:
            self.skip(Skipped(item.path, item.name, SkipReason.IN_USE, program))
            return []
        moving = (item.path, *item.companions)
        with unclaimed(self._places) as is_free, hold_all(lock_files(cache, item), moving):
            is_ours = cache.kind in (CacheKind.CONDA, CacheKind.ENVDESK, CacheKind.RATTLER)
            if is_ours and not is_free:
                self.skip(Skipped(item.path, item.name, SkipReason.IN_USE, "Envdesk"))
                return []
            return self._rename(moving, trash)

    def _rename(self, paths: Iterable[Path], trash: Path) -> list[Path]:
        moved: list[Path] = []
        for path in paths:
            self._moved += 1
            target = trash / str(self._moved)
            with suppress(FileNotFoundError):
                path.rename(target)
                moved.append(target)
        return moved

    def _delete(self, moved: list[Path]) -> None:
        for path in moved:
            try:
                delete_tree(path, SilentReport())
            except EngineError as error:  # it is out of sight; the journal sees to the rest later
                self._report.log(f"Some files will be deleted later: {error.failure.cause}")

    def _writer_at(self, kind: CacheKind) -> str:
        if time.monotonic() - self._looked > PROGRAMS_SECONDS:
            self._running = running_programs(self._places)
            self._looked = time.monotonic()
        return writer_at(kind, self._running)

    def _tell(self, done: int, total: int, item: str) -> None:
        self._report.progress(Progress(Phase.REMOVING, done, total, ProgressUnit.BYTES, item))


def _refused(item: CacheItem, error: OSError) -> Skipped:
    if error.errno == errno.EXDEV:
        return Skipped(item.path, item.name, SkipReason.OTHER_VOLUME)
    if error.errno in _IN_USE or getattr(error, "winerror", None) in _WINDOWS_IN_USE:
        return Skipped(item.path, item.name, SkipReason.IN_USE)
    reason = SkipReason.FORBIDDEN if error.errno in _FORBIDDEN else SkipReason.FAILED
    return Skipped(item.path, item.name, reason, error.strerror or str(error))
