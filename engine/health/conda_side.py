"""What conda says of an environment: its records, decoded once and quickly for all checks.

The format is that of conda's PrefixRecord (conda docs, "conda.models.records").
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from packaging.utils import canonicalize_name

from engine.conda.channels import ChannelNames, short_name
from engine.conda.meta import RecordHead
from engine.environments.describing import JOURNAL_NAME, MOVED_AWAY, UNFINISHED_RECORD, record_name
from engine.reading import read_whole
from engine.records import RecordProblem
from engine.replicas.ownership import PathEntry, PathsData

META: Final = "conda-meta"
_BOM: Final = b"\xef\xbb\xbf"
_ANCHORS: Final = ("METADATA", "RECORD", "PKG-INFO")


class _Meta(RecordHead, gc=False):
    build_number: int | None = None
    constrains: list[str] | None = None


class _Whole(_Meta, gc=False):
    paths_data: PathsData | None = None


_DECODER: Final = msgspec.json.Decoder(_Meta)
_WHOLE: Final = msgspec.json.Decoder(_Whole)


@dataclass(slots=True)
class CondaPackage:
    """Describe one installed conda package; nothing in it is ever changed.

    `files` are relative to the prefix, with `/`. `metadata` are those of its dist-info and
    egg-info folders, relative likewise. `cache` is the folder that it was unpacked into.
    """

    name: str
    version: str
    build: str
    build_number: int
    subdir: str
    channel: str
    url: str
    sha256: str
    is_noarch_python: bool
    depends: list[str]
    constrains: list[str]
    files: list[str]
    metadata: tuple[str, ...]
    cache: str
    where: str
    python_site_packages: str = ""
    paths: list[PathEntry] = field(default_factory=list[PathEntry])

    @property
    def record(self) -> Path:
        """Return its record; few are asked for, and a text is made in no time."""
        return Path(self.where)

    @property
    def spelled(self) -> str:
        """Return `name-version-build`."""
        return "-".join(part for part in (self.name, self.version, self.build) if part)


@dataclass(frozen=True, slots=True)
class DamagedRecord:
    """Name a file of conda-meta that is not a readable record, and what is wrong with it."""

    path: Path
    problem: RecordProblem
    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class CondaSide:
    """Hold what `conda-meta` shows; `unfinished` are files that an interrupted change left.

    `surplus` are records of packages that have another one, which tells better what is there.
    """

    packages: tuple[CondaPackage, ...] = ()
    damaged: tuple[DamagedRecord, ...] = ()
    surplus: tuple[CondaPackage, ...] = ()
    unfinished: tuple[Path, ...] = ()
    moved_away: tuple[Path, ...] = ()
    has_history: bool = True
    is_frozen: bool = False


def read_conda_side(
    prefix: Path, configuration: ChannelNames, told: Callable[[CondaPackage], None] | None = None
) -> CondaSide:
    """Return what `conda-meta` of `prefix` shows. Raises OSError when it cannot be listed.

    With `told`, what is known of each file is read, too, and it hears of each package at once.
    """
    folder = prefix / META
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    packages: list[CondaPackage] = []
    damaged: list[DamagedRecord] = []
    unfinished: list[Path] = []
    moved: list[Path] = []
    channels: dict[tuple[str | None, str], str] = {}
    for entry in entries:
        name = entry.name
        if name.endswith(MOVED_AWAY):
            moved.append(folder / name)
        elif name.startswith(UNFINISHED_RECORD) or name == JOURNAL_NAME:
            unfinished.append(folder / name)
        elif name.endswith(".json"):
            found = _read(entry, configuration, channels, whole=told is not None)
            if isinstance(found, DamagedRecord):
                damaged.append(found)
                continue
            packages.append(found)
            if told is not None:
                told(found)
    names = {entry.name for entry in entries}
    surplus = tuple(_surplus(packages, prefix))
    return CondaSide(
        tuple(each for each in packages if each not in surplus) if surplus else tuple(packages),
        tuple(damaged),
        surplus,
        tuple(unfinished),
        tuple(moved),
        has_history="history" in names,
        is_frozen="frozen" in names,
    )


def _surplus(packages: list[CondaPackage], prefix: Path) -> Iterator[CondaPackage]:
    """Yield all records but the best one of packages that have several."""
    if len({package.name for package in packages}) == len(packages):
        return
    by_name: dict[str, list[CondaPackage]] = {}
    for package in packages:
        by_name.setdefault(package.name, []).append(package)

    def truth(package: CondaPackage) -> tuple[bool, bool, float]:
        is_there = all(os.path.exists(prefix / path) for path in package.metadata)  # noqa: PTH110 - raises nothing
        return is_there, package.record.stem == package.spelled, package.record.stat().st_mtime

    for several in by_name.values():
        best = max(several, key=truth)
        yield from (each for each in several if each is not best)


def _read(
    entry: os.DirEntry[str],
    configuration: ChannelNames,
    channels: dict[tuple[str | None, str], str],
    *,
    whole: bool,
) -> CondaPackage | DamagedRecord:
    parts = record_name(entry.name)
    name, version = (parts.name, parts.version) if parts is not None else ("", "")
    try:
        data = read_whole(entry.path).removeprefix(_BOM)
    except OSError:
        return DamagedRecord(Path(entry.path), RecordProblem.UNREADABLE, name, version)
    paths: list[PathEntry] = []
    try:
        meta = _decode_whole(data) if whole else _DECODER.decode(data)
        if isinstance(meta, _Whole) and meta.paths_data is not None:
            paths = meta.paths_data.paths
    except msgspec.ValidationError:
        problem = RecordProblem.INCOMPLETE if b'"name"' in data else RecordProblem.FOREIGN
        return DamagedRecord(Path(entry.path), problem, name, version)
    except (ValueError, RecursionError, msgspec.DecodeError):
        return DamagedRecord(Path(entry.path), RecordProblem.NOT_JSON, name, version)
    if not meta.name or not meta.version:
        return DamagedRecord(Path(entry.path), RecordProblem.FOREIGN, name, version)
    url = meta.url or ""
    key = (meta.channel, url.rpartition("/")[0])
    channel = channels.get(key)
    if channel is None:
        channel = channels[key] = short_name(meta.channel or key[1], configuration)
    files = meta.files or []
    linked = meta.link.source if meta.link is not None else None
    return CondaPackage(
        name=meta.name,
        version=meta.version,
        build=meta.build or "",
        build_number=meta.build_number or 0,
        subdir=meta.subdir or "",
        channel=channel,
        url=url,
        sha256=meta.sha256 or "",
        is_noarch_python=meta.noarch == "python",
        depends=meta.depends or [],
        constrains=meta.constrains or [],
        files=files,
        metadata=_metadata_of(files),
        cache=linked or meta.extracted_package_dir or "",
        where=entry.path,
        python_site_packages=meta.python_site_packages_path or "",
        paths=paths,
    )


def _decode_whole(data: bytes) -> _Meta:
    """Return what a record tells, without its files when what it tells of them is damaged."""
    with suppress(msgspec.ValidationError):
        return _WHOLE.decode(data)
    return _DECODER.decode(data)


def _metadata_of(files: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for path in [path for path in files if "-info" in path]:
        folder, _, last = path.rpartition("/")
        if last in _ANCHORS and folder.endswith((".dist-info", ".egg-info")):
            if folder.rpartition("/")[0].endswith("-packages"):  # not one that a package carries
                found[folder] = None
        elif last.endswith(".egg-info"):
            found[path] = None
    return tuple(found)


def distribution_name(metadata: str) -> str:
    """Return the normalised name that the path of a dist-info or egg-info tells."""
    stem = metadata.rpartition("/")[2].rpartition(".")[0]
    return canonicalize_name(stem.partition("-")[0])


def distribution_version(metadata: str) -> str:
    """Return the version that the path of a dist-info or egg-info tells, or nothing."""
    stem = metadata.rpartition("/")[2].rpartition(".")[0]
    return stem.split("-")[1] if "-" in stem else ""
