"""Count what each package of one environment takes up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from engine.cache.directories import BLOCK, Status
from engine.cache.listing import status_of, statuses_in
from engine.cache.looking import roots_of
from engine.cache.remembering import found_places
from engine.cache.values import EnvironmentParts, PackagePart
from engine.conda.condarc import CondaConfiguration
from engine.environments.packages import read_package_table
from engine.places import Places
from engine.reading import read_whole
from engine.records import RecordKind
from engine.replicas.ownership import decode_record, owned_key, read_recorded

IS_WINDOWS = os.name == "nt"
_COMPILED = "/__pycache__/"


@dataclass(slots=True)
class _Part:
    """Add up one package; `linked` files have several names."""

    name: str = ""
    version: str = ""
    build: str = ""
    is_pypi: bool = False
    own: int = 0
    shared: int = 0
    files: int = 0


def parts_of(prefix: Path, places: Places, configuration: CondaConfiguration) -> EnvironmentParts:
    """Return what each package of the environment at `prefix` takes up, looked at anew.

    A file that two packages brought belongs to the one that pip put there. Compiled Python belongs
    with what it was compiled from. Blocks; raises EngineError (prefix-missing,
    not-an-environment).
    """
    owners = _Owners(prefix, configuration)
    caches, prefixes = found_places(places, configuration)
    roots = frozenset(roots_of([*(cache.folder for cache in caches), *prefixes]))
    rest = _Part()
    linked: dict[int, list[int]] = {}  # names not seen yet, bytes, the package
    parts = [rest, *owners.parts]
    for key, found in _files_below(os.path.realpath(prefix), roots):
        size = found.st_blocks * BLOCK
        if not key or S_ISDIR(found.st_mode):
            rest.own += size
            continue
        number = owners.number_of(key)
        parts[number].files += 1
        if found.st_nlink <= 1:
            parts[number].own += size
            continue
        seen = linked.setdefault(found.st_ino, [found.st_nlink, size, number])
        seen[0] -= 1
        seen[2] = seen[2] or number
    for missing, size, number in linked.values():
        if missing <= 0:
            parts[number].own += size
        else:
            parts[number].shared += size
    return EnvironmentParts(
        prefix,
        tuple(
            PackagePart(
                part.name, part.version, part.build, part.is_pypi, part.own, part.shared, part.files
            )
            for part in sorted(owners.parts, key=lambda each: (each.name, each.is_pypi))
        ),
        rest.own,
        rest.shared,
        rest.files,
    )


class _Owners:
    """Know which package each file belongs to, by number; 0 is none."""

    def __init__(self, prefix: Path, configuration: CondaConfiguration) -> None:
        self.parts: list[_Part] = []
        self._numbers: dict[str, int] = {}
        self._folders: dict[str, int] = {}  # dist-info: pip lists what it wrote, others may not
        table = read_package_table(prefix, configuration)
        self._add_conda(prefix)
        for record in table.records:
            if record.kind is RecordKind.PYPI and record.path is not None:
                self.parts.append(_Part(record.name, record.version, "", is_pypi=True))
                self._add_distribution(prefix, record.path)

    def number_of(self, key: str) -> int:
        """Return the number of the package that the file belongs to."""
        number = self._numbers.get(key)
        if number is None:
            folder = key.rpartition("/")[0]
            number = self._folders.get(folder)
        if number is None and _COMPILED in key:
            folder, _, name = key.partition(_COMPILED)
            number = self._numbers.get(f"{folder}/{name.partition('.')[0]}.py")
        return number or 0

    def _add_conda(self, prefix: Path) -> None:
        with suppress(OSError), os.scandir(prefix / "conda-meta") as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if not entry.name.endswith(".json"):
                    continue
                with suppress(OSError):
                    record = decode_record(read_whole(entry.path))
                    if record is None:
                        continue
                    self.parts.append(_Part(record.name, record.version, record.build or ""))
                    number = len(self.parts)
                    self._numbers[owned_key(f"conda-meta/{entry.name}")] = number
                    for path in record.files or ():
                        self._numbers.setdefault(owned_key(path), number)
                    for _, path, _ in record.real_paths():
                        self._numbers[owned_key(path)] = number

    def _add_distribution(self, prefix: Path, path: Path) -> None:
        number = len(self.parts)
        inside = os.path.relpath(path, prefix).replace(os.sep, "/")
        if not path.is_dir():
            self._numbers[owned_key(inside)] = number
            return
        self._folders[owned_key(inside)] = number
        with suppress(OSError):
            for each in read_recorded(path / "RECORD", inside.rpartition("/")[0]):
                if not each.startswith("../"):
                    self._numbers[owned_key(each)] = number


def _files_below(top: str, roots: frozenset[tuple[int, int]]) -> Iterator[tuple[str, Status]]:
    """Yield what is in the environment at `top`, by its path relative to that, and itself."""
    try:
        itself = status_of(top, is_windows=IS_WINDOWS)
    except OSError:
        return
    yield "", itself
    pending = [""]
    while pending:
        folder = pending.pop()
        with suppress(OSError):
            for name, found in statuses_in(f"{top}{os.sep}{folder}", is_windows=IS_WINDOWS):
                key = f"{folder}/{name}" if folder else name
                if S_ISDIR(found.st_mode):
                    if found.st_dev != itself.st_dev or (found.st_dev, found.st_ino) in roots:
                        continue
                    pending.append(key)
                yield owned_key(key), found
