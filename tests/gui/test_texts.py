from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from PySide6.QtCore import QCoreApplication

from engine.records import DetailKey, Mark, RecordProblem, Source, SourceKind
from gui import texts
from gui.actions import EnvironmentAction, action_text
from tests.support.records import record


def of_kind(kind: SourceKind) -> str:
    return texts.source_sentence(record("a", source=Source(kind, "somewhere")))


def chip_of(kind: SourceKind) -> str:
    return texts.source_word(record("a", source=Source(kind, "")))


@pytest.mark.parametrize(
    ("say", "values"),
    [
        (texts.mark_word, Mark),
        (texts.mark_sentence, Mark),
        (texts.problem_sentence, RecordProblem),
        (texts.detail_title, DetailKey),
        (texts.detail_sentence, DetailKey),
        (of_kind, SourceKind),
        (chip_of, SourceKind),
        (action_text, EnvironmentAction),
    ],
)
def test_that_everything_has_words_of_its_own(
    say: Callable[[object], str], values: Iterable[object]
) -> None:
    said = [say(value) for value in values]
    assert all(said)
    assert len(set(said)) == len(said) or say is chip_of


@pytest.mark.parametrize(
    ("say", "values"),
    [
        (texts.mark_sentence, Mark),
        (texts.detail_sentence, DetailKey),
        (texts.problem_sentence, RecordProblem),
    ],
)
def test_that_sentences_end_as_sentences(
    say: Callable[[object], str], values: Iterable[object]
) -> None:
    assert all(say(value).endswith(".") for value in values)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 packages"), (1, "1 package"), (2, "2 packages")]
)
def test_that_english_counts_have_their_plural(count: int, shown: str) -> None:
    assert QCoreApplication.translate("Any", "%n package(s)", None, count) == shown


def test_that_a_text_without_a_count_keeps_its_brackets() -> None:
    assert QCoreApplication.translate("Any", "file(s)") == "file(s)"
