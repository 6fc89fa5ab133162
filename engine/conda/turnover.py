"""What comes and what goes when packages of a prefix are exchanged, and what those leave."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.plan import Plan
from engine.reading import read_whole
from engine.records import Record, RecordKind
from engine.replicas.ownership import InstalledRecord, decode_record

_META = "conda-meta"
CLOBBERED = "__clobbers__"  # where rattler sets files aside that two packages have


@dataclass(frozen=True, slots=True)
class Exchange:
    """Hold what comes and goes; `asked` are those that stay and are asked for otherwise now.

    `mended` names those that come and go as the very same, `dropped` are those whose record a
    repair has taken away already.
    """

    fresh: tuple[Record, ...]
    gone: tuple[Record, ...]
    asked: tuple[Record, ...]
    mended: frozenset[str] = frozenset()
    dropped: tuple[Record, ...] = ()


def worked_out(plan: Plan) -> Exchange:
    """Return what becomes of the conda packages of the prefix of `plan`."""
    repairing = plan.repairing
    before = readable(plan)
    mended = frozenset(repairing.restored if repairing is not None else ())
    wishes = {record.name: record.requested for record in before}
    after = plan.after.of(RecordKind.CONDA)
    staying = {record.name for record in after if not record.raw}
    return Exchange(
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


def readable(plan: Plan) -> list[Record]:
    """Return the records that are still in the mirror and can be read."""
    records = plan.before.of(RecordKind.CONDA)
    dropped = _dropped(plan)
    return [each for each in records if each.problem is None and each.spelled not in dropped]


def files_of(prefix: Path, records: Iterable[Record]) -> set[str]:
    """Return the files that the records of installed packages in `prefix` list."""
    found: set[str] = set()
    for record in records:
        if record.path is not None:
            with suppress(OSError):
                found |= listed(decode_record(read_whole(str(prefix / _META / record.path.name))))
    return found


def listed(record: InstalledRecord | None) -> set[str]:
    """Return the files that a record of conda-meta lists, by their paths in the prefix."""
    if record is None:
        return set()
    if record.noarch == "python" or record.paths_data is None:
        return {*(record.files or ()), *(place for _, place, _ in record.real_paths())}
    return {*(record.files or ()), *[entry.path for entry in record.paths_data.paths]}


class _Files(msgspec.Struct, gc=False):
    files: list[str] | None = None


_FILES = msgspec.json.Decoder(_Files)


def quickly_listed(data: bytes) -> set[str]:
    """Return the files that the content of a file of conda-meta lists.

    Its list of files alone is read where it has one: conda and rattler both put every path there.
    """
    try:
        files = _FILES.decode(data).files
    except (ValueError, RecursionError, msgspec.DecodeError):
        files = None
    return set(files) if files else listed(decode_record(data))


def all_listed(prefix: Path) -> set[str]:
    """Return the files that the packages in `prefix` list."""
    found: set[str] = set()
    for path in (prefix / _META).glob("*.json"):
        with suppress(OSError):
            found |= listed(decode_record(read_whole(str(path))))
    return found


def sweep(new: Path, owned: Iterable[str], owners: Collection[str]) -> None:
    """Delete what packages that went have left: listed files, and compiled ones of their sources.

    `owned` are the files that they listed, `owners` those that others list. Folders that this
    empties go too.
    """
    folders: set[Path] = set()
    compiled: dict[str, list[str]] = {}
    for name in owned:
        if name in owners or os.path.isabs(name) or ".." in name.split("/"):  # noqa: PTH117
            continue
        path = f"{new}/{name}"
        with suppress(FileNotFoundError, NotADirectoryError):
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                os.unlink(path)  # noqa: PTH108 - a text is at hand
        folder, _, last = name.rpartition("/")
        folders.add(new / folder)
        if name.endswith(".py"):
            cache = f"{folder}/__pycache__" if folder else "__pycache__"
            if cache not in compiled:
                compiled[cache] = _names(new / cache)
            stem = f"{last.removesuffix('.py')}."
            for each in compiled[cache]:
                is_its = each.startswith(stem) and each.endswith(".pyc")
                if is_its and f"{cache}/{each}" not in owners:
                    (new / cache / each).unlink(missing_ok=True)
            folders.add(new / cache)
    folders.update(each for each in (new / CLOBBERED).rglob("*") if each.is_dir())
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


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are wanted
    except OSError:
        return []
