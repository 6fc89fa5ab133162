"""Which packages fulfil a request, and why none do."""

from __future__ import annotations

import json

import pytest

from engine.conda.solving import check_spec, virtual_packages
from engine.errors import EngineError, ErrorCode, Failure
from engine.plan import WarningCode
from engine.records import SourceKind
from engine.requests import ChannelPriority
from tests.support.creating import solved
from tests.support.practising import Practice


def test_that_the_newest_packages_that_fit_are_found_with_all_that_a_plan_needs(
    practice: Practice,
) -> None:
    solution = practice.call(solved, ("python", "starchart"), practice.both, practice.places)
    records = {record.name: record for record in solution.records}
    assert set(records) == {"python", "starchart", "tidepool", "numerals"}
    assert records["numerals"].version == "2.0.1"
    starchart = records["starchart"]
    assert starchart.requested == ("starchart",)
    assert records["numerals"].requested == ()
    assert starchart.source.kind is SourceKind.CHANNEL
    assert starchart.source.name == "practice-main"
    assert starchart.url == f"{practice.main}/noarch/{starchart.spelled}.conda"
    assert starchart.noarch == "python"
    assert len(starchart.sha256) == 64
    assert starchart.archive_bytes
    assert "tidepool" in starchart.depends
    assert json.loads(starchart.raw)["url"] == starchart.url
    assert solution.warnings == ()


@pytest.mark.parametrize(
    ("priority", "version"),
    [(ChannelPriority.STRICT, "1.4.2"), (ChannelPriority.DISABLED, "2.1.0")],
)
def test_that_priority_decides_which_channel_a_package_comes_from(
    practice: Practice, priority: ChannelPriority, version: str
) -> None:
    solution = practice.call(
        solved, ("numerals",), (practice.extra, practice.main), practice.places, priority
    )
    (numerals,) = (record for record in solution.records if record.name == "numerals")
    assert numerals.version == version


def test_that_under_strict_priority_any_version_in_an_earlier_channel_hides_later_ones(
    practice: Practice,
) -> None:
    with pytest.raises(EngineError) as caught:
        practice.call(solved, ("numerals <1",), practice.both, practice.places)
    assert caught.value.code is ErrorCode.UNSATISFIABLE
    assert "channel" in caught.value.failure.cause


def test_that_flexible_priority_is_strict_where_it_can_and_tells_where_it_cannot(
    practice: Practice,
) -> None:
    channels, flexible = practice.both, ChannelPriority.FLEXIBLE
    assert practice.call(solved, ("papyrus",), channels, practice.places, flexible).warnings == ()
    relaxed = practice.call(solved, ("meadow",), channels, practice.places, flexible)
    assert [warning.code for warning in relaxed.warnings] == [WarningCode.PRIORITY_RELAXED]
    with pytest.raises(EngineError) as caught:
        practice.call(solved, ("meadow",), channels, practice.places, ChannelPriority.STRICT)
    assert caught.value.code is ErrorCode.UNSATISFIABLE
    assert "flexible" in caught.value.failure.hint
    assert caught.value.failure.value("priority") == "in-the-way"


def test_that_a_spec_can_name_its_channel(practice: Practice) -> None:
    solution = practice.call(
        solved, (f"{practice.extra}::numerals",), practice.both, practice.places
    )
    (numerals,) = (record for record in solution.records if record.name == "numerals")
    assert numerals.source.name == "practice-extra"


def refusal(practice: Practice, specs: tuple[str, ...]) -> Failure:
    with pytest.raises(EngineError) as caught:
        practice.call(solved, specs, (practice.main,), practice.places)
    return caught.value.failure


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        (("starchart", "moonrise"), ("starchart", "moonrise", "numerals >=2.0,<2.1")),
        (("firelily", "icemoss"), ("firelily", "icemoss")),
        (("starchart", "numerals >=2.1"), ("starchart", "numerals >=2.1")),
        (("kite",), ("kite", "wind >=1")),
        (("furnace",), ("furnace", "this computer", "NVIDIA")),
        (("python=2.7",), ("python 2.7",)),
        (("almanac >=2030",), ("almanac >=2030", "2026.1")),
        (("python=3", "python<3"), ("python",)),
    ],
)
def test_that_what_cannot_be_is_said_in_one_sentence_that_names_the_packages(
    practice: Practice, specs: tuple[str, ...], said: tuple[str, ...]
) -> None:
    failure = refusal(practice, specs)
    assert failure.code is ErrorCode.UNSATISFIABLE
    assert failure.summary.endswith(".")
    assert "\n" not in failure.summary
    for words in said:
        assert words in f"{failure.summary} {failure.cause}"
    assert failure.hint
    assert failure.detail
    assert "://" not in failure.summary + failure.cause + failure.detail


def test_that_an_unknown_name_is_told_with_what_may_be_meant(practice: Practice) -> None:
    failure = refusal(practice, ("python", "numeralz"))
    assert failure.code is ErrorCode.PACKAGE_UNKNOWN
    assert failure.value("package") == "numeralz"
    assert failure.value("similar").split(", ")[0] == "numerals"
    assert "numerals" in failure.hint
    failure = refusal(practice, ("xxxxxxxxxx",))
    assert failure.code is ErrorCode.PACKAGE_UNKNOWN
    assert failure.value("similar") == ""


@pytest.mark.parametrize(
    ("spec", "position"),
    [("numerals>=", "8"), ("numerals ==1..2", "11"), ("*", "0"), ("数字", "0"), ("a[b=c]", "2")],
)
def test_that_a_spec_that_is_none_is_refused_with_the_place_of_the_error(
    practice: Practice, spec: str, position: str
) -> None:
    with pytest.raises(EngineError) as caught:
        practice.call(check_spec, spec)
    failure = caught.value.failure
    assert failure.code is ErrorCode.SPEC_INVALID
    assert failure.value("spec") == spec
    assert failure.value("position") == position
    assert failure.cause


def test_that_a_search_without_end_is_given_up(practice: Practice) -> None:
    with pytest.raises(EngineError) as caught:
        practice.call(solved, ("starchart",), (practice.main,), practice.places, timeout=0.000_001)
    assert caught.value.code is ErrorCode.SOLVE_TIMEOUT


def test_that_a_server_that_stalls_while_solving_is_given_up(practice: Practice) -> None:
    practice.server.faults.stall("*/shards/*")
    with pytest.raises(EngineError) as caught:
        practice.call(solved, ("tidepool",), (practice.main,), practice.places, stall_seconds=1.6)
    assert caught.value.code is ErrorCode.CHANNEL_STALLED


def test_that_this_computer_tells_the_solver_about_itself(practice: Practice) -> None:
    names = [
        package.partition("=")[0] for package in practice.call(virtual_packages, practice.places)
    ]
    assert "__archspec" in names
    assert {"__linux", "__osx", "__win"} & set(names)
