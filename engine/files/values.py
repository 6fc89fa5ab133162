"""What a file asks for, as plain values that do not depend on its format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class FileKind(StrEnum):
    """Name each kind of file that can be read; never rename one."""

    ENVIRONMENT_YAML = "environment-yaml"
    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"
    PYPROJECT = "pyproject"
    SETUP_CFG = "setup-cfg"
    PIPFILE = "pipfile"
    PYLOCK = "pylock"
    CONDA_LOCK = "conda-lock"
    PIXI_LOCK = "pixi-lock"
    EXPLICIT = "explicit"
    CONDA_LIST = "conda-list"
    PIP_FREEZE = "pip-freeze"
    CONDA_PACKAGE = "conda-package"
    WHEEL = "wheel"
    SCRIPT = "script"  # PEP 723
    NOTEBOOK = "notebook"


class WantedKind(StrEnum):
    """Say in whose words something is asked for."""

    CONDA = "conda"  # a MatchSpec
    PYTHON = "python"  # a PEP 508 requirement, which conda or PyPI may bring
    PIP = "pip"  # a requirement that the file itself gives to pip


@dataclass(frozen=True, slots=True)
class Place:
    """Point at a line of a file, counted from 1; 0 when the file has no lines to count."""

    file: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Describe one thing that a file asks for.

    `text` is the spec or requirement, normalised, `written` what the file says. `group` is the
    extra or dependency group it belongs to, empty for what is always asked for. `applies` says
    whether its marker or selector holds for this computer and the Python that is meant; `hashes`
    are `algorithm:hex`.
    """

    kind: WantedKind
    name: str
    text: str
    written: str
    place: Place
    group: str = ""
    applies: bool = True
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Locked:
    """Describe one exact package of a lock or an explicit list.

    `url` is where it comes from; `md5` and `sha256` are hex, empty when the file has none.
    `platforms` names the conda subdirs it is for, empty for all.
    """

    kind: WantedKind
    name: str
    version: str
    url: str
    place: Place
    build: str = ""
    channel: str = ""
    md5: str = ""
    sha256: str = ""
    size: int | None = None
    platforms: tuple[str, ...] = ()
    group: str = ""


class RemarkCode(StrEnum):
    """Name everything in a file that cannot be kept, or not as written; never rename one."""

    OPTION_MEANINGLESS = "option-meaningless"
    OPTION_UNKNOWN = "option-unknown"
    INCLUDE_MISSING = "include-missing"
    INCLUDE_OUTSIDE = "include-outside"  # lies outside of the folder of the file, was not read
    INCLUDE_LOOP = "include-loop"
    OTHER_SYSTEM = "other-system"
    VARIABLE_UNSET = "variable-unset"
    LINE_INVALID = "line-invalid"
    NAME_IGNORED = "name-ignored"
    PREFIX_IGNORED = "prefix-ignored"
    ENCODING_GUESSED = "encoding-guessed"
    FORMAT_NEWER = "format-newer"
    PLATFORM_MISSING = "platform-missing"
    HASH_MISSING = "hash-missing"
    DUPLICATE = "duplicate"
    NOT_SUPPORTED = "not-supported"
    PATH_ELSEWHERE = "path-elsewhere"  # a place on the computer where the file was written
    FILE_NOT_READ = "file-not-read"  # lies beside the one that was chosen in a folder
    NOTHING_FOUND = "nothing-found"
    NOT_TICKED = "not-ticked"  # runs code or trusts a host, and nobody agreed to that
    LEFT_OUT = "left-out"  # by whom the table of who brings what is filled in
    NO_EQUIVALENT = "no-equivalent"  # a package that a written format cannot name
    VARIABLE_LOST = "variable-lost"  # that a written format cannot hold


@dataclass(frozen=True, slots=True)
class Remark:
    """Say what of a line is not kept, and why: a code, the values in it, an English summary."""

    code: RemarkCode
    place: Place
    summary: str
    values: tuple[tuple[str, str], ...] = ()

    def value(self, key: str) -> str:
        """Return the value stored under `key`, or an empty string."""
        return dict(self.values).get(key, "")


class ConsentCode(StrEnum):
    """Name everything that only happens when the user ticks it; never rename one."""

    RUNS_CODE = "runs-code"  # git+, -e, a source folder or archive
    URL = "url"
    LOCAL_PATH = "local-path"
    INDEX = "index"
    EXTRA_INDEX = "extra-index"
    FIND_LINKS = "find-links"
    TRUSTED_HOST = "trusted-host"


@dataclass(frozen=True, slots=True)
class Consent:
    """Ask for a tick: `text` is what the file says, credentials masked, `target` host or path.

    `key` identifies it from one look at the file to the next.
    """

    code: ConsentCode
    key: str
    text: str
    target: str
    place: Place


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Hold what a file tells pip about where to look; addresses may hold credentials."""

    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    no_index: bool = False
    pre: bool = False
    require_hashes: bool = False
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Say what one of several files, called as it was named, was taken for."""

    path: Path
    kind: FileKind
    certain: bool = True
    could_be: tuple[FileKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what one file, with those it includes, asks for.

    `files` are all that were read, the first one first; `parts` tell of each that was named, when
    those were several. `certain` is False when another kind would
    be as good a guess; `could_be` names those. With `only_channels` no others may help out (CEP 24,
    `nodefaults`). `python` is the range of Python it demands (PEP 440), empty for any. `groups` are
    the extras and groups to choose from, on top of what has none; `environments` are complete sets
    of which one is chosen, and `group` of a package is then one of these. `wanted` holds open
    wishes, `locked` exact packages; `constraints` narrow what gets installed without asking for
    anything. `platforms` are the conda subdirs that it is for, empty for all or unknown.
    `variables` are environment variables to set.
    """

    kind: FileKind
    path: Path | None
    files: tuple[Path, ...] = ()
    parts: tuple[Part, ...] = ()
    certain: bool = True
    could_be: tuple[FileKind, ...] = ()
    name: str = ""
    prefix: str = ""
    channels: tuple[str, ...] = ()
    only_channels: bool = False
    python: str = ""
    groups: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    constraints: tuple[Wanted, ...] = ()
    locked: tuple[Locked, ...] = ()
    platforms: tuple[str, ...] = ()
    index: IndexOptions = IndexOptions()
    variables: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Remark, ...] = ()
    consents: tuple[Consent, ...] = ()

    @property
    def is_lock(self) -> bool:
        """Return whether the file names exact packages that are installed as they are."""
        return bool(self.locked)


class ExportFormat(StrEnum):
    """Name each format that an environment can be written in."""

    ENVIRONMENT_YAML = "environment-yaml"  # what the user chose, for any computer
    ENVIRONMENT_YAML_EXACT = "environment-yaml-exact"
    REQUIREMENTS = "requirements"
    EXPLICIT = "explicit"
    CONDA_LOCK = "conda-lock"
    PIXI_LOCK = "pixi-lock"
    PYLOCK = "pylock"


@dataclass(frozen=True, slots=True)
class Export:
    """Hold a written file: `left_out` says which packages it cannot carry, and why."""

    format: ExportFormat
    file_name: str
    text: str
    left_out: tuple[Remark, ...] = ()
