"""Read the mark by which somebody asks that an environment be left as it is (CEP 22)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from engine.reading import read_head

MARK: Final = "conda-meta/frozen"
_LONGEST: Final = 64 * 1024


class _Document(msgspec.Struct, gc=False):
    message: str = ""


_DECODER: Final = msgspec.json.Decoder(_Document)


def frozen_message(prefix: Path) -> str:
    """Return what whoever froze the environment at `prefix` says of it; often nothing.

    Raises nothing: a mark that cannot be read is one all the same.
    """
    with suppress(OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return " ".join(_DECODER.decode(read_head(str(prefix / MARK), _LONGEST)).message.split())
    return ""


def is_own_mark(prefix: Path) -> bool:
    """Return whether the mark is the user's own, so that taking it away is theirs to decide."""
    mark = prefix / MARK
    try:
        owner = os.lstat(mark).st_uid
    except OSError:
        return False
    is_owner = os.name != "posix" or owner == os.geteuid()
    return is_owner and os.access(mark.parent, os.W_OK)
