from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Phase, Progress, ProgressUnit
from gui.tasks.pace import Pace


def progress(done: int, total: int = 1000, phase: Phase = Phase.DOWNLOADING) -> Progress:
    return Progress(phase, done, total, ProgressUnit.BYTES)


def test_that_nothing_is_promised_before_there_is_something_to_go_by() -> None:
    pace = Pace()
    assert pace.seconds_left(0) is None
    pace.note(progress(0), 0)
    pace.note(progress(100), 1)
    assert pace.seconds_left(1) is None


def test_that_a_steady_rate_gives_the_time_that_is_left() -> None:
    pace = Pace()
    for second in range(5):
        pace.note(progress(100 * second), second)
    assert pace.seconds_left(4) == pytest.approx(6)


def test_that_the_rate_of_late_counts_not_that_of_the_beginning() -> None:
    pace = Pace()
    for second in range(10):
        pace.note(progress(second), second)
    for second in range(10, 20):
        pace.note(progress(100 * (second - 9)), second)
    assert pace.seconds_left(19) == pytest.approx(0, abs=1)
    left = pace.seconds_left(19)
    assert left is not None


def test_that_standing_still_makes_the_time_longer() -> None:
    pace = Pace()
    for second in range(4):
        pace.note(progress(100 * second), second)
    before, later = pace.seconds_left(3), pace.seconds_left(6)
    assert before is not None
    assert later is not None
    assert later > before


def test_that_a_new_phase_begins_anew() -> None:
    pace = Pace()
    for second in range(4):
        pace.note(progress(100 * second), second)
    pace.note(progress(1, 60, Phase.LINKING), 4)
    assert pace.seconds_left(5) is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**12),
            st.integers(-1, 10**12),
            st.floats(0, 100),
            st.sampled_from(Phase),
        ),
        max_size=40,
    )
)
def test_that_no_progress_whatever_gives_a_senseless_time(
    steps: list[tuple[int, int, float, Phase]],
) -> None:
    pace, now = Pace(), 0.0
    for done, total, pause, phase in steps:
        now += pause
        pace.note(progress(min(done, max(total, 0)), total, phase), now)
        left = pace.seconds_left(now)
        assert left is None or left >= 0
