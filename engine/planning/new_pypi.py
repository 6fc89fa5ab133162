"""Plan the PyPI half of a new environment: as a change of one that has no packages yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.plan import PlanWarning
from engine.planning.figures import Cost, summed
from engine.planning.parts import PypiPart
from engine.planning.pypi_part import plan_pypi
from engine.records import Record, State
from engine.requests import ChangeRequest, CreateRequest


async def plan_pypi_of_new(
    request: CreateRequest,
    conda: tuple[Record, ...],
    places: Places,
    configuration: CondaConfiguration,
    solves: Callable[[CreateRequest], Awaitable[bool]],
) -> PypiPart:
    """Return the PyPI packages of a new environment beside its `conda` records.

    What warnings offer are requests for the new environment again; `solves` is asked whether
    conda can do its half of one. Raises EngineError as `plan_pypi` does.
    """
    if not request.add_pypi:
        return PypiPart()

    async def can_be_had(wish: ChangeRequest) -> bool:
        return await solves(_as_creation(wish, request))

    part = await plan_pypi(
        _as_change(request), State(), conda, places, configuration, solves=can_be_had
    )
    return replace(part, warnings=tuple(_translated(each, request) for each in part.warnings))


def with_pypi(cost: Cost, pypi: PypiPart) -> Cost:
    """Return the cost of both halves together."""
    return replace(
        cost,
        figures=summed(cost.figures, pypi.figures),
        prefix_bytes=cost.prefix_bytes + pypi.figures.disk_bytes,
    )


def _as_change(request: CreateRequest) -> ChangeRequest:
    return ChangeRequest(
        request.prefix,
        request.channels,
        request.priority,
        add=request.specs,
        add_pypi=request.add_pypi,
        overwrite=request.overwrite,
        index=request.index,
        constraints=request.constraints,
    )


def _as_creation(change: ChangeRequest, request: CreateRequest) -> CreateRequest:
    return replace(
        request,
        specs=change.add,
        add_pypi=change.add_pypi,
        overwrite=change.overwrite,
        constraints=change.constraints,
    )


def _translated(warning: PlanWarning, request: CreateRequest) -> PlanWarning:
    """Return `warning` with those of its offers that a new environment can take."""
    kept = tuple(
        replace(each, request=_as_creation(each.request, request))
        for each in warning.alternatives
        if isinstance(each.request, ChangeRequest)
        and not (each.request.update or each.request.remove or each.request.remove_pypi)
    )
    return replace(warning, alternatives=kept)
