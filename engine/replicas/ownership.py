"""Which file of an environment belongs to which package, as the packages' own lists say.

conda's lists are `conda-meta/*.json` (conda docs, "Package specification", and the models of
conda's PrefixRecord); those of PyPI packages are the RECORD files (PyPA, "Recording installed
projects"). The two writers of conda-meta differ for `noarch: python` packages: conda keeps the
path in the package, `site-packages/...`, in `paths_data` and the real path only in `files`.
"""

from __future__ import annotations

import csv
import io
import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from engine.reading import read_whole

SITE_PACKAGES: Final = "site-packages/"
SCRIPTS: Final = "python-scripts/"
PACKED: Final = (SITE_PACKAGES, SCRIPTS)  # in a package; where they lie instead is moves_of()
_BIN = ("bin/", "Scripts/")
MADE_HERE = frozenset(
    (
        "unix_python_entry_point",
        "windows_python_entry_point_script",
        "windows_python_entry_point_exe",
        "pyc_file",
        "linked_package_record",
    )
)


@dataclass(frozen=True, slots=True)
class OwnedFile:
    """Say what conda knows about one file that it installed.

    `path` is relative to the prefix, with `/`. `cache` is the folder that its package was unpacked
    into, `cached` where the file is in it, empty for files that were made at installation. Hashes
    are in hexadecimal; empty or None: unknown.
    """

    path: str
    package: str
    cache: str = ""
    cached: str = ""
    placeholder: str = ""
    is_binary: bool = False
    sha256: str = ""
    sha256_in_prefix: str = ""
    size: int | None = None

    @property
    def installed_sha256(self) -> str:
        """Return the hash that the file has in the prefix unless somebody altered it."""
        if self.sha256_in_prefix:
            return self.sha256_in_prefix
        return "" if self.placeholder else self.sha256


class PathEntry(msgspec.Struct, rename={"path": "_path"}, gc=False):
    """Mirror one entry of `paths_data.paths`."""

    path: str
    path_type: str | None = None
    prefix_placeholder: str | None = None
    file_mode: str | None = None
    sha256: str | None = None
    sha256_in_prefix: str | None = None
    size_in_bytes: int | None = None


class PathsData(msgspec.Struct, gc=False):
    """Mirror `paths_data`."""

    paths: list[PathEntry] = []


class _Link(msgspec.Struct, gc=False):
    source: str | None = None


class InstalledRecord(msgspec.Struct, gc=False):
    """Mirror what is needed of one file of conda-meta."""

    name: str
    version: str
    build: str | None = None
    noarch: str | bool | None = None
    files: list[str] | None = None
    paths_data: PathsData | None = None
    link: _Link | None = None
    extracted_package_dir: str | None = None

    @property
    def spelled(self) -> str:
        """Return `name-version-build`."""
        return "-".join(part for part in (self.name, self.version, self.build) if part)

    @property
    def cache(self) -> str:
        """Return the folder that the package was unpacked into; empty when not known."""
        linked = self.link.source if self.link is not None else None
        return linked or self.extracted_package_dir or ""

    def real_paths(self) -> Iterator[tuple[PathEntry, str, str]]:
        """Yield each entry with its path in the prefix and its path in the package."""
        moves = self.moves()
        for entry in self.paths_data.paths if self.paths_data is not None else ():
            real, packed = both_paths(entry.path, moves) if moves else (entry.path, entry.path)
            yield entry, real, packed

    def moves(self) -> tuple[tuple[str, str], ...]:
        """Return the folders in the package that lie elsewhere in the prefix, with where."""
        return moves_of(self.files or ()) if self.noarch == "python" else ()


