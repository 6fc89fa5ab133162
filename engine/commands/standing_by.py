"""Load what questions need while none is there yet: one that comes at once waits for less."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import BinaryIO


def first_line(stream: BinaryIO, preparations: Iterable[Callable[[], object]]) -> bytes:
    """Return the first line of `stream`, nothing at its end; until it comes, make `preparations`.

    Each is made whole in the calling thread, those that serve most questions first. What is not
    made when the line comes is left to whoever needs it.
    """
    lines: list[bytes] = []
    reader = threading.Thread(
        target=lambda: lines.append(stream.readline()), name="envdesk-question", daemon=True
    )
    reader.start()
    for prepare in preparations:
        if not reader.is_alive():
            break
        prepare()
    reader.join()
    return b"".join(lines)
