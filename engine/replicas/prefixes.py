"""Prefixes inside files: found in every spelling, replaced by another prefix.

Text is rewritten freely. In binaries a path can only be replaced inside of its NUL-terminated
string, whose room conda has padded at installation (conda-build docs, "Making packages
relocatable": binary prefix replacement).
"""

from __future__ import annotations

import ntpath
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.replicas.shebangs import rewrite_shebang, rewrite_windows_shebang
from engine.replicas.spellings import Spelling, as_url_path, spellings

TEXT_LIMIT = 16 * 2**20
_PROBE = 8192
_NAME = rb"A-Za-z0-9_+~@\x80-\xff-"  # what a file name is made of without doubt
_NAME_GOES_ON = re.compile(rb"[" + _NAME + rb"]|\.[" + _NAME + rb"]")
_NAME_BYTES = frozenset(range(0x80, 0x100)) | frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+@-."
)
_REFERENCE_BEFORE = frozenset(b"/$%}~)")  # `$HOME/envs`, `%TOP%/envs`, `~/envs`, `host/envs`
_PYTHON_SUFFIXES = (".py", ".pyw", ".pyi")
_PYTHON_HEAD = re.compile(rb"#![^\n]*(?:python|/bin/sh\r?\n'''exec' )")
_MAGIC = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
_MACHO = _MAGIC[1:]


class PrefixTooLongError(Exception):
    """A new prefix does not fit into a binary; `longest` is the number of bytes that would."""

    def __init__(self, longest: int) -> None:
        super().__init__(f"only {longest} bytes fit")
        self.longest = longest


def looks_like_text(data: bytes) -> bool:
    """Return whether the start of a file, 8 KiB of it, has no NUL byte."""
    return b"\0" not in data[:_PROBE]


def is_native_binary(data: bytes) -> bool:
    """Return whether a file starts like an ELF or a Mach-O one."""
    return data.startswith(_MAGIC)


def is_macho(data: bytes) -> bool:
    """Return whether a file starts like a Mach-O one, a universal one included."""
    return data.startswith(_MACHO)


