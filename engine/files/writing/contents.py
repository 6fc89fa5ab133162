"""What an environment holds, as the writers of files need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from packaging.utils import canonicalize_name

from engine.conda.addresses import canonical_name, channel_urls
from engine.conda.channels import without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.conda.history import read_state
from engine.conda.meta import read_conda_meta
from engine.environments.details import this_subdir
from engine.environments.packages import read_packages
from engine.files.values import Place, Remark, RemarkCode
from engine.pypi.distributions import read_headers
from engine.records import Record, RecordKind, SourceKind

_WELL_KNOWN: Final = ("bioconda", "conda-forge", "defaults", "nvidia", "pytorch", "msys2")


@dataclass(frozen=True, slots=True)
class CondaEntry:
    """Hold one conda package with what locks say about it; checksums are hex or empty."""

    record: Record
    md5: str = ""
    sha256: str = ""
    size: int | None = None
    constrains: tuple[str, ...] = ()
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """Name the file that an index offers for one release; `sha256` is hex."""

    name: str
    version: str
    url: str
    sha256: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """Hold what is installed at `prefix`.

    `distributions` are Python distributions, names and versions, that conda packages brought, each
    with the package. `files` are those of an index for the PyPI packages, for formats that need
    them. `left_out` tells of what cannot be had again anywhere.
    """

    name: str
    prefix: Path
    subdir: str
    conda: tuple[CondaEntry, ...]
    pypi: tuple[Record, ...]
    distributions: tuple[tuple[str, str, str], ...]
    channels: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    files: tuple[PinnedFile, ...] = ()
    left_out: tuple[Remark, ...] = ()

    @property
    def python(self) -> str:
        """Return the version of its Python, empty without one."""
        found = (each.record.version for each in self.conda if each.record.name == "python")
        return next(found, "")


def read_contents(prefix: Path, configuration: CondaConfiguration) -> Contents:
    """Return what the environment at `prefix` holds; blocks, raises EngineError."""
    records = read_packages(prefix, configuration)
    sound = [record for record in records if record.problem is None]
    conda = tuple(_entry(each) for each in sound if each.kind is RecordKind.CONDA)
    broken = [record for record in records if record.problem is not None]
    mine = [record for record in sound if record.kind is RecordKind.PYPI]
    local = [each for each in mine if each.source.kind is not SourceKind.PYPI]
    return Contents(
        name=prefix.name,
        prefix=prefix,
        subdir=this_subdir(),
        conda=conda,
        pypi=tuple(each for each in mine if each not in local),
        distributions=_distributions(prefix, configuration),
        channels=_channels(conda, configuration),
        variables=tuple(read_state(prefix).items()),
        left_out=(
            *(missing(each.name, "its record is damaged") for each in broken),
            *(missing(each.name, "it came from a file or an address of its own") for each in local),
        ),
    )


def missing(name: str, reason: str) -> Remark:
    """Return the remark that a package cannot be named, and why."""
    return Remark(
        RemarkCode.NO_EQUIVALENT,
        Place(""),
        f"{name} is left out: {reason}.",
        (("name", name), ("reason", reason)),
    )


def lost_variables(contents: Contents) -> tuple[Remark, ...]:
    """Return the remarks for a format that holds no environment variables."""
    return tuple(
        Remark(
            RemarkCode.VARIABLE_LOST,
            Place(""),
            f"The variable {name} is left out: this format holds none.",
            (("name", name),),
        )
        for name, _ in contents.variables
    )


class _Meta(msgspec.Struct, gc=False):
    md5: str | None = None
    sha256: str | None = None
    size: int | None = None
    constrains: list[str] | None = None
    timestamp: int | None = None


_META: Final = msgspec.json.Decoder(_Meta)


def _entry(record: Record) -> CondaEntry:
    try:
        meta = _META.decode(record.path.read_bytes()) if record.path is not None else _Meta()
    except (OSError, ValueError, msgspec.DecodeError):
        meta = _Meta()
    constrains = tuple(meta.constrains or ())
    return CondaEntry(
        record, meta.md5 or "", meta.sha256 or "", meta.size, constrains, meta.timestamp
    )


def _channels(conda: Iterable[CondaEntry], configuration: CondaConfiguration) -> tuple[str, ...]:
    """Return where the packages came from, in the order in which the user asks channels."""
    used = [without_credentials(each.record.source.url) for each in conda]
    named = [_shared_name(url, configuration) for url in dict.fromkeys(used) if url]
    usual = [
        _shared_name(url, configuration)
        for each in configuration.effective_channels
        for url in channel_urls(each, configuration)
    ]
    first = [each for each in usual if each in named]
    return tuple(dict.fromkeys((*first, *named)))


def _shared_name(url: str, configuration: CondaConfiguration) -> str:
    """Return what a channel is called on other computers: a name there, or its address."""
    name = canonical_name(url, configuration)
    is_private = any(name == custom for custom, _ in configuration.custom_channels)
    return canonical_name(url) if is_private and name not in _WELL_KNOWN else name


def _distributions(
    prefix: Path, configuration: CondaConfiguration
) -> tuple[tuple[str, str, str], ...]:
    meta = read_conda_meta(prefix, configuration)
    names = {record.path: record.name for record in meta.records}
    found: dict[str, tuple[str, str, str]] = {}
    for owned in meta.distributions:
        path = prefix / owned.path
        inside = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}.get(path.suffix, "")
        try:
            headers = read_headers(str(path / inside if path.is_dir() else path))
        except OSError:
            continue
        if headers.name and headers.version:
            name = canonicalize_name(headers.name)
            found[name] = (name, headers.version, names.get(owned.record, ""))
    return tuple(sorted(found.values()))
