"""Carry the part of a repair out that is about files, in a mirror that nobody uses yet."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.conda.history import read_state, write_creation, write_state
from engine.environments.describing import MOVED_AWAY
from engine.errors import from_os_error
from engine.events import Phase, ProgressUnit
from engine.health.entry_points import COMMAND_FOLDERS, not_startable
from engine.health.mending import MendKind, Repairing
from engine.plan import Plan
from engine.records import RecordKind
from engine.removal import delete_tree
from engine.replicas.metering import Meter
from engine.replicas.relocating import relocate
from engine.transactions.reporting import Report, SilentReport

_META: Final = "conda-meta"


def open_folders(prefix: Path, repairing: Repairing) -> None:
    """Give the owner the right to read what is to be opened; nothing else changes.

    What cannot be read cannot be mirrored. Doing it again, or half, costs nothing. Raises
    EngineError (not-writable).
    """
    for path in repairing.paths(MendKind.OPENED):
        closed = prefix / path
        try:
            mode = closed.stat().st_mode
            rights = 0o500 if stat.S_ISDIR(mode) else stat.S_IRUSR
            if mode & rights != rights:
                closed.chmod(stat.S_IMODE(mode) | rights)
        except OSError as error:
            raise from_os_error(error, closed) from error


def mend_files(plan: Plan, new: Path, report: Report) -> None:
    """Do to the files of `new`, a mirror of the plan's prefix, what has to come before packages.

    Files are replaced or taken away, never written into: others may share them. Blocks. Raises
    EngineError; `new` is then of no use.
    """
    repairing = plan.repairing
    if repairing is None:
        return
    meter = Meter(report, Phase.PREPARING, ProgressUnit.FILES, len(repairing.mends))
    try:
        _open(new, repairing.paths(MendKind.OPENED))
        if paths := repairing.paths(MendKind.REWRITTEN):
            relocate(new, plan.prefix, repairing.elsewhere, paths, report)
        gone = repairing.gone
        for path in gone:
            _strike_out(new / path)
            delete_tree(new / path, SilentReport())
            meter.add(1, path)
        _drop_empty(new, gone)
        for path in repairing.paths(MendKind.PUT_BACK):
            moved = new / f"{path}{MOVED_AWAY}"
            if os.path.lexists(moved) and not os.path.lexists(new / path):
                moved.rename(new / path)
        if repairing.variables:
            write_state(new, {**read_state(new), **dict(repairing.variables)})
    except OSError as error:
        raise from_os_error(error, new) from error
    meter.finish()


def write_history_anew(plan: Plan, new: Path, configuration: CondaConfiguration) -> None:
    """Write the history of a mirror that lost it; raises EngineError."""
    repairing = plan.repairing
    if repairing is None or f"{_META}/history" not in repairing.paths(MendKind.WRITTEN):
        return
    records = plan.after.of(RecordKind.CONDA)
    specs = tuple(spec for record in records for spec in record.requested)
    try:
        write_creation(new, records, specs, f"envdesk repair -p {plan.prefix}", configuration)
    except OSError as error:
        raise from_os_error(error, new) from error


def _strike_out(link: Path) -> None:
    """Take the folder that an `.egg-link` leads to off setuptools' list of such folders."""
    listed = link.with_name("easy-install.pth")
    if link.suffix != ".egg-link" or not listed.is_file():
        return
    folder = link.read_bytes().partition(b"\n")[0].strip()
    lines = listed.read_bytes().splitlines(keepends=True)
    left = [line for line in lines if line.strip() != folder]
    if len(left) < len(lines):
        listed.write_bytes(b"".join(left))  # a mirror has a copy of its own


def _open(new: Path, paths: Iterable[str]) -> None:
    commands = {
        f"{folder}/{Path(path).name}"
        for folder in COMMAND_FOLDERS
        for path in not_startable(new / folder)
    }
    for path in paths:
        with suppress(FileNotFoundError):
            found = (new / path).stat()
            rights = stat.S_IRWXU if stat.S_ISDIR(found.st_mode) else stat.S_IRUSR | stat.S_IWUSR
            if path in commands:
                rights |= stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
            (new / path).chmod(stat.S_IMODE(found.st_mode) | rights)


def _drop_empty(new: Path, gone: Iterable[str]) -> None:
    """Delete the folders that lost their last file, and those that are empty then."""
    for folder in sorted({(new / path).parent for path in gone}, key=lambda p: -len(p.parts)):
        for each in (folder, *folder.parents):
            if new in (each, each.parent):
                break
            try:
                each.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                break
