"""Keep sentences as data that the translation tools find, and fill them late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gui import formats

_PLACE = re.compile(r"\{(\w+)\}")
_BYTES = "_bytes"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold one untranslated sentence, its context, and its `{named}` places."""

    context: str
    text: str


def QT_TRANSLATE_NOOP(context: str, text: str) -> Sentence:
    """Mark `text` for the translation tools (they know this name) and keep it for later."""
    return Sentence(context, text)


def filled(sentence: Sentence | None, values: Iterable[tuple[str, str]]) -> str:
    """Return `sentence` translated with its places filled, or "" when a value is missing.

    A place whose name ends in `_bytes` takes a whole number and shows a size.
    """
    if sentence is None:
        return ""
    known = {key: value for key, value in values if value}
    if not set(_PLACE.findall(sentence.text)) <= known.keys():
        return ""
    return fill(QCoreApplication.translate(sentence.context, sentence.text), known)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its places filled; a place without a value stays as it is written."""
    return _PLACE.sub(lambda place: _shown(place[1], values.get(place[1], place[0])), text)


def _shown(key: str, value: str) -> str:
    if key.endswith(_BYTES) and value.isdecimal():
        return formats.format_bytes(int(value))
    return value
