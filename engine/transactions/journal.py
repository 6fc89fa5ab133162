"""The durable note of unfinished work, written before the first byte changes.

A transaction owns one folder `.envdesk/<token>` beside the environments. `journal.json` in it says
what is being done; `new` is where an environment is built before it is renamed into place. One
that is being removed goes to `.envdesk/<token>.old` beside where it was. What has happened is read
from these folders, not from a log of steps, so that no order of crash and write can make the two
disagree.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.codec import decode, encode
from engine.errors import EngineError
from engine.logins import without_logins
from engine.requests import CleanRequest, Request, affected_prefixes
from engine.transactions.locking import WORKROOM, workroom_of

JOURNAL_FORMAT = 1
_TOKEN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_SETTLING_SECONDS = 10
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Journal:
    """Say what a transaction does, to which prefix, since when."""

    token: str
    request: Request
    prefix: Path
    started: datetime
    format: int = JOURNAL_FORMAT

    @property
    def folder(self) -> Path:
        """Return the folder that belongs to this transaction alone."""
        return workroom_of(self.prefix) / self.token

    @property
    def file(self) -> Path:
        """Return the journal file."""
        return self.folder / "journal.json"

    @property
    def new(self) -> Path:
        """Return where a new environment is built."""
        return self.folder / "new"

    def make_durable(self) -> None:
        """Have the journal survive a power cut from here on; blocks, raises OSError."""
        with self.file.open("r+b") as stream:
            os.fsync(stream.fileno())
        _keep_names(self.folder)

    def old(self, prefix: Path) -> Path:
        """Return where the environment at `prefix` is moved to when it is removed."""
        return workroom_of(prefix) / f"{self.token}.old"

    def mark(self, prefix: Path) -> Path:
        """Return the file that proves that `prefix` was put in place by this transaction."""
        return prefix / "conda-meta" / f".envdesk-{self.token}"


def write_durably(path: Path, data: bytes) -> None:
    """Replace the content of `path` by `data`, wholly or not at all even in a power cut."""
    _write(path, data, durably=True)


def _write(path: Path, data: bytes, *, durably: bool) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        if durably:
            os.fsync(stream.fileno())
    temporary.replace(path)
    if durably:
        _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Have the names in `folder` survive a power cut."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def begin(request: Request, prefix: Path, *, durably: bool = True) -> Journal:
    """Write the journal of a transaction that is about to start; the prefix is locked already.

    Unless that is done `durably`, call `make_durable` before anything but the transaction's own
    folder changes.
    """
    token = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    journal = Journal(token, request, prefix, datetime.now(UTC))
    journal.folder.mkdir(parents=True)
    try:
        # What is needed to put things back is the kind of work and the prefix, never a password.
        text = encode(journal, Journal).decode("utf-8", "surrogateescape")
        data = without_logins(text).encode("utf-8", "surrogateescape")
        _write(journal.file, data, durably=durably)
    except OSError as error:
        if isinstance(request, CleanRequest) and error.errno in _FULL:
            # Whoever cleans a full disk must be able to. What a killed cleaning leaves is found in
            # the cache itself, and offered again.
            return journal
        shutil.rmtree(journal.folder, ignore_errors=True)
        raise
    return journal


def end(journal: Journal) -> None:
    """Forget a transaction whose work is done.

    While files of a removed environment are still there (a program held them), so is the journal.
    """
    prefixes = affected_prefixes(journal.request)
    if any(os.path.lexists(journal.old(prefix)) for prefix in prefixes):
        return
    journal.mark(journal.prefix).unlink(missing_ok=True)
    journal.file.unlink(missing_ok=True)
    for folder in (journal.folder, *map(workroom_of, prefixes)):
        with suppress(OSError):
            folder.rmdir()


def unfinished(folders: Iterable[Path]) -> tuple[Journal, ...]:
    """Return the journals found beside the environments in `folders`, damaged ones left out."""
    found: list[Journal] = []
    for folder in folders:
        try:
            entries = sorted((folder / WORKROOM).iterdir())
        except OSError:
            continue
        for entry in entries:
            journal = _read(entry)
            if journal is not None:
                found.append(journal)
    return tuple(found)


def abandoned(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return folders of transactions beside the environments in `folders` that have no journal.

    A native thread may write on for a moment after its transaction was put back, and a power cut
    may come before the journal of a change is durable, and leave it empty; what is there then
    belongs to nobody. Folders that were touched in the last seconds are left out.
    """
    found: list[Path] = []
    for folder in folders:
        with suppress(OSError):
            found += [entry for entry in (folder / WORKROOM).iterdir() if _is_abandoned(entry)]
    return tuple(found)


def _is_abandoned(folder: Path) -> bool:
    with suppress(OSError):
        return (
            _TOKEN.fullmatch(folder.name) is not None
            and _is_unwritten(folder / "journal.json")
            and time.time() - folder.stat().st_mtime > _SETTLING_SECONDS
        )
    return False


def _is_unwritten(file: Path) -> bool:
    try:
        return not file.read_bytes().strip(b"\0")
    except FileNotFoundError:
        return True


def _read(folder: Path) -> Journal | None:
    try:
        data = (folder / "journal.json").read_bytes()
        journal = decode(data, Journal)
    except (OSError, EngineError):
        return None
    # A journal speaks only for the folder it lies in: a copied or hand-made one cannot point away.
    if journal.token != folder.name or workroom_of(journal.prefix) != folder.parent:
        return None
    return journal
