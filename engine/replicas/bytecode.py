"""Compiled Python files: their code objects name the source file by its full path.

In CPython's marshal format a text is a type byte, a length and the text itself (`Python/marshal.c`,
version 4, since CPython 3.4), so the name can be exchanged without a Python of that version.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from engine.replicas.prefixes import PrefixRewriter

_HEADER: Final = 16  # magic, flags, time, size (PEP 552)
_REFERRED: Final = 0x80  # FLAG_REF: other objects of the file refer to this one by number
_INTERNED = b"ZAt"
_PLAIN = b"zau"
_CACHED = re.compile(r"(.*/)?__pycache__/([^/]+?)\.[^./]+(?:\.opt-[0-9a-zA-Z]+)?\.pyc")


def source_of(path: str) -> str:
    """Return the path of the source that the compiled file at `path` was made from (PEP 3147)."""
    match = _CACHED.fullmatch(path)
    if match is not None:
        return f"{match[1] or ''}{match[2]}.py"
    return path[:-1] if path.endswith((".pyc", ".pyo")) else ""


def rewrite_bytecode(data: bytes, rewriter: PrefixRewriter) -> bytes | None:
    """Return the compiled file `data` naming its source by the new prefix.

    The same object comes back when it does not name the old one, and None when it names it in a
    way that is not understood, so that it is of no use.
    """
    olds = sorted((old.encode("utf-8", "surrogatepass") for old in rewriter.olds), key=len)
    pattern = b"|".join(re.escape(old) for old in reversed(olds))
    is_named = any(old in data for old in olds)
    pieces: list[bytes] = []
    position = 0
    for match in re.finditer(rb"(?:" + pattern + rb")(?=[\\/])", data) if is_named else ():
        text = _text_at(data, match.start())
        if text is None:
            return None
        start, kind, length = text
        tail = data[match.end() : match.start() + length]
        try:
            moved = rewriter.new + tail.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None
        pieces += (data[position:start], _marshalled(moved, kind))
        position = match.start() + length
    if not pieces:
        return None if rewriter.occurs_in(data) else data
    return b"".join((*pieces, data[position:]))


def _text_at(data: bytes, start: int) -> tuple[int, int, int] | None:
    """Return where the text at `start` begins with its type, that type, and its length in bytes."""
    found: list[tuple[int, int, int]] = []
    if start >= _HEADER + 2 and _is_kind(data[start - 2], b"zZ"):
        found.append((start - 2, data[start - 2], data[start - 1]))
    if start >= _HEADER + 5 and _is_kind(data[start - 5], b"aAut"):
        (length,) = struct.unpack_from("<i", data, start - 4)
        found.append((start - 5, data[start - 5], length))
    fitting = [text for text in found if _is_source(data[start : start + max(text[2], 0)])]
    return fitting[0] if len(fitting) == 1 else None


def _is_source(name: bytes) -> bool:
    return name.endswith((b".py", b".pyw"))


def _is_kind(byte: int, kinds: bytes) -> bool:
    return byte & ~_REFERRED in kinds


def _marshalled(text: str, kind: int) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    short, long, wide = _INTERNED if kind & ~_REFERRED in _INTERNED else _PLAIN
    reference = kind & _REFERRED
    if not text.isascii():
        return bytes((wide | reference,)) + struct.pack("<i", len(encoded)) + encoded
    if len(encoded) < 256:
        return bytes((short | reference, len(encoded))) + encoded
    return bytes((long | reference,)) + struct.pack("<i", len(encoded)) + encoded
