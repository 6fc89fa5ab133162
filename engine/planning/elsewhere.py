"""Offer a new environment for what the present one cannot take; tried before it is offered."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from engine.conda.condarc import CondaConfiguration
from engine.conda.solving import check_spec
from engine.environments.freezing import frozen_message
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Alternative, Plan, PlanWarning, Severity, WarningCode
from engine.planning.creating import plan_create
from engine.planning.resolving import minor_of
from engine.records import RecordKind
from engine.requests import ChangeRequest, CloneRequest, CreateRequest
from engine.working_folders import folders_for_new

_HELPED: Final = (
    WarningCode.PYPI_CHANGES_CONDA,
    WarningCode.UNSATISFIABLE,
    WarningCode.ENVIRONMENT_PROTECTED,
    WarningCode.ENVIRONMENT_FROZEN,
)
_DRASTIC: Final = "overwrite"


def protection_warning(
    request: ChangeRequest,
    error: EngineError,
    places: Places,
    configuration: CondaConfiguration,
) -> PlanWarning | None:
    """Return the warning that blocks a change of what must stay as it is, by its `error`.

    Of a frozen environment (CEP 22) and of one that holds conda a copy is offered. None for any
    other error.
    """
    codes = {
        ErrorCode.PROTECTED_BASE: WarningCode.ENVIRONMENT_PROTECTED,
        ErrorCode.PROTECTED_FROZEN: WarningCode.ENVIRONMENT_FROZEN,
    }
    code = codes.get(error.code)
    if code is None:
        return None
    offers: tuple[Alternative, ...] = ()
    # Where the user's own files lie in an environment, they are not copied along.
    if not Path(os.path.realpath(places.home)).is_relative_to(os.path.realpath(request.prefix)):
        folder = _folder_for_new(request.prefix, code, places, configuration)
        offers = (copy_instead(request.prefix, folder),)
    failure = error.failure
    values = {"cause": failure.cause, "hint": failure.hint}
    if code is WarningCode.ENVIRONMENT_FROZEN:
        values["message"] = frozen_message(request.prefix)
    return PlanWarning(
        code,
        Severity.BLOCKING,
        failure.summary,
        tuple((key, value) for key, value in values.items() if value),
        offers,
    )


def copy_instead(prefix: Path, folder: Path | None = None) -> Alternative:
    """Return the offer to work in a copy of the environment at `prefix`, which is not frozen.

    It goes into `folder`, or beside the environment.
    """
    copy = _free_prefix(folder or prefix.parent, f"{prefix.name}-copy")
    return Alternative("clone-first", CloneRequest(prefix, copy), (("name", copy.name),))


async def with_new_environment(
    plan: Plan, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return `plan` with a new environment among the offers of what blocks it, where one can be.

    For worker processes: it plans the creation of one. Only changes are looked at.
    """
    blocking = [each for each in plan.warnings if each.severity is Severity.BLOCKING]
    if not isinstance(plan.request, ChangeRequest) or len(blocking) != 1:
        return plan
    told = blocking[0]
    if told.code not in _HELPED:
        return plan
    installed = plan.before.of(RecordKind.CONDA)
    python = next((minor_of(each) for each in installed if each.name == "python"), "")
    folder = _folder_for_new(plan.request.prefix, told.code, places, configuration)
    found = await _new_environment(plan.request, python, folder, places, configuration)
    if found is None:
        return plan
    drastic = [each for each in told.alternatives if each.code == _DRASTIC]
    others = [each for each in told.alternatives if each.code != _DRASTIC]
    if told.code is WarningCode.ENVIRONMENT_PROTECTED:  # nobody wants another conda
        others = [found, *others]
    else:
        others = [*others, found]
    offering = replace(told, alternatives=(*others, *drastic))
    return replace(
        plan, warnings=tuple(offering if each is told else each for each in plan.warnings)
    )


async def _new_environment(
    request: ChangeRequest,
    python: str,
    folder: Path,
    places: Places,
    configuration: CondaConfiguration,
) -> Alternative | None:
    if not request.add and not request.add_pypi:
        return None
    named = [check_spec(spec) for spec in request.add] + [_name(each) for each in request.add_pypi]
    prefix = _free_prefix(folder, named[0])
    has_python = any(check_spec(spec) == "python" for spec in request.add)
    create = CreateRequest(
        prefix,
        request.channels,
        request.priority,
        python="" if has_python else python,
        specs=request.add,
        add_pypi=request.add_pypi,
        index=request.index,
        constraints=request.constraints,
    )
    try:
        plan = await plan_create(create, places, configuration)
    except EngineError:
        return None
    loud = (Severity.BLOCKING, Severity.DANGER)
    if any(each.severity in loud for each in plan.warnings):
        return None
    return Alternative("new-environment", create, (("name", prefix.name),))


def _folder_for_new(
    prefix: Path, code: WarningCode, places: Places, configuration: CondaConfiguration
) -> Path:
    """Return where to put what is made instead: beside the environment, where that is possible.

    Beside an installation of conda there are other things than environments.
    """
    is_beside = code is not WarningCode.ENVIRONMENT_PROTECTED
    if is_beside and os.access(prefix.parent, os.W_OK | os.X_OK):
        return prefix.parent
    return next(iter(folders_for_new(places, configuration)), prefix.parent)


def _free_prefix(folder: Path, name: str) -> Path:
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(folder / each for each in names if not os.path.lexists(folder / each))


def _name(requirement: str) -> str:
    try:
        return Requirement(requirement).name
    except InvalidRequirement:
        return "new"
