"""What is installed, or would be: records, environments and their figures, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class RecordKind(StrEnum):
    """Say which tool owns a record."""

    CONDA = "conda"
    PYPI = "pypi"


class SourceKind(StrEnum):
    """Say what sort of place a record came from."""

    CHANNEL = "channel"
    PYPI = "pypi"
    EDITABLE = "editable"
    LOCAL = "local"
    URL = "url"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """Say where a record came from: `name` is short and shown, `url` is exact and may be empty."""

    kind: SourceKind
    name: str
    url: str = ""


class RecordProblem(StrEnum):
    """Say why a record could not be read in full."""

    UNREADABLE = "unreadable"
    NOT_JSON = "not-json"
    FOREIGN = "foreign"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Record:
    """Describe one package that is, or would be, installed.

    `installed_bytes` is the apparent size of its files in the prefix, `installed_files` their
    number, `archive_bytes` the size of the download; None when not known. `requested` holds the
    specs by which the user asked for it; empty when it is only needed by others. `path` is the file
    that proves it (the conda-meta JSON or the dist-info folder), None for a record that is only
    planned. `raw` is the repodata record as JSON for planned conda records, opaque outside
    `engine.conda`, and empty for read ones. `copy` is empty unless the environment has several
    records of one kind and name; then it is the name of the file or folder in `path`, which tells
    them apart.
    """

    kind: RecordKind
    name: str
    version: str
    source: Source
    build: str = ""
    subdir: str = ""
    requested: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    license: str = ""
    summary: str = ""
    installed_bytes: int | None = None
    installed_files: int | None = None
    archive_bytes: int | None = None
    url: str = ""
    sha256: str = ""
    noarch: str = ""
    path: Path | None = None
    problem: RecordProblem | None = None
    raw: str = ""
    copy: str = ""

    @property
    def key(self) -> str:
        """Return what identifies the record within one environment, stable across reads."""
        if self.problem is not None and self.path is not None:
            return f"{self.kind}:{self.path.name}"
        if self.copy:
            return f"{self.kind}:{self.name}:{self.copy}"
        return f"{self.kind}:{self.name}"

    @property
    def spelled(self) -> str:
        """Return `name-version-build` as conda spells a distribution (build left out for PyPI)."""
        return "-".join(part for part in (self.name, self.version, self.build) if part)


@dataclass(frozen=True, slots=True)
class PackageVersion:
    """Describe one build of a package as a channel offers it.

    `channel` is the channel's short name, `address` its exact one. `python` is the range of Python
    that the build asks for, empty when any will do, and `fits` says whether the Python that was
    asked about is in it. `archive_bytes` is the size of the download.
    """

    version: str
    build: str
    build_number: int
    subdir: str
    channel: str
    address: str
    python: str = ""
    fits: bool = True
    archive_bytes: int | None = None
    published: datetime | None = None


class ReleaseForm(StrEnum):
    """Say in which form a release from PyPI would come to an environment."""

    WHEEL = "wheel"
    SOURCE = "source"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PypiRelease:
    """Describe one release that a package index offers, as one environment would get it.

    `python` is the range of Python that it asks for, empty when it says nothing. A yanked release
    was withdrawn by its makers, perhaps with a reason. `archive_bytes` is the download.
    """

    version: str
    form: ReleaseForm
    python: str = ""
    is_yanked: bool = False
    yanked_for: str = ""
    archive_bytes: int | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Hold the records of an environment at one moment; a plan is a pair of these."""

    records: tuple[Record, ...] = ()

    def of(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return the records that `kind` owns."""
        return tuple(record for record in self.records if record.kind is kind)


class Mark(StrEnum):
    """Say what is special about an environment."""

    BASE = "base"
    FROZEN = "frozen"
    READ_ONLY = "read-only"
    UNREADABLE = "unreadable"
    INTERRUPTED = "interrupted"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Count the allocated bytes of a prefix, each inode once.

    `own_bytes` belong to files with no name outside of the prefix; `shared_bytes` to files that
    the cache or another environment links too.
    """

    own_bytes: int
    shared_bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Environment:
    """Describe one environment as a row of the list; `sizes` is None until it was worked out.

    `name` is what conda would call it (the prefix itself when conda has no name for it). `stamp`
    changes whenever packages change (see `engine.environments.describing`).
    """

    name: str
    prefix: Path
    python_version: str
    package_count: int
    marks: tuple[Mark, ...] = ()
    changed: datetime | None = None
    installation: Path | None = None
    stamp: str = ""
    sizes: Sizes | None = None


@dataclass(frozen=True, slots=True)
class OutsidePython:
    """Describe a Python that belongs to no environment, with its pip and its user site."""

    executable: Path
    version: str
    pip_version: str
    user_site: Path | None
    user_packages: tuple[Record, ...] = ()


class DetailKey(StrEnum):
    """Name each fact of the Details view; the front end has a title and a sentence for each."""

    NAME = "name"
    PREFIX = "prefix"
    PYTHON = "python"
    PYTHON_EXECUTABLE = "python-executable"
    SITE_PACKAGES = "site-packages"
    PIP = "pip"
    CHANNELS = "channels"
    PLATFORM = "platform"
    VIRTUAL_PACKAGES = "virtual-packages"
    PACKAGE_CACHES = "package-caches"
    CONFIG_FILES = "config-files"
    LAST_CHANGE = "last-change"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Detail:
    """Hold one fact about an environment: one or several values, each worth copying."""

    key: DetailKey
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Details:
    """Hold what `conda info`, `which pip` and `pip -V` would tell of one environment."""

    prefix: Path
    facts: tuple[Detail, ...]
