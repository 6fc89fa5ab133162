"""What only the download tells is told before anything changes, and not a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode, Failure
from engine.plan import Plan, WarningCode
from engine.requests import ChangeRequest, CreateRequest
from engine.transactions.locking import WORKROOM
from tests.support.changing import carried_out, done, files_below, planned, versions
from tests.support.practising import Practice


@pytest.fixture
def harbor(practice: Practice) -> Path:
    """Make a small environment with one of two packages that bring the same file."""
    prefix = practice.places.envs / "harbor"
    request = CreateRequest(prefix, practice.both, specs=("harbor-east",), with_pip=False)
    practice.call(done, request, practice.places)
    return prefix


def stopped(practice: Practice, plan: Plan) -> Failure:
    """Return why `plan` was not carried out, once it is known that it left no trace."""
    before = {path: (plan.prefix / path).read_bytes() for path in files_below(plan.prefix)}
    packages = versions(plan.prefix)
    with pytest.raises(EngineError) as caught:
        practice.call(carried_out, plan, practice.places)
    assert {path: (plan.prefix / path).read_bytes() for path in files_below(plan.prefix)} == before
    assert versions(plan.prefix) == packages
    assert not (plan.prefix.parent / WORKROOM).exists()
    return caught.value.failure


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("bellringer", WarningCode.SCRIPTS_NOT_RUN, {"scripts": "bellringer", "packages": ""}),
        (
            "harbor-west",
            WarningCode.FILES_CLOBBERED,
            {"scripts": "", "packages": "harbor-east, harbor-west"},
        ),
    ],
)
def test_that_what_the_preview_could_not_tell_stops_the_change_and_stands_in_the_next_preview(
    practice: Practice, harbor: Path, name: str, code: WarningCode, told: dict[str, str]
) -> None:
    request = ChangeRequest(harbor, practice.both, add=(name, "quarry"))
    plan = practice.call(planned, request, practice.places)
    assert plan.warnings == ()
    failure = stopped(practice, plan)
    assert failure.code is ErrorCode.PREVIEW_AGAIN
    assert told.items() <= dict(failure.values).items()
    again = practice.call(planned, request, practice.places)
    assert [warning.code for warning in again.warnings] == [code]
    assert again.figures.download_bytes == 0
    practice.call(carried_out, again, practice.places)
    assert versions(harbor).keys() == {"harbor-east", name, "quarry"}


def test_that_nothing_is_asked_twice_where_nothing_is_hidden(
    practice: Practice, harbor: Path
) -> None:
    request = ChangeRequest(harbor, practice.both, add=("quarry", "firelily"))
    practice.call(carried_out, practice.call(planned, request, practice.places), practice.places)
    assert versions(harbor).keys() == {"harbor-east", "quarry", "firelily"}


def test_that_each_thing_that_was_not_told_counts_also_beside_one_that_was(
    practice: Practice, harbor: Path
) -> None:
    ringing = ChangeRequest(harbor, practice.both, add=("bellringer",))
    practice.call(done, ringing, practice.places)
    gone = ChangeRequest(harbor, practice.both, remove=("bellringer",))
    practice.call(done, gone, practice.places)
    both = ChangeRequest(harbor, practice.both, add=("bellringer", "harbor-west"))
    plan = practice.call(planned, both, practice.places)
    assert [warning.code for warning in plan.warnings] == [WarningCode.SCRIPTS_NOT_RUN]
    assert stopped(practice, plan).value("packages") == "harbor-east, harbor-west"