@dataclass(frozen=True, slots=True)
class PrefixRewriter:
    """Replace the prefix `olds`, in each of its spellings, by `new`.

    `olds` are absolute paths of one folder: as the user writes it, and as it is without symbolic
    links. `kept` names what lies below the old prefix and does not move along, such as the `envs`
    of a base environment. `platform` is as in sys.platform.
    """

    olds: tuple[str, ...]
    new: str
    kept: tuple[str, ...] = ()
    platform: str = sys.platform
    _spellings: tuple[Spelling, ...] = field(init=False)
    _kept_next: re.Pattern[bytes] | None = field(init=False)

    def __post_init__(self) -> None:
        """Work out the spellings once."""
        found = tuple(
            spelling for old in self.olds for spelling in spellings(old, self.new, self.platform)
        )
        object.__setattr__(self, "_spellings", found)
        kept = b"|".join(re.escape(name.encode(errors="surrogateescape")) for name in self.kept)
        pattern = rb"(?:\\\\|\\|/)(?:" + kept + rb")(?![" + _NAME + rb".])"
        object.__setattr__(self, "_kept_next", re.compile(pattern) if self.kept else None)

    @property
    def needles(self) -> tuple[bytes, ...]:
        """Return the old prefix as it stands in programs."""
        return tuple(old.encode(errors="surrogateescape") for old in self.olds)

    def occurs_in(self, data: bytes) -> bool:
        """Return whether the old prefix occurs in `data`, in any spelling, as a path."""
        return any(self._is_meant(data, match) for match, _ in self._matches(data))

    def rewrite_text(self, data: bytes, suffix: str = "", *, recorded: bool = False) -> bytes:
        """Return `data` with the old prefix replaced; the same object when it does not occur.

        `suffix` is that of the file's name and says which quotes must be escaped. `recorded` says
        that conda put the prefix there itself, so that every occurrence is meant; elsewhere
        `/envs/ab` is not taken for `/envs/a`.
        """
        if not self._candidates(data):
            return data
        head, body = self._rewrite_head(data)
        is_python = suffix in _PYTHON_SUFFIXES or _PYTHON_HEAD.match(data) is not None
        pieces: list[bytes] = [head]
        position = 0
        for match, spelling in self._matches(body):
            if match.start() < position or not (recorded or self._is_meant(body, match)):
                continue
            pieces += (body[position : match.start()], self._written(body, match, spelling))
            pieces[-1] = _escape_quotes(pieces[-1], suffix, is_python=is_python)
            position = match.end()
        if position == 0 and not head:
            return data
        pieces.append(body[position:])
        return b"".join(pieces)

    def rewrite_binary(self, data: bytes, placeholder_length: int | None) -> bytes:
        """Return `data`, as long as it was, with the old prefix replaced in its C strings.

        Equal to what installing into the new prefix would have made when `placeholder_length` is
        that of the recorded placeholder. Without one a string is only ever shortened; others are
        left as they are. Raises PrefixTooLongError.
        """
        if not any(old in data for old in self.needles):
            return data
        longest_first = sorted(self.needles, key=len, reverse=True)
        found = re.compile(b"|".join(map(re.escape, longest_first)))
        new = self.new.encode(errors="surrogateescape")

        def written(match: re.Match[bytes]) -> bytes:
            if placeholder_length is None and not self._is_meant(match.string, match):
                return match[0]
            return new

        return _replace_in_c_strings(data, found, written, placeholder_length)

    def retarget(self, target: str) -> str:
        """Return where in the copy the absolute path `target` is; itself when it does not move."""
        plain = target.removeprefix("\\\\?\\") if self.platform == "win32" else target
        for old in self.olds:
            rest = self._below(plain, old)
            if rest is not None:
                first = re.split(r"[\\/]", rest)[1] if rest else ""
                return target if first in self.kept else self.new + rest
        return target

    def _below(self, path: str, old: str) -> str | None:
        if self.platform == "win32":
            if not ntpath.normcase(path).startswith(ntpath.normcase(old)):
                return None
        elif not path.startswith(old):
            return None
        rest = path[len(old) :]
        separators = ("/", "\\") if self.platform == "win32" else ("/",)
        return rest if not rest or rest.startswith(separators) else None

    def _candidates(self, data: bytes) -> list[Spelling]:
        haystack = data.lower() if self.platform == "win32" else data
        return [spelling for spelling in self._spellings if spelling.needle in haystack]

    def _matches(self, data: bytes) -> list[tuple[re.Match[bytes], Spelling]]:
        found = [
            (match, spelling)
            for spelling in self._candidates(data)
            for match in spelling.pattern.finditer(data)
        ]
        return sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end()))

    def _rewrite_head(self, data: bytes) -> tuple[bytes, bytes]:
        if self.platform == "win32":
            return rewrite_windows_shebang(data, self.retarget)
        return rewrite_shebang(data, self.retarget, self.platform)

    def _written(self, data: bytes, match: re.Match[bytes], spelling: Spelling) -> bytes:
        before = data[max(0, match.start() - 20) : match.start()]
        scheme = b"file:///" if self.platform == "win32" else b"file://"
        if before.endswith((scheme, b"file://localhost", b"file://localhost/")):
            return as_url_path(self.new, self.platform)
        return spelling.write(match.groupdict().get("separator") or b"/")

    def _is_meant(self, data: bytes, match: re.Match[bytes]) -> bool:
        if _NAME_GOES_ON.match(data, match.end()):
            return False
        if self._kept_next is not None and self._kept_next.match(data, match.end()):
            return False
        start = match.start()
        if self.platform == "win32" or start == 0 or data[start - 1 : start] == b"/":
            return True
        while start > 0 and data[start - 1] in _NAME_BYTES:
            start -= 1
        return start == 0 or data[start - 1] not in _REFERENCE_BEFORE


def _escape_quotes(text: bytes, suffix: str, *, is_python: bool) -> bytes:
    if suffix in (".json", ".ipynb"):
        return text.replace(b'"', b'\\"')
    if is_python:
        return text.replace(b"'", b"\\'").replace(b'"', b'\\"')
    return text


def _replace_in_c_strings(
    data: bytes,
    found: re.Pattern[bytes],
    write: Callable[[re.Match[bytes]], bytes],
    placeholder_length: int | None,
) -> bytes:
    pieces: list[bytes] = []
    position = 0
    while (match := found.search(data, position)) is not None:
        end = data.find(b"\0", match.end())
        end = len(data) if end < 0 else end
        string = data[match.start() : end]
        written = found.sub(write, string)
        growth = len(written) - len(string)
        room = 0
        if placeholder_length is not None:
            room = sum(max(0, placeholder_length - len(old)) for old in found.findall(string))
            if end + room > len(data) or data[end : end + room].strip(b"\0"):
                room = 0  # somebody else wrote this string: there is no padding to take
        if growth > room:
            if placeholder_length is not None and placeholder_length < len(write(match)):
                raise PrefixTooLongError(placeholder_length)
            written, growth = string, 0
        pieces += (data[position : match.start()], written, b"\0" * -growth)
        position = end + max(growth, 0)
    pieces.append(data[position:])
    return b"".join(pieces)
