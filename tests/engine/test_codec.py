from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, decode_message, decode_query, encode
from engine.errors import EngineError, ErrorCode, Failure
from engine.events import Phase, Progress, ProgressUnit
from engine.messages import (
    PlanQuery,
    Query,
    WorkDone,
    WorkFailed,
    WorkLog,
    WorkMessage,
    WorkProgress,
)
from engine.plan import (
    Alternative,
    Change,
    ChangeKind,
    Figures,
    Plan,
    PlanWarning,
    Severity,
    WarningCode,
)
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import (
    ChannelPriority,
    CloneRequest,
    CreateRequest,
    RemoveRequest,
    RenameRequest,
    Request,
)

_words = st.text(max_size=12)
_paths = st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20
).map(Path)
_requests: st.SearchStrategy[Request] = st.one_of(
    st.builds(
        CreateRequest,
        prefix=_paths,
        channels=st.lists(_words, max_size=3).map(tuple),
        priority=st.sampled_from(ChannelPriority),
        python=_words,
        specs=st.lists(_words, max_size=3).map(tuple),
        with_pip=st.booleans(),
    ),
    st.builds(CloneRequest, _paths, _paths),
    st.builds(RenameRequest, _paths, _paths),
    st.builds(RemoveRequest, _paths),
)
_records = st.builds(
    Record,
    kind=st.sampled_from(RecordKind),
    name=_words,
    version=_words,
    source=st.builds(Source, st.sampled_from(SourceKind), _words, _words),
    requested=st.lists(_words, max_size=2).map(tuple),
    installed_bytes=st.none() | st.integers(0, 2**60),
    path=st.none() | _paths,
    raw=_words,
)
_plans = st.builds(
    Plan,
    request=_requests,
    prefix=_paths,
    before=st.builds(State, st.lists(_records, max_size=2).map(tuple)),
    after=st.builds(State, st.lists(_records, max_size=2).map(tuple)),
    changes=st.lists(
        st.builds(
            Change,
            st.sampled_from(ChangeKind),
            _words,
            st.none() | _records,
            st.none() | _records,
            st.lists(_words, max_size=2).map(tuple),
            st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    figures=st.builds(Figures, *[st.integers(0, 2**60)] * 7),
    warnings=st.lists(
        st.builds(
            PlanWarning,
            st.sampled_from(WarningCode),
            st.sampled_from(Severity),
            _words,
            st.lists(st.tuples(_words, _words), max_size=2).map(tuple),
            st.lists(st.builds(Alternative, _words, _requests), max_size=1).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    stamp=_words,
    created=st.datetimes(timezones=st.just(UTC)),
    package_cache=st.none() | _paths,
)


@given(_plans)
def test_that_every_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert decode(encode(plan, Plan), Plan) == plan


@given(_requests)
def test_that_every_question_comes_back_as_it_was(request: Request) -> None:
    assert decode_query(encode(PlanQuery(request), Query)) == PlanQuery(request)


@pytest.mark.parametrize(
    "message",
    [
        WorkProgress(Progress(Phase.LINKING, 1, 2, ProgressUnit.PACKAGES, "数据")),
        WorkLog("line\nwith break"),
        WorkDone(),
        WorkFailed(Failure(ErrorCode.DISK_FULL, "The disk is full.", values=(("path", "/x"),))),
    ],
)
def test_that_every_message_is_one_line_and_comes_back(message: WorkMessage) -> None:
    line = encode(message, WorkMessage)
    assert b"\n" not in line
    assert decode_message(line) == message


def test_that_a_path_that_is_not_utf8_survives() -> None:
    request = RemoveRequest(Path("/envs/\udcff\udc80"))
    assert decode(encode(request), RemoveRequest) == request


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"prefix": 3}', b"\xff"])
def test_that_foreign_data_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(EngineError) as caught:
        decode(data, Plan)
    assert caught.value.code is ErrorCode.PLAN_UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"3",
        b"{}",
        b'{"query": "Nonesuch"}',
        b'{"query": ["PlanQuery"]}',
        b'{"query": "PlanQuery"}',
        b'{"query": "PlanQuery", "request": {"request": "WorkDone"}}',
    ],
)
def test_that_what_is_of_no_known_kind_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(EngineError) as caught:
        decode_query(data)
    assert caught.value.code is ErrorCode.PLAN_UNREADABLE


def test_that_learning_how_values_travel_lets_others_go_on_and_is_done_once() -> None:
    code = """if True:
        from engine import codec
        breaths = []
        codec.prepare(breathe=lambda: breaths.append(1))
        first = len(breaths)
        codec.prepare(breathe=lambda: breaths.append(1))
        print(first, len(breaths))
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="ascii", timeout=60, check=True
    )
    first, both = map(int, done.stdout.split())
    assert first == both > 30


def test_that_times_keep_their_zone() -> None:
    now = datetime.now(UTC)
    plan = Plan(RemoveRequest(Path("/a")), Path("/a"), State(), State(), (), Figures(), (), "", now)
    assert decode(encode(plan, Plan), Plan).created == now
