"""Tell which programs that write into caches are running."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

import psutil

from engine.cache.values import CacheKind
from engine.places import Places

_PYTHON = re.compile(r"(python|pypy)[\d.]*w?(\.exe)?", re.IGNORECASE)
_NAMES: Final = {
    "conda": "conda",
    "conda-script.py": "conda",
    "mamba": "mamba",
    "micromamba": "micromamba",
    "pixi": "pixi",
    "pip": "pip",
    "uv": "uv",
}
_PIP = re.compile(r"pip[\d.]*")
WRITERS: Final = {
    CacheKind.CONDA: ("conda", "mamba", "micromamba"),
    CacheKind.ENVDESK: ("conda", "mamba", "micromamba"),
    CacheKind.RATTLER: ("pixi",),
    CacheKind.PIP: ("pip",),
    CacheKind.UV: ("uv", "pixi"),
}


def program_of(command: Sequence[str]) -> str:
    """Return which of conda, mamba, micromamba, pixi, pip and uv a command line is, or nothing.

    `conda run`, `uv run` and their like are none: what runs is the program that they started.
    """
    words = list(command)
    if words and _PYTHON.fullmatch(PurePath(words[0]).name):
        words = words[1:]
        while words and words[0].startswith("-") and words[0] != "-m":
            words = words[1:]
        if words[:1] == ["-m"]:
            words = words[1:]
    if not words:
        return ""
    name = PurePath(words[0].replace("\\", "/")).name.lower().removesuffix(".exe")
    if _PIP.fullmatch(name):
        return "pip"
    found = _NAMES.get(name, "")
    is_idle = any(word in ("run", "shell", "activate", "shell-hook") for word in words[1:3])
    return "" if is_idle else found


def running_programs(places: Places) -> frozenset[str]:
    """Return which of these programs run; for isolated places, those that work below their root.

    Takes some tens of milliseconds; processes of others may be out of sight.
    """
    root = os.fspath(places.home.parent)
    found: set[str] = set()
    for process in psutil.process_iter(["cmdline"]):
        command: list[str] = process.info["cmdline"] or []
        program = program_of(command)
        if program and (not places.isolated or any(root in word for word in command)):
            found.add(program)
    return frozenset(found)


def writer_at(kind: CacheKind, running: frozenset[str]) -> str:
    """Return the running program that may write into a cache of `kind`, or nothing."""
    return next((name for name in WRITERS[kind] if name in running), "")
