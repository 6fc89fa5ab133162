"""The durable note of unfinished work, written before the first byte changes.

A transaction owns one folder `.envdesk/<token>` beside the environments. `journal.json` in it says
what is being done; `new` is where an environment is built before it is renamed into place, `old`
is where one goes that is being removed. What has happened is read from these folders, not from a
log of steps, so that no order of crash and write can make the two disagree.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.codec import decode, encode
from engine.errors import EngineError
from engine.requests import Request, affected_prefixes
from engine.transactions.locking import WORKROOM, workroom_of

JOURNAL_FORMAT = 1


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

    def old(self, prefix: Path) -> Path:
        """Return where the environment at `prefix` is moved to when it is removed."""
        return workroom_of(prefix) / self.token / "old"

    def mark(self, prefix: Path) -> Path:
        """Return the file that proves that `prefix` was put in place by this transaction."""
        return prefix / "conda-meta" / f".envdesk-{self.token}"


def write_durably(path: Path, data: bytes) -> None:
    """Replace the content of `path` by `data`, wholly or not at all even in a power cut."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def begin(request: Request, prefix: Path) -> Journal:
    """Write the journal of a transaction that is about to start; the prefix is locked already."""
    token = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    journal = Journal(token, request, prefix, datetime.now(UTC))
    journal.folder.mkdir(parents=True)
    try:
        write_durably(journal.file, encode(journal, Journal))
    except OSError:
        shutil.rmtree(journal.folder, ignore_errors=True)
        raise
    return journal


def end(journal: Journal) -> None:
    """Forget a transaction whose work is done; what is left of its folders must be empty."""
    journal.mark(journal.prefix).unlink(missing_ok=True)
    journal.file.unlink(missing_ok=True)
    for prefix in affected_prefixes(journal.request):
        for folder in (workroom_of(prefix) / journal.token, workroom_of(prefix)):
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
