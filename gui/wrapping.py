"""Make long names and paths fit into narrow places."""

from __future__ import annotations

import re
from typing import Final

_LONG_RUN: Final = re.compile(r"[^\s/\-\u2014]{41,}")  # without any place where Qt breaks a line
_PLACE: Final = re.compile(r"(?:[\\_.=,;]|[^\\_.=,;]{30})(?=.)")
_BREAK: Final = "\u200b"  # the zero-width space


def with_breaks(text: str) -> str:
    """Return `text` with places to break a line in what is long and has none, as Windows paths.

    A label is never narrower than its longest run of letters, and Qt breaks none at a backslash.
    What is copied must come from `text` itself: the places are characters that nobody sees.
    """
    return _LONG_RUN.sub(lambda run: _PLACE.sub(rf"\g<0>{_BREAK}", run[0]), text)


def shortened(text: str, most: int) -> str:
    """Return `text` with its middle left out where it has more than `most` characters."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 1].rstrip()}…{text[-end:].lstrip()}"
