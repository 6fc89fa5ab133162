"""Say each failure of the engine in one plain sentence, with its cause and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.environments.naming import NameProblem, NameProblemCode
from engine.errors import ErrorCode, Failure
from gui.presenting.channel_failures import CHANNEL_WORDS
from gui.presenting.file_failures import FILE_WORDS
from gui.presenting.names import explain_name_problem
from gui.presenting.place_failures import PLACE_WORDS
from gui.presenting.pypi_failures import PYPI_WORDS
from gui.presenting.wording import first_filled, is_translated


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold what a person reads about a failure; `detail` is raw text for those who help them."""

    sentence: str
    cause: str
    remedy: str
    detail: str


_SHOWN: Final = 24  # letters
_WORDS: Final = {**PLACE_WORDS, **CHANNEL_WORDS, **PYPI_WORDS, **FILE_WORDS}


def explain(failure: Failure) -> Explanation:
    """Return what a person reads about `failure`, in their language.

    The engine knows more of the single case, in English: where that is the language in force, its
    cause and its hint stand, and ours are for all others and where it has none.
    """
    words = _WORDS[failure.code]
    values = (*failure.values, ("rest", _from_the_mistake_on(failure)))
    sentence = first_filled(words.sentence, values)
    is_english = not is_translated(words.sentence[0])
    cause = _cause_of_name(failure) or first_filled(words.cause, values)
    remedy = first_filled(words.remedy, values)
    if is_english and not words.is_raw:
        cause = failure.cause or cause
        remedy = failure.hint or remedy
    return Explanation(
        sentence=sentence or failure.summary,
        cause=cause or ("" if words.is_raw else failure.cause),
        remedy=remedy or failure.hint,
        detail=_detail(failure),
    )


def _from_the_mistake_on(failure: Failure) -> str:
    """Return what was typed from the character on that is wrong, empty where nobody knows."""
    text = failure.value("spec") or failure.value("requirement")
    position = failure.value("position")
    if not position.isdecimal():
        return ""
    rest = text[int(position) :].strip()
    return rest if len(rest) <= _SHOWN else f"{rest[: _SHOWN - 1]}…"


def _cause_of_name(failure: Failure) -> str:
    problem = failure.value("problem")
    if failure.code is not ErrorCode.NAME_INVALID or problem not in set(NameProblemCode):
        return ""
    value = failure.value("value")
    return explain_name_problem(NameProblem(NameProblemCode(problem), True, value))


def _detail(failure: Failure) -> str:
    values = "\n".join(f"{key}: {value}" for key, value in failure.values)
    head = " ".join(part for part in (failure.summary, failure.cause, failure.hint) if part)
    parts = (f"[{failure.code}] {head}", values, failure.detail)
    return "\n\n".join(part for part in parts if part)
