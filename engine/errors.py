"""What can go wrong, in a form that a front end can explain and translate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    # processes and files
    WORKER_DIED = "worker-died"
    SOURCE_CHANGED = "source-changed"
    CONFIG_UNREADABLE = "config-unreadable"
    NO_TERMINAL = "no-terminal"
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
