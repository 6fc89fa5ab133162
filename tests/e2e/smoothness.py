"""Judge whether the window ever stood still, by what a person was doing at the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

LONGEST_STALL_MS: Final = 50
MOST_RUNS: Final = 4
_WORTH_TELLING_MS: Final = 20


@dataclass(frozen=True, slots=True)
class Stall:
    """Describe one stall by the step it fell into; `stacks` is what was being done.

    For `queued_ms` of `wall_ms` the window's thread was ready to go on and had no core, which the
    kernel counts and nobody would have waited for on a machine that does nothing else; it is 0
    where the kernel does not count.
    """

    step: str
    wall_ms: float
    queued_ms: float
    busy_ms: float
    others_ms: float
    stacks: tuple[str, ...]

    @property
    def ms(self) -> float:
        """Return what counts: for how long the thread computed, slept or waited for others."""
        return self.wall_ms - self.queued_ms


@dataclass(slots=True)
class Steps:
    """Note when each step of a scenario began, by the clock that all processes share."""

    begun: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def begin(self, name: str) -> None:
        """Note that the person now does what is called `name`; every run uses the same names."""
        self.begun.append((time.monotonic(), name))

    def step_at(self, moment: float) -> str:
        """Return the step that was under way at `moment`."""
        names = [name for began, name in self.begun if began <= moment]
        return names[-1] if names else "before the first step"

    def stalls_of(self, watched: Mapping[str, Any]) -> tuple[Stall, ...]:
        """Return what the watchdog wrote, each stall in the step in which it began."""
        return tuple(
            Stall(
                self.step_at(watched["began_s"] + each["at_s"] - each["wall_ms"] / 1000),
                each["wall_ms"],
                each["queued_ms"],
                each["busy_ms"],
                each["others_ms"],
                tuple(each["stacks"]),
            )
            for each in watched["stalls"]
        )


def hold_to_smoothness(live: Callable[[int], tuple[Stall, ...]]) -> None:
    """Fail when the same step stalls in each of several runs of `live`, which gets their number."""
    runs: list[tuple[Stall, ...]] = []
    for run in range(MOST_RUNS):
        runs.append(live(run))
        if not too_long_in_every_run(runs):
            return
    pytest.fail(f"the window stands still at {too_long_in_every_run(runs)}\n{told(runs)}")


def too_long_in_every_run(runs: Sequence[Sequence[Stall]]) -> dict[str, float]:
    """Return the steps in which every run had a stall that is too long, with the shortest of these.

    What the window itself takes too long for is too long at the same step of every run. What else
    the machine does at the time falls here and there.
    """
    found: dict[str, float] = {}
    for step in {stall.step for stalls in runs for stall in stalls}:
        longest = [
            max((stall.ms for stall in stalls if stall.step == step), default=0) for stalls in runs
        ]
        if min(longest) >= LONGEST_STALL_MS:
            found[step] = min(longest)
    return found


def told(runs: Sequence[Sequence[Stall]]) -> str:
    """Return the stalls of every run as text, with their causes, for who reads a failure."""
    lines: list[str] = []
    for number, stalls in enumerate(runs, start=1):
        lines.append(f"run {number}:")
        for stall in stalls:
            if stall.ms >= _WORTH_TELLING_MS:
                lines.append(
                    f"  {stall.ms:.1f} ms (busy for {stall.busy_ms}, and others for"
                    f" {stall.others_ms}; without a core for {stall.queued_ms} more): {stall.step}"
                )
                lines += [f"      {stack}" for stack in stall.stacks]
    return "\n".join(lines)
