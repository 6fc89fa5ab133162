"""The ways in which a file can spell a path: plainly, escaped in JSON, percent-encoded in a URL."""

from __future__ import annotations

import json
import ntpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

_URL_SAFE = "/"
_URL_SAFE_LIGHT = "/!$&'()*+,;=:@~"  # what uv and browsers leave as it is (WHATWG URL, path set)
_SLASH = b"/"


@dataclass(frozen=True, slots=True)
class Spelling:
    """Find one spelling of an old path and write a new one in the same spelling.

    `needle` is a byte string, in lower case where case does not count, without which the spelling
    cannot occur; `write` takes the separator that was found.
    """

    needle: bytes
    pattern: re.Pattern[bytes]
    write: Callable[[bytes], bytes]


def spellings(old: str, new: str, platform: str) -> tuple[Spelling, ...]:
    """Return every distinct spelling of the absolute path `old`, the plain one first."""
    encoders: list[Callable[[str], str]] = [str, _json, _quoted, _quoted_lightly]
    found: dict[tuple[str, ...], Spelling] = {}
    for encode in encoders:
        parts = tuple(encode(part) for part in _parts(old, platform))
        if parts not in found:
            moved = tuple(encode(part) for part in _parts(new, platform))
            found[parts] = (_windows if platform == "win32" else _posix)(parts, moved)
    return tuple(found.values())


def as_url_path(path: str, platform: str) -> bytes:
    """Return `path` as it stands behind `file://` (POSIX) or `file:///` (Windows)."""
    if platform == "win32":
        return _SLASH.join(_encoded(_quoted(part)) for part in _parts(path, platform))
    return _encoded(_quoted(path))


def _posix(parts: tuple[str, ...], moved: tuple[str, ...]) -> Spelling:
    old, new = _encoded("/".join(parts)), _encoded("/".join(moved))
    return Spelling(old, re.compile(re.escape(old)), lambda _: new)


def _windows(parts: tuple[str, ...], moved: tuple[str, ...]) -> Spelling:
    """Match either slash, or doubled backslashes, the same one throughout, in any case."""
    encoded = [_encoded(part) for part in parts]
    separator = rb"(?P<separator>\\\\|\\|/)"
    pattern = re.escape(encoded[0])
    for index, part in enumerate(encoded[1:]):
        pattern += (separator if index == 0 else rb"(?P=separator)") + re.escape(part)
    new = [_encoded(part) for part in moved]
    longest = max(encoded, key=len).lower()
    return Spelling(longest, re.compile(pattern, re.IGNORECASE), lambda found: found.join(new))


def _parts(path: str, platform: str) -> tuple[str, ...]:
    if platform == "win32":
        drive, rest = ntpath.splitdrive(path.replace("/", "\\"))
        return (*drive.split("\\"), *(part for part in rest.split("\\") if part))
    return tuple(path.split("/"))


def _json(text: str) -> str:
    """Escape what is not ASCII; quotes and backslashes are left to the caller's context."""
    return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text)


def _quoted(text: str) -> str:
    return quote(text, safe=_URL_SAFE + ":", errors="surrogateescape")


def _quoted_lightly(text: str) -> str:
    return quote(text, safe=_URL_SAFE_LIGHT, errors="surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
