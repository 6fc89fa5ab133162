"""Open a plan on the remedy that breaks nothing, where the wish itself would break something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final

from engine.errors import EngineError
from engine.plan import Alternative, Plan, PlanWarning, Severity, WarningCode
from engine.requests import Request

_HARMLESS: Final = ("conda-first", "other-version")


async def opened_on_remedy(plan: Plan, replan: Callable[[Request], Awaitable[Plan]]) -> Plan:
    """Return the plan of the first remedy that breaks nothing, else `plan` as it is.

    Only what PyPI would do to conda's packages is remedied so: a copy from PyPI that is all that
    leaves gives conda its files back, and what would replace conda's gives way. The warning stays,
    less loud, and says in `taken` which remedy it was; the others remain its alternatives.
    """
    lacking = [each for each in plan.warnings if each.code is WarningCode.CONDA_INCOMPLETE]
    if lacking and lacking[0].value("is-all"):
        return await _taken(lacking[0], ("restore-conda",), replan) or plan
    blocking = [each for each in plan.warnings if each.severity is Severity.BLOCKING]
    if len(blocking) != 1 or blocking[0].code is not WarningCode.PYPI_CHANGES_CONDA:
        return plan
    return await _taken(blocking[0], _HARMLESS, replan) or plan


async def _taken(
    warning: PlanWarning,
    codes: Collection[str],
    replan: Callable[[Request], Awaitable[Plan]],
) -> Plan | None:
    for alternative in warning.alternatives:
        if alternative.code not in codes:
            continue
        try:
            other = await replan(alternative.request)
        except EngineError:
            continue
        loud = (Severity.DANGER, Severity.BLOCKING)
        if not any(each.severity in loud for each in other.warnings):
            return replace(other, warnings=(_softened(warning, alternative), *other.warnings))
    return None


def _softened(warning: PlanWarning, taken: Alternative) -> PlanWarning:
    values = {**dict(warning.values), **dict(taken.values), "taken": taken.code}
    return replace(
        warning,
        severity=Severity.WARNING,
        values=tuple(sorted(values.items())),
        alternatives=tuple(each for each in warning.alternatives if each is not taken),
    )
