"""Turn what uv complains of into failures that a front end has sentences for.

uv tells people, not programs, what went wrong: a line `error:`, lines `cause:` and perhaps a hint.
"""

from __future__ import annotations

import re
from typing import Final

from engine.errors import EngineError, ErrorCode

_LOGIN = re.compile(r"(?<=://)[^/@\s'\"]+@")
_WRAPPED = re.compile(r"\n[ \t]+(?!cause: )(?=\S)")
_URL = re.compile(r"https?://[^\s`'\")]+")
_NAME = r"`?([A-Za-z0-9][A-Za-z0-9._-]*)`?"
_UNKNOWN = re.compile(rf"{_NAME} was not found in the (?:package registry|cache|provided)")
_WANTED = re.compile(rf"{_NAME}(?:==[^\s]+)? (?:has|have) no (?:usable wheels|wheels)")
_BUILD = re.compile(r"Failed to (?:build|download and build|prepare|resolve)[^\n]*?`([^`]+)`")
_DOWNLOAD = re.compile(r"Failed to download `([^`]+)`")
_HASH = re.compile(rf"Hash mismatch for `?{_NAME}")
_STATUS = re.compile(r"HTTP status \w+ error \((\d{3})|\b(401) Unauthorized|\b(403) Forbidden")
_NO_ANSWER: Final = (
    "error sending request",
    "Could not connect",
    "tcp connect error",
    "dns error",
    "operation timed out",
    "Network connectivity is disabled",
    "network was disabled",
    "Connection refused",
    "connection closed",
    "Failed to fetch",
    "error decoding response body",
    "request or response body error",
    "invalid peer certificate",
)
_BUILD_MARKS: Final = ("build backend returned an error", "Build backend failed", "Failed to build")
_TAIL_LINES: Final = 40
_BECAUSE: Final = re.compile(r"Because (.+?),? we can conclude", re.DOTALL)
_PLAIN: Final = (
    ("depends on", "needs"),
    ("depend on", "need"),
    ("you require", "you asked for"),
    ("there is no version of", "there is no"),
    ("there are no versions of", "there is no"),
)


def without_logins(text: str) -> str:
    """Return `text` without the user names, passwords and tokens in its addresses."""
    return _LOGIN.sub("", text)


def translated(complaint: str) -> EngineError:
    """Return the EngineError for what uv printed; logins must have been taken out of it."""
    text = _WRAPPED.sub(" ", complaint.strip())
    detail = complaint.strip()
    for make in (
        _of_disk,
        _of_hash,
        _of_build,
        _of_server,
        _of_download,
        _of_parsing,
        _of_solution,
    ):
        found = make(text, detail)
        if found is not None:
            return found
    return EngineError(
        ErrorCode.INTERNAL,
        "Working with PyPI failed in a way that Envdesk does not know.",
        cause=_first(text),
        hint="Look at the details below.",
        detail=detail,
    )


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line.removeprefix("cause: ") for line in lines if line.startswith("cause: ")]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (causes or errors or lines or [""])[0]


def _of_disk(text: str, detail: str) -> EngineError | None:
    if "No space left on device" in text or "os error 112" in text or "Disk quota" in text:
        return EngineError(
            ErrorCode.DISK_FULL,
            "The disk is full.",
            cause=_first(text),
            hint="Free some space, then try again.",
            detail=detail,
        )
    if "Permission denied (os error 13)" in text or "Access is denied. (os error 5)" in text:
        return EngineError(
            ErrorCode.NOT_WRITABLE,
            "Envdesk may not write into a folder that it needs for PyPI packages.",
            cause=_first(text),
            hint="Look at the details below for the folder.",
            detail=detail,
        )
    return None


def _of_hash(text: str, detail: str) -> EngineError | None:
    if "Hash mismatch" not in text and "hash mismatch" not in text:
        return None
    found = _HASH.search(text)
    name = found[1] if found else ""
    return EngineError(
        ErrorCode.HASH_MISMATCH,
        f"What the index sends for {name or 'a package'} is not what it announced.",
        cause="The file has another checksum than the one that was agreed on.",
        hint="Plan the change again; if it happens again, do not use this index.",
        detail=detail,
        package=name,
    )


