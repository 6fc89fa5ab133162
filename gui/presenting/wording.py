"""Keep sentences as data that the translation tools find, and fill them late."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gui import formats

_PLACE = re.compile(r"\{(\w+)\}")
_BYTES = "_bytes"
_COUNT = "%n"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold one untranslated sentence, its context, and its `{named}` places."""

    context: str
    text: str


def QT_TRANSLATE_NOOP(context: str, text: str) -> Sentence:
    """Mark `text` for the translation tools (they know this name) and keep it for later."""
    return Sentence(context, text)


def QT_TRANSLATE_N_NOOP(context: str, text: str) -> Sentence:
    """Mark `text`, which has `%n` in it, for the tools; `count` says which plural is meant."""
    return Sentence(context, text)


@dataclass(frozen=True, slots=True)
class Words:
    """Hold the sentences for one code, in each field the most telling first.

    The first that has all of its values is taken. `is_raw` says that the engine's own cause is
    not written for people.
    """

    sentence: tuple[Sentence, ...]
    cause: tuple[Sentence, ...] = ()
    remedy: tuple[Sentence, ...] = ()
    is_raw: bool = False


@dataclass(frozen=True, slots=True)
class WarningSentences:
    """Hold the sentences for one warning: the first that has all of its values is taken."""

    sentence: tuple[Sentence, ...]
    reason: Sentence


@dataclass(frozen=True, slots=True)
class FindingSentences:
    """Hold the sentences for one health problem: what it is, what it means, how it comes about.

    In each field the first that has all of its values is taken. `advice` is what the person can do
    where there is no repair that everybody would want.
    """

    sentence: tuple[Sentence, ...]
    meaning: tuple[Sentence, ...]
    why: tuple[Sentence, ...]
    advice: tuple[Sentence, ...] = ()


def filled(sentence: Sentence, values: Iterable[tuple[str, str]] = ()) -> str:
    """Return `sentence` translated with its places filled, or "" when a value is missing.

    `%n` is the value of `count`. A place whose name ends in `_bytes` takes a whole number and
    shows a size.
    """
    known = {key: value for key, value in values if value}
    if not set(_PLACE.findall(sentence.text)) <= known.keys():
        return ""
    if _COUNT not in sentence.text:
        return fill(QCoreApplication.translate(sentence.context, sentence.text), known)
    count = known.get("count", "")
    if not count.isdecimal():
        return ""
    text = QCoreApplication.translate(sentence.context, sentence.text, None, int(count))
    return fill(text, known)


def first_filled(sentences: Iterable[Sentence], values: Iterable[tuple[str, str]] = ()) -> str:
    """Return the first of `sentences` that has all of its values, or "" when none has."""
    return next((text for one in sentences if (text := filled(one, values))), "")


def is_translated(sentence: Sentence) -> bool:
    """Return whether the language in force has words of its own for `sentence`."""
    return QCoreApplication.translate(sentence.context, sentence.text) != sentence.text


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its places filled; a place without a value stays as it is written."""
    return _PLACE.sub(lambda place: _shown(place[1], values.get(place[1], place[0])), text)


def _shown(key: str, value: str) -> str:
    if key.endswith(_BYTES) and value.isdecimal():
        return formats.format_bytes(int(value))
    return value
