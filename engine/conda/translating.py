"""Turn what rattler raises into errors that a person can understand and act on.

rattler's exceptions have no common base but `Exception`; what happened is in their text, of which
only stable parts are looked at: the sentences of its own layers, HTTP status codes, and the error
numbers of the operating system, whose texts are in the user's language on some systems.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

import rattler.exceptions

from engine.conda.channels import without_credentials
from engine.conda.proxies import refusing_proxy
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.records import Record

_PROXY_HINT = (
    "Start the program or connect to the network that the proxy belongs to, or switch the proxy off"
    " in the settings of this computer."
)

# rattler's module of exceptions has no types of its own.
GatewayError: type[Exception] = rattler.exceptions.GatewayError  # pyright: ignore[reportUnknownMemberType]
InvalidMatchSpecError: type[Exception] = rattler.exceptions.InvalidMatchSpecError  # pyright: ignore[reportUnknownMemberType]
SolverError: type[Exception] = rattler.exceptions.SolverError  # pyright: ignore[reportUnknownMemberType]

_STATUS = re.compile(r"\((\d{3}) [^)]*\) for url")
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_ARCHIVE = re.compile(r"failed to (fetch|link|unlink|extract) (\S+?\.(?:conda|tar\.bz2))")
_HASHES = re.compile(
    r"hash mismatch.*?expected ([0-9a-f]{32,64}), got ([0-9a-f]{32,64})", re.DOTALL
)
_WRITTEN = re.compile(
    r"failed to (?:copy file from .+ to|create directory|unpack) [`']?(.+?)[`']?: "
)
_SIGN_IN = (401, 403, 407)
_URL = re.compile(r"(?:https?|file)://[^\s()]+")

_TIMED_OUT = ("operation timed out", "deadline has elapsed")
_CUT_SHORT = (
    "end of file before message length reached",
    "connection closed before message completed",
    "connection reset",
    "unexpected EOF during chunk",
    "error decoding response body",
    "error reading a body from connection",
)
_NOT_REACHED = ("client error (Connect)", "error sending request", "dns error", "tcp connect error")
_NOT_REPODATA = (
    "failed to parse",
    "expected value at",
    "EOF while parsing",
    "invalid type",
    "missing field",
    "unknown frame descriptor",
    "Unknown frame descriptor",
    "failed to decode",
    "error parsing",
)
_NOT_A_PACKAGE = (
    "invalid zip archive",
    "invalid Zip archive",
    "Invalid checksum",
    "failed to extract",
    "failed to iterate over archive",
    "bzip2: ",
    "Unknown frame descriptor",
    "Data corruption detected",
    "unexpected end of file",
    "failed to fill whole buffer",
    "the stream may have been truncated",
    "could not find info",
    "failed to read paths.json",
    "index.json",
)


def channel_error(error: Exception, name: str, url: str = "") -> EngineError:
    """Return what rattler's failure to read the channel `name` means.

    `url` is the channel's address; it is shown without credentials.
    """
    detail = _shown(str(error))
    if (system := system_error(detail)) is not None:
        return system
    code, summary, cause, hint = _channel_words(detail, name)
    return EngineError(
        code,
        summary,
        cause=cause,
        hint=hint,
        detail=detail,
        channel=name,
        url=without_credentials(url),
    )


def _channel_words(detail: str, name: str) -> tuple[ErrorCode, str, str, str]:
    status = _status(detail)
    if status in _SIGN_IN:
        words = (
            ErrorCode.CHANNEL_NEEDS_LOGIN,
            f"The channel {name} wants you to sign in.",
            f"The server answered with status {status}.",
            "Put your access token into the channel's address, or choose another channel.",
        )
    elif status == 404 or "could not find subdir" in detail:
        words = (
            ErrorCode.CHANNEL_NOT_FOUND,
            f"There is no channel {name}.",
            "No list of packages was found at its address.",
            "Check the spelling of the channel's name or address.",
        )
    elif "no usable repodata cache" in detail:
        words = (
            ErrorCode.CHANNEL_UNREACHABLE,
            f"The packages of the channel {name} are not known on this computer.",
            "conda is set to work offline, and this channel was never read before.",
            "Switch the offline setting off, or choose another channel.",
        )
    elif _any(_TIMED_OUT, detail):
        words = (ErrorCode.CHANNEL_STALLED, *_stalled_words(name))
    elif _any(_CUT_SHORT, detail) or _any(_NOT_REPODATA, detail):
        words = (
            ErrorCode.CHANNEL_BROKEN,
            f"The channel {name} sent a damaged list of packages.",
            "What arrived is cut short or is not a list of packages.",
            "Try again later. If this network asks you to sign in, do so in a browser first.",
        )
    elif _any(_NOT_REACHED, detail) or status is not None:
        words = (
            ErrorCode.CHANNEL_UNREACHABLE,
            f"The channel {name} could not be reached.",
            _why_not_reached(detail, status),
            _PROXY_HINT
            if refusing_proxy(detail) is not None
            else "Check the internet connection, or choose another channel or a mirror of it.",
        )
    else:
        words = (
            ErrorCode.CHANNEL_BROKEN,
            f"The channel {name} could not be read.",
            detail.partition("\n")[0],
            "Try again later, or choose another channel.",
        )
    return words


def stalled(name: str, url: str = "", detail: str = "") -> EngineError:
    """Return the error for a channel that accepted the question and never finished its answer."""
    summary, cause, hint = _stalled_words(name)
    return EngineError(
        ErrorCode.CHANNEL_STALLED,
        summary,
        cause=cause,
        hint=hint,
        detail=detail,
        channel=name,
        url=without_credentials(url),
    )


def _stalled_words(name: str) -> tuple[str, str, str]:
    return (
        f"The channel {name} stopped answering.",
        "Nothing more arrived from its server for a while.",
        "Try again later, or choose another channel or a mirror of it.",
    )


def install_error(error: Exception, records: Iterable[Record]) -> EngineError:
    """Return what rattler's failure to fetch, unpack or link one of `records` means."""
    detail = _shown(str(error))
    record = _record_in(detail, records)
    package = record.spelled if record else _package_in(detail)
    channel = record.source.name if record else ""
    if (hashes := _HASHES.search(detail)) is not None:
        return hash_mismatch(package, channel, hashes[1], hashes[2], detail)
    if (system := system_error(detail)) is not None:
        return system
    status = _status(detail)
    if _any(_NOT_A_PACKAGE, detail) and status is None and not _any(_TIMED_OUT, detail):
        return EngineError(
            ErrorCode.PACKAGE_BROKEN,
            f"The package {package} could not be unpacked.",
            cause="The file that arrived is damaged or is not a package.",
            hint="Try again. If it happens again, the channel holds a damaged file.",
            detail=detail,
            package=package,
            channel=channel,
        )
    if "failed to fetch" in detail or status is not None:
        return _download_error(detail, status, package, channel)
    return EngineError(
        ErrorCode.LINK_FAILED,
        f"The files of {package} could not be put in place."
        if package
        else "The files of the environment could not be put in place.",
        cause=_innermost(detail),
        hint="Look at the folder that is named, then try again.",
        detail=detail,
        package=package,
        channel=channel,
    )