def _of_build(text: str, detail: str) -> EngineError | None:
    if not any(mark in text for mark in _BUILD_MARKS):
        return None
    found = _BUILD.search(text)
    name = found[1].replace("==", " ") if found else ""
    return EngineError(
        ErrorCode.SOURCE_BUILD_FAILED,
        f"{name or 'A package'} could not be built from its source.",
        cause="Its author offers no ready-made file for this Python and system, "
        "and building it here failed.",
        hint="Choose another version, or look for it in a conda channel.",
        detail="\n".join(detail.splitlines()[-_TAIL_LINES:]),
        package=name,
    )


def _of_server(text: str, detail: str) -> EngineError | None:
    address = _URL.search(text)
    url = address[0].rstrip(".,") if address else ""
    host = url.split("/")[2] if url else ""
    status = _STATUS.search(text)
    code = next(filter(None, status.groups()), "") if status else ""
    if code in ("401", "403", "407"):
        return EngineError(
            ErrorCode.INDEX_NEEDS_LOGIN,
            f"The package index {host} asks for a user name and password.".replace("  ", " "),
            cause=f"It answered {code}.",
            hint="Put them into pip's configuration or the keyring, then try again.",
            detail=detail,
            index=url,
            host=host,
        )
    if code or any(mark in text for mark in _NO_ANSWER):
        return EngineError(
            ErrorCode.INDEX_UNREACHABLE,
            f"The package index {host} could not be reached.".replace("  ", " "),
            cause=f"It answered {code}." if code else _last_cause(text),
            hint="Look at your internet connection and at pip's settings, then try again.",
            detail=detail,
            index=url,
            host=host,
            status=code,
        )
    return None


def _of_download(text: str, detail: str) -> EngineError | None:
    found = _DOWNLOAD.search(text)
    if found is None and "Failed to extract" not in text:
        return None
    name = found[1].partition("==")[0] if found else ""
    return EngineError(
        ErrorCode.DOWNLOAD_FAILED,
        f"{name or 'A package'} could not be fetched whole.",
        cause=_first(text),
        hint="Try again; if it happens again, the index may hold a broken file.",
        detail=detail,
        package=name,
    )


def _last_cause(text: str) -> str:
    causes = [line.strip() for line in text.splitlines() if line.strip().startswith("cause: ")]
    return causes[-1].removeprefix("cause: ") if causes else ""


def _of_parsing(text: str, detail: str) -> EngineError | None:
    if "Couldn't parse" not in text and "is invalid" not in text and "not found at" not in text:
        return None
    return EngineError(
        ErrorCode.REQUIREMENT_INVALID,
        "This cannot be understood as a PyPI package.",
        cause=_first(text),
        hint="Write a name, perhaps with a version: requests>=2.31",
        detail=detail,
    )


def _premises(text: str) -> str:
    """Return what uv concludes from, in plain words; empty where it says it otherwise."""
    found = _BECAUSE.search(text)
    if found is None:
        return ""
    words = " ".join(found[1].split())
    for theirs, ours in _PLAIN:
        words = words.replace(theirs, ours)
    return f"{words[:1].upper()}{words[1:]}."


def _of_solution(text: str, detail: str) -> EngineError | None:
    marks = ("No solution found", "not found in the package registry", "conflicting URLs")
    if not any(mark in text for mark in marks):
        return None
    unknown = _UNKNOWN.search(text)
    if unknown is not None:
        return EngineError(
            ErrorCode.DISTRIBUTION_UNKNOWN,
            f"PyPI has no package named {unknown[1]}.",
            cause=_first(text),
            hint="Look at the spelling, or look for it in the channels.",
            detail=detail,
            package=unknown[1],
        )
    lacks_wheel = "no wheels with a matching" in text or "no usable wheels" in text
    if lacks_wheel and " depend on " not in text and " depends on " not in text:
        found = _WANTED.search(text)
        name = found[1].partition("==")[0] if found else ""
        return EngineError(
            ErrorCode.NO_WHEEL,
            f"{name or 'A package'} has no ready-made file for this Python and system.",
            cause=_first(text),
            hint="Choose another version or another Python, or look for it in a conda channel.",
            detail=detail,
            package=name,
        )
    return EngineError(
        ErrorCode.PYPI_UNSATISFIABLE,
        "The PyPI packages that you asked for cannot be installed together here.",
        cause=_premises(text) or _first(text),
        hint="Choose other versions.",
        detail=detail,
    )
