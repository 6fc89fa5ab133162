from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.environments.naming import NameProblem, NameProblemCode
from engine.errors import ErrorCode, Failure
from gui import presenting
from tests.support.sentences import PLACE


@pytest.mark.parametrize("code", ErrorCode)
def test_that_every_failure_has_a_sentence_and_a_remedy_without_any_values(code: ErrorCode) -> None:
    words = presenting.explain(Failure(code, "English summary."))
    assert words.sentence.endswith(".")
    assert words.sentence != "English summary."
    assert words.remedy
    assert not PLACE.search(words.sentence + words.cause + words.remedy)
    assert "English summary." in words.detail


@pytest.mark.parametrize("code", NameProblemCode)
def test_that_every_problem_of_a_name_has_a_sentence(code: NameProblemCode) -> None:
    text = presenting.explain_name_problem(NameProblem(code, is_blocking=True, value="?"))
    assert text
    assert not PLACE.search(text)


def test_that_values_stand_in_the_sentence_of_a_failure() -> None:
    failure = Failure(
        ErrorCode.DISK_SPACE_SHORT,
        "",
        values=(("free_bytes", "12000000"), ("needed_bytes", "3400000000")),
    )
    assert re.search(r"12.MB", presenting.explain(failure).sentence)
    assert re.search(r"3\.4.GB", presenting.explain(failure).sentence)


def test_that_similar_names_are_offered_for_an_unknown_package() -> None:
    values = (("package", "nmpy"), ("similar", "numpy"), ("channels", "conda-forge"))
    words = presenting.explain(Failure(ErrorCode.PACKAGE_UNKNOWN, "", values=values))
    assert "nmpy" in words.sentence
    assert "conda-forge" in words.cause
    assert "numpy" in words.remedy


def test_that_the_rule_which_a_refused_name_breaks_is_said() -> None:
    values = (("name", "a:b"), ("problem", "forbidden-character"), ("value", ":"))
    failure = Failure(ErrorCode.NAME_INVALID, "", cause="forbidden-character: :", values=values)
    words = presenting.explain(failure)
    assert "a:b" in words.sentence
    assert words.cause == "A name cannot have any of these in it: :"


def test_that_the_engine_s_own_cause_is_said_in_english() -> None:
    failure = Failure(
        ErrorCode.CHANNEL_UNREACHABLE, "", cause="Its server refuses.", hint="Take a mirror."
    )
    words = presenting.explain(failure)
    assert (words.cause, words.remedy) == ("Its server refuses.", "Take a mirror.")


@pytest.mark.usefixtures("foreign")
def test_that_another_language_gets_no_english_of_the_engine_where_there_are_words() -> None:
    failure = Failure(
        ErrorCode.CHANNEL_UNREACHABLE, "No.", cause="Its server refuses.", hint="Take a mirror."
    )
    words = presenting.explain(failure)
    assert all(text.startswith("«") for text in (words.sentence, words.cause, words.remedy))
    assert "Its server refuses." in words.detail


def test_that_raw_text_of_a_library_is_kept_to_the_details() -> None:
    failure = Failure(ErrorCode.LINK_FAILED, "", cause="failed to link: os error 13", detail="raw")
    words = presenting.explain(failure)
    assert "os error" not in words.cause
    assert "os error 13" in words.detail
    assert "raw" in words.detail


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_that_values_of_a_failure_are_never_taken_for_a_template(value: str) -> None:
    failure = Failure(ErrorCode.CHANNEL_NOT_FOUND, "x", values=(("channel", value),))
    expected = f"There is no channel {value}." if value else "A channel does not exist."
    assert presenting.explain(failure).sentence == expected


@pytest.mark.parametrize(
    ("code", "key", "text", "position", "rest"),
    [
        (ErrorCode.SPEC_INVALID, "spec", "numerals>=", "8", "“>=”"),
        (ErrorCode.REQUIREMENT_INVALID, "requirement", "inkwell=>2", "7", "“=>2”"),
        (ErrorCode.REQUIREMENT_INVALID, "requirement", "a b" + "c" * 99, "2", "c…”"),
    ],
)
def test_that_the_place_of_a_mistake_is_pointed_at(
    code: ErrorCode, key: str, text: str, position: str, rest: str
) -> None:
    failure = Failure(
        code, "", cause="Expected semicolon", values=((key, text), ("position", position))
    )
    words = presenting.explain(failure)
    assert rest in words.cause
    assert "semicolon" not in words.cause
    nowhere = presenting.explain(Failure(code, "", cause="Expected end", values=((key, text),)))
    assert nowhere.cause == ""


def test_that_a_folder_that_is_closed_is_not_taken_for_no_environment() -> None:
    values = (("closed", "/envs/theirs"), ("prefix", "/envs/theirs"))
    words = presenting.explain(Failure(ErrorCode.NOT_AN_ENVIRONMENT, "", values=values))
    assert words.sentence == "You may not look into the folder /envs/theirs."
    assert "another user" in words.cause
    assert words.remedy.startswith("Ask whoever made /envs/theirs")
