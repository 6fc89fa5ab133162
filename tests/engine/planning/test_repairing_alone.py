"""What has to be brought to an end first, or is about the list alone, is planned by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.environments.registering import register
from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairKind as K
from engine.health.values import RepairStep
from engine.places import Places
from engine.plan import Plan, Severity, WarningCode
from engine.requests import ChangeRequest, RepairRequest
from engine.transactions.journal import begin
from tests.support.changing import planned
from tests.support.environments import sound_environment
from tests.support.rattling import RattlerWorker
from tests.support.repairing import step

OTHER = step(K.ISOLATE)


def plan_of(worker: RattlerWorker, places: Places, prefix: Path, *steps: RepairStep) -> Plan:
    return worker.call(planned, RepairRequest(prefix, ("c",), steps=steps), places)


def test_that_our_own_interrupted_work_comes_first_and_all_else_waits(
    places: Places, worker: RattlerWorker
) -> None:
    prefix = sound_environment(places.envs / "e")
    begin(ChangeRequest(prefix, ("c",)), prefix)
    plan = plan_of(worker, places, prefix, OTHER, step(K.SETTLE))
    assert plan.repairing is not None
    assert plan.repairing.settles
    assert plan.repairing.later == (OTHER,)
    assert plan.repairing.mends == ()
    (warning,) = plan.warnings
    assert (warning.code, warning.severity) == (WarningCode.REPAIR_LATER, Severity.NOTE)
    alone = plan_of(worker, places, prefix, step(K.SETTLE))
    assert alone.warnings == ()


def test_that_only_what_is_on_the_list_is_taken_off_it(
    places: Places, worker: RattlerWorker
) -> None:
    gone = places.envs / "gone"
    with pytest.raises(EngineError) as refused:
        plan_of(worker, places, gone, step(K.FORGET))
    assert refused.value.code is ErrorCode.BAD_USAGE
    register(places, gone)
    plan = plan_of(worker, places, gone, step(K.FORGET), OTHER)
    assert plan.repairing is not None
    assert (plan.repairing.forgets, plan.repairing.later) == (True, (OTHER,))


def test_that_nothing_at_all_is_no_repair(places: Places, worker: RattlerWorker) -> None:
    with pytest.raises(EngineError) as refused:
        plan_of(worker, places, sound_environment(places.envs / "e"))
    assert refused.value.code is ErrorCode.BAD_USAGE
