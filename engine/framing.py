"""Messages between this program's own processes: bytes after their length, on a pipe."""

from __future__ import annotations

from typing import IO

_LENGTH = 8  # bytes


def write_message(stream: IO[bytes], data: bytes) -> None:
    """Write one message; raises OSError."""
    stream.write(len(data).to_bytes(_LENGTH, "little"))
    stream.write(data)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """Return the bytes of the next message, None at the end; raises OSError."""
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    wanted = int.from_bytes(length, "little")
    data = stream.read(wanted)
    return data if len(data) == wanted else None
