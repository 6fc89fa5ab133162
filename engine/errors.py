"""What can go wrong, in a form that a front end can explain and translate."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ErrorCode(StrEnum):
    """Name every failure that a front end has a sentence for; never rename one."""

    INTERNAL = "internal"
    CANCELLED = "cancelled"
    BAD_USAGE = "bad-usage"
    # names and places
    NAME_INVALID = "name-invalid"
    PREFIX_EXISTS = "prefix-exists"
    PREFIX_MISSING = "prefix-missing"
    NOT_AN_ENVIRONMENT = "not-an-environment"
    PROTECTED_BASE = "protected-base"
    PROTECTED_FROZEN = "protected-frozen"
    NOT_WRITABLE = "not-writable"
    DISK_FULL = "disk-full"
    DISK_SPACE_SHORT = "disk-space-short"
    FILES_IN_USE = "files-in-use"
    # plans
    PLAN_STALE = "plan-stale"
    PLAN_UNREADABLE = "plan-unreadable"
    PREVIEW_AGAIN = "preview-again"
    PREFIX_BUSY = "prefix-busy"
    # channels and packages
    CHANNEL_UNREACHABLE = "channel-unreachable"
    CHANNEL_NOT_FOUND = "channel-not-found"
    CHANNEL_BROKEN = "channel-broken"
    CHANNEL_STALLED = "channel-stalled"
    CHANNEL_NEEDS_LOGIN = "channel-needs-login"
    SPEC_INVALID = "spec-invalid"
    PACKAGE_UNKNOWN = "package-unknown"
    UNSATISFIABLE = "unsatisfiable"
    SOLVE_TIMEOUT = "solve-timeout"
    HASH_MISMATCH = "hash-mismatch"
    DOWNLOAD_FAILED = "download-failed"
    PACKAGE_BROKEN = "package-broken"
    LINK_FAILED = "link-failed"
    # PyPI
    REQUIREMENT_INVALID = "requirement-invalid"
    DISTRIBUTION_UNKNOWN = "distribution-unknown"
    NO_WHEEL = "no-wheel"
    PYPI_UNSATISFIABLE = "pypi-unsatisfiable"
    INDEX_UNREACHABLE = "index-unreachable"
    INDEX_NEEDS_LOGIN = "index-needs-login"
    SOURCE_BUILD_FAILED = "source-build-failed"
    PYPI_OVERWRITES = "pypi-overwrites"
    # files that say what somebody wants
    FILE_UNREADABLE = "file-unreadable"
    FILE_TOO_LARGE = "file-too-large"
    FILE_NOT_RECOGNISED = "file-not-recognised"
    FILE_MALFORMED = "file-malformed"
    FILES_DO_NOT_MIX = "files-do-not-mix"
    # processes and files
    WORKER_DIED = "worker-died"
    SOURCE_CHANGED = "source-changed"
    CONFIG_UNREADABLE = "config-unreadable"
    NO_TERMINAL = "no-terminal"
    NO_PYTHON = "no-python"
    NO_FILE_MANAGER = "no-file-manager"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True, slots=True)
class Failure:
    """Describe one failure as a value that can be stored, sent between processes and shown.

    `summary` is one English sentence; `cause` and `hint` may be empty; `values` are the names a
    front end puts into its own sentence for `code`; `detail` is raw text for a disclosure.
    """

    code: ErrorCode
    summary: str
    cause: str = ""
    hint: str = ""
    values: tuple[tuple[str, str], ...] = ()
    detail: str = ""

    def value(self, key: str) -> str:
        """Return the value stored under `key`, or an empty string."""
        return dict(self.values).get(key, "")


class EngineError(Exception):
    """Something the user can understand and perhaps act on; carries a `Failure`."""

    def __init__(
        self,
        code: ErrorCode,
        summary: str,
        *,
        cause: str = "",
        hint: str = "",
        detail: str = "",
        **values: str,
    ) -> None:
        super().__init__(summary)
        self.failure = Failure(code, summary, cause, hint, tuple(sorted(values.items())), detail)

    @property
    def code(self) -> ErrorCode:
        """Return the stable code."""
        return self.failure.code

    @classmethod
    def from_failure(cls, failure: Failure) -> EngineError:
        """Return an error that carries `failure`, which came from another process."""
        error = cls(failure.code, failure.summary)
        error.failure = failure
        return error

    def __reduce__(self) -> tuple[object, tuple[Failure]]:
        return (EngineError.from_failure, (self.failure,))


_WORKROOM = ".envdesk"  # as in `transactions.locking`, which needs the errors of this module
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_IN_USE = {errno.EBUSY, errno.ETXTBSY}
_WINDOWS_IN_USE = {32, 33}  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def from_os_error(error: OSError, path: Path | None = None) -> EngineError:
    """Return the EngineError for what the operating system refused, with the path it was about."""
    where = str(path if path is not None else (error.filename or ""))
    cause = error.strerror or str(error)
    if error.errno in _FULL:
        return EngineError(
            ErrorCode.DISK_FULL,
            "The disk is full.",
            cause=cause,
            hint="Free some space or choose a folder on another disk, then try again.",
            path=_seen(where),
        )
    if error.errno in _IN_USE or getattr(error, "winerror", None) in _WINDOWS_IN_USE:
        return EngineError(
            ErrorCode.FILES_IN_USE,
            "A program is using files of this environment.",
            cause=cause,
            hint="Close the programs that run from it, then try again.",
            path=where,
        )
    if error.errno in _FORBIDDEN:
        return EngineError(
            ErrorCode.NOT_WRITABLE,
            "Envdesk may not write into this folder.",
            cause=cause,
            hint="Choose another folder, or ask for the right to write there.",
            path=where,
        )
    return EngineError(
        ErrorCode.LINK_FAILED,
        "The operating system refused to write a file.",
        cause=cause,
        hint="Look at the folder that is named, then try again.",
        path=where,
    )


def _seen(path: str) -> str:
    """Return `path` up to the folder in which Envdesk works out of sight, if it is in there."""
    parts = Path(path).parts
    return str(Path(*parts[: parts.index(_WORKROOM)])) if _WORKROOM in parts[1:] else path
