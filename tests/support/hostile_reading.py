"""Read files, each in a process of its own; tell how each ended, its work and its memory.

Paths come as a JSON list on standard input; the answer is one JSON document.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
import traceback
from pathlib import Path

import psutil

_ROUNDS = 1_500_000


def peak() -> int:
    """Return the most bytes that this process ever had in memory."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def read(name: str) -> tuple[str, float, int]:
    """Return how reading the file `name` ends, its seconds of work, and the most bytes of memory.

    An unforeseen exception is told as its traceback.
    """
    from engine.errors import EngineError
    from engine.files.reading import read_file

    started = time.process_time()
    try:
        reading = read_file(Path(name))
        outcome = f"read {reading.kind} {len(reading.wanted)} {len(reading.locked)}"
    except EngineError as error:
        outcome = f"failed {error.code}"
    except BaseException:  # noqa: BLE001 - that there is none is what is tested
        outcome = traceback.format_exc(limit=-6)
    return outcome, time.process_time() - started, peak()


def counting() -> float:
    """Return the seconds of work that this computer needs for a fixed piece of Python."""
    started = time.process_time()
    words: dict[int, str] = {}
    for number in range(_ROUNDS):
        words[number & 1023] = str(number)
    return time.process_time() - started


def main() -> None:
    """Read every file, one after the other."""
    names: list[str] = json.load(sys.stdin)
    can_fork = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if can_fork else "spawn")
    if can_fork:
        context.set_forkserver_preload(["engine.files.reading"])
    with context.Pool(1, maxtasksperchild=1) as pool:
        speed = min(pool.map(_count, range(2), chunksize=1))
        answers = dict(zip(names, pool.map(read, names, chunksize=1), strict=True))
        speed = max(speed, min(pool.map(_count, range(2), chunksize=1)))
    json.dump({"counting": speed, "answers": answers}, sys.stdout)


def _count(_: int) -> float:
    return counting()


if __name__ == "__main__":
    main()
