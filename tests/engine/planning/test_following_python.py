"""What becomes of PyPI packages when the environment gets another Python, really carried out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.plan import ChangeKind, Plan, Severity, WarningCode
from engine.practice.archives import write_package
from engine.practice.channels import python_packages
from engine.practice.environments import COURSE
from engine.practice.interpreter import Interpreter
from engine.practice.pypi_index import Release, write_index
from engine.practice.rattling import index_channels
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest
from tests.engine.planning.conflict_stage import kinds
from tests.engine.planning.pypi_world import RELEASES, named_channel, tried, warned, with_pypi
from tests.support.changing import imported
from tests.support.newer import another_python
from tests.support.pypi import faults, linked_copy, project
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

W = WarningCode
SNAKES = "snakes"


@pytest.fixture(scope="module")
def other(conflict_world: PracticeWorld) -> Iterator[Interpreter]:
    found = another_python()
    if found is None:
        pytest.skip("there is one Python on this computer")
    folder = conflict_world.channels[0].path.with_name(SNAKES)
    write_package(python_packages(found)[0], folder)
    index_channels((folder,))
    named_channel(conflict_world, SNAKES)
    tag = f"cp{found.minor.replace('.', '')}-none-any"
    late = Release(project("latecomer", "2.0.0", tag=tag))
    write_index(conflict_world.simple.path, (*RELEASES, late))
    yield found
    write_index(conflict_world.simple.path, RELEASES)


def changed(
    worker: RattlerWorker, world: PracticeWorld, request: ChangeRequest, remedy: str = ""
) -> tuple[Plan, Plan | None]:
    channels = (SNAKES, *(channel.name for channel in world.channels))
    request = replace(request, channels=channels)
    outcome = worker.call(tried, world.root, request, remedy, apply=True)
    assert outcome.done
    return outcome.plan, outcome.remedy


def python_of(interpreter: Interpreter) -> tuple[int, ...]:
    return tuple(int(part) for part in interpreter.version.split(".")[:3])


def test_that_pypi_packages_are_installed_again_for_a_new_python_or_are_named(
    conflict_world: PracticeWorld, worker: RattlerWorker, other: Interpreter
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "new python")
    with_pypi(prefix, conflict_world.simple.url, "stuck", "follower", "latecomer==1.0.0")
    request = ChangeRequest(prefix, (), add=(f"python={other.minor}",))
    plan, _ = changed(worker, conflict_world, request)
    again = warned(plan, W.PYPI_REINSTALLED)
    assert again.value("packages") == "follower, inkwell, lanternfish, latecomer"
    assert again.value("python") == other.version
    lost = warned(plan, W.PYPI_CANNOT_FOLLOW)
    assert (lost.value("packages"), lost.severity) == ("stuck", Severity.DANGER)
    assert {each.code for each in lost.alternatives} == {"keep-python"}
    there = kinds(prefix)
    assert there["conda:python"] == other.version
    assert (there["pypi:follower"], there["pypi:latecomer"]) == ("1.0.0", "2.0.0")
    assert "pypi:stuck" not in there
    assert faults(prefix, python_of(other)) == faults(conflict_world.envs / COURSE)
    assert imported(prefix, "follower", "inkwell", "latecomer", "numerals", "stuck") == {
        "follower": "1.0.0",
        "inkwell": "1.0.0",
        "latecomer": "2.0.0",
        "numerals": "2.0.1",
        "stuck": "",
    }
    assert [each.name for each in (prefix / "lib").glob("python3*")] == [f"python{other.minor}"]


def test_that_keeping_python_keeps_what_could_not_follow(
    conflict_world: PracticeWorld, worker: RattlerWorker, other: Interpreter
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "kept python")
    with_pypi(prefix, conflict_world.simple.url, "stuck")
    before = kinds(prefix)
    request = ChangeRequest(prefix, (), add=(f"python={other.minor}", "glyphs"))
    _, remedy = changed(worker, conflict_world, request, "keep-python")
    assert remedy is not None
    assert [(each.kind, each.name) for each in remedy.changes] == [(ChangeKind.ADD, "glyphs")]
    assert kinds(prefix) == {**before, "conda:glyphs": "5.0.0"}
    assert faults(prefix) == faults(conflict_world.envs / COURSE)


def test_that_a_copy_that_overwrote_condas_does_not_come_along_twice(
    conflict_world: PracticeWorld, worker: RattlerWorker, other: Interpreter
) -> None:
    prefix = linked_copy(conflict_world.envs / COURSE, conflict_world.envs / "overwritten python")
    with_pypi(prefix, conflict_world.simple.url, "numerals==2.2.0")
    request = ChangeRequest(prefix, (), add=(f"python={other.minor}",))
    plan, _ = changed(worker, conflict_world, request)
    assert warned(plan, W.PYPI_COPY_REPLACED).value("packages") == "numerals"
    assert kinds(prefix)["conda:numerals"] == "2.0.1"
    assert "pypi:numerals" not in kinds(prefix)
    assert faults(prefix, python_of(other)) == faults(conflict_world.envs / COURSE)
