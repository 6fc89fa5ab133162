"""Read many small files quickly: a package table is made of a thousand of them."""

from __future__ import annotations

import os

_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_STEP = 1 << 20


def read_head(path: str, limit: int) -> bytes:
    """Return at most the first `limit` bytes of the file at `path`; raises OSError."""
    descriptor = os.open(path, _FLAGS)
    try:
        return os.read(descriptor, limit)
    finally:
        os.close(descriptor)


def read_whole(path: str) -> bytes:
    """Return the bytes of the file at `path`; raises OSError."""
    descriptor = os.open(path, _FLAGS)
    try:
        # One byte more than there is: a full read then needs no second call to see its end.
        wanted = os.fstat(descriptor).st_size + 1
        first = os.read(descriptor, wanted)
        if len(first) == wanted - 1:
            return first
        chunks = [first]
        while chunk := os.read(descriptor, _STEP):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)
