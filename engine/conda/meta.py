"""Read what conda packages are installed, from `conda-meta` alone and without running conda."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from packaging.utils import canonicalize_name

from engine.conda.addresses import spec_channel
from engine.conda.channels import ChannelNames, channel_source
from engine.conda.history import read_revisions, requested_specs
from engine.environments.describing import JOURNAL_NAME, UNFINISHED_RECORD
from engine.pypi.distributions import read_headers, read_summary
from engine.reading import read_whole
from engine.records import Record, RecordKind, RecordProblem, Source, SourceKind

META: Final = "conda-meta"

_BOM = b"\xef\xbb\xbf"
_NO_SOURCE = Source(SourceKind.UNKNOWN, "")
_METADATA_IN = {"dist-info": "/METADATA", "egg-info": "/PKG-INFO", "egg": "/EGG-INFO/PKG-INFO"}
_SPEC_NAME = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9_.\-]*)")


@dataclass(frozen=True, slots=True)
class OwnedDistribution:
    """Say which conda record owns a dist-info or egg-info; `path` is relative and uses `/`."""

    path: str
    record: Path


@dataclass(frozen=True, slots=True)
class CondaMeta:
    """Hold what `conda-meta` tells: records, Python distributions they own, site-packages.

    `site_packages` are the folders that the Python records name, relative to the prefix, `/`.
    """

    records: tuple[Record, ...]
    distributions: tuple[OwnedDistribution, ...]
    site_packages: tuple[str, ...]


class _Path(msgspec.Struct, gc=False):
    size_in_bytes: int | None = None


class _Paths(msgspec.Struct, gc=False):
    paths: list[_Path] | None = None


class _Link(msgspec.Struct, gc=False):
    source: str | None = None


class RecordHead(msgspec.Struct, gc=False):
    """Mirror what every reader needs of a file of conda-meta; others add fields of their own."""

    name: str
    version: str
    build: str | None = None
    subdir: str | None = None
    channel: str | None = None
    url: str | None = None
    sha256: str | None = None
    noarch: str | bool | None = None
    depends: list[str] | None = None
    files: list[str] | None = None
    link: _Link | None = None
    extracted_package_dir: str | None = None
    python_site_packages_path: str | None = None


class _Meta(RecordHead, gc=False):
    size: int | None = None
    license: str | None = None
    paths_data: _Paths | None = None
    requested_spec: str | None = None
    requested_specs: list[str] | None = None


class _HashedPath(msgspec.Struct, rename={"path": "_path"}, gc=False):
    path: str = ""
    sha256: str | None = None
    sha256_in_prefix: str | None = None


class _HashedPaths(msgspec.Struct, gc=False):
    paths: list[_HashedPath] = []


class _HashedMeta(msgspec.Struct, gc=False):
    paths_data: _HashedPaths | None = None


class _About(msgspec.Struct, gc=False):
    summary: str | None = None
    license: str | None = None


_META = msgspec.json.Decoder(_Meta)
_HASHED = msgspec.json.Decoder(_HashedMeta)
_ABOUT = msgspec.json.Decoder(_About)
_SALVAGE = msgspec.json.Decoder()


def read_conda_records(
    prefix: Path, configuration: ChannelNames | None = None
) -> tuple[Record, ...]:
    """Return the conda records of `prefix`, unsorted; see `read_conda_meta`."""
    return read_conda_meta(prefix, configuration).records


def read_conda_meta(
    prefix: Path,
    configuration: ChannelNames | None = None,
    alike: tuple[Path, CondaMeta] | None = None,
) -> CondaMeta:
    """Return what the JSON files of `conda-meta` in `prefix` tell; nothing when there are none.

    A file that cannot be read, is cut off, or is not a record of conda's, gives one record with a
    `problem`, named after the file. Two files of one package give two records. The format is that
    of conda's PrefixRecord (conda docs, "conda.models.records"; CEP 34 and rattler for
    `requested_specs`). `alike` is an environment of which this is a copy, and what was read there:
    a file of the same name, size and time is not read again. Raises OSError when `conda-meta` is
    there and cannot be listed.
    """
    folder = prefix / META
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return CondaMeta((), (), ())
    reader = _Reader(prefix, folder, configuration)
    known = _Known(*alike) if alike is not None else None
    for entry in entries:
        name = entry.name
        # What an interrupted change leaves behind is told by a mark of the environment.
        is_unfinished = name.startswith(UNFINISHED_RECORD) or name == JOURNAL_NAME
        if name.endswith(".json") and not is_unfinished:
            record = known.record(entry) if known is not None else None
            if known is None or record is None:
                reader.add(entry)
            else:
                reader.take(record, known.meta)
    return CondaMeta(tuple(reader.records), tuple(reader.distributions), tuple(reader.places))


def recorded_sha256(record: Path, path: str) -> str:
    """Return the hash that the conda-meta file `record` holds for `path` as it is in the prefix.

    Empty when it holds none or cannot be read.
    """
    try:
        paths = _HASHED.decode(read_whole(str(record)).removeprefix(_BOM)).paths_data
    except (OSError, ValueError, RecursionError, msgspec.DecodeError):
        return ""
    for entry in paths.paths if paths else ():
        if entry.path == path:
            return entry.sha256_in_prefix or entry.sha256 or ""
    return ""


class _Known:
    """Know the records of an environment that another one is a copy of."""

    def __init__(self, prefix: Path, meta: CondaMeta) -> None:
        self.meta = meta
        self._folder = f"{prefix}/{META}"
        self._records = {each.path.name: each for each in meta.records if each.path is not None}

    def record(self, entry: os.DirEntry[str]) -> Record | None:
        """Return the record in the file of which `entry` is a copy, None when it is not the same.

        Those with a problem are not handed on.
        """
        record = self._records.get(entry.name)
        if record is None or record.problem is not None:
            return None
        try:
            one, other = entry.stat(), os.stat(f"{self._folder}/{entry.name}")  # noqa: PTH116
        except OSError:
            return None
        is_same = (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
        return record if is_same else None


class _Reader:
    """Collect the records of one prefix in one pass."""

    def __init__(self, prefix: Path, folder: Path, configuration: ChannelNames | None) -> None:
        self.records: list[Record] = []
        self.distributions: list[OwnedDistribution] = []
        self.places: dict[str, None] = {}
        self._prefix = str(prefix)
        self._folder = folder
        self._asked = _asked_for(prefix)
        self._sources: dict[str, Source] = {}
        self._caches: dict[str, bool] = {}
        self._source = partial(channel_source, configuration=configuration)

    def add(self, entry: os.DirEntry[str]) -> None:
        path = self._folder / entry.name
        try:
            if not entry.is_file():
                self.records.append(_marked(path, RecordProblem.UNREADABLE))
                return
            data = read_whole(entry.path).removeprefix(_BOM)
        except OSError:
            self.records.append(_marked(path, RecordProblem.UNREADABLE))
            return
        try:
            meta = _META.decode(data)
            problem = None
        except msgspec.ValidationError:
            meta = _salvaged(data)
            problem = RecordProblem.INCOMPLETE
        except (ValueError, RecursionError, msgspec.DecodeError):
            self.records.append(_marked(path, RecordProblem.NOT_JSON))
            return
        if meta is None or not meta.name or not meta.version:
            self.records.append(_marked(path, RecordProblem.FOREIGN))
            return
        self.records.append(self._record(meta, path, problem))

    def take(self, record: Record, meta: CondaMeta) -> None:
        """Take over a record that was read in an environment that this one is a copy of."""
        assert record.path is not None
        path = self._folder / record.path.name
        self.records.append(replace(record, path=path))
        self.distributions += [
            OwnedDistribution(each.path, path)
            for each in meta.distributions
            if each.record == record.path
        ]
        if record.name == "python":
            self.places |= dict.fromkeys(meta.site_packages)

    def _record(self, meta: _Meta, path: Path, problem: RecordProblem | None) -> Record:
        owned = _distribution_paths(meta.files or ())
        self.distributions += [OwnedDistribution(each, path) for each in owned]
        if meta.name == "python":
            self.places[meta.python_site_packages_path or _usual_place(meta)] = None
        paths = meta.paths_data.paths if meta.paths_data else None
        summary, license_ = self._described(meta, owned)
        return Record(
            kind=RecordKind.CONDA,
            name=meta.name,
            version=meta.version,
            source=self._source_of(meta),
            build=meta.build or "",
            subdir=meta.subdir or "",
            requested=self._requested(meta),
            depends=tuple(meta.depends or ()),
            license=license_,
            summary=summary,
            installed_bytes=None
            if paths is None
            else sum([entry.size_in_bytes or 0 for entry in paths]),
            installed_files=None if meta.files is None else len(meta.files),
            archive_bytes=meta.size,
            url=meta.url or "",
            sha256=meta.sha256 or "",
            noarch=meta.noarch if isinstance(meta.noarch, str) else "",
            path=path,
            problem=problem,
        )

    def _source_of(self, meta: _Meta) -> Source:
        url = meta.url or ""
        key = f"{meta.channel}\n{url.rpartition('/')[0]}"
        source = self._sources.get(key)
        if source is None:
            source = self._sources[key] = self._source(meta.channel or "", url)
        return source

    def _requested(self, meta: _Meta) -> tuple[str, ...]:
        if meta.requested_specs:
            return tuple(meta.requested_specs)
        # conda has written the word None into records that nobody asked for.
        if meta.requested_spec and meta.requested_spec != "None":
            return (meta.requested_spec,)
        asked = self._asked.get(meta.name)
        return () if asked is None else (asked,)

    def _described(self, meta: _Meta, owned: list[str]) -> tuple[str, str]:
        """Return summary and licence, from the Python metadata or else the unpacked package."""
        wanted = canonicalize_name(meta.name) if len(owned) > 1 else ""
        for path in sorted(owned, key=lambda each: not _names(each, wanted))[:1]:
            inside = _METADATA_IN.get(path.rpartition(".")[2], "")
            try:
                file = f"{self._prefix}/{path}{inside}"
                if meta.license:
                    return read_summary(file), meta.license
                headers = read_headers(file)
            except OSError:
                break
            return headers.summary, headers.license
        package = meta.extracted_package_dir or (meta.link.source if meta.link else None) or ""
        if package and self._is_there(os.path.dirname(package)):  # noqa: PTH120 - of a string
            try:
                about = _ABOUT.decode(read_whole(f"{package}/info/about.json"))
            except (OSError, ValueError, RecursionError, msgspec.DecodeError):
                return "", meta.license or ""
            return (about.summary or "").strip(), meta.license or about.license or ""
        return "", meta.license or ""

    def _is_there(self, cache: str) -> bool:
        """Return whether the package cache is on this computer, asked once for each."""
        known = self._caches.get(cache)
        if known is None:
            # A record can name any folder; one on another computer could take a minute to answer.
            local = os.path.isabs(cache) and not cache.startswith(("//", "\\\\"))  # noqa: PTH117
            known = self._caches[cache] = local and os.path.isdir(cache)  # noqa: PTH112
        return known


def _distribution_paths(files: list[str] | tuple[()]) -> list[str]:
    found: dict[str, None] = {}
    for path in [path for path in files if "-info" in path or "EGG-INFO" in path]:
        folder, _, last = path.rpartition("/")
        if last in ("METADATA", "RECORD", "PKG-INFO"):
            if folder.endswith("/EGG-INFO"):
                found[folder.removesuffix("/EGG-INFO")] = None
            elif folder.endswith((".dist-info", ".egg-info")):
                found[folder] = None
        elif last.endswith(".egg-info"):
            found[path] = None
    return list(found)


def _names(path: str, wanted: str) -> bool:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return canonicalize_name(stem.partition("-")[0]) == wanted


def _usual_place(meta: _Meta) -> str:
    if (meta.subdir or "").startswith("win-"):
        return "Lib/site-packages"
    language = "pypy" if "pypy" in (meta.build or "") else "python"
    return f"lib/{language}{'.'.join(meta.version.split('.')[:2])}/site-packages"


def _salvaged(data: bytes) -> _Meta | None:
    """Return the fields that have the right type, when some do not; None without a name."""
    try:
        tree: object = _SALVAGE.decode(data)
        if not isinstance(tree, dict):
            return None
        kept: dict[str, object] = {}
        for field in msgspec.structs.fields(_Meta):
            try:
                value: object = tree[field.name]  # pyright: ignore[reportUnknownVariableType]
                kept[field.name] = msgspec.convert(value, field.type)
            except (KeyError, msgspec.ValidationError):
                continue
        return msgspec.convert(kept, _Meta)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return None


def _marked(path: Path, problem: RecordProblem) -> Record:
    parts = path.name.removesuffix(".json").rsplit("-", 2)
    name, version, build = parts if len(parts) == 3 else (path.stem, "", "")
    return Record(
        kind=RecordKind.CONDA,
        name=name,
        version=version,
        source=_NO_SOURCE,
        build=build,
        path=path,
        problem=problem,
    )


def _asked_for(prefix: Path) -> dict[str, str]:
    """Return the specs that conda's history says the user asked for, by package name."""
    found: dict[str, str] = {}
    for spec in requested_specs(read_revisions(prefix)):
        named = _SPEC_NAME.match(spec_channel(spec)[1])
        if named is not None:
            found[named[1].lower()] = spec
    return found
