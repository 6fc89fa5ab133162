"""Describe an environment as a row of the list, from file names and a few stats alone."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from engine.conda.condarc import CondaConfiguration
from engine.environments.discovering import is_environment
from engine.environments.looking import is_file, is_folder, path_key, stat_or_none
from engine.environments.naming import conda_name
from engine.places import Places
from engine.records import Environment, Mark

JOURNAL_NAME = "envdesk-journal.json"
UNFINISHED_RECORD = "prefix_record_"  # rattler's name for a record that it has not finished
FREE_THREADED = re.compile(r"_cp\d+t$")
MOVED_AWAY = ".c~"  # conda's ending for a file that it will remove when all went well


class RecordName(NamedTuple):  # made by the ten thousand, which a dataclass takes 3 times as long
    """Hold what the name of a conda-meta file tells: `name-version-build.json`."""

    name: str
    version: str
    build: str


@dataclass(slots=True)
class _Meta:
    """Hold what one look into `conda-meta` shows."""

    names: set[str] = field(default_factory=set[str])
    records: list[RecordName] = field(default_factory=list[RecordName])
    foreign: int = 0
    is_readable: bool = True
    is_interrupted: bool = False

    @property
    def python(self) -> RecordName | None:
        return next((record for record in self.records if record.name == "python"), None)


def record_name(file_name: str) -> RecordName | None:
    """Return the parts of a record's file name, or None when it is not a record's."""
    parts = file_name.removesuffix(".json").rsplit("-", 2)
    return RecordName._make(parts) if len(parts) == 3 and "" not in parts else None


def _look_into(meta: str) -> _Meta:
    seen = _Meta()
    moved: set[str] = set()
    try:
        with os.scandir(meta) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith(".json"):
                    seen.names.add(name)
                    if name.endswith(MOVED_AWAY):
                        moved.add(name.removesuffix(MOVED_AWAY))
                elif name.startswith(UNFINISHED_RECORD) or name == JOURNAL_NAME:
                    seen.is_interrupted = True
                elif (record := record_name(name)) is not None and entry.is_file():
                    seen.records.append(record)
                else:
                    seen.foreign += 1
    except OSError:
        seen.is_readable = False
    if moved:  # of a package that is there, the record of before is a left-over only
        there = {record.name for record in seen.records}
        parts = map(record_name, moved)
        seen.is_interrupted |= any(each is not None and each.name not in there for each in parts)
    return seen


def site_packages(
    prefix: str | Path, version: str, build: str = "", platform: str = sys.platform
) -> str:
    """Return where the conda package of Python `version` keeps site-packages below `prefix`.

    Free-threaded builds have a folder of their own, and so has PyPy (conda-forge docs).
    """
    if platform == "win32":
        return f"{prefix}\\Lib\\site-packages"
    minor = ".".join(version.split(".")[:2])
    if "pypy" in build:
        return f"{prefix}/lib/pypy{minor}/site-packages"
    return f"{prefix}/lib/python{minor}{'t' if FREE_THREADED.search(build) else ''}/site-packages"


@lru_cache(maxsize=16_384)
def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _count_pypi(folder: str, records: Iterable[RecordName]) -> int:
    """Count the distributions in `folder` that conda does not own, as well as names can tell.

    Name and version of a conda package's dist-info are nearly always those of the package; the few
    others are told apart by what their installer left. Only the contents of conda-meta are exact.
    """
    by_conda = {_normal(record.name): record.version for record in records}
    count = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith((".dist-info", ".egg-info")) or name.startswith("~"):
                    continue
                distribution, _, version = name[: -len(".dist-info")].partition("-")
                owned = by_conda.get(_normal(distribution))
                if owned != version:
                    count += _is_from_pypi(entry.path, is_named_by_conda=owned is not None)
    except OSError:
        return count
    return count


def _is_from_pypi(path: str, *, is_named_by_conda: bool) -> bool:
    if path.endswith(".egg-info"):
        return not is_named_by_conda and is_file(f"{path}/installed-files.txt")
    try:
        with open(f"{path}/INSTALLER", "rb") as stream:  # noqa: PTH123 - one a distribution
            return stream.read(32).strip() != b"conda"
    except OSError:
        return not is_named_by_conda


def describe(prefix: Path, places: Places, configuration: CondaConfiguration) -> Environment:
    """Return the row of the environment at `prefix`; sizes are left out.

    `package_count` is the number of rows of its package table: exact for conda's, and for PyPI's
    unless a conda package hides under another name or version and says that pip installed it.
    Takes a few hundred microseconds and raises nothing: what cannot be read becomes a mark.
    """
    text = str(prefix)
    # Each folder is asked for its time before it is listed: what changes in between then makes
    # the stamp too old, which is noticed, and never too new.
    stats = [stat_or_none(f"{text}/conda-meta"), stat_or_none(f"{text}/conda-meta/history")]
    meta = _look_into(f"{text}/conda-meta")
    python = meta.python
    packages = _remember_layout(text, stats[0], python)
    stats.append(stat_or_none(packages) if packages else None)
    count = len(meta.records) + meta.foreign
    if packages:
        count += _count_pypi(packages, meta.records)
    times = [found.st_mtime for found in stats if found is not None]
    return Environment(
        name=conda_name(prefix, configuration, places),
        prefix=prefix,
        python_version=python.version if python is not None else "",
        package_count=count,
        marks=tuple(_marks(prefix, meta, configuration, places)),
        changed=_moment(max(times)) if times else None,
        installation=_installation(prefix, configuration),
        stamp=_digest(stats),
    )


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _marks(
    prefix: Path, meta: _Meta, configuration: CondaConfiguration, places: Places
) -> Iterable[Mark]:
    text = str(prefix)
    if not meta.is_readable and not is_environment(text):
        yield Mark.MISSING
        return
    if _is_base(prefix, meta, configuration, places):
        yield Mark.BASE
    if "frozen" in meta.names:  # CEP 22
        yield Mark.FROZEN
    if not _is_writable(text):
        yield Mark.READ_ONLY
    if not meta.is_readable or meta.foreign or "history" not in meta.names:
        yield Mark.UNREADABLE
    if meta.is_interrupted:
        yield Mark.INTERRUPTED


def _is_base(prefix: Path, meta: _Meta, configuration: CondaConfiguration, places: Places) -> bool:
    key = path_key(prefix)
    if any(path_key(root) == key for root in configuration.root_prefixes):
        return True
    parent = path_key(prefix.parent)
    if any(path_key(folder) == parent for folder in (places.envs, *configuration.envs_dirs)):
        return False  # conda can be a package of any environment
    return any(record.name == "conda" for record in meta.records) and (
        is_folder(prefix / "envs") or is_folder(prefix / "pkgs")
    )


def _is_writable(prefix: str, platform: str = sys.platform) -> bool:
    """Return whether conda would take `prefix` for writable: it opens the history to append."""
    meta = f"{prefix}/conda-meta"
    if platform != "win32":
        return os.access(meta, os.W_OK | os.X_OK) and os.access(prefix, os.W_OK | os.X_OK)
    try:
        os.close(os.open(f"{meta}/history", os.O_WRONLY | os.O_APPEND))
    except FileNotFoundError:
        return os.access(meta, os.W_OK)
    except OSError:
        return False
    return True


def _installation(prefix: Path, configuration: CondaConfiguration) -> Path | None:
    """Return the conda installation that `prefix` is, or in whose folder it is."""
    keys = {path_key(root): root for root in configuration.root_prefixes}
    own = keys.get(path_key(prefix))
    if own is not None or prefix.parent.name != "envs":
        return own
    return keys.get(path_key(prefix.parent.parent))


_Signature = tuple[int, ...]
_layouts: dict[str, tuple[_Signature, str]] = {}
LAYOUTS_KEPT = 4096


def stamp_of(prefix: Path) -> str:
    """Return a text that differs whenever anybody changed the packages of `prefix`.

    It is made of the times, sizes and numbers of `conda-meta`, its history and site-packages,
    which every installer touches, and is the same in every process. Empty when no `conda-meta` is
    there. Takes some ten microseconds.
    """
    text = str(prefix)
    meta = stat_or_none(f"{text}/conda-meta")
    if meta is None:
        return ""
    history = stat_or_none(f"{text}/conda-meta/history")
    packages = _packages_folder(text, meta)
    return _digest((meta, history, stat_or_none(packages) if packages else None))


def packages_folder(prefix: Path) -> str:
    """Return the site-packages folder of conda's Python at `prefix`; empty without one."""
    text = str(prefix)
    meta = stat_or_none(f"{text}/conda-meta")
    return "" if meta is None else _packages_folder(text, meta)


def _packages_folder(prefix: str, meta: os.stat_result) -> str:
    """Return site-packages, or nothing, reading `conda-meta` only when it has changed."""
    known = _layouts.get(prefix)
    if known is not None and known[0] == _signature(meta):
        return known[1]
    return _remember_layout(prefix, meta, _look_into(f"{prefix}/conda-meta").python)


def _remember_layout(prefix: str, meta: os.stat_result | None, python: RecordName | None) -> str:
    """Return site-packages, or nothing; remembers it for as long as `conda-meta` stays as it is."""
    packages = site_packages(prefix, python.version, python.build) if python is not None else ""
    if len(_layouts) >= LAYOUTS_KEPT:
        _layouts.clear()
    _layouts[prefix] = (_signature(meta), packages)
    return packages


def _signature(found: os.stat_result | None) -> _Signature:
    if found is None:
        return ()
    return (found.st_mtime_ns, found.st_ino, found.st_size, found.st_nlink)


def _digest(stats: Sequence[os.stat_result | None]) -> str:
    if stats[0] is None:
        return ""
    text = repr([_signature(found) for found in stats])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
