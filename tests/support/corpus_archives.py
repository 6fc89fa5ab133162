"""The packed files of the corpus, which are built: nobody can read them in a repository."""

from __future__ import annotations

import bz2
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from backports import zstd

_CODE: Final = {"lib/x.py": b"x"}
_FORMAT: Final = b'{"conda_pkg_format_version": 2}'


def _index(subdir: str) -> dict[str, bytes]:
    known = {"name": "tool", "version": "1.0", "build": "py_0", "build_number": 0}
    index = {**known, "subdir": subdir, "depends": ["python >=3.8"]}
    return {"info/index.json": json.dumps(index).encode()}


def _tar(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _zip(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _old_package(*members: Mapping[str, bytes]) -> bytes:
    return bz2.compress(_tar({name: data for each in members for name, data in each.items()}))


def _package(index: Mapping[str, bytes]) -> bytes:
    return _zip(
        {
            "metadata.json": _FORMAT,
            "pkg-tool-1.0-py_0.tar.zst": zstd.compress(_tar(_CODE)),
            "info-tool-1.0-py_0.tar.zst": zstd.compress(_tar(index)),
        }
    )


def _wheel(stem: str, name: str, *headers: str, **others: bytes) -> bytes:
    lines = ("Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *headers)
    info = f"{stem}-1.0.dist-info"
    return _zip(
        {
            **others,
            f"{info}/METADATA": "".join(f"{line}\n" for line in lines).encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\n",
            f"{info}/RECORD": b"",
        }
    )


BUILT: Final[Mapping[str, Callable[[], bytes]]] = {
    "archives/cut_off-1.0-0.tar.bz2": lambda: _old_package(_index("noarch"))[:40],
    "archives/empty-1.0-0.tar.bz2": lambda: _old_package(_CODE),
    "archives/nameless-1.0-py_0.conda": lambda: _package({"info/index.json": b"{}"}),
    "archives/no_metadata-1.0-py3-none-any.whl": lambda: _wheel("x", "x")[:60],
    "archives/other-1.0-py3-none-any.whl": lambda: _zip({"a.txt": b"x"}),
    "archives/renamed (1).whl": lambda: _wheel("tool_a", "tool.a"),
    "archives/slip-1.0-py3-none-any.whl": lambda: _wheel(
        "slip", "slip", **{"../../evil.py": b"x", "/etc/evil": b"x"}
    ),
    "archives/tool-1.0-py_0.conda": lambda: _package(_index("noarch")),
    "archives/tool-1.0-py_0.tar.bz2": lambda: _old_package(_index("noarch"), _CODE),
    "archives/tool-1.0-win.tar.bz2": lambda: _old_package(_index("win-64")),
    "archives/tool_a-1.0-py3-none-any.whl": lambda: _wheel(
        *("tool_a", "tool.a", "Requires-Python: >=3.8", "Requires-Dist: numpy", "", "Text"),
        **{"tool_a/__init__.py": b""},
    ),
    "archives/tool_w-1.0-cp312-cp312-win_amd64.whl": lambda: _wheel("tool_w", "tool-w"),
    "unknown/picture.png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


def build_archives(corpus: Path) -> None:
    """Write the packed files to where the corpus in the folder `corpus` expects them."""
    for name, build in BUILT.items():
        (corpus / name).write_bytes(build())