def hash_mismatch(
    package: str, channel: str, expected: str, found: str, detail: str = ""
) -> EngineError:
    """Return the error for an archive that is not the one its channel vouches for."""
    return EngineError(
        ErrorCode.HASH_MISMATCH,
        f"The package {package} is not the one that the channel {channel} announced.",
        cause="Its content has another checksum than the channel's list of packages says.",
        hint="Try again later; the channel may be about to be updated. If it stays so, "
        "do not use this package.",
        detail=detail,
        package=package,
        channel=channel,
        expected=expected,
        found=found,
    )


def download_stalled(package: str, channel: str) -> EngineError:
    """Return the error for a download of which nothing more arrives."""
    return EngineError(
        ErrorCode.CHANNEL_STALLED,
        f"The channel {channel} stopped sending {package}.",
        cause="Nothing more arrived from its server for a while.",
        hint="Try again; what has arrived already is kept.",
        package=package,
        channel=channel,
    )


def system_error(detail: str) -> EngineError | None:
    """Return the error for a number of the operating system in `detail` that we have words for."""
    numbers = [int(number) for number in _OS_ERROR.findall(detail)]
    if not numbers:
        return None
    written = _WRITTEN.search(detail)
    error = _os_error(numbers[-1], _innermost(detail), written[1] if written else "")
    translated = from_os_error(error)
    if translated.code is ErrorCode.LINK_FAILED:
        return None
    failure = translated.failure
    return EngineError(
        failure.code,
        failure.summary,
        cause=failure.cause,
        hint=failure.hint,
        detail=detail,
        path=failure.value("path"),
    )


