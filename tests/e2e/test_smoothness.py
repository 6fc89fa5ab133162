"""The judgement over stalls is fair to a busy machine and hard on a slow window."""

from __future__ import annotations

import time

from tests.e2e.smoothness import Stall, Steps, told, too_long_in_every_run


def stall(step: str, ms: float) -> Stall:
    return Stall(step, ms, 0.0, 0.0, 0.0, ("gui/window.py:1 paint",))


def test_that_only_a_step_that_is_too_long_in_every_run_counts() -> None:
    runs = [
        [stall("open", 70), stall("list", 90), stall("open", 20)],
        [stall("open", 60), stall("remove", 300)],
        [stall("open", 51), stall("list", 49)],
    ]
    assert too_long_in_every_run(runs) == {"open": 51}
    assert too_long_in_every_run([*runs, [stall("list", 80)]]) == {}
    assert too_long_in_every_run(runs[:1]) == {"open": 70, "list": 90}


def test_that_waiting_for_a_core_is_no_stall_and_waiting_for_a_disk_is_one() -> None:
    for wall, queued, busy, counts in ((80, 40, 35, False), (80, 0, 5, True), (80, 5, 75, True)):
        runs = [[Stall("open", wall, queued, busy, 0.0, ())]]
        assert bool(too_long_in_every_run(runs)) == counts


def test_that_a_stall_belongs_to_the_step_in_which_it_began() -> None:
    steps = Steps()
    steps.begin("first")
    began = time.monotonic()
    steps.begun.append((began + 10, "second"))
    each = {"queued_ms": 10, "busy_ms": 7, "others_ms": 3, "stacks": ["gui/window.py:7 open"]}
    watched = {
        "began_s": began - 5,
        "stalls": [each | {"at_s": 15.1, "wall_ms": 210}, each | {"at_s": 15.1, "wall_ms": 50}],
    }
    stalls = steps.stalls_of(watched)
    assert [stall.step for stall in stalls] == ["first", "second"]
    assert "200.0 ms (busy for 7, and others for 3; without a core for 10 more): first\n" in (
        text := told([stalls])
    )
    assert "more): first\n      gui/window.py:7 open" in text
