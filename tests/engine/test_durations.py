"""How long a plan takes is told from how long the last ones took, and from nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.durations import Stopwatch, Work, expected_seconds, remember_duration, work_of
from engine.events import Phase
from engine.places import Places, places_below
from engine.plan import Change, ChangeKind, Figures, Plan
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import ChangeRequest, CloneRequest, CreateRequest, RemoveRequest, Request
from engine.transactions.reporting import SilentReport
from tests.support.changing import done, planned
from tests.support.practising import Practice

PREFIX = Path("/envs/course")
CREATE = CreateRequest(PREFIX, ("conda-forge",))
CHANGE = ChangeRequest(PREFIX, ("conda-forge",), add=("numpy",))
MEGABYTE = 1_000_000


def plan(request: Request, files: int = 0, download: int = 0, there: int = 0) -> Plan:
    channel = Source(SourceKind.CHANNEL, "conda-forge")
    record = Record(RecordKind.CONDA, "python", "3.12", channel, installed_files=there)
    change = Change(ChangeKind.ADD, "numpy", None, record)
    figures = Figures(files=files, download_bytes=download)
    now = datetime.now(UTC)
    return Plan(request, PREFIX, State((record,)), State(), (change,), figures, (), "", now)


def took(
    places: Places, like: Plan, others: float, fetching: float = 0.0, *, times: int = 1
) -> None:
    work = work_of(like)
    assert work is not None
    for _ in range(times):
        watch = Stopwatch(SilentReport())
        watch.seconds.update({Phase.LINKING: others, Phase.DOWNLOADING: fetching})
        remember_duration(places, work, watch)


def told(places: Places, asked: Plan) -> float | None:
    return expected_seconds(places, asked)


def test_that_nothing_is_told_before_anything_was_done(places: Places) -> None:
    assert told(places, plan(CREATE, 10_000)) is None
    took(places, plan(CREATE, 10_000), 4)
    assert told(places, plan(CHANGE, 10_000)) is None
    assert told(places, plan(CloneRequest(PREFIX, PREFIX / "b"), 10_000)) is None
    assert told(places, plan(RemoveRequest(PREFIX))) is None


def test_that_more_files_take_longer_and_few_files_no_less_than_a_start(places: Places) -> None:
    took(places, plan(CREATE, 10_000), 4)
    assert told(places, plan(CREATE, 10_000)) == pytest.approx(4, rel=0.01)
    assert told(places, plan(CREATE, 30_000)) == pytest.approx(12, rel=0.01)
    assert told(places, plan(CREATE, 1)) == told(places, plan(CREATE, 2_000))


def test_that_the_files_that_are_there_count_for_a_change(places: Places) -> None:
    took(places, plan(CHANGE, 1_000, there=9_000), 4)
    assert told(places, plan(CHANGE, 1_000, there=39_000)) == pytest.approx(16, rel=0.01)


def test_that_a_download_is_told_only_once_one_was_measured(places: Places) -> None:
    took(places, plan(CREATE, 10_000), 4)
    wish = plan(CREATE, 10_000, 50 * MEGABYTE)
    assert told(places, wish) is None
    took(places, plan(CHANGE, 10_000, 10 * MEGABYTE), 1, 5)
    assert told(places, wish) == pytest.approx(4 + 25, rel=0.01)


def test_that_one_slow_time_among_many_does_not_count(places: Places) -> None:
    took(places, plan(CREATE, 10_000), 4, times=6)
    took(places, plan(CREATE, 10_000), 400)
    assert told(places, plan(CREATE, 10_000)) == pytest.approx(4, rel=0.01)


def test_that_nothing_is_told_of_a_plan_that_changes_nothing(places: Places) -> None:
    took(places, plan(CHANGE, 10_000), 4)
    assert told(places, replace(plan(CHANGE, 10_000), changes=())) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"runs": [{"kind": 3}]}', b"\xff"])
def test_that_a_damaged_memory_tells_nothing_and_is_written_anew(
    places: Places, damage: bytes
) -> None:
    places.state.mkdir(parents=True)
    (places.state / "durations.json").write_bytes(damage)
    assert told(places, plan(CREATE, 10_000)) is None
    took(places, plan(CREATE, 10_000), 4)
    assert told(places, plan(CREATE, 10_000)) == pytest.approx(4, rel=0.01)


def test_that_the_memory_does_not_grow_for_ever(places: Places) -> None:
    took(places, plan(CREATE, 10_000), 4, times=100)
    document = json.loads((places.state / "durations.json").read_bytes())
    assert len(document["runs"]) == 40


def test_that_a_memory_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    took(places_below(tmp_path), plan(CREATE, 10_000), 4)


@given(
    earlier=st.tuples(st.integers(0, 10**7), st.integers(0, 10**11)),
    took_then=st.tuples(st.floats(0, 10**5), st.floats(0, 10**5)),
    wish=st.tuples(st.integers(0, 10**7), st.integers(0, 10**11)),
)
def test_that_no_memory_gives_a_time_that_is_not_one(
    tmp_path_factory: pytest.TempPathFactory,
    earlier: tuple[int, int],
    took_then: tuple[float, float],
    wish: tuple[int, int],
) -> None:
    places = places_below(tmp_path_factory.mktemp("places"))
    took(places, plan(CREATE, *earlier), *took_then)
    found = told(places, plan(CREATE, *wish))
    assert found is None or 0 <= found < float("inf")


def test_that_real_transactions_are_remembered_and_the_next_plan_tells(practice: Practice) -> None:
    places = practice.places
    request = CreateRequest(places.envs / "first", practice.both, specs=("quarry",), with_pip=False)
    first, _ = practice.call(done, request, places)
    assert first.expected_seconds is None
    second = practice.call(planned, replace(request, prefix=places.envs / "second"), places)
    assert second.expected_seconds is not None
    assert 0 < second.expected_seconds < 600
    assert decode(encode(second), Plan).expected_seconds == second.expected_seconds
    change = ChangeRequest(places.envs / "first", practice.both, add=("almanac",))
    assert practice.call(done, change, places)[0].expected_seconds is None
    again = ChangeRequest(places.envs / "first", practice.both, remove=("almanac",))
    work = work_of(practice.call(planned, again, places))
    assert isinstance(work, Work)
    assert work.files > 0
    assert practice.call(planned, again, places).expected_seconds is not None