def _os_error(number: int, text: str, path: str) -> OSError:
    if sys.platform == "win32":
        return OSError(0, text, path, number)  # Python works the errno out of the Windows number
    return OSError(number, text, path)


def _download_error(detail: str, status: int | None, package: str, channel: str) -> EngineError:
    if status in _SIGN_IN:
        return EngineError(
            ErrorCode.CHANNEL_NEEDS_LOGIN,
            f"The channel {channel} wants you to sign in before it sends {package}.",
            cause=f"The server answered with status {status}.",
            hint="Put your access token into the channel's address, or choose another channel.",
            detail=detail,
            package=package,
            channel=channel,
        )
    if status == 404:
        cause = "The channel lists the package but does not have it."
        hint = "Try again later; a mirror may be in the middle of an update."
    elif _any(_TIMED_OUT, detail):
        cause, hint = "Its server stopped answering.", "Try again; what has arrived is kept."
    elif _any(_CUT_SHORT, detail):
        cause, hint = "The connection broke off.", "Try again; what has arrived is kept."
    else:
        cause = _why_not_reached(detail, status)
        hint = "Check the internet connection, then try again; what has arrived is kept."
        hint = _PROXY_HINT if refusing_proxy(detail) is not None else hint
    return EngineError(
        ErrorCode.DOWNLOAD_FAILED,
        f"The package {package} could not be downloaded.",
        cause=cause,
        hint=hint,
        detail=detail,
        package=package,
        channel=channel,
    )


def _why_not_reached(detail: str, status: int | None) -> str:
    if status is not None:
        return f"The server answered with status {status}."
    if (proxy := refusing_proxy(detail)) is not None:
        named = f" ({proxy})" if proxy else ""
        return f"This computer is set to use a proxy{named}, and it cannot be reached."
    if "dns error" in detail or "failed to lookup address" in detail:
        return "The name of its server is not known on this network."
    if "Connection refused" in detail or "(os error 10061)" in detail:
        return "Its server refuses connections."
    if "certificate" in detail:
        return "The certificate of its server could not be verified."
    return "No connection to its server could be made."


def _record_in(detail: str, records: Iterable[Record]) -> Record | None:
    match = _ARCHIVE.search(detail)
    if match is None:
        return None
    stem = re.sub(r"\.(?:conda|tar\.bz2)\Z", "", match[2])
    return next((record for record in records if record.spelled == stem), None)


def _package_in(detail: str) -> str:
    match = _ARCHIVE.search(detail)
    return re.sub(r"\.(?:conda|tar\.bz2)\Z", "", match[2]) if match else ""


def _status(detail: str) -> int | None:
    match = _STATUS.search(detail)
    return int(match[1]) if match else None


def _innermost(detail: str) -> str:
    lines = [line.removeprefix("Caused by: ") for line in detail.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _shown(text: str) -> str:
    """Return `text` with the credentials in its addresses left out."""
    return _URL.sub(lambda match: without_credentials(match[0]), text.strip())


def _any(parts: tuple[str, ...], text: str) -> bool:
    return any(part in text for part in parts)
