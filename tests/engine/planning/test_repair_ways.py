"""As much as goes together is mended at once, each problem in the best way that is open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairKind, RepairStep, RepairWish
from engine.plan import Figures, Plan, PlanWarning, Severity, WarningCode
from engine.planning.repair_ways import plan_wishes
from engine.records import State
from engine.requests import RepairRequest

PREFIX = Path("/envs/sick")
LEFT_OUT, OTHER_WAY = WarningCode.REPAIR_LEFT_OUT, WarningCode.REPAIR_OTHER_WAY


@dataclass
class Solver:
    """Plan steps as long as no two of them exclude each other and none is impossible."""

    impossible: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    apart: frozenset[frozenset[str]] = frozenset()
    unreachable: frozenset[str] = frozenset()
    asked: list[frozenset[str]] = field(default_factory=list[frozenset[str]])

    def code(self, steps: frozenset[str]) -> ErrorCode | None:
        if steps & self.unreachable:
            return ErrorCode.CHANNEL_UNREACHABLE
        if steps & self.impossible or any(pair <= steps for pair in self.apart):
            return ErrorCode.UNSATISFIABLE
        return None

    async def plan(self, request: RepairRequest) -> Plan:
        assert not request.wishes
        steps = frozenset(step.subject for step in request.steps)
        self.asked.append(steps)
        code = self.code(steps)
        if code is not None:
            raise EngineError(code, "No.")
        refused = PlanWarning(WarningCode.REPAIR_BREAKS_CONDA, Severity.BLOCKING, "No.")
        return Plan(
            request=request,
            prefix=request.prefix,
            before=State(),
            after=State(),
            changes=(),
            figures=Figures(),
            warnings=(refused,) if steps & self.blocked else (),
            stamp="",
            created=datetime.now(UTC),
        )

    def mend(self, *wishes: RepairWish) -> Plan:
        return asyncio.run(plan_wishes(RepairRequest(PREFIX, (), wishes=wishes), self.plan))

    def is_fine(self, steps: frozenset[str]) -> bool:
        return self.code(steps) is None and not steps & self.blocked


def wish(name: str, *ways: str) -> RepairWish:
    return RepairWish(f"code:{name}", tuple((RepairStep(RepairKind.INSTALL, way),) for way in ways))


def steps_of(plan: Plan) -> set[str]:
    assert isinstance(plan.request, RepairRequest)
    assert plan.request.wishes == ()
    return {step.subject for step in plan.request.steps}


def told(plan: Plan) -> dict[WarningCode, str]:
    return {each.code: each.value("names") for each in plan.warnings}


def test_that_first_ways_that_go_together_are_planned_once() -> None:
    solver = Solver()
    plan = solver.mend(wish("a", "a1", "a2"), wish("b", "b1"))
    assert steps_of(plan) == {"a1", "b1"}
    assert told(plan) == {}
    assert len(solver.asked) == 1


def test_that_a_problem_takes_its_next_way_and_the_others_keep_theirs() -> None:
    solver = Solver(impossible=frozenset(("b1",)), blocked=frozenset(("c1",)))
    plan = solver.mend(wish("a", "a1"), wish("b", "b1", "b2"), wish("c", "c1", "c2"))
    assert steps_of(plan) == {"a1", "b2", "c2"}
    assert told(plan) == {OTHER_WAY: "b, c"}


def test_that_what_cannot_be_mended_is_left_out_and_told() -> None:
    solver = Solver(impossible=frozenset(("b1", "b2")))
    plan = solver.mend(wish("a", "a1"), wish("b", "b1", "b2"), wish("c", "c1"))
    assert steps_of(plan) == {"a1", "c1"}
    assert told(plan) == {LEFT_OUT: "b"}
    assert not plan.is_blocked


def test_that_a_network_that_is_away_makes_nobody_take_a_worse_way() -> None:
    solver = Solver(unreachable=frozenset(("b1",)))
    plan = solver.mend(wish("a", "a1"), wish("b", "b1", "b2"))
    assert steps_of(plan) == {"a1"}
    assert told(plan) == {LEFT_OUT: "b"}


def test_that_the_first_refusal_stands_when_nothing_can_be_mended() -> None:
    with pytest.raises(EngineError) as caught:
        Solver(impossible=frozenset(("a1", "b1"))).mend(wish("a", "a1"), wish("b", "b1"))
    assert caught.value.code is ErrorCode.UNSATISFIABLE
    assert Solver(blocked=frozenset(("a1",))).mend(wish("a", "a1")).is_blocked
    with pytest.raises(EngineError) as caught:
        Solver().mend(wish("a"))
    assert caught.value.code is ErrorCode.BAD_USAGE


def test_that_what_forbids_everything_is_raised_at_once() -> None:
    async def forbid(_: RepairRequest) -> Plan:
        calls.append(None)
        raise EngineError(ErrorCode.PROTECTED_FROZEN, "It is frozen.")

    calls: list[None] = []
    request = RepairRequest(PREFIX, (), wishes=(wish("a", "a1", "a2"), wish("b", "b1")))
    with pytest.raises(EngineError) as caught:
        asyncio.run(plan_wishes(request, forbid))
    assert caught.value.code is ErrorCode.PROTECTED_FROZEN
    assert len(calls) == 1


WAYS = [f"{name}{number}" for name in "abcdef" for number in (1, 2)]


@given(
    impossible=st.frozensets(st.sampled_from(WAYS), max_size=4),
    blocked=st.frozensets(st.sampled_from(WAYS), max_size=2),
    apart=st.frozensets(st.frozensets(st.sampled_from(WAYS), min_size=2, max_size=2), max_size=4),
)
def test_that_nothing_is_left_out_that_would_have_gone_along(
    impossible: frozenset[str], blocked: frozenset[str], apart: frozenset[frozenset[str]]
) -> None:
    solver = Solver(impossible, blocked, apart)
    wishes = [wish(name, f"{name}1", f"{name}2") for name in "abcdef"]
    try:
        plan = solver.mend(*wishes)
    except EngineError:
        plan = None
    if plan is None or plan.is_blocked:
        assert not any(solver.is_fine(frozenset((way,))) for way in WAYS)
        return
    chosen = frozenset(steps_of(plan))
    assert solver.is_fine(chosen)
    mended = {way[0] for way in chosen}
    assert len(mended) == len(chosen)
    for name in set("abcdef") - mended:
        # What was chosen after it may exclude it now; by itself it did not go with those before.
        before = frozenset(way for way in chosen if way[0] < name)
        assert not any(solver.is_fine(before | {f"{name}{number}"}) for number in (1, 2))
    left = {code: set(names.split(", ")) for code, names in told(plan).items()}
    assert left.get(LEFT_OUT, set()) == set("abcdef") - mended
    assert left.get(OTHER_WAY, set()) == {way[0] for way in chosen if way.endswith("2")}
