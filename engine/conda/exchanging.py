"""Exchange packages of a prefix for others; for worker processes only: it loads rattler.

The prefix is a mirror that nobody uses yet: what goes wrong here costs nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rattler import PrefixRecord

from engine.conda.completing import complete, note_requested
from engine.conda.condarc import CondaConfiguration
from engine.conda.history import append_revision
from engine.conda.installing import install_into
from engine.errors import from_os_error
from engine.places import Places
from engine.plan import Plan
from engine.reading import read_whole
from engine.records import Record, RecordKind
from engine.replicas.ownership import InstalledRecord, decode_record
from engine.transactions.reporting import Report

_META = "conda-meta"
_CLOBBERED = "__clobbers__"  # where rattler sets files aside that two packages have


async def exchange_packages(
    plan: Plan,
    new: Path,
    places: Places,
    report: Report,
    configuration: CondaConfiguration,
    *,
    command: str,
) -> None:
    """Make the conda packages in `new`, a mirror of the plan's prefix, those of `plan.after`.

    Records of packages that stay are left as they are, to the byte. `command` is what the history
    will say was done. Raises EngineError; `new` is then of no use.
    """
    change = _worked_out(plan)
    try:
        if change.fresh or change.gone:
            await _exchange(change, plan, new, places, report, configuration)
        note_requested(new, change.asked)
        _write_history(new, change, command, configuration)
    except OSError as error:
        raise from_os_error(error, new) from error


@dataclass(frozen=True, slots=True)
class _Exchange:
    """Hold what comes and goes; `asked` are those that stay and are asked for otherwise now.

    `mended` names those that come and go as the very same, `dropped` are those whose record a
    repair has taken away already.
    """

    fresh: tuple[Record, ...]
    gone: tuple[Record, ...]
    asked: tuple[Record, ...]
    mended: frozenset[str] = frozenset()
    dropped: tuple[Record, ...] = ()


def _worked_out(plan: Plan) -> _Exchange:
    repairing = plan.repairing
    before = _readable(plan)
    mended = frozenset(repairing.restored if repairing is not None else ())
    wishes = {record.name: record.requested for record in before}
    after = plan.after.of(RecordKind.CONDA)
    staying = {record.name for record in after if not record.raw}
    return _Exchange(
        fresh=tuple(record for record in after if record.raw),
        gone=tuple(record for record in before if record.name not in staying),
        asked=tuple(
            record
            for record in after
            if not record.raw
            and record.problem is None
            and wishes.get(record.name) != record.requested
        ),
        mended=mended,
        dropped=tuple(r for r in plan.before.of(RecordKind.CONDA) if r.spelled in _dropped(plan)),
    )


def _dropped(plan: Plan) -> tuple[str, ...]:
    return plan.repairing.dropped if plan.repairing is not None else ()


def _readable(plan: Plan) -> list[Record]:
    """Return the records that are still in the mirror and can be read."""
    records = plan.before.of(RecordKind.CONDA)
    dropped = _dropped(plan)
    return [each for each in records if each.problem is None and each.spelled not in dropped]


async def _exchange(  # noqa: PLR0917 - one call, and its arguments are all of different types
    change: _Exchange,
    plan: Plan,
    new: Path,
    places: Places,
    report: Report,
    configuration: CondaConfiguration,
) -> None:
    owned = await asyncio.to_thread(_files_of, new, change.gone)
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
    await asyncio.to_thread(_sweep, new, owned)


def _robbed(new: Path, kept: Iterable[PrefixRecord], owned: set[str]) -> frozenset[str]:
    """Return packages that stay and list a file that goes with another package.

    conda lets the second package overwrite the file of the first and lists it for both.
    """
    found: set[str] = set()
    for record in kept:
        path = new / _META / f"{_stem(record)}.json"
        with suppress(OSError):
            if not owned.isdisjoint(_listed(decode_record(read_whole(str(path))))):
                found.add(record.name.normalized)
    return frozenset(found)


def _stem(record: PrefixRecord) -> str:
    return f"{record.name.normalized}-{record.version}-{record.build}"


def _installed(plan: Plan, new: Path) -> list[PrefixRecord]:
    """Return rattler's own records of what is installed, those it cannot read left out."""
    found: list[PrefixRecord] = []
    for record in _readable(plan):
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


def _files_of(new: Path, records: Iterable[Record]) -> set[str]:
    found: set[str] = set()
    for record in records:
        if record.path is not None:
            with suppress(OSError):
                found |= _listed(decode_record(read_whole(str(new / _META / record.path.name))))
    return found


def _listed(record: InstalledRecord | None) -> set[str]:
    if record is None:
        return set()
    return {*(record.files or ()), *(place for _, place, _ in record.real_paths())}


def _sweep(new: Path, owned: set[str]) -> None:
    """Delete what packages that went have left: listed files, and compiled ones of their sources.

    Folders that this empties go too.
    """
    owners: set[str] = set()
    for path in (new / _META).glob("*.json"):
        with suppress(OSError):
            owners |= _listed(decode_record(read_whole(str(path))))
    folders: set[Path] = set()
    for name in owned:
        if name in owners or os.path.isabs(name) or ".." in name.split("/"):  # noqa: PTH117
            continue
        path = new / name
        if os.path.lexists(path) and (path.is_symlink() or not path.is_dir()):
            path.unlink()
        folders.add(path.parent)
        if name.endswith(".py") and name not in owners:
            for compiled in (path.parent / "__pycache__").glob(f"{_escaped(path.stem)}.*.pyc"):
                if compiled.relative_to(new).as_posix() not in owners:
                    compiled.unlink()
            folders.add(path.parent / "__pycache__")
    folders.update(each for each in (new / _CLOBBERED).rglob("*") if each.is_dir())
    for folder in sorted(folders, key=lambda each: -len(each.parts)):
        _drop_empty(folder, new)


def _drop_empty(folder: Path, root: Path) -> None:
    for each in (folder, *folder.parents):
        if each == root:
            return
        try:
            each.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _write_history(
    new: Path, change: _Exchange, command: str, configuration: CondaConfiguration
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
