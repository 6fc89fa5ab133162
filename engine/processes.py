"""Which running programs belong to an environment: run from it, load from it, stand in it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import psutil

BUDGET: Final = 0.3  # seconds
_MAPS_LIMIT: Final = 4 * 2**20


class Tie(StrEnum):
    """Say what ties a process to an environment."""

    PROGRAM = "program"
    LIBRARY = "library"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """Describe a process that belongs to an environment."""

    pid: int
    name: str
    tie: Tie


def processes_of(prefix: Path, budget: float = BUDGET) -> tuple[RunningProcess, ...]:
    """Return the user's own processes that run from `prefix`, use its libraries or stand in it.

    Looks for at most `budget` seconds, programs and working folders first, loaded libraries while
    time is left; raises nothing. Links in `prefix` are followed: processes are known by real paths.
    """
    deadline = time.monotonic() + budget
    roots = tuple(dict.fromkeys((_normal(os.path.realpath(prefix)), _normal(str(prefix)))))
    found: list[RunningProcess] = []
    rest: list[psutil.Process] = []
    for process in psutil.process_iter():
        if time.monotonic() > deadline:
            break
        with suppress(psutil.Error, OSError):
            if not _is_ours(process):
                continue
            tie = _tie(process, roots)
            if tie is None:
                rest.append(process)
            else:
                found.append(RunningProcess(process.pid, process.name(), tie))
    for process in rest:
        if time.monotonic() > deadline:
            break
        with suppress(psutil.Error, OSError):
            if _has_library(process, roots):
                found.append(RunningProcess(process.pid, process.name(), Tie.LIBRARY))
    return tuple(sorted(found, key=lambda each: each.pid))


def _is_ours(process: psutil.Process) -> bool:
    if sys.platform == "win32":
        return True  # what belongs to somebody else refuses the questions that follow
    return process.uids().real == os.getuid()


def _tie(process: psutil.Process, roots: tuple[str, ...]) -> Tie | None:
    with suppress(psutil.AccessDenied, OSError):
        if _is_inside(process.exe(), roots):
            return Tie.PROGRAM
    with suppress(psutil.AccessDenied, OSError):
        if _is_inside(process.cwd(), roots):
            return Tie.FOLDER
    return None


def _has_library(process: psutil.Process, roots: tuple[str, ...]) -> bool:
    if sys.platform == "linux":
        # psutil reads smaps, which costs a hundred times as much
        with open(f"/proc/{process.pid}/maps", "rb") as stream:  # noqa: PTH123
            maps = stream.read(_MAPS_LIMIT)
        return any(os.fsencode(root + os.sep) in maps for root in roots)
    return any(_is_inside(each.path, roots) for each in process.memory_maps())


def _is_inside(path: str, roots: tuple[str, ...]) -> bool:
    path = _normal(path)
    return bool(path) and any(path == root or path.startswith(root + os.sep) for root in roots)


def _normal(path: str) -> str:
    return os.path.normcase(path).rstrip(os.sep) if path else ""
