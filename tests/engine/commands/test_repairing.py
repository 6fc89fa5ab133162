"""Problems are named for a repair by the codes that `health` prints, and nothing else is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commands.repairing import chosen_findings, steps_of
from engine.errors import EngineError, ErrorCode
from tests.support.findings import FROZEN, HAND, MISSING, OVERWRITTEN, RESTORE

OTHER = replace(OVERWRITTEN, subject="scipy", repairs=())
FOUND = (MISSING, OVERWRITTEN, OTHER, FROZEN)


@pytest.mark.parametrize(
    ("codes", "chosen"),
    [
        (("conda-overwritten",), (OVERWRITTEN, OTHER)),
        (("conda-overwritten:scipy",), (OTHER,)),
        (("frozen", "requirement-missing:six"), (FROZEN, MISSING)),
        (("conda-overwritten:numpy", "conda-overwritten"), (OVERWRITTEN, OTHER)),
    ],
)
def test_that_a_code_names_all_that_have_it_and_a_subject_one(
    codes: tuple[str, ...], chosen: tuple[object, ...]
) -> None:
    assert chosen_findings(FOUND, codes) == chosen


@pytest.mark.parametrize(
    ("code", "summary", "hint"),
    [
        ("overwritten", "There is no problem overwritten.", "conda-overwritten, "),
        ("two-copies", "There is nothing like two-copies", "frozen:"),
        ("conda-overwritten:six", "There is nothing like conda-overwritten:six", "numpy"),
    ],
)
def test_that_what_is_not_wrong_cannot_be_repaired(code: str, summary: str, hint: str) -> None:
    with pytest.raises(EngineError) as refused:
        chosen_findings(FOUND, ("frozen", code))
    failure = refused.value.failure
    assert failure.code is ErrorCode.BAD_USAGE
    assert failure.summary.startswith(summary)
    assert hint in failure.hint
    with pytest.raises(EngineError) as refused:
        chosen_findings((), ("two-copies",))
    assert refused.value.failure.hint == "Nothing is wrong with it."


def test_that_the_first_way_is_taken_unless_the_other_one_is_named() -> None:
    assert steps_of((OVERWRITTEN, MISSING)) == (*RESTORE, *MISSING.repairs[0])
    assert steps_of((OVERWRITTEN, OVERWRITTEN)) == RESTORE
    assert steps_of((OVERWRITTEN,), other=True) == HAND


def test_that_a_problem_without_such_a_way_is_refused_and_none_of_the_others_mended() -> None:
    for findings, other, hint in (
        ((OVERWRITTEN, MISSING), True, "Leave --other out."),
        ((OVERWRITTEN, OTHER), False, "Only the person"),
        ((), False, ""),
    ):
        with pytest.raises(EngineError) as refused:
            steps_of(findings, other=other)
        assert refused.value.code is ErrorCode.BAD_USAGE
        assert hint in refused.value.failure.hint
