"""A channel with what the practice channels are too old for: newer packages, a newer Python."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from engine.practice.archives import write_package
from engine.practice.catalogue import numerals, starchart
from engine.practice.channels import python_packages
from engine.practice.interpreter import Interpreter, describe_interpreter
from engine.practice.rattling import index_channels


def another_python() -> Interpreter | None:
    """Return an installed Python of another minor version, the nearest newer one if any is."""
    here = sys.version_info[1]
    minors = sorted((m for m in range(9, 15) if m != here), key=lambda m: (m < here, abs(m - here)))
    roots = (Path(sys.base_prefix).parent, Path(sys.base_prefix))
    for minor in minors:
        name = f"python3.{minor}"
        for found in [each for root in roots for each in sorted(root.glob(f"**/bin/{name}"))][:3]:
            with suppress(OSError, subprocess.SubprocessError):
                return describe_interpreter(found)
    return None


def newer_python() -> Interpreter | None:
    """Return an installed Python of a newer minor version than that which runs the tests."""
    found = another_python()
    is_newer = found is not None and int(found.minor.partition(".")[2]) > sys.version_info[1]
    return found if is_newer else None


def write_newer_channel(folder: Path, python: Interpreter | None) -> str:
    """Write a channel of newer packages, with `python` if there is one; return its address."""
    write_package(numerals("2.2.0", "2026-05-25"), folder)
    write_package(starchart("1.9.0", "2026-05-25", "numerals >=2.0"), folder)
    if python is not None:
        write_package(python_packages(python)[0], folder)
    index_channels((folder,))
    return folder.as_uri()
