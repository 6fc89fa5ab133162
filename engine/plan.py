"""A request worked out to the last package and byte; nothing is touched yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from engine.cache.values import Cleaning, Relinking
from engine.health.mending import Repairing
from engine.records import Record, State
from engine.requests import ChangeRequest, Request

PLAN_FORMAT = 1


class ChangeKind(StrEnum):
    """Say what happens to one package."""

    ADD = "add"
    UPDATE = "update"
    DOWNGRADE = "downgrade"
    REPLACE = "replace"
    REMOVE = "remove"
    MEND = "mend"  # the same package, with all that it brought


@dataclass(frozen=True, slots=True)
class Change:
    """Describe one package's way from `before` to `after` and who asked for it.

    `needed_by` names the packages that pull it in; empty when the user asked for it. `from_cache`
    says that it is unpacked in the cache, `is_local` that it is on this computer otherwise.
    """

    kind: ChangeKind
    name: str
    before: Record | None
    after: Record | None
    needed_by: tuple[str, ...] = ()
    from_cache: bool = False
    is_local: bool = False

    @property
    def download_bytes(self) -> int | None:
        """Return what is fetched over the network for it; None when nobody knows before."""
        after = self.after
        if after is None or self.from_cache or self.is_local or after.url.startswith("file:"):
            return 0
        return after.archive_bytes


class Severity(StrEnum):
    """Say how loud a warning is; a blocking one disables Apply."""

    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"
    BLOCKING = "blocking"


class WarningCode(StrEnum):
    """Name every warning that a plan can carry; never rename one."""

    NAME_ODD = "name-odd"
    NO_PIP = "no-pip"
    NO_PYTHON = "no-python"
    CHANNELS_MIXED = "channels-mixed"
    PRIORITY_RELAXED = "priority-relaxed"
    CACHE_ELSEWHERE = "cache-elsewhere"
    CACHE_UNUSABLE = "cache-unusable"
    DISK_SPACE_SHORT = "disk-space-short"
    SCRIPTS_NOT_RUN = "scripts-not-run"
    PROCESSES_RUNNING = "processes-running"
    UNOWNED_FILES = "unowned-files"
    FROZEN_NOT_COPIED = "frozen-not-copied"
    LINKS_LEFT_ALONE = "links-left-alone"
    OUTSIDE_KNOWN_PLACES = "outside-known-places"
    REPODATA_OLD = "repodata-old"
    # changes of conda packages
    UNSATISFIABLE = "unsatisfiable"
    PACKAGE_UNKNOWN = "package-unknown"
    KEEP_IMPOSSIBLE = "keep-impossible"
    UPDATE_HELD_BACK = "update-held-back"
    UPDATE_PINNED = "update-pinned"
    UPDATE_ELSEWHERE = "update-elsewhere"
    UPDATES_STAY = "updates-stay"
    REMOVES_DEPENDENTS = "removes-dependents"
    PYTHON_CHANGES = "python-changes"
    FILES_CLOBBERED = "files-clobbered"
    # changes of PyPI packages, and what they and conda's do to each other
    PYPI_CHANGES_CONDA = "pypi-changes-conda"
    PYPI_OVERWRITES_CONDA = "pypi-overwrites-conda"
    PYPI_HAS_CONDA_COPY = "pypi-has-conda-copy"
    PYPI_IN_CHANNEL = "pypi-in-channel"
    PYPI_COPY_REPLACED = "pypi-copy-replaced"
    PYPI_TAKES_OVER = "pypi-takes-over"
    PYPI_BROKEN = "pypi-broken"
    PYPI_DEPENDENTS_REMOVED = "pypi-dependents-removed"
    PYPI_REINSTALLED = "pypi-reinstalled"
    PYPI_CANNOT_FOLLOW = "pypi-cannot-follow"
    SOURCE_BUILD = "source-build"
    RUNS_FOREIGN_CODE = "runs-foreign-code"
    OTHER_INDEX = "other-index"
    USER_SITE_LEAKS = "user-site-leaks"
    PIP_SETTINGS_UNREADABLE = "pip-settings-unreadable"
    EXTRA_MISSING = "extra-missing"
    RELEASE_WITHDRAWN = "release-withdrawn"
    CONDA_INCOMPLETE = "conda-incomplete"
    # files that say what is wanted
    FILE_NOT_KEPT = "file-not-kept"
    # environments that stay as they are
    ENVIRONMENT_PROTECTED = "environment-protected"
    ENVIRONMENT_FROZEN = "environment-frozen"
    # repairs
    REPAIR_CHOICE = "repair-choice"
    REPAIR_KEEPS_PYPI = "repair-keeps-pypi"
    REPAIR_UNDOES_PYPI = "repair-undoes-pypi"
    REPAIR_BREAKS_CONDA = "repair-breaks-conda"
    REPAIR_LATER = "repair-later"
    REPAIR_THAWS = "repair-thaws"
    REPAIR_OTHER_WAY = "repair-other-way"
    REPAIR_LEFT_OUT = "repair-left-out"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Offer another request that would avoid a warning; the front end has words for `code`.

    `values` are the names that it puts into them.
    """

    code: str
    request: Request
    values: tuple[tuple[str, str], ...] = ()

    def value(self, key: str) -> str:
        """Return the value stored under `key`, or an empty string."""
        return dict(self.values).get(key, "")


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Warn about one thing a plan would do: a code, an English summary and the values in it."""

    code: WarningCode
    severity: Severity
    summary: str
    values: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    def value(self, key: str) -> str:
        """Return the value stored under `key`, or an empty string."""
        return dict(self.values).get(key, "")


@dataclass(frozen=True, slots=True)
class Figures:
    """Count what a plan costs, in bytes, packages and files.

    `disk_bytes` is what the volume loses (new files that are not links into the cache, plus what
    is unpacked into the cache), `freed_bytes` what it gains.
    """

    download_bytes: int = 0
    disk_bytes: int = 0
    linked_bytes: int = 0
    freed_bytes: int = 0
    packages: int = 0
    cached_packages: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold a request, the states before and after, and everything a preview shows.

    `stamp` is that of the environment the plan was made from (of the source for a clone, empty
    when nothing existed); the executor refuses the plan when it no longer holds. `package_cache`
    is the folder that packages are unpacked into, None when none are. `cleaning` and `relinking`
    are there for the requests of these names; their plan has no packages, and its `prefix` is the
    first of those that the request affects. `repairing` is there for a repair, beside its packages.
    `pypi_lock` holds the exact releases for the PyPI part (see `engine.pypi.locking`), empty when
    it changes nothing. `expected_seconds` is how long it takes if all goes as it did of late, None
    while nobody knows.
    """

    request: Request
    prefix: Path
    before: State
    after: State
    changes: tuple[Change, ...]
    figures: Figures
    warnings: tuple[PlanWarning, ...]
    stamp: str
    created: datetime
    package_cache: Path | None = None
    cleaning: Cleaning | None = None
    relinking: Relinking | None = None
    repairing: Repairing | None = None
    pypi_lock: str = ""
    expected_seconds: float | None = None
    format: int = PLAN_FORMAT

    @property
    def is_blocked(self) -> bool:
        """Return whether a warning forbids carrying the plan out."""
        return any(warning.severity is Severity.BLOCKING for warning in self.warnings)

    @property
    def is_empty(self) -> bool:
        """Return whether a change would leave everything as it is, down to who chose what."""
        match self.request:
            case ChangeRequest(variables=variables):
                is_same = self.before.records == self.after.records
                return is_same and not (self.changes or variables or self.pypi_lock)
            case _:
                return False

    @property
    def newly_chosen(self) -> tuple[str, ...]:
        """Return the packages that are there already, and count as chosen by the user after it."""
        was = {record.key: record.requested for record in self.before.records}
        return tuple(
            record.name
            for record in self.after.records
            if record.requested and was.get(record.key) == ()
        )
