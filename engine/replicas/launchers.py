"""Windows launchers: programs that start the interpreter of an environment on a script.

Three kinds name an interpreter. Those of pip (distlib, `PC/launcher.c`) are a program, a `#!` line
and a ZIP archive. Those of uv are a program whose resource `UV_PYTHON_PATH` names it (crate
uv-trampoline, `bounce.rs`) or, before 2026, a program, a ZIP archive, the path, its length in four
bytes and a magic word. Those that conda makes look beside themselves and need nothing.
"""

from __future__ import annotations

import ntpath
import re
import struct
from collections.abc import Callable

_END_OF_ARCHIVE = b"PK\x05\x06"
_TRAILING_MAGIC = (b"UVSC", b"UVPY", b"UVUV")
_RESOURCE_KIND = 10  # RT_RCDATA
_RESOURCE_NAME = "UV_PYTHON_PATH"
_RESOURCE_DIRECTORY = 2  # its index among the data directories of a PE file
_LONGEST_PATH = 32768


def is_program(data: bytes) -> bool:
    """Return whether a file starts like a Windows program."""
    return data.startswith(b"MZ")


def rewrite_launcher(data: bytes, folder: str, move: Callable[[str], str]) -> bytes:
    """Return the launcher `data`, that lies in the old `folder`, for the copy.

    `move` returns where a path is in the copy. The same object comes back when `data` is not a
    launcher or names an interpreter that does not move.
    """
    for rewrite in (_rewrite_trailing_path, _rewrite_shebang):
        written = rewrite(data, move)
        if written is not None:
            return written
    written = _rewrite_resource(data, folder, move)
    return data if written is None else written


def _rewrite_trailing_path(data: bytes, move: Callable[[str], str]) -> bytes | None:
    magic = data[-4:]
    if magic not in _TRAILING_MAGIC or len(data) < 8:
        return None
    (length,) = struct.unpack("<I", data[-8:-4])
    start = len(data) - 8 - length
    if not 0 < length <= _LONGEST_PATH or start <= 0:
        return None
    old = data[start:-8].decode(errors="surrogateescape")
    new = move(old)
    if new == old:
        return data
    encoded = new.encode(errors="surrogateescape")
    return data[:start] + encoded + struct.pack("<I", len(encoded)) + magic


def _rewrite_shebang(data: bytes, move: Callable[[str], str]) -> bytes | None:
    archive = _archive_start(data)
    if archive is None:
        return None
    start = data.rfind(b"#!", 0, archive)
    match = re.fullmatch(rb"#!(\"?)([^\"\r\n]+?)\1((?:[ \t][^\r\n]*)?\r?\n)", data[start:archive])
    if start <= 0 or match is None:
        return None
    old = match[2].decode(errors="surrogateescape")
    new = move(old)
    if new == old:
        return data
    quote = b'"' if match[1] or " " in new else b""
    line = b"#!" + quote + new.encode(errors="surrogateescape") + quote + match[3]
    return data[:start] + line + data[archive:]


def _archive_start(data: bytes) -> int | None:
    end = data.rfind(_END_OF_ARCHIVE)
    if end < 0 or end + 22 > len(data):
        return None
    size, offset = struct.unpack("<LL", data[end + 12 : end + 20])
    start = end - size - offset
    return start if start > 0 else None


def _rewrite_resource(data: bytes, folder: str, move: Callable[[str], str]) -> bytes | None:
    """Name the interpreter relative to the launcher, which uv allows and which always fits."""
    try:
        found = _find_resource(data)
    except (struct.error, ValueError):
        return None
    if found is None:
        return None
    entry, start, length = found
    old = data[start : start + length].decode(errors="surrogateescape")
    if move(old) == old:
        return data
    written = ntpath.relpath(old, folder).encode(errors="surrogateescape")
    if len(written) > length:
        return None
    patched = bytearray(data)
    patched[start : start + length] = written.ljust(length, b"\0")
    struct.pack_into("<I", patched, entry + 4, len(written))
    return bytes(patched)


def _find_resource(data: bytes) -> tuple[int, int, int] | None:
    """Return where the resource's data entry, and its text, are in the file, and its length.

    See Microsoft's "PE Format", section `.rsrc`: a tree of type, name and language.
    """
    if not is_program(data):
        return None
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header : header + 4] != b"PE\0\0":
        return None
    sections, optional = struct.unpack_from("<H12xH", data, header + 6)
    first = header + 24
    (magic,) = struct.unpack_from("<H", data, first)
    directories = first + (112 if magic == 0x20B else 96)
    address, _ = struct.unpack_from("<II", data, directories + 8 * _RESOURCE_DIRECTORY)
    for index in range(sections):
        start, size, raw = struct.unpack_from(
            "<III", data, first + optional + 40 * index + 12
        )  # virtual address, size of raw data, pointer to raw data
        if start <= address < start + size:
            root = raw + address - start
            return _walk_resources(data, root, lambda rva, to=raw - start: rva + to)
    return None


def _walk_resources(
    data: bytes, root: int, to_file: Callable[[int], int]
) -> tuple[int, int, int] | None:
    kinds = _children(data, root, root)
    names = _children(data, root, kinds[_RESOURCE_KIND]) if _RESOURCE_KIND in kinds else {}
    if _RESOURCE_NAME not in names:
        return None
    for entry in _children(data, root, names[_RESOURCE_NAME]).values():
        rva, length = struct.unpack_from("<II", data, entry)
        start = to_file(rva)
        if 0 < length <= _LONGEST_PATH and 0 < start <= len(data) - length:
            return entry, start, length
    return None


def _children(data: bytes, root: int, table: int) -> dict[int | str, int]:
    named, numbered = struct.unpack_from("<HH", data, table + 12)
    found: dict[int | str, int] = {}
    for index in range(named + numbered):
        name, offset = struct.unpack_from("<II", data, table + 16 + 8 * index)
        key: int | str = name
        if name & 0x80000000:
            at = root + (name & 0x7FFFFFFF)
            (length,) = struct.unpack_from("<H", data, at)
            key = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", errors="replace")
        found[key] = root + (offset & 0x7FFFFFFF)
    return found
