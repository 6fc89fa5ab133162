"""Work requests out to the last package and byte; nothing is touched."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import assert_never

from engine.conda.condarc import CondaConfiguration
from engine.durations import expected_seconds
from engine.environments.discovering import gone_ones
from engine.health.values import RepairKind, RepairStep
from engine.places import Places
from engine.plan import Plan
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    Request,
)


async def plan_request(request: Request, places: Places, configuration: CondaConfiguration) -> Plan:
    """Return the plan of any request; read-only. Raises EngineError when there can be none.

    The removal of what is gone and still on conda's list becomes the repair that strikes it there.
    """
    from engine.pypi.names import use_refreshed

    await asyncio.to_thread(use_refreshed, places)
    if isinstance(request, RemoveRequest):
        request = await asyncio.to_thread(_possible, request, places)
    plan = await _planned(request, places, configuration)
    return replace(plan, expected_seconds=expected_seconds(places, plan))


async def _planned(request: Request, places: Places, configuration: CondaConfiguration) -> Plan:
    match request:
        case CreateRequest():
            from engine.planning.creating import plan_create

            return await plan_create(request, places, configuration)
        case ExactRequest():
            from engine.planning.exactly import plan_exact

            return await plan_exact(request, places, configuration)
        case CloneRequest():
            from engine.planning.cloning import plan_clone

            return await plan_clone(request, places, configuration)
        case RenameRequest():
            from engine.planning.cloning import plan_rename

            return await plan_rename(request, places, configuration)
        case RemoveRequest():
            from engine.planning.removing import plan_remove

            return await plan_remove(request, places, configuration)
        case CleanRequest():
            from engine.planning.cleaning import plan_clean

            return await plan_clean(request, places, configuration)
        case RelinkRequest():
            from engine.planning.relinking import plan_relink

            return await plan_relink(request, places, configuration)
        case ChangeRequest():
            from engine.planning.changing import plan_change

            return await plan_change(request, places, configuration)
        case RepairRequest():
            from engine.planning.repairing import plan_repair

            return await plan_repair(request, places, configuration)
        case _:
            assert_never(request)


def _possible(request: RemoveRequest, places: Places) -> RemoveRequest | RepairRequest:
    if request.prefix not in gone_ones(places):
        return request
    return RepairRequest(request.prefix, (), steps=(RepairStep(RepairKind.FORGET),))
