"""The lines at the head of a file by which Envdesk knows later that it wrote it, and for what."""

from __future__ import annotations

import unicodedata
from typing import Final

MARK: Final = "# Written by Envdesk."

_NAME: Final = "# name: "
_LONGEST: Final = 255


def headed(text: str, name: str = "") -> str:
    """Return `text` below a head that tells, where it is given, what the environment is called."""
    named = f"{_NAME}{name}\n" if name and name.isprintable() else ""
    return f"{MARK}\n{named}{text}"


def split_head(text: str) -> tuple[str, str]:
    """Return the head of a file that Envdesk wrote and all below it.

    Raises ValueError when somebody else wrote it.
    """
    lines = text.split("\n", 2)
    if lines[0].rstrip("\r") != MARK:
        raise ValueError("not written by Envdesk")
    size = len(lines[0]) + 1
    if len(lines) > 1 and lines[1].startswith(_NAME):
        size += len(lines[1]) + 1
    return text[:size], text[size:]


def name_in_head(text: str) -> str:
    """Return what the head of a file calls the environment; empty when nobody wrote that there."""
    try:
        head, _ = split_head(text)
    except ValueError:
        return ""
    _, _, name = head.partition(_NAME)
    name = unicodedata.normalize("NFC", name.strip())
    return name if name.isprintable() and len(name) <= _LONGEST else ""


def name_for_conda(name: str) -> str:
    """Return `name` without the spaces that conda refuses (conda docs, `conda create --name`)."""
    return "-".join(name.split())
