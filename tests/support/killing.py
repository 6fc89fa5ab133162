"""Kill work in a process of its own before one of the changes that it makes to the disk.

What the work does is counted, not timed: a kill falls where it should on a machine of any speed.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_CHANGES: Final = frozenset(
    {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}
    | {"os.truncate", "os.utime"}
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR


def count_changes(work: Callable[[], object]) -> int:
    """Do `work` in a process of its own, and return how many changes to the disk it makes."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        steps = _Steps(0)
        _finish(steps, work)
        os.write(theirs, str(steps.done).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the work failed with status {status}"
    return int(told)


def kill_before(change: int, work: Callable[[], object]) -> bool:
    """Do `work` in a process of its own that is killed before its `change`th change, from 1.

    Returns whether it was; it ends by itself where it makes fewer.
    """
    child = os.fork()
    if child == 0:
        _finish(_Steps(change), work)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert was_killed or status == 0, f"the work failed with status {status}"
    return was_killed


def print_kills(
    once: Callable[[Path, random.Random, int], dict[str, object]], whole: Callable[[], object]
) -> None:
    """Do `once` over and over in folders of their own, and print what each says as a line of JSON.

    The command line names the folder to work in and how often; `once` gets a folder, chance, and
    how many changes the work makes, which is `whole`, to the end.
    """
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(8)
    changes = count_changes(whole)
    for number in range(times):
        root = folder / f"w{number}"
        print(json.dumps(once(root, chance, changes)), flush=True)  # noqa: T201
        shutil.rmtree(root)


def _finish(steps: _Steps, work: Callable[[], object]) -> None:
    sys.addaudithook(steps.hear)
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - a forked process must not go on as its parent
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stderr.flush()
        os._exit(1)
    steps.is_over = True


class _Steps:
    """Count what Python's auditing tells of changes (docs.python.org: "Audit events table")."""

    def __init__(self, deadly: int) -> None:
        self.done = 0
        self.is_over = False
        self._deadly = deadly

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_over or not _is_change(event, arguments):
            return
        self.done += 1
        if self.done == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def _is_change(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & _WRITING)
    return event in _CHANGES
