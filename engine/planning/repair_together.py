"""Find which repairs go together, when not all of them do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairStep
from engine.plan import Plan, PlanWarning, Severity, WarningCode
from engine.requests import RepairRequest

Repair = tuple[RepairStep, ...]
Planned = Callable[[RepairRequest], Awaitable[Plan]]

# Of these, another choice of repairs can do without; any other failure would only come again.
_OF_WHAT_IS_ASKED_FOR = frozenset(
    (
        ErrorCode.BAD_USAGE,
        ErrorCode.SPEC_INVALID,
        ErrorCode.PACKAGE_UNKNOWN,
        ErrorCode.UNSATISFIABLE,
        ErrorCode.SOLVE_TIMEOUT,
        ErrorCode.REQUIREMENT_INVALID,
        ErrorCode.DISTRIBUTION_UNKNOWN,
        ErrorCode.NO_WHEEL,
        ErrorCode.PYPI_UNSATISFIABLE,
        ErrorCode.PYPI_OVERWRITES,
        ErrorCode.SOURCE_BUILD_FAILED,
    )
)


async def plan_together(request: RepairRequest, repairs: Sequence[Repair], plan: Planned) -> Plan:
    """Return the plan of as many of `repairs` as go together; those that come first go before.

    `request` tells everything but the steps. The plan warns of what was left out, with the steps
    as `kind subject`, one a line. Where not one can be planned, raises the EngineError, or returns
    the blocked plan, of all of them together.
    """
    search = _Search(request, plan)
    first = await search.attempt(tuple(repairs))
    if first is not None or len(repairs) == 1:
        return search.answer(first)
    whole = search.refusal
    kept, found = await search.extend((), None, tuple(repairs))
    if found is None:
        search.refusal = whole
        return search.answer(None)
    left = [repair for repair in repairs if repair not in kept]
    told = "\n".join(f"{step.kind} {step.subject}" for repair in left for step in repair)
    warning = PlanWarning(
        WarningCode.REPAIR_LEFT_OUT,
        Severity.WARNING,
        f"{len(left)} of {len(repairs)} repairs are not possible together with the others.",
        (("count", str(len(left))), ("steps", told)),
    )
    return replace(found, warnings=(warning, *found.warnings))


@dataclass(slots=True)
class _Search:
    """Try choices of repairs; `refusal` is why the last one that was tried is impossible."""

    request: RepairRequest
    plan: Planned
    refusal: Plan | EngineError | None = None

    async def attempt(self, repairs: tuple[Repair, ...]) -> Plan | None:
        """Return the plan of all of `repairs`, None when they do not go together."""
        steps = tuple(dict.fromkeys(step for repair in repairs for step in repair))
        try:
            plan = await self.plan(replace(self.request, steps=steps))
        except EngineError as error:
            if error.code not in _OF_WHAT_IS_ASKED_FOR:
                raise
            self.refusal = error
            return None
        if plan.is_blocked:
            self.refusal = plan
            return None
        return plan

    async def extend(
        self, kept: tuple[Repair, ...], found: Plan | None, repairs: tuple[Repair, ...]
    ) -> tuple[tuple[Repair, ...], Plan | None]:
        """Return `kept` with those of `repairs` that go with it, halved until they do, planned."""
        plan = await self.attempt((*kept, *repairs)) if kept or len(repairs) == 1 else None
        if plan is not None:
            return (*kept, *repairs), plan
        if len(repairs) > 1:
            middle = len(repairs) // 2
            for half in (repairs[:middle], repairs[middle:]):
                kept, found = await self.extend(kept, found, half)
        return kept, found

    def answer(self, plan: Plan | None) -> Plan:
        """Return `plan`, or tell why there is none."""
        if plan is not None:
            return plan
        if isinstance(self.refusal, Plan):
            return self.refusal
        assert self.refusal is not None
        raise self.refusal
