"""Of repairs that do not all go together, as many as do are planned, and the rest is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairKind, RepairStep
from engine.plan import Figures, Plan, PlanWarning, Severity, WarningCode
from engine.planning.repair_together import Repair, plan_together
from engine.records import State
from engine.requests import RepairRequest

PREFIX = Path("/envs/course")
MOST = 12


def repair(number: int) -> Repair:
    return (RepairStep(RepairKind.UPDATE, f"package-{number}"),)


def plan_of(request: RepairRequest, *warnings: PlanWarning) -> Plan:
    moment = datetime(2026, 3, 4, tzinfo=UTC)
    return Plan(request, PREFIX, State(), State(), (), Figures(), warnings, "1", moment)


def blocked(request: RepairRequest) -> Plan:
    return plan_of(request, PlanWarning(WarningCode.UNSATISFIABLE, Severity.BLOCKING, "No."))


def refused(code: ErrorCode) -> EngineError:
    return EngineError(code, "No.")


def together(
    count: int, fits: Callable[[frozenset[int]], bool], *, blocks: bool = False
) -> tuple[Plan, list[frozenset[int]]]:
    """Return the plan, and which repairs were tried together."""
    tried: list[frozenset[int]] = []

    async def plan(request: RepairRequest) -> Plan:
        asked = frozenset(int(step.subject.rpartition("-")[2]) for step in request.steps)
        tried.append(asked)
        if fits(asked):
            return plan_of(request)
        if blocks:
            return blocked(request)
        raise refused(ErrorCode.UNSATISFIABLE)

    repairs = [repair(number) for number in range(count)]
    return asyncio.run(plan_together(RepairRequest(PREFIX, ()), repairs, plan)), tried


def planned(plan: Plan) -> list[int]:
    assert isinstance(plan.request, RepairRequest)
    return [int(step.subject.rpartition("-")[2]) for step in plan.request.steps]


def test_that_what_goes_together_is_planned_at_once() -> None:
    plan, tried = together(5, lambda _: True)
    assert planned(plan) == [0, 1, 2, 3, 4]
    assert len(tried) == 1
    assert plan.warnings == ()


@given(st.integers(2, MOST), st.sets(st.integers(0, MOST - 1)), st.booleans())
def test_that_what_is_impossible_is_left_out_and_told(
    count: int, impossible: set[int], blocks: bool
) -> None:
    bad = impossible & set(range(count))
    if len(bad) == count:
        bad.discard(0)
    plan, tried = together(count, lambda asked: not asked & bad, blocks=blocks)
    assert planned(plan) == [number for number in range(count) if number not in bad]
    assert len(tried) <= 2 * count + 1
    left = [each for each in plan.warnings if each.code is WarningCode.REPAIR_LEFT_OUT]
    assert len(left) == bool(bad)
    if left:
        assert left[0].value("count") == str(len(bad))
        told = [f"update package-{number}" for number in sorted(bad)]
        assert left[0].value("steps").splitlines() == told


@given(st.integers(2, MOST), st.integers(0, MOST - 1), st.integers(0, MOST - 1))
def test_that_of_two_that_exclude_each_other_the_worse_problem_is_repaired(
    count: int, one: int, other: int
) -> None:
    first, second = sorted((one % count, other % count))
    if first == second:
        return
    plan, _ = together(count, lambda asked: not asked >= {first, second})
    assert planned(plan) == [number for number in range(count) if number != second]


def test_that_where_nothing_is_possible_the_whole_is_refused() -> None:
    with pytest.raises(EngineError) as raised:
        together(3, lambda _: False)
    assert raised.value.code is ErrorCode.UNSATISFIABLE
    plan, _ = together(3, lambda _: False, blocks=True)
    assert plan.is_blocked
    assert planned(plan) == [0, 1, 2]
    plan, tried = together(1, lambda _: False, blocks=True)
    assert plan.is_blocked
    assert len(tried) == 1


def test_that_a_failure_that_would_come_again_is_told_at_once() -> None:
    tried: list[RepairRequest] = []

    async def plan(request: RepairRequest) -> Plan:
        tried.append(request)
        raise refused(ErrorCode.CHANNEL_UNREACHABLE)

    with pytest.raises(EngineError) as raised:
        asyncio.run(plan_together(RepairRequest(PREFIX, ()), [repair(1), repair(2)], plan))
    assert raised.value.code is ErrorCode.CHANNEL_UNREACHABLE
    assert len(tried) == 1
