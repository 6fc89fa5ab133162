"""What the table of conflicts has no column for: what follows along, and what is never done."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.condarc import read_configuration
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.plan import WarningCode
from engine.planning.pypi_part import plan_pypi
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld
from engine.records import Record, RecordKind, State
from engine.requests import ChangeRequest, ChannelPriority
from tests.engine.planning.conflict_stage import Stage, editing, kinds
from tests.engine.planning.pypi_world import places_of, tried, with_pypi
from tests.support.pypi import Faults, faults, linked_copy, project
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

W = WarningCode


def test_that_a_pypi_package_follows_conda_to_a_version_that_fits(
    conflict_world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "follows")
    with_pypi(prefix, conflict_world.simple.url, "almanac-plus==1.0.0")
    request = ChangeRequest(prefix, (), ChannelPriority.STRICT, add=("almanac >=2026",))
    plan = worker.call(tried, conflict_world.root, request, "", apply=True).plan
    assert W.PYPI_BROKEN not in {each.code for each in plan.warnings}
    assert kinds(prefix)["pypi:almanac-plus"] == "2.0.0"
    assert faults(prefix) == Faults()


def test_that_hidden_copies_of_conda_files_are_never_overwritten(
    conflict_world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "hidden")
    request = ChangeRequest(prefix, (), ChannelPriority.STRICT, add_pypi=("masquerade",))
    with pytest.raises(EngineError) as caught:
        worker.call(tried, conflict_world.root, request, "", apply=True)
    assert caught.value.code is ErrorCode.PYPI_OVERWRITES
    assert caught.value.failure.value("packages") == "almanac"
    assert faults(prefix) == Faults()
    assert "pypi:masquerade" not in kinds(prefix)


def with_python(records: tuple[Record, ...], version: str) -> tuple[Record, ...]:
    return tuple(
        replace(each, version=version) if each.name == "python" else each for each in records
    )


def test_that_pypi_packages_follow_a_new_python_or_are_named(
    conflict_world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "other-python")
    with_pypi(prefix, conflict_world.simple.url, "stuck", "follower")
    places = places_of(conflict_world)
    configuration = read_configuration(places)
    before = State(read_packages(prefix, configuration))
    conda = with_python(before.of(RecordKind.CONDA), "3.21.0")
    request = ChangeRequest(prefix, configuration.effective_channels, add=("python=3.21",))
    part = worker.call(plan_pypi, request, before, conda, places, configuration)
    codes = {each.code: each for each in part.warnings}
    assert codes[W.PYPI_REINSTALLED].value("packages") == "follower, inkwell, lanternfish"
    assert codes[W.PYPI_CANNOT_FOLLOW].value("packages") == "stuck"
    assert codes[W.PYPI_CANNOT_FOLLOW].alternatives[0].code == "keep-python"
    assert {each.name: each.version for each in part.records} == {
        "follower": "1.0.0",
        "inkwell": "1.0.0",
        "lanternfish": "1.1.0",
    }


def test_that_an_editable_install_stays_what_it_is(
    conflict_world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "editable")
    with ExitStack() as ending:
        editing(project("pigment", "0.1"))(Stage(prefix, conflict_world, tmp_path, ending))
    request = ChangeRequest(prefix, (), add_pypi=("tin-tool==1.0.0",), update_pypi=("inkwell",))
    plan = worker.call(tried, conflict_world.root, request, "", apply=True).plan
    assert kinds(prefix)["pypi:pigment"] == "0.1"
    assert {each.name for each in plan.changes} == {"tin-tool", "inkwell"}


def test_that_a_build_that_fails_is_told_as_such_with_its_last_lines(
    conflict_world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n'
    )
    (tmp_path / "b.py").write_text("raise RuntimeError('the kiln is cold')\n")
    wish = ChangeRequest(conflict_world.envs / COURSE, (), add_pypi=(str(tmp_path),))
    plan = worker.call(tried, conflict_world.root, wish, "", apply=False).plan
    (warning,) = plan.warnings
    assert (warning.code, plan.is_blocked) == (WarningCode.UNSATISFIABLE, True)
    assert "could not be built" in warning.summary
    assert "the kiln is cold" in warning.value("detail")
