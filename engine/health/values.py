"""Health problems and what mends them, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final


class FindingCode(StrEnum):
    """Name every health problem; never rename one."""

    # what pip and conda did to each other
    CONDA_OVERWRITTEN = "conda-overwritten"  # pip put another version in its place
    CONDA_OVERWRITTEN_SAME = "conda-overwritten-same"  # pip put the same version in its place
    CONDA_DIST_INFO_GONE = "conda-dist-info-gone"
    TWO_COPIES = "two-copies"
    PIP_LEFTOVERS = "pip-leftovers"
    # what packages need
    REQUIREMENT_MISSING = "requirement-missing"
    REQUIREMENT_UNMET = "requirement-unmet"  # there, at a version that does not fit
    REQUIREMENT_OPTIONAL = "requirement-optional"
    PYTHON_UNFIT = "python-unfit"  # made for another Python, or another kind of computer
    DEPENDS_UNMET = "depends-unmet"
    CONSTRAINS_VIOLATED = "constrains-violated"
    # files
    FILES_MISSING = "files-missing"
    FILES_ALTERED = "files-altered"
    FILES_OWNED_TWICE = "files-owned-twice"
    LINKS_BROKEN = "links-broken"
    INTERPRETER_MISSING = "interpreter-missing"
    INTERPRETER_BROKEN = "interpreter-broken"
    SCRIPTS_ELSEWHERE = "scripts-elsewhere"  # entry points that start another prefix's Python
    PREFIX_ELSEWHERE = "prefix-elsewhere"  # other files that name another prefix as their own
    FILES_UNOWNED = "files-unowned"
    EDITABLE_GONE = "editable-gone"
    PERMISSIONS_WRONG = "permissions-wrong"
    # what leaks in, and which pip
    USER_SITE_LEAKS = "user-site-leaks"
    PATH_LEAKS = "path-leaks"  # PYTHONPATH and pip's own variables
    PIP_MISSING = "pip-missing"
    PIP_ELSEWHERE = "pip-elsewhere"
    # what work left behind
    INTERRUPTED = "interrupted"
    CONDA_LEFTOVERS = "conda-leftovers"
    META_UNREADABLE = "meta-unreadable"
    PREFIX_GONE = "prefix-gone"
    FROZEN = "frozen"
    # where packages come from
    CHANNELS_MIXED = "channels-mixed"
    GONE_FROM_CHANNEL = "gone-from-channel"
    PYTHON_ENDED = "python-ended"
    VULNERABLE = "vulnerable"


_REQUIREMENTS: Final = (
    FindingCode.REQUIREMENT_MISSING,
    FindingCode.REQUIREMENT_UNMET,
    FindingCode.REQUIREMENT_OPTIONAL,
)
_CHOICES: Final = (
    FindingCode.EDITABLE_GONE,  # its folder may come back
    FindingCode.FILES_OWNED_TWICE,  # one of the packages has to go
    FindingCode.FILES_UNOWNED,
    FindingCode.FROZEN,
    FindingCode.PREFIX_GONE,  # its disk may be connected again
    FindingCode.PYTHON_ENDED,
)


class Gravity(StrEnum):
    """Say how much a finding matters; only broken and risky ones colour the dot."""

    BROKEN = "broken"
    RISKY = "risky"
    NOTE = "note"


class Depth(StrEnum):
    """Say what a check may cost."""

    QUICK = "quick"  # conda-meta and dist-info folders only
    DEEP = "deep"  # every file, hashed
    ONLINE = "online"  # asks channels and the index, only when the user wants it


class RepairKind(StrEnum):
    """Name each way to mend something; the subject of the step is the package unless said."""

    RESTORE_CONDA = "restore-conda"  # put conda's very files of the package back
    HAND_TO_PYPI = "hand-to-pypi"  # let PyPI's copy be the only one, drop conda's record of it
    REINSTALL_PYPI = "reinstall-pypi"  # the same release again, from the index
    REMOVE_COPY = "remove-copy"  # subject: the dist-info folder that goes, by its name
    INSTALL = "install"  # subject: a requirement, brought by conda first, else by PyPI
    INSTALL_CONDA = "install-conda"  # subject: a conda spec, which PyPI has nothing for
    UPDATE = "update"  # subject: a package, or what is wanted of it: `python>=3.12`, `channel::x`
    REMOVE = "remove"
    DELETE_FILES = "delete-files"  # subject: a path inside the prefix that nothing needs
    REWRITE_PREFIX = "rewrite-prefix"  # subject: the other prefix that files name
    ALLOW_WRITING = "allow-writing"
    ADD_PIP = "add-pip"
    ISOLATE = "isolate"  # keep the user site out, by a variable of the environment
    FORGET = "forget"  # strike the prefix from the registry
    SETTLE = "settle"
    UNFREEZE = "unfreeze"  # take the mark away that asks for the environment to be left alone
    REBUILD_RECORD = "rebuild-record"  # write a readable conda-meta record anew


@dataclass(frozen=True, slots=True)
class RepairStep:
    """Ask for one thing to be mended; `subject` is what `kind` says.

    `release` is the version that is there afterwards, where it is known; it is only told.
    """

    kind: RepairKind
    subject: str = ""
    release: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class RepairWish:
    """Ask for one problem to be mended in the first of `ways` that goes with what else is wished.

    `key` is that of the finding.
    """

    key: str
    ways: tuple[tuple[RepairStep, ...], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Point at what proves a finding: a path, or words such as a version, or both."""

    path: Path | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Describe one health problem of the environment at `prefix`.

    `subject` is what it is about, a package name mostly; with `code` it identifies the finding
    from one look to the next. `values` are what a front end puts into its sentence for `code`.
    `repairs` holds the ways to mend it, best first; each is a set of steps that belong together,
    and there is none where only the user can do something. `since` is None when not known.
    """

    code: FindingCode
    gravity: Gravity
    subject: str
    prefix: Path
    summary: str
    values: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    repairs: tuple[tuple[RepairStep, ...], ...] = ()
    since: datetime | None = None

    @property
    def key(self) -> str:
        """Return what identifies the finding within its environment, stable across looks."""
        return f"{self.code}:{self.subject}"

    @property
    def wish(self) -> RepairWish:
        """Return the wish to have this mended."""
        return RepairWish(self.key, self.repairs)

    @property
    def is_choice(self) -> bool:
        """Return whether only the user can know if the repair is wanted.

        Files that no package owns may be theirs, another Python is more than a repair, somebody
        froze the environment on purpose, parts that nobody asked for need not work, and what
        conda's packages do without was left out by those who packed them. To do
        without a package, or to take an older one or that of another channel, is no repair that
        anybody expects either. What repairs everything leaves these out.
        """
        if self.code is FindingCode.VULNERABLE:
            return not self.value("fixed") and not self.value("partly")
        if self.code is FindingCode.GONE_FROM_CHANNEL:
            return not self.value("newer")
        if self.code in _REQUIREMENTS:
            return self.gravity is Gravity.NOTE
        if self.code is FindingCode.DEPENDS_UNMET:
            return bool(self.value("virtual"))  # no package brings what the computer lacks
        return self.code in _CHOICES

    def value(self, key: str) -> str:
        """Return the value stored under `key`, or an empty string."""
        return dict(self.values).get(key, "")


class Gap(StrEnum):
    """Name each thing that a check could not look at; never rename one."""

    FILES_UNOWNED = "files-unowned"  # whose files are whose is not known
    SYSTEM_OTHER = "system-other"  # the packages are for another kind of computer
    SYSTEM_UNKNOWN = "system-unknown"
    CHANNEL_SILENT = "channel-silent"  # values: channel, and the code of the failure
    INDEX_SILENT = "index-silent"  # values: the code of the failure
    INDEX_WITHOUT_REPORTS = "index-without-reports"
    PACKAGES_UNREPORTED = "packages-unreported"  # values: count


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Say what a check could not look at; `summary` is one English sentence."""

    gap: Gap
    summary: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Hold what a look at the environment at `prefix` found, worst first.

    `stamp` is that of the environment looked at, `contents` that of the files that a quick look
    read, where that is known; `unchecked` says what could not be looked at.
    """

    prefix: Path
    depth: Depth
    stamp: str
    checked: datetime
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...] = ()
    contents: str = ""


@dataclass(frozen=True, slots=True)
class HealthProgress:
    """Tell how far a deep check has come, in files and bytes."""

    prefix: Path
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
