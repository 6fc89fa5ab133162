from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.replicas.sources import (
    PLACEHOLDER,
    PROGRAM,
    Packed,
    Source,
    install_from_pypi,
    new_source,
    write,
)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Return a source with a bit of everything that conda and pip leave."""
    source = new_source(tmp_path)
    source.package(
        "tool",
        {
            "bin/tool": Packed(PROGRAM, has_prefix=True, is_binary=True, mode=0o755),
            "etc/tool.conf": Packed(f"root={PLACEHOLDER}/x\n".encode(), has_prefix=True),
            "lib/libtool.so": b"\x7fELF plain library" * 100,
            "share/tool/readonly": Packed(b"r\n", mode=0o444),
            "share/tool/empty": b"",
        },
    )
    source.package(
        "module",
        {"site-packages/module/__init__.py": b"answer = 42\n"},
        noarch_python=True,
        made={"bin/module": f"#!{source.prefix}/bin/python{'3.12'}\nimport module\n".encode()},
    )
    install_from_pypi(source.prefix, "pypkg")
    write(source.prefix / "notebooks" / "第一.ipynb", b'{"cells": []}')
    return source
