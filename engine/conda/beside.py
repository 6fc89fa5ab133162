"""Link new packages in a folder beside a mirror while that is made, and move them in then.

For worker processes only: it loads rattler. This is the quick way for changes in which packages
do not touch each other's files; whatever is not as plain as that is left to rattler, which is told
of everything that is installed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rattler import PrefixRecord

from engine.conda.completing import complete
from engine.conda.condarc import CondaConfiguration
from engine.conda.installing import install_into
from engine.conda.turnover import CLOBBERED, Exchange, files_of, quickly_listed, sweep, worked_out
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.places import Places
from engine.plan import Plan
from engine.reading import read_whole
from engine.records import Record, RecordKind
from engine.replicas.compiling import interpreter_in
from engine.transactions.reporting import Report

_META: Final = "conda-meta"
_SCRATCH: Final = "conda"
_PYTHON: Final = "python"


@dataclass(frozen=True, slots=True)
class Beside:
    """Hold the packages that are linked in `folder`, and which files are whose in the mirror.

    `gone` are the records that go, `owned` the files that these list, `owners` what the packages
    that stay list; no file is in both.
    """

    folder: Path
    gone: tuple[Record, ...]
    owned: frozenset[str]
    owners: frozenset[str]


async def link_beside(
    plan: Plan, new: Path, places: Places, report: Report, configuration: CondaConfiguration
) -> Beside | None:
    """Link what comes with `plan` in a folder beside `new`, the mirror that is being made.

    Returns None where that is not plain: a repair, another Python, packages that share files.
    Raises EngineError as `install_into` and `complete` do.
    """
    change = worked_out(plan)
    if not await asyncio.to_thread(_is_plain, plan, change):
        return None
    folder = new.parent / _SCRATCH
    asking = asyncio.ensure_future(asyncio.to_thread(_whose, plan.prefix, change))
    try:
        is_linked = await _link(plan, change, folder, places, report, configuration)
    finally:
        owned, owners = await asking
    if not is_linked or not owned.isdisjoint(owners):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return None
    return Beside(folder, change.gone, owned, owners)


async def _link(  # noqa: PLR0917 - one call, and its arguments are all of different types
    plan: Plan,
    change: Exchange,
    folder: Path,
    places: Places,
    report: Report,
    configuration: CondaConfiguration,
) -> bool:
    """Link what comes in `folder`; return whether that can be done apart from the others."""
    if not change.fresh:
        return True
    python = [each for each in plan.before.of(RecordKind.CONDA) if each.name == _PYTHON]
    present = await asyncio.to_thread(_set_out, python, folder)
    if present is None:
        return False
    try:
        await install_into(
            change.fresh,
            folder,
            plan.prefix,
            plan.package_cache or places.pkgs,
            report,
            places,
            configuration,
            installed=present,
            kept=present,
        )
    except EngineError as error:
        if error.code is not ErrorCode.LINK_FAILED:
            raise
        return False
    names = {record.name for record in change.fresh}
    interpreter = interpreter_in(plan.prefix)
    await complete(folder, plan.prefix, change.fresh, report, only=names, interpreter=interpreter)
    await asyncio.to_thread(_drop, python, folder)
    return True


def _set_out(python: Iterable[Record], folder: Path) -> list[PrefixRecord] | None:
    """Let `folder` seem to have the Python that packages are linked for; None if that fails."""
    (folder / _META).mkdir(parents=True)
    found: list[PrefixRecord] = []
    for record in python:
        try:
            assert record.path is not None
            shutil.copyfile(record.path, folder / _META / record.path.name)
            found.append(PrefixRecord.from_path(record.path))
        except Exception:  # noqa: BLE001 - rattler's errors have no other base
            return None
    return found


def _drop(python: Iterable[Record], folder: Path) -> None:
    for record in python:
        if record.path is not None:
            (folder / _META / record.path.name).unlink(missing_ok=True)


def _is_plain(plan: Plan, change: Exchange) -> bool:
    moving = {record.name for record in (*change.fresh, *change.gone)}
    return (
        bool(moving)
        and plan.repairing is None
        and _PYTHON not in moving
        and not os.path.lexists(plan.prefix / CLOBBERED)  # a file might have to come back
    )


def _whose(prefix: Path, change: Exchange) -> tuple[frozenset[str], frozenset[str]]:
    """Return the files of packages that go, and, if there are any, those of all that stay."""
    if not change.gone:
        return frozenset(), frozenset()
    leaving = {record.path.name for record in change.gone if record.path is not None}
    found: set[str] = set()
    for path in (prefix / _META).glob("*.json"):
        if path.name not in leaving:
            with suppress(OSError):
                found |= quickly_listed(read_whole(str(path)))
    return frozenset(files_of(prefix, change.gone)), frozenset(found)


def move_in(made: Beside, new: Path) -> bool:
    """Take what goes out of the mirror `new`, and move in what was linked beside it.

    Returns False, with nothing done, where something is in the way. What is left of the folder
    beside it goes with the transaction's own. Blocks. Raises EngineError; `new` is then of no use.
    """
    try:
        if _is_in_the_way(made, new):
            return False
        for name in _leaving(made):
            (new / _META / name).unlink(missing_ok=True)
        sweep(new, made.owned, made.owners)
        _move(made, new)
    except OSError as error:
        raise from_os_error(error, new) from error
    return True


def _leaving(made: Beside) -> list[str]:
    return [record.path.name for record in made.gone if record.path is not None]


def _is_in_the_way(made: Beside, new: Path) -> bool:
    leaving = {f"{_META}/{name}" for name in _leaving(made)}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(made.folder, folder):
            path = _joined(folder, entry.name)
            if path in made.owned or path in leaving:
                continue
            try:
                there = os.lstat(new / path)
            except FileNotFoundError:
                continue
            if not entry.is_dir(follow_symlinks=False) or not stat.S_ISDIR(there.st_mode):
                return True
            waiting.append(path)
    return False


def _move(made: Beside, new: Path) -> None:
    """Move what was linked to its place in `new`; whole folders where that has none."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(made.folder, folder):
            path = _joined(folder, entry.name)
            place = f"{new}/{path}"
            if entry.is_dir(follow_symlinks=False) and os.path.lexists(place):
                waiting.append(path)
            else:
                os.rename(entry.path, place)  # noqa: PTH104 - texts are at hand


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]]:
    """Return what was linked in a folder below `root`; of conda-meta the records alone."""
    try:
        with os.scandir(f"{root}/{folder}") as entries:
            return [each for each in entries if folder != _META or each.name.endswith(".json")]
    except FileNotFoundError:
        return []
