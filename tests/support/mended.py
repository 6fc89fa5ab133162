"""See that an environment is sound: by what was found, by its own pip, by importing what it has."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from engine.health.values import Health
from tests.support.ward import MODULES

_IMPORT = """
import importlib, importlib.metadata, json, traceback
problems = {}
names = sorted(importlib.metadata.packages_distributions())
for name in names:
    if name.isidentifier():
        try:
            importlib.import_module(name)
        except BaseException:
            problems[name] = traceback.format_exc()
print(json.dumps([names, problems]))
"""


def summaries(health: Health) -> list[str]:
    """Return what was found, with the evidence, for who reads why a test failed."""
    return [f"{each.key}: {each.summary} {each.evidence}" for each in health.findings]


def inside(prefix: Path, *arguments: str) -> str:
    """Return what the environment's own Python prints; it must succeed."""
    command = [str(prefix / "bin" / "python"), "-I", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def check_inside(prefix: Path, modules: Iterable[str] = MODULES) -> None:
    """Let the environment's own pip and Python say that it is sound; `modules` must be there."""
    assert "No broken requirements found" in inside(prefix, "-m", "pip", "check")
    names, problems = json.loads(inside(prefix, "-c", _IMPORT))
    assert problems == {}
    assert set(modules) <= set(names)


def picture(prefix: Path) -> dict[str, tuple[object, ...]]:
    """Return what shows that anything below `prefix` was touched, but for when it was read.

    Whoever writes into a file, or changes its rights or names, changes its last times, too.
    """
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(prefix):
        for name in (".", *folders, *files):
            path = f"{folder}/{name}"
            seen = os.lstat(path)
            found[path] = (
                *(seen.st_mode, seen.st_uid, seen.st_gid, seen.st_size, seen.st_nlink),
                *(seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns),
            )
    return found
