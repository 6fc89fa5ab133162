"""The process that helps to make mirrors: folders come in, what was in them goes out.

A message is a plain value as `marshal` writes it. The process ends when its input does.
"""

from __future__ import annotations

import gc
import marshal
import sys
from typing import Final, cast

from engine.framing import read_message, write_message
from engine.replicas.filling import (
    Filled,
    Filler,
    MountedError,
    Portion,
    UnreadableError,
    Waiting,
)

DONE: Final = "done"
UNREADABLE: Final = "unreadable"
MOUNTED: Final = "mounted"
FAILED: Final = "failed"

_Portion = tuple[list[Filled], list[Waiting], list[tuple[str, int]]]
# An OSError: its number, its text, the path it names, and its number on Windows.
_Error = tuple[int, str, str, int]
# Which of the four it is, what was done, the path that is the trouble, and the error.
Answer = tuple[str, _Portion, str, _Error]

_NOTHING: Final = (0, "", "", 0)


def serve() -> None:
    """Answer on standard output what is asked on standard input, until that ends.

    The first message is the ground, each other one a list of folders with the number of names
    that are to be put there at most.
    """
    gc.disable()  # nothing that it keeps is a cycle
    source, target = sys.stdin.buffer, sys.stdout.buffer
    first = read_message(source)
    if first is None:
        return
    filler = Filler(*cast("tuple[str, str, int, int]", marshal.loads(first)))
    while (data := read_message(source)) is not None:
        waiting, most = cast("tuple[list[Waiting], int]", marshal.loads(data))
        write_message(target, marshal.dumps(_answer(filler, waiting, most)))


def _answer(filler: Filler, waiting: list[Waiting], most: int) -> Answer:
    try:
        portion: Portion = filler.fill(waiting, most)
    except UnreadableError as trouble:
        return (UNREADABLE, ([], [], []), trouble.path, _plain(trouble.error))
    except MountedError as trouble:
        return (MOUNTED, ([], [], []), trouble.path, _NOTHING)
    except OSError as error:
        return (FAILED, ([], [], []), "", _plain(error))
    return (DONE, (portion.filled, portion.waiting, portion.late), "", _NOTHING)


def _plain(error: OSError) -> _Error:
    name = error.filename if isinstance(error.filename, str) else ""
    windows: int = getattr(error, "winerror", None) or 0
    return (error.errno or 0, error.strerror or str(error), name, windows)
