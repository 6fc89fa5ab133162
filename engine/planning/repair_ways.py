"""Choose for each problem the way in which it can be mended along with the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairStep, RepairWish
from engine.plan import Plan, PlanWarning, Severity, WarningCode
from engine.requests import RepairRequest

# Whatever is tried, these stay as they are.
_ABOUT_ALL: Final = frozenset(
    (
        ErrorCode.CANCELLED,
        ErrorCode.CONFIG_UNREADABLE,
        ErrorCode.FILES_IN_USE,
        ErrorCode.INTERNAL,
        ErrorCode.NOT_AN_ENVIRONMENT,
        ErrorCode.NOT_WRITABLE,
        ErrorCode.PREFIX_MISSING,
        ErrorCode.PROTECTED_BASE,
        ErrorCode.PROTECTED_FROZEN,
    )
)
# The way is open again as soon as the network is: no reason to take another, which may cost more.
_FOR_NOW: Final = frozenset(
    (
        ErrorCode.CHANNEL_BROKEN,
        ErrorCode.CHANNEL_NEEDS_LOGIN,
        ErrorCode.CHANNEL_STALLED,
        ErrorCode.CHANNEL_UNREACHABLE,
        ErrorCode.DOWNLOAD_FAILED,
        ErrorCode.INDEX_NEEDS_LOGIN,
        ErrorCode.INDEX_UNREACHABLE,
        ErrorCode.TIMED_OUT,
    )
)

PlanOne = Callable[[RepairRequest], Awaitable[Plan]]


async def plan_wishes(request: RepairRequest, plan_one: PlanOne) -> Plan:
    """Return the plan that mends as many of the wishes of `request` as go together.

    Wishes that come first go first. `plan_one` plans steps as they are; it is called once when all
    first ways go together, and some times for each that does not. What is mended in another way
    than its first, and what is left out, is told in warnings. When nothing can be mended, the
    first refusal stands: a blocked plan, or the EngineError that is raised.
    """
    search = _Search(request, plan_one)
    await search.take([wish for wish in request.wishes if wish.ways])
    if search.plan is not None:
        return replace(search.plan, warnings=(*search.warnings(), *search.plan.warnings))
    match search.refusal:
        case Plan() as refused:
            return refused
        case EngineError() as error:
            raise error
        case None:
            raise EngineError(ErrorCode.BAD_USAGE, "There is nothing to repair.")


@dataclass(slots=True)
class _Search:
    """Hold what was chosen, the plan of just that, and the first refusal of all."""

    request: RepairRequest
    plan_one: PlanOne
    chosen: dict[str, tuple[RepairStep, ...]] = field(
        default_factory=dict[str, "tuple[RepairStep, ...]"]
    )
    others: list[str] = field(default_factory=list[str])
    left: dict[str, str] = field(default_factory=dict[str, str])
    plan: Plan | None = None
    refusal: Plan | EngineError | None = None

    async def take(self, wishes: Sequence[RepairWish]) -> None:
        """Add those of `wishes` that go with what is chosen, by halves until it is known which."""
        if not wishes:
            return
        reason = await self._try({wish.key: wish.ways[0] for wish in wishes})
        if reason is None:
            return
        if len(wishes) > 1:
            half = len(wishes) // 2
            await self.take(wishes[:half])
            await self.take(wishes[half:])
            return
        (wish,) = wishes
        for way in wish.ways[1:] if reason not in _FOR_NOW else ():
            if await self._try({wish.key: way}) is None:
                self.others.append(wish.key)
                return
        self.left[wish.key] = reason

    async def _try(self, more: dict[str, tuple[RepairStep, ...]]) -> str | None:
        """Choose `more`, too, if there is a plan of it all; return the code of what forbids it."""
        together = {**self.chosen, **more}
        steps = tuple(dict.fromkeys(step for way in together.values() for step in way))
        try:
            plan = await self.plan_one(replace(self.request, steps=steps, wishes=()))
        except EngineError as error:
            if error.code in _ABOUT_ALL:
                raise
            self.refusal = self.refusal or error
            return error.code
        if plan.is_blocked:
            self.refusal = self.refusal or plan
            return next(each.code for each in plan.warnings if each.severity is Severity.BLOCKING)
        self.chosen, self.plan = together, plan
        return None

    def warnings(self) -> tuple[PlanWarning, ...]:
        """Return what there is to say of wishes that did not come true as they were."""
        told: list[PlanWarning] = []
        if self.left:
            told.append(
                PlanWarning(
                    WarningCode.REPAIR_LEFT_OUT,
                    Severity.WARNING,
                    f"Not mended by this, because it cannot be now: {', '.join(self.left)}.",
                    (
                        ("count", str(len(self.left))),
                        ("names", _names(self.left)),
                        ("keys", ", ".join(self.left)),
                        ("reasons", ", ".join(dict.fromkeys(self.left.values()))),
                    ),
                )
            )
        if self.others:
            told.append(
                PlanWarning(
                    WarningCode.REPAIR_OTHER_WAY,
                    Severity.WARNING,
                    f"Mended in the second best way: {', '.join(self.others)}.",
                    (
                        ("count", str(len(self.others))),
                        ("names", _names(self.others)),
                        ("keys", ", ".join(self.others)),
                        ("steps", _told(self.chosen[key] for key in self.others)),
                    ),
                )
            )
        return tuple(told)


def _told(ways: Iterable[tuple[RepairStep, ...]]) -> str:
    """Return the steps of `ways` as `kind subject`, one a line."""
    return "\n".join(dict.fromkeys(f"{step.kind} {step.subject}" for way in ways for step in way))


def _names(keys: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(key.partition(":")[2] for key in keys))
