"""Windows launchers of a copy start the copy's interpreter."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from engine.replicas.launchers import is_program, rewrite_launcher

OLD = r"C:\envs\old"
FOLDER = r"C:\envs\old\Scripts"
PROGRAM = b"MZ" + b"\x90" * 200 + b"#! is no line of mine" + b"\0" * 50


def archive(comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("__main__.py", "print('#!')\n" * 20)
        file.comment = comment
    return stream.getvalue()


def moved_to(new: str, data: bytes) -> bytes:
    return rewrite_launcher(data, FOLDER, lambda path: path.replace(OLD, new, 1))


@pytest.mark.parametrize("line", [rb"#!C:\envs\old\python.exe", rb'#!"C:\envs\old\python.exe"'])
@pytest.mark.parametrize("new", [r"D:\n", r"D:\two words", r"D:\第一个" + "x" * 300])
def test_that_launchers_of_pip_get_another_line(line: bytes, new: str) -> None:
    written = moved_to(new, PROGRAM + line + b"\r\n" + archive())
    quote = '"' if line.startswith(b'#!"') or " " in new else ""
    expected = f"#!{quote}{new}\\python.exe{quote}\r\n".encode()
    assert written == PROGRAM + expected + archive()
    assert zipfile.ZipFile(io.BytesIO(written)).namelist() == ["__main__.py"]


def test_that_arguments_of_the_line_stay() -> None:
    launcher = PROGRAM + b"#!C:\\envs\\old\\pythonw.exe -I\n" + archive(b"a comment")
    assert moved_to(r"D:\n", launcher) == launcher.replace(b"C:\\envs\\old", b"D:\\n")


@pytest.mark.parametrize("magic", [b"UVSC", b"UVPY", b"UVUV"])
def test_that_older_launchers_of_uv_get_another_path(magic: bytes) -> None:
    def launcher(prefix: str) -> bytes:
        path = f"{prefix}\\python.exe".encode()
        return PROGRAM + archive() + path + struct.pack("<I", len(path)) + magic

    assert moved_to(r"D:\第一个 env", launcher(OLD)) == launcher(r"D:\第一个 env")


def program_with_resources(
    resources: dict[str, bytes], *, is_64_bit: bool = True
) -> tuple[bytes, dict[str, int]]:
    """Return a program with RCDATA resources, and where each of their data entries is.

    Written from the description of the format alone (Microsoft, "PE Format").
    """
    optional = (112 if is_64_bit else 96) + 16 * 8
    header = 0x80
    raw, address = 0x400, 0x3000
    names = sorted(resources)
    root = struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1) + struct.pack("<II", 10, 0x80000018)
    table_of_names = struct.pack("<IIHHHH", 0, 0, 0, 0, len(names), 0)
    languages = 0x18 + 16 + 8 * len(names)
    entries = languages + 24 * len(names)
    texts = entries + 16 * len(names)
    blob_of_names = b"".join(
        struct.pack("<H", len(name)) + name.encode("utf-16-le") for name in names
    )
    data_at = texts + len(blob_of_names)
    tree, name_at = root, texts
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        table_of_names += struct.pack(
            "<II", 0x80000000 | name_at, 0x80000000 | (languages + 24 * index)
        )
        name_at += 2 + 2 * len(name)
    tree += table_of_names
    for index in range(len(names)):
        tree += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1)
        tree += struct.pack("<II", 0x409, entries + 16 * index)
    blobs = b""
    for index, name in enumerate(names):
        found[name] = raw + entries + 16 * index
        at = address + data_at + len(blobs)
        tree += struct.pack("<IIII", at, len(resources[name]), 0, 0)
        blobs += resources[name].ljust(len(resources[name]) + 3, b"\0")
    section = tree + blob_of_names + blobs
    directories = [(0, 0)] * 16
    directories[2] = (address, len(section))
    start = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", header)
    coff = struct.pack("<HHIIIHH", 0x8664, 2, 0, 0, 0, optional, 0)
    magic = struct.pack("<H", 0x20B if is_64_bit else 0x10B)
    rest = magic.ljust(optional - 16 * 8, b"\0")
    rest += b"".join(struct.pack("<II", *pair) for pair in directories)
    sections = b".text".ljust(8, b"\0") + struct.pack("<IIII", 16, 0x1000, 16, 0x300) + bytes(16)
    sections += b".rsrc".ljust(8, b"\0")
    sections += struct.pack("<IIII", len(section), address, len(section), raw) + bytes(16)
    head = start.ljust(header, b"\0") + b"PE\0\0" + coff + rest + sections
    return head.ljust(raw, b"\0") + section, found


def resource(data: bytes, entry: int) -> bytes:
    rva, length = struct.unpack_from("<II", data, entry)
    start = rva - 0x3000 + 0x400
    return data[start : start + length]


@pytest.mark.parametrize("is_64_bit", [True, False])
def test_that_newer_launchers_of_uv_find_python_beside_themselves(*, is_64_bit: bool) -> None:
    resources = {
        "UV_PYTHON_PATH": rb"C:\envs\old\python.exe",
        "UV_SCRIPT_DATA": archive(),
        "UV_TRAMPOLINE_KIND": b"\1",
    }
    launcher, entries = program_with_resources(resources, is_64_bit=is_64_bit)
    written = moved_to(r"D:\some\much\longer\place\than\before", launcher)
    assert len(written) == len(launcher)
    assert resource(written, entries["UV_PYTHON_PATH"]) == rb"..\python.exe"
    for name in ("UV_SCRIPT_DATA", "UV_TRAMPOLINE_KIND"):
        assert resource(written, entries[name]) == resources[name]


def test_that_everything_else_stays_the_same_object() -> None:
    elsewhere, _ = program_with_resources({"UV_PYTHON_PATH": rb"C:\Python312\python.exe"})
    without, _ = program_with_resources({"OTHER": b"x"})
    for data in (
        PROGRAM,
        PROGRAM + archive(),
        PROGRAM + rb"#!C:\Python312\python.exe" + b"\r\n" + archive(),
        b"MZ",
        b"",
        b"UVSC",
        b"\xff\xff\xff\xffUVSC",
        elsewhere,
        without,
        without[:300],
        elsewhere[:1100],
    ):
        assert moved_to(r"D:\n", data) is data


def test_that_programs_are_known_by_their_start() -> None:
    assert is_program(PROGRAM)
    assert not is_program(b"\x7fELF")
