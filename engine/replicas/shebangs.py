"""First lines of scripts, so that a script in a copy starts the copy's interpreter.

Linux reads at most 127 bytes of a first line (`man execve`, kernels before 5.1) and macOS 512;
neither knows quotes. Where a plain line cannot work, Python scripts get lines that the shell and
Python both understand, in the form that conda, pip's distlib and rattler write, and other scripts
ask `/usr/bin/env` for their interpreter by name.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

_PYTHON = re.compile(r"(?:python|pypy)w?[0-9.]*t?")
_POLYGLOT = re.compile(
    rb"(#![ \t]*/bin/sh[ \t]*\r?\n'''exec'[ \t]+)"
    rb"(\"(?:[^\"\\\n]|\\.)*\"|(?:'[^'\n]*'|\"'\")+|[^\s\"']+)"
)
_NEEDS_MORE_THAN_DOUBLE_QUOTES = set('"$`\\')


def longest_shebang(platform: str) -> int:
    """Return how many bytes of a first line `platform` (as in sys.platform) reads."""
    return 512 if platform == "darwin" else 127


def split_shebang(data: bytes) -> tuple[bytes, bytes]:
    """Return the first line of `data` with its line end, and the rest; no line when no `#!`."""
    if not data.startswith(b"#!"):
        return b"", data
    end = data.find(b"\n") + 1 or len(data)
    return data[:end], data[end:]


def quoted_for_shell_and_python(path: str) -> str:
    """Return `path` quoted so that a POSIX shell and a Python '''string''' both accept it."""
    if _NEEDS_MORE_THAN_DOUBLE_QUOTES.isdisjoint(path):
        return f'"{path}"'
    return shlex.quote(path)


def build_shebang(interpreter: str, arguments: str, platform: str, line_end: str = "\n") -> bytes:
    """Return the first line, or lines, that start a script with `interpreter` at its full path.

    `arguments` keeps its leading space. Falls back on `/usr/bin/env`, which needs an activated
    environment, where nothing else can work.
    """
    plain = f"#!{interpreter}{arguments}"
    fits = len(_encoded(plain)) <= longest_shebang(platform)
    if fits and not re.search(r"\s", interpreter):
        return _encoded(plain + line_end)
    name = interpreter.rsplit("/", 1)[-1]
    if _PYTHON.fullmatch(name) and "\\" not in interpreter and "\n" not in interpreter:
        quoted = quoted_for_shell_and_python(interpreter)
        return _encoded(f"#!/bin/sh\n'''exec' {quoted}{arguments} \"$0\" \"$@\" #'''{line_end}")
    if arguments.strip():
        return _encoded(f"#!/usr/bin/env -S {name}{arguments}{line_end}")
    return _encoded(f"#!/usr/bin/env {name}{line_end}")


def rewrite_shebang(data: bytes, move: Callable[[str], str], platform: str) -> tuple[bytes, bytes]:
    """Return the new first line, or lines, of `data` and the rest that they did not touch.

    `move` returns where an interpreter is in the copy. Both parts together are `data`, and the
    first of them is empty, when its interpreter does not move.
    """
    polyglot = _POLYGLOT.match(data)
    if polyglot is not None:
        return _rewrite_polyglot(data, polyglot, move)
    line, rest = split_shebang(data)
    match = re.fullmatch(rb"#![ \t]*([^ \t\r\n]+)([^\r\n]*)(\r?\n?)", line)
    if match is None:
        return b"", data
    old, arguments, line_end = (part.decode(errors="surrogateescape") for part in match.groups())
    new = move(old)
    return (b"", data) if new == old else (build_shebang(new, arguments, platform, line_end), rest)


def rewrite_windows_shebang(data: bytes, move: Callable[[str], str]) -> tuple[bytes, bytes]:
    """Do the same for Windows, whose launchers read the line, quotes included, whatever its length.

    Only a line that needs quotes now and had none is rewritten here.
    """
    line, rest = split_shebang(data)
    match = re.match(rb"(#![ \t]*)([^\"\r\n]*?pythonw?(?:\.exe)?)(?=[ \t\r\n]|\Z)", line, re.I)
    if match is None:
        return b"", data
    old = match[2].decode(errors="surrogateescape")
    new = move(old)
    if new == old or " " not in new:
        return b"", data
    return match[1] + b'"' + _encoded(new) + b'"' + line[match.end() :], rest


def _rewrite_polyglot(
    data: bytes, match: re.Match[bytes], move: Callable[[str], str]
) -> tuple[bytes, bytes]:
    opening, word = match.groups()
    text = word.decode(errors="surrogateescape")
    old = text[1:-1] if text.startswith('"') and text.count('"') == 2 else shlex.split(text)[0]
    new = move(old)
    if new == old:
        return b"", data
    bare = text == old and re.fullmatch(r"[\w/.+@%,:=-]*", new)
    written = new if bare else quoted_for_shell_and_python(new)
    return opening + _encoded(written), data[match.end() :]


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
