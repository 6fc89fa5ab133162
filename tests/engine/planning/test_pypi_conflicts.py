"""What PyPI and conda would do to each other: told, remedied, and sound afterwards."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from engine.plan import Plan, WarningCode
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest, ChannelPriority
from tests.engine.planning.conflict_stage import Scenario, Stage, kinds
from tests.engine.planning.conflicts_around import AROUND
from tests.engine.planning.conflicts_of_wishes import OF_WISHES
from tests.engine.planning.conflicts_over_conda import OVER_CONDA
from tests.engine.planning.conflicts_over_pypi import OVER_PYPI
from tests.engine.planning.pypi_world import tried, warned
from tests.support.pypi import faults, linked_copy
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

W = WarningCode
SCENARIOS = (*OVER_CONDA, *OF_WISHES, *OVER_PYPI, *AROUND)


def announced(plan: Plan) -> tuple[set[str], set[str]]:
    """Return the packages that the user was told will be overwritten, and broken."""
    overwritten: set[str] = set()
    broken: set[str] = set()
    for each in plan.warnings:
        if each.code is W.PYPI_OVERWRITES_CONDA:
            overwritten |= set(each.value("packages").split(", "))
            broken |= set(each.value("broken").split(", "))
        if each.code is W.PYPI_BROKEN:
            broken.add(each.value("packages"))
    return overwritten, broken


def test_that_the_table_is_long_and_names_every_scenario_once() -> None:
    names = [case.name for case in SCENARIOS]
    assert len(names) == len(set(names)) >= 40


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_that_every_conflict_is_told_and_its_remedy_leaves_a_sound_environment(
    case: Scenario, conflict_world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    prefix = linked_copy(conflict_world.envs / case.template, conflict_world.envs / case.name)
    with ExitStack() as ending:
        stage = Stage(prefix, conflict_world, tmp_path, ending)
        for wish in case.first:
            worker.call(tried, conflict_world.root, asked(prefix, wish), "", apply=True)
        if case.setup is not None:
            case.setup(stage)
        before, there_before = faults(prefix), kinds(prefix)
        wish = case.wish(stage) if callable(case.wish) else case.wish
        outcome = worker.call(
            tried, conflict_world.root, asked(prefix, wish), case.remedy, apply=True
        )
    warning = warned(outcome.plan, case.code)
    assert case.values.items() <= dict(warning.values).items()
    assert warning.summary
    assert {*case.offered} <= {each.code for each in warning.alternatives}
    if case.severity is not None:
        assert warning.severity is case.severity
    told, broken = announced(outcome.remedy or outcome.plan)
    if outcome.remedy is not None:
        prefix = outcome.remedy.prefix  # a new environment, perhaps
    found = faults(prefix)
    assert found.twice == frozenset()
    assert found.overwritten - before.overwritten <= told
    assert {name for name, _ in found.unmet - before.unmet} <= broken
    there = kinds(prefix)
    assert {name: there.get(name, "") for name in case.after} == case.after
    assert outcome.done or there == there_before


def asked(prefix: Path, wish: dict[str, Any]) -> ChangeRequest:
    wishes: dict[str, Any] = {"channels": (), "priority": ChannelPriority.STRICT, **wish}
    return ChangeRequest(prefix, **wishes)


HARMLESS: tuple[dict[str, Any], ...] = (
    {"add_pypi": ("pigment",)},
    {"add_pypi": ("inkwell>=1.2",)},
    {"add_pypi": ("sketchbook[colour]",)},
    {"add_pypi": ("tin-tool==1.0.0",)},
    {"add_pypi": ("tin-tool", "pigment")},
    {"add_pypi": ("notebook",)},
    {"add_pypi": ("driftnet",)},
    {"add_pypi": ("driftnet==1.0.0", "lanternfish==1.0.0")},
    {"add_pypi": ("lanternfish",)},
    {"add_pypi": ("almanac-view",)},
    {"add_pypi": ("almanac-plus",)},
    {"add_pypi": ("torch",)},
    {"add_pypi": ("torch-tool",)},
    {"add_pypi": ("opencv-python-headless",)},
    {"add_pypi": ("pigment ; python_version >= '3'",)},
    {"remove_pypi": ("inkwell",)},
    {"remove_pypi": ("inkwell", "lanternfish")},
    {"update_pypi": ("inkwell",)},
    {"update_pypi": ("inkwell", "lanternfish"), "add_pypi": ("pigment",)},
    {"add_pypi": ("pigment",), "add": ("glyphs",)},
    {"add_pypi": ("pigment",), "remove_pypi": ("inkwell",), "add": ("glyphs",)},
    {"update": ("tidepool",), "add_pypi": ("pigment",)},
)


@pytest.mark.parametrize("wish", HARMLESS, ids=str)
def test_that_nothing_is_warned_of_where_nothing_is_wrong(
    wish: dict[str, Any], conflict_world: PracticeWorld, worker: RattlerWorker
) -> None:
    request = ChangeRequest(conflict_world.envs / COURSE, (), ChannelPriority.STRICT, **wish)
    plan = worker.call(tried, conflict_world.root, request, "", apply=False).plan
    assert plan.warnings == ()
    is_there = wish.get("add_pypi") == ("lanternfish",)
    assert bool(plan.changes) is not is_there