def moves_of(files: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return which folders of a `noarch: python` package with these `files` lie where instead."""
    inside = next((path for path in files if f"/{SITE_PACKAGES}" in path), "")
    site = inside[: inside.find(f"/{SITE_PACKAGES}") + 1 + len(SITE_PACKAGES)] if inside else ""
    scripts = next((folder for path in files for folder in _BIN if path.startswith(folder)), "")
    moves = ((SITE_PACKAGES, site), (SCRIPTS, scripts))
    return tuple((packed, real) for packed, real in moves if real)


def both_paths(path: str, moves: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the path in the prefix and the one in the package of what either writer calls `path`.

    `moves` are those of its record.
    """
    for packed, real in moves:
        if path.startswith(packed):
            return real + path[len(packed) :], path
        if path.startswith(real):
            return path, packed + path[len(real) :]
    return path, path


_RECORD = msgspec.json.Decoder(InstalledRecord)
_BOM = b"\xef\xbb\xbf"


def decode_record(data: bytes) -> InstalledRecord | None:
    """Return what a file of conda-meta says, or None when it is not one or is broken."""
    with suppress(ValueError, RecursionError, msgspec.DecodeError):
        return _RECORD.decode(data.removeprefix(_BOM))
    return None


def owned_key(path: str) -> str:
    """Return what `path`, relative and with `/`, is called among owned files on this system."""
    return path.lower() if os.name == "nt" else path


def read_owned(
    prefix: Path, only: AbstractSet[str] | None = None, records: Iterable[Path] | None = None
) -> dict[str, OwnedFile]:
    """Return the files that conda owns in `prefix`, by `owned_key`.

    With `only`, no others than those of these keys; with `records`, no others than these files of
    conda-meta list. Records that cannot be read own nothing. Raises nothing.
    """
    owned: dict[str, OwnedFile] = {}
    with suppress(OSError):
        for path in sorted(_records_in(prefix) if records is None else map(os.fspath, records)):
            with suppress(OSError):
                record = decode_record(read_whole(path))
                if record is not None and (only is None or _lists_any(record, only)):
                    _add(owned, record, only)
    return owned


def _records_in(prefix: Path) -> list[str]:
    with os.scandir(prefix / "conda-meta") as entries:
        return [entry.path for entry in entries if entry.name.endswith(".json")]


def _lists_any(record: InstalledRecord, only: AbstractSet[str]) -> bool:
    """Return whether a record may list a file of `only`; quickly, because most do not."""
    if record.noarch == "python" or os.name == "nt":
        return True
    paths = record.paths_data.paths if record.paths_data is not None else []
    return not (only.isdisjoint(record.files or ()) and only.isdisjoint([p.path for p in paths]))


def _add(
    owned: dict[str, OwnedFile], record: InstalledRecord, only: AbstractSet[str] | None
) -> None:
    package, cache = record.spelled, record.cache
    for path in record.files or ():
        if only is None or owned_key(path) in only:
            owned.setdefault(owned_key(path), OwnedFile(path, package))
    for entry, path, packed in record.real_paths():
        if only is not None and owned_key(path) not in only:
            continue
        made_here = entry.path_type in MADE_HERE
        owned[owned_key(path)] = OwnedFile(
            path,
            package,
            cache,
            cached=f"{cache}/{packed}" if cache and not made_here else "",
            placeholder=entry.prefix_placeholder or "",
            is_binary=entry.file_mode == "binary",
            sha256=entry.sha256 or "",
            sha256_in_prefix=entry.sha256_in_prefix or (entry.sha256 or "" if made_here else ""),
            size=entry.size_in_bytes,
        )


def read_recorded(record: Path, site_packages: str) -> Iterator[str]:
    """Yield the paths, relative to the prefix and with `/`, that a RECORD file lists.

    `site_packages` is the folder, relative to the prefix, that the RECORD's paths start from. What
    lies outside of the prefix begins with `../` or `/`. Raises OSError.
    """
    text = record.read_bytes().decode("utf-8", "surrogateescape")
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            if row:
                yield _joined(site_packages, row[0])


def recorded_path(listed: str, site_packages: str, prefix: Path) -> str:
    """Return where a path that RECORD lists is, relative to `prefix`; empty when outside of it.

    Paths may be absolute (PyPA, "Recording installed projects"), and are on Windows when installed
    into another folder.
    """
    path = _joined(site_packages, listed)
    if not os.path.isabs(path) and not path.startswith("/"):  # noqa: PTH117 - of a text
        return "" if path in ("..", ".") or path.startswith("../") else path
    top = f"{prefix}".replace("\\", "/").rstrip("/") + "/"
    is_inside = os.path.normcase(path).startswith(os.path.normcase(top))
    return path[len(top) :] if is_inside else ""


def _joined(site_packages: str, listed: str) -> str:
    if os.name == "nt" or "/" not in listed:
        listed = listed.replace("\\", "/")  # some installers wrote it so on Windows
    return posixpath.normpath(posixpath.join(site_packages, listed))
