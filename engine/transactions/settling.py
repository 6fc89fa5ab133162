"""Bring interrupted work to an end: finish it, or put back what was."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.environments.registering import register, unregister
from engine.errors import EngineError
from engine.events import Settlement
from engine.messages import SettledMessage
from engine.places import Places
from engine.removal import delete_tree
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    affected_prefixes,
)
from engine.transactions.journal import Journal, abandoned, end, unfinished
from engine.transactions.locking import hold
from engine.transactions.reporting import Report, SilentReport

_ATTEMPTS = 10  # a native thread of a failed installation may still be writing


def settle_all(
    folders: Iterable[Path], places: Places, *, timeout: float = 0
) -> tuple[SettledMessage, ...]:
    """Settle every piece of work in `folders` that no living process is at.

    `timeout` is how many seconds to wait for a process that still holds a lock. Work that cannot
    be settled now (no right to write, files in use) stays for the next look.
    """
    folders = tuple(folders)
    settled: list[SettledMessage] = []
    for journal in unfinished(folders):
        with (
            suppress(EngineError),
            hold(affected_prefixes(journal.request), places, timeout=timeout),
        ):
            if not journal.file.exists():  # its owner finished while we waited for the lock
                continue
            settlement = settle(journal, places)
            settled.append(SettledMessage(journal.prefix, journal.request, settlement))
    for folder in abandoned(folders):
        with suppress(EngineError, OSError):
            delete_tree(folder, SilentReport())
    return tuple(settled)


def settle(journal: Journal, places: Places, report: Report | None = None) -> Settlement:
    """Settle `journal`, whose prefixes are locked by the caller.

    Doing it again after being killed half-way comes to the same end. A cleaning or a linking of
    copies leaves alone what it had not begun with.
    """
    report = report or SilentReport()
    match journal.request:
        case CreateRequest() | ExactRequest() | CloneRequest():
            settlement = _settle_new(journal, places, report)
        case RenameRequest(source=source):
            settlement = _settle_new(journal, places, report)
            if settlement is Settlement.FINISHED:
                take_away(journal, source, places, report)
            elif os.path.lexists(journal.old(source)) and not os.path.lexists(source):
                journal.old(source).rename(source)
        case ChangeRequest(prefix=prefix) | RepairRequest(prefix=prefix):
            settlement = _settle_changed(journal, prefix, report)
        case RemoveRequest(prefix=prefix):
            if os.path.lexists(journal.old(prefix)) or not os.path.lexists(prefix):
                take_away(journal, prefix, places, report)
                settlement = Settlement.FINISHED
            else:
                settlement = Settlement.PUT_BACK
        case CleanRequest(items=items):
            empty_trash(journal, report)
            is_done = not any(os.path.lexists(item) for item in items)
            settlement = Settlement.FINISHED if is_done else Settlement.PUT_BACK
        case RelinkRequest():
            empty_trash(journal, report)
            settlement = Settlement.PUT_BACK
    end(journal)
    return settlement


def empty_trash(journal: Journal, report: Report) -> None:
    """Delete what `journal` moved out of sight; what a program holds on to stays for later."""
    for prefix in affected_prefixes(journal.request):
        try:
            delete_tree(journal.old(prefix), report)
        except EngineError as error:
            report.log(f"Some files will be deleted later: {error.failure.cause}")


def _settle_new(journal: Journal, places: Places, report: Report) -> Settlement:
    if journal.mark(journal.prefix).exists():
        register(places, journal.prefix)
        drop_scratch(journal)
        return Settlement.FINISHED
    _drop_new(journal, report)
    drop_scratch(journal)
    return Settlement.PUT_BACK


def _drop_new(journal: Journal, report: Report) -> None:
    for _ in range(_ATTEMPTS):
        if not os.path.lexists(journal.new):
            break
        with suppress(EngineError):
            delete_tree(journal.new, report)


def _settle_changed(journal: Journal, prefix: Path, report: Report) -> Settlement:
    if journal.mark(prefix).exists():
        drop_old(journal, prefix, report)
        drop_scratch(journal)
        return Settlement.FINISHED
    if os.path.lexists(journal.old(prefix)) and not os.path.lexists(prefix):
        journal.old(prefix).rename(prefix)
    _drop_new(journal, report)
    drop_scratch(journal)
    return Settlement.PUT_BACK


def drop_scratch(journal: Journal) -> None:
    """Delete what is still in the transaction's folder, but for its journal."""
    with suppress(OSError):
        for entry in journal.folder.iterdir():
            if entry != journal.file:
                with suppress(EngineError):
                    delete_tree(entry, SilentReport())


def drop_old(journal: Journal, prefix: Path, report: Report) -> None:
    """Delete the files of what was moved out of sight; those that are in use go later."""
    try:
        delete_tree(journal.old(prefix), report)
    except EngineError as error:  # the journal stays, and with it the next look's duty
        report.log(f"Some files will be deleted later: {error.failure.cause}")


def take_away(journal: Journal, prefix: Path, places: Places, report: Report) -> None:
    """Move the environment at `prefix` out of sight in one step, forget it, delete its files."""
    move_away(journal, prefix)
    report.settle_down()
    unregister(places, prefix)
    drop_old(journal, prefix, report)  # it is gone from sight


def move_away(journal: Journal, prefix: Path) -> None:
    """Move the environment at `prefix` out of sight, unless that was done already."""
    old = journal.old(prefix)
    if not os.path.lexists(old) and os.path.lexists(prefix):
        old.parent.mkdir(parents=True, exist_ok=True)
        prefix.rename(old)
