"""Files made to hang, to swell or to break out: each is built by a function of its own."""

from __future__ import annotations

import bz2
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backports import zstd

MEGABYTE: Final = 1 << 20
HUNDRED: Final = 100 * MEGABYTE


def _laughs(levels: int, width: int) -> bytes:
    lines = ["a0: &a0 [x, x]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]"
        for level in range(1, levels)
    ]
    return "\n".join([*lines, f"dependencies: *a{levels - 1}"]).encode()


def _zip(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _many_members() -> bytes:
    return _zip({f"a/{number:060}": b"" for number in range(60_000)}, zipfile.ZIP_STORED)


def _tar(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _conda(info: bytes) -> bytes:
    members = {"metadata.json": b"{}", "info-x-1-0.tar.zst": info, "pkg-x-1-0.tar.zst": b""}
    return _zip(members, zipfile.ZIP_STORED)


def _bz2_bomb() -> bytes:
    compressor = bz2.BZ2Compressor()
    parts = [compressor.compress(bytes(MEGABYTE)) for _ in range(60)]
    return b"".join((*parts, compressor.flush()))


def _zst_bomb() -> bytes:
    compressor = zstd.ZstdCompressor()
    parts = [compressor.compress(bytes(MEGABYTE)) for _ in range(60)]
    return b"".join((*parts, compressor.flush()))


def _lock_of(count: int) -> bytes:
    entry = (
        "- name: package-{0}\n  version: '1.0'\n  manager: conda\n  platform: linux-64\n"
        "  dependencies:\n    python: '>=3.8'\n"
        "  url: https://conda.example.org/x/linux-64/package-{0}-1.0-0.conda\n"
        "  hash:\n    md5: 0123456789abcdef0123456789abcdef\n  category: main\n"
    )
    head = "version: 1\nmetadata:\n  platforms:\n  - linux-64\npackage:\n"
    return (head + "".join(entry.format(number) for number in range(count))).encode()


HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    "billion_laughs.yml": lambda: _laughs(12, 10),
    "wide_laughs.yml": lambda: _laughs(4, 300),
    "endless_alias.yml": lambda: b"dependencies: &a [*a, *a]\n",
    "deep_flow.yml": lambda: b"dependencies: " + b"[" * 150_000,
    "deep_braces.yml": lambda: b"dependencies: " + b"{a: " * 50_000,
    "deep_dashes.yml": lambda: b"dependencies:\n" + b"- " * 100_000,
    "deep_blocks.yml": lambda: (
        b"dependencies:\n" + b"".join(b" " * depth + b"a:\n" for depth in range(1, 700))
    ),
    "questions.yml": lambda: b"dependencies:\n" + b"? " * 100_000,
    "long_scalar.yml": lambda: b"dependencies:\n  - " + b"a" * 300_000,
    "many_keys.yml": lambda: b"dependencies:\n" + b"".join(b"k%d: 1\n" % n for n in range(30_000)),
    "quotes.yml": lambda: b'dependencies: "' + b"\\x41" * 70_000,
    "anchors.yml": lambda: b"dependencies: [" + b"&a " * 80_000,
    "many_items.yml": lambda: b"dependencies:\n" + b"- a\n" * 75_000,
    "many_pip_lines.yml": lambda: b"dependencies:\n- pip:\n" + b"  - a\n" * 40_000,
    "selectors.yml": lambda: b"dependencies:\n- a # [" + b"not " * 40 + b"win]\n" * 20_000,
    "large_conda-lock.yml": lambda: _lock_of(25_000),
    "lock_of_dashes_conda-lock.yml": lambda: b"version: 1\npackage:\n" + b"- " * 500_000,
    "deep_conda-lock.yml": lambda: (
        b"version: 1\npackage:\n" + b"".join(b" " * depth + b"a:\n" for depth in range(1, 2_000))
    ),
    "wide_pixi.lock": lambda: (
        b"version: 6\nenvironments:\n"
        + b"".join(
            b"  e%d:\n    packages:\n      linux-64:\n      - conda: x\n" % n for n in range(40_000)
        )
        + b"packages:\n- conda: x\n"
    ),
    "dotted.toml": lambda: b"[project]\n" + b".".join([b"a"] * 400_000) + b" = 1\n",
    "dotted_tables.pyproject.toml": lambda: (
        b"[project]\nname='a'\n"
        + b"".join(b"[" + b".".join([b"a"] * 35) + b".b%d]\n" % n for n in range(15_000))
    ),
    "deep_array.pyproject.toml": lambda: b"[project]\ndependencies = " + b"[" * 200_000,
    "deep_inline.pyproject.toml": lambda: b"[project]\nx = " + b"{a=" * 100_000,
    "large_number.pyproject.toml": lambda: b"[project]\nx = " + b"9" * 1_000_000,
    "many_dependencies.pyproject.toml": lambda: (
        b"[project]\ndependencies = [" + b'"a",' * 200_000 + b"]\n"
    ),
    "many_lines.pyproject.toml": lambda: (
        b"[project]\ndependencies = [\n" + b"".join(b'"a%d",\n' % n for n in range(49_000)) + b"]\n"
    ),
    "groups.pyproject.toml": lambda: (
        b"[dependency-groups]\n"
        + b"".join(
            b'g%d = [{include-group="g%d"},{include-group="g%d"},"a%d"]\n' % (n, n + 1, n + 1, n)
            for n in range(40)
        )
        + b'g40 = ["x"]\n'
    ),
    "extras.pyproject.toml": lambda: (
        b"[project]\nname='p'\n[project.optional-dependencies]\n"
        + b"".join(b'g%d = ["p[g%d]","p[g%d]","a%d"]\n' % (n, n + 1, n + 1, n) for n in range(40))
        + b'g40 = ["x"]\n'
    ),
    "long_line_requirements.txt": lambda: b"a" * 10 * MEGABYTE,
    "long_words_requirements.txt": lambda: b"a " * 5 * MEGABYTE,
    "many_options_requirements.txt": lambda: b"--hash=sha256:a " * 200_000,
    "many_options_behind_requirements.txt": lambda: b"a " + b"--hash=sha256:a " * 100_000,
    "spaces_requirements.txt": lambda: b"a" + b" " * 3 * MEGABYTE + b"b\n",
    "space_lines_requirements.txt": lambda: (b" " * 5_000 + b"x\n") * 1_500,
    "hash_spaces_requirements.txt": lambda: b"a" + b" " * MEGABYTE + b"b #c\n",
    "continued_requirements.txt": lambda: b"a\\\n" * 2_000_000,
    "variables_requirements.txt": lambda: b"${A}" * 500_000,
    "markers_requirements.txt": lambda: (
        b"a; " + b"(" * 9_000 + b"python_version>'3'" + b")" * 9_000
    ),
    "long_marker_requirements.txt": lambda: (
        b"a; " + b" or ".join([b"python_version>'3'"] * 700) + b"\n"
    ),
    "many_markers_requirements.txt": lambda: b"".join(
        b"a%d; python_version>'3.%d' or os_name=='nt'\n" % (n, n % 40) for n in range(3_000)
    ),
    "specifiers_requirements.txt": lambda: b"a" + b",".join([b">=1"] * 5_000),
    "extras_requirements.txt": lambda: b"a[" + b"b," * 9_000 + b"b]",
    "brackets_requirements.txt": lambda: b"./" + b"[" * 15_000,
    "addresses_requirements.txt": lambda: b"https://" + b"a@" * 9_000 + b"x/y.whl",
    "logins_requirements.txt": lambda: (b"x @ https://" + b"a:" * 2_000 + b"@x/y.whl\n") * 200,
    "queries_requirements.txt": lambda: (b"x @ https://x/y.whl?" + b"&" * 5_000 + b"\n") * 100,
    "lines_requirements.txt": lambda: b"a\n" * 3_000_000,
    "different_lines_requirements.txt": lambda: b"".join(b"a%d\n" % n for n in range(49_000)),
    "quoted_requirements.txt": lambda: b"-r '" + b"a" * 3 * MEGABYTE,
    "punycode_requirements.txt": lambda: b"# coding: punycode\n" + b"a-" * 500_000,
    "idna_requirements.txt": lambda: b"# coding: idna\n" + b"\xff" + b"a." * 500_000,
    "nothing_requirements.txt": lambda: bytes(3 * MEGABYTE),
    "explicit.txt": lambda: b"@EXPLICIT\n" + b"https://x/linux-64/a-1-0.conda\n" * 49_000,
    "dashes_explicit.txt": lambda: b"@EXPLICIT\n" + b"-" * 3 * MEGABYTE,
    "slashes_explicit.txt": lambda: b"@EXPLICIT\n" + b"/" * 100_000 + b".conda\n",
    "conda_list.txt": lambda: b"# packages in environment at x:\n" + b"a " * 2 * MEGABYTE,
    "conda_rows.txt": lambda: b"# packages in environment at x:\n" + b"a  1  0  c\n" * 200_000,
    "specs.txt": lambda: b"a=1=" + b"b" * 2 * MEGABYTE,
    "list.json": lambda: b"[" * 500_000,
    "objects.json": lambda: b'{"a":' * 300_000,
    "many.json": lambda: json.dumps([{"name": "a", "version": "1"}] * 60_000).encode(),
    "deep.ipynb.json": lambda: b'{"nbformat": 4, "cells": ' + b"[" * 500_000,
    "cells.ipynb.json": lambda: json.dumps(
        {
            "nbformat": 4,
            "cells": [{"cell_type": "code", "source": "%pip install " + "a " * 200}] * 3_000,
        }
    ).encode(),
    "comments_script": lambda: b"# /// script\n" + b"# a\n" * 700_000,
    "blocks_script": lambda: b"# /// script\n#\n" * 200_000,
    "spaces_setup.cfg": lambda: b"[options]\ninstall_requires =" + b"\n " * 1_000_000,
    "many_setup.cfg": lambda: (
        b"[options]\ninstall_requires =\n" + b"".join(b"  a%d\n" % n for n in range(20_000))
    ),
    "extras_setup.cfg": lambda: (
        b"[options.extras_require]\n" + b"".join(b"e%d = a\n" % n for n in range(4_000))
    ),
    "pylock.many.toml": lambda: (
        b'lock-version = "1.0"\ncreated-by = "x"\n'
        + b"".join(
            b'[[packages]]\nname = "a%d"\nversion = "1"\n[[packages.wheels]]\n'
            b'url = "https://x/a%d-1-py3-none-any.whl"\nhashes = {sha256 = "00"}\n' % (n, n)
            for n in range(3_000)
        )
    ),
    "bomb-1.0-py3-none-any.whl": lambda: _zip({"a-1.dist-info/METADATA": bytes(100 * MEGABYTE)}),
    "many-1.0-py3-none-any.whl": _many_members,
    "slip-1.0-py3-none-any.whl": lambda: _zip({"../../a-1.dist-info/METADATA": b"Name: a\n"}),
    "headers-1.0-py3-none-any.whl": lambda: _zip(
        {"a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n" + b"X: y\n" * 700_000}
    ),
    "bomb-1.0-0.conda": lambda: _conda(_zst_bomb()),
    "index-1.0-0.conda": lambda: _conda(zstd.compress(_tar("info/index.json", b'{"a":' * 300_000))),
    "bomb-1.0-0.tar.bz2": _bz2_bomb,
    "late-1.0-0.tar.bz2": lambda: bz2.compress(_tar("lib/x", bytes(40 * MEGABYTE))),
    "link-1.0-0.tar.bz2": lambda: bz2.compress(_link("info/index.json", "/etc/passwd")),
    "hundred_megabytes_requirements.txt": lambda: b"numpy\n" * (HUNDRED // 6),
    "hundred_megabytes.yml": lambda: b"dependencies:\n" + b"- numpy\n" * (HUNDRED // 8),
    "hundred_megabytes.csv": lambda: b"1,2,3\n" * (HUNDRED // 6),
}


def _link(name: str, target: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type = tarfile.SYMTYPE
        member.linkname = target
        archive.addfile(member)
    return stream.getvalue()


def write_hostile(folder: Path) -> list[Path]:
    """Write every hostile file into `folder`; returns their paths."""
    for name, build in HOSTILE.items():
        (folder / name).write_bytes(build())
    return [folder / name for name in HOSTILE]
