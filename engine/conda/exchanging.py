"""Exchange packages of a prefix for others; for worker processes only: it loads rattler.

The prefix is a mirror that nobody uses yet: what goes wrong here costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from rattler import PrefixRecord

from engine.conda.beside import Beside, move_in
from engine.conda.completing import complete, note_requested
from engine.conda.condarc import CondaConfiguration
from engine.conda.history import append_revision
from engine.conda.installing import install_into
from engine.conda.turnover import (
    Exchange,
    all_listed,
    files_of,
    listed,
    readable,
    sweep,
    worked_out,
)
from engine.errors import from_os_error
from engine.places import Places
from engine.plan import Plan
from engine.reading import read_whole
from engine.records import Record, RecordKind
from engine.replicas.ownership import decode_record
from engine.transactions.reporting import Report

_META = "conda-meta"


async def exchange_packages(  # noqa: PLR0917 - one call, and its arguments are all of different types
    plan: Plan,
    new: Path,
    places: Places,
    report: Report,
    configuration: CondaConfiguration,
    beside: Awaitable[Beside | None],
    *,
    command: str,
) -> None:
    """Make the conda packages in `new`, a mirror of the plan's prefix, those of `plan.after`.

    `beside` is what was linked already. Records of packages that stay are left as they are, to
    the byte. `command` is what the history will say was done. Raises EngineError; `new` is then
    of no use.
    """
    change = worked_out(plan)
    made = await beside
    try:
        is_done = made is not None and await asyncio.to_thread(move_in, made, new)
        if not is_done and (change.fresh or change.gone):
            await _exchange(change, plan, new, places, report, configuration)
        note_requested(new, change.asked)
        _write_history(new, change, command, configuration)
    except OSError as error:
        raise from_os_error(error, new) from error


async def _exchange(  # noqa: PLR0917 - one call, and its arguments are all of different types
    change: Exchange,
    plan: Plan,
    new: Path,
    places: Places,
    report: Report,
    configuration: CondaConfiguration,
) -> None:
    owned = await asyncio.to_thread(files_of, new, change.gone)
    straightened = await asyncio.to_thread(_straighten, new)
    installed = _installed(plan, new)
    leaving = {record.name for record in change.gone}
    kept = [record for record in installed if record.name.normalized not in leaving]
    robbed = await asyncio.to_thread(_robbed, new, kept, owned)
    await install_into(
        change.fresh,
        new,
        plan.prefix,
        plan.package_cache or places.pkgs,
        report,
        places,
        configuration,
        installed=installed,
        kept=kept,
        again=robbed | {record.name for record in change.fresh if record.name in change.mended},
        thorough=plan.repairing is not None,
    )
    touched = {record.name for record in change.fresh} | {*_relinked(plan, kept), *robbed}
    await asyncio.to_thread(_put_back, straightened)
    await complete(new, plan.prefix, change.fresh, report, only=touched)
    await asyncio.to_thread(lambda: sweep(new, owned, all_listed(new)))


def _robbed(new: Path, kept: Iterable[PrefixRecord], owned: set[str]) -> frozenset[str]:
    """Return packages that stay and list a file that goes with another package.

    conda lets the second package overwrite the file of the first and lists it for both.
    """
    found: set[str] = set()
    for record in kept:
        path = new / _META / f"{_stem(record)}.json"
        with suppress(OSError):
            if not owned.isdisjoint(listed(decode_record(read_whole(str(path))))):
                found.add(record.name.normalized)
    return frozenset(found)


def _stem(record: PrefixRecord) -> str:
    return f"{record.name.normalized}-{record.version}-{record.build}"


def _installed(plan: Plan, new: Path) -> list[PrefixRecord]:
    """Return rattler's own records of what is installed, those it cannot read left out."""
    found: list[PrefixRecord] = []
    for record in readable(plan):
        if record.path is not None:
            with suppress(Exception):  # rattler's errors have no other base
                found.append(PrefixRecord.from_path(new / _META / record.path.name))
    return found


def _relinked(plan: Plan, kept: Iterable[PrefixRecord]) -> list[str]:
    """Return the packages that rattler links anew because site-packages moves."""
    if not python_moves(plan.before.of(RecordKind.CONDA), plan.after.of(RecordKind.CONDA)):
        return []
    return [record.name.normalized for record in kept if record.noarch.python]


def python_moves(before: Iterable[Record], after: Iterable[Record]) -> bool:
    """Return whether the minor version of Python differs, and with it the place of packages."""
    minors = [
        next((".".join(each.version.split(".")[:2]) for each in side if each.name == "python"), "")
        for side in (before, after)
    ]
    return minors[0] != minors[1]


def _straighten(new: Path) -> list[tuple[Path, bytes, bytes]]:
    """Give records of `noarch: python` packages that conda linked the paths files really have.

    conda keeps `site-packages/...` in `paths_data`, by which rattler unlinks. Returns each file
    with what was in it and what is now.
    """
    done: list[tuple[Path, bytes, bytes]] = []
    for path in sorted((new / _META).glob("*.json")):
        data = read_whole(str(path))
        record = decode_record(data)
        if record is None or record.noarch != "python":
            continue
        real = [(entry.path, place) for entry, place, _ in record.real_paths()]
        if all(packed == place for packed, place in real):
            continue
        document = cast("dict[str, Any]", json.loads(data.removeprefix(b"\xef\xbb\xbf")))
        for entry, (_, place) in zip(document["paths_data"]["paths"], real, strict=True):
            entry["_path"] = place
        written = json.dumps(document, indent=2, ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
        path.write_bytes(written)
        done.append((path, data, written))
    return done


def _put_back(straightened: Iterable[tuple[Path, bytes, bytes]]) -> None:
    for path, original, written in straightened:
        with suppress(FileNotFoundError):
            if read_whole(str(path)) == written:
                path.write_bytes(original)


def _write_history(
    new: Path, change: Exchange, command: str, configuration: CondaConfiguration
) -> None:
    fresh = [record for record in change.fresh if record.name not in change.mended]
    gone = [record for record in change.gone if record.name not in change.mended]
    gone += change.dropped
    coming = {record.name for record in change.fresh}
    known = {spec for record in change.gone for spec in record.requested}
    wished = [spec for record in (*change.fresh, *change.asked) for spec in record.requested]
    specs = [spec for spec in wished if spec not in known]
    removed = [record.name for record in gone if record.requested and record.name not in coming]
    if fresh or gone or specs:
        append_revision(
            new,
            fresh,
            gone,
            command,
            specs=specs,
            removed_specs=removed,
            configuration=configuration,
        )
