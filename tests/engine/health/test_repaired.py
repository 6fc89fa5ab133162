"""What is found broken is repaired as the finding proposes, and is sound in every respect then."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.conda.condarc import read_configuration
from engine.environments.registering import registered
from engine.errors import EngineError, ErrorCode
from engine.health.values import FindingCode, Gravity, Health
from engine.plan import ChangeKind, Plan, WarningCode
from engine.practice.interpreter import Interpreter
from engine.requests import RepairRequest
from tests.support.breaking import BREAKERS
from tests.support.breaking_around import frozen, prefix_gone, user_site
from tests.support.breaking_files import (
    files_altered,
    interpreter_broken,
    interpreter_missing,
    unowned,
)
from tests.support.breaking_more import everything_at_once, pip_killed, two_releases
from tests.support.breaking_packages import (
    constrains_violated,
    depends_unmet,
    dist_info_gone,
    optional_unfit,
    overwritten,
    overwritten_same,
    python_ended,
    requirement_missing,
    two_copies,
)
from tests.support.broken import Breaker, Broken
from tests.support.changing import carried_out, contents, planned
from tests.support.checking import checked_deeply
from tests.support.mended import check_inside, inside, picture, summaries
from tests.support.newer import newer_python, write_newer_channel
from tests.support.pypi import point_pip_at
from tests.support.rattling import ROOT
from tests.support.sound import virtual_environment
from tests.support.ward import MODULES, Ward, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="breaks with POSIX tools")

# What would mend it is not offered by the practice channels: the plan says so, and nothing is
# touched. A channel with newer packages has it.
NOT_OFFERED: dict[Breaker, str] = {
    optional_unfit: "numerals >=2.2",  # conda brought numerals, and no channel has this one
    python_ended: f"python >=3.{sys.version_info[1] + 1}",
}
# conda's package is in the cache, so that nothing has to be fetched.
OFFLINE: tuple[Breaker, ...] = (
    overwritten,
    dist_info_gone,
    files_altered,
    interpreter_missing,
    interpreter_broken,
)
# Where another way is offered, it must end as well.
OTHER_WAY: tuple[Breaker, ...] = (overwritten, overwritten_same, two_copies, pip_killed)
# The first way is the better one, but impossible here; the second one must do.
SECOND_WAY: tuple[Breaker, ...] = (depends_unmet, constrains_violated)
REPAIRED = tuple(each for each in BREAKERS if each not in NOT_OFFERED)


@dataclass(frozen=True, slots=True)
class Newer:
    """Hold the address of a channel with newer packages, and the Python that is in it."""

    url: str
    python: Interpreter | None


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    python = newer_python()
    return Newer(write_newer_channel(tmp_path_factory.mktemp("newer") / "newer", python), python)


def looked_at(ward: Ward, broken: Broken) -> Health:
    prefix = broken.prefix or ward.prefix
    return ward.worker.call(checked_deeply, prefix, ward.root, broken.environ, broken.today)


def plan_of(ward: Ward, health: Health, way: int = 0, newer: tuple[str, ...] = ()) -> Plan:
    channels = (*newer, *read_configuration(ward.places).effective_channels)
    steps = tuple(step for finding in health.findings for step in finding.repairs[way])
    request = RepairRequest(health.prefix, channels, steps=steps)
    return ward.worker.call(planned, request, ward.places)


def can_be_done(ward: Ward, health: Health) -> bool:
    try:
        return not plan_of(ward, health).is_blocked
    except EngineError:
        return False


def repaired(ward: Ward, health: Health, way: int = 0, newer: tuple[str, ...] = ()) -> None:
    before = picture(health.prefix)
    plan = plan_of(ward, health, way, newer)
    assert picture(health.prefix) == before
    assert not plan.is_blocked, [each.summary for each in plan.warnings]
    ward.worker.call(carried_out, plan, ward.places)


@pytest.mark.parametrize("breaker", REPAIRED, ids=lambda breaker: breaker.__name__)
def test_that_what_is_found_is_repaired_and_everything_is_sound_then(
    ward: Ward, breaker: Breaker
) -> None:
    broken = breaker(ward)
    found = looked_at(ward, broken)
    assert {each.code for each in found.findings} == set(broken.expected)
    way = 1 if breaker in SECOND_WAY else 0
    assert way == 0 or not can_be_done(ward, found)
    repaired(ward, found, way)
    if breaker is prefix_gone:
        assert found.prefix not in registered(ward.places)
        assert not found.prefix.exists()
        return
    assert summaries(looked_at(ward, broken)) == []
    if not (found.prefix / "bin" / "python").exists():
        assert FindingCode.CHANNELS_MIXED in broken.expected  # it never had a Python
        return
    check_inside(found.prefix)


@pytest.mark.parametrize("breaker", OTHER_WAY, ids=lambda breaker: breaker.__name__)
def test_that_the_other_way_of_mending_ends_as_well(ward: Ward, breaker: Breaker) -> None:
    broken = breaker(ward)
    found = looked_at(ward, broken)
    (finding,) = found.findings
    repaired(ward, found, 1)
    assert summaries(looked_at(ward, broken)) == []
    check_inside(ward.prefix, set(MODULES) - {finding.value("lost")})


def test_that_of_two_releases_the_one_that_was_installed_last_stays(ward: Ward) -> None:
    repaired(ward, looked_at(ward, two_releases(ward)))
    code = (
        "import importlib.metadata as m, inkwell; print(m.version('inkwell'), inkwell.__version__)"
    )
    assert inside(ward.prefix, "-c", code).split() == ["1.2.0", "1.2.0"]


def test_that_mending_what_uses_a_python_that_is_not_condas_leaves_the_rest(ward: Ward) -> None:
    prefix = virtual_environment(ward)
    python = prefix / "bin" / "python"
    run(python, "-m", "pip", "uninstall", "--yes", "--disable-pip-version-check", "lanternfish")
    broken = Broken({}, (), Gravity.NOTE, (), prefix=prefix)
    found = looked_at(ward, broken)
    assert [each.key for each in found.findings] == ["requirement-missing:lanternfish"]
    plan = plan_of(ward, found)
    assert [(each.kind, each.name) for each in plan.changes] == [(ChangeKind.ADD, "lanternfish")]
    removal = plan_of(ward, found, 1)
    assert [(each.kind, each.name) for each in removal.changes] == [(ChangeKind.REMOVE, "inkwell")]
    ward.worker.call(carried_out, plan, ward.places)
    assert summaries(looked_at(ward, broken)) == []
    assert "No broken requirements found" in inside(prefix, "-m", "pip", "check")


def test_that_repairing_all_of_many_problems_ends_well_and_touches_nothing_else(ward: Ward) -> None:
    sound = contents(ward.prefix)
    everything_at_once(ward)
    broken = Broken({}, (), Gravity.NOTE, ())
    found = looked_at(ward, broken)
    assert len(found.findings) > 8
    channels = read_configuration(ward.places).effective_channels
    wishes = tuple(each.wish for each in found.findings if not each.is_choice)
    request = RepairRequest(found.prefix, channels, wishes=wishes)
    plan = ward.worker.call(planned, request, ward.places)
    assert not {each.code for each in plan.warnings} & {
        WarningCode.REPAIR_LEFT_OUT,
        WarningCode.REPAIR_OTHER_WAY,
    }
    assert {change.name for change in plan.changes} == {
        *("inkwell", "lanternfish", "signpost", "starchart", "tidepool")
    }
    ward.worker.call(carried_out, plan, ward.places)
    assert [each.key for each in looked_at(ward, broken).findings] == ["editable-gone:oldtimer"]
    check_inside(ward.prefix)
    now = contents(ward.prefix)
    other = {path for path in now.keys() | sound.keys() if now.get(path) != sound.get(path)}
    records = {f"conda-meta/{ward.record(name).name}" for name in ("signpost", "starchart")}
    records |= {f"conda-meta/{ward.record('tidepool').name}", "conda-meta/history"}
    site = ward.site.relative_to(ward.prefix)
    assert {path for path in other if not path.startswith((f"{site}/ink", f"{site}/lan"))} <= {
        *records,
        *("CACHEDIR.TAG", "conda-meta/state", "bin/inkwell", "bin/oldtimer"),
        *(f"{site}/easy-install.pth", f"{site}/oldtimer.egg-link"),
    }


@pytest.mark.parametrize("breaker", NOT_OFFERED, ids=lambda breaker: breaker.__name__)
def test_that_what_a_newer_channel_offers_mends_what_was_too_old(
    ward: Ward, newer: Newer, breaker: Breaker
) -> None:
    if breaker is python_ended and newer.python is None:
        pytest.skip("there is no newer Python on this computer")
    broken = breaker(ward)
    found = looked_at(ward, broken)
    assert {each.code for each in found.findings} == set(broken.expected)
    repaired(ward, found, newer=(newer.url,))
    assert summaries(looked_at(ward, broken)) == []
    check_inside(ward.prefix)
    if breaker is python_ended and newer.python is not None:
        assert inside(ward.prefix, "-V").split() == ["Python", newer.python.version]


def test_that_a_frozen_environment_is_only_thawed_when_that_is_asked_for(ward: Ward) -> None:
    broken = frozen(ward)
    (found,) = looked_at(ward, broken).findings
    assert found.is_choice
    assert found.value("message") == "Kept for the exam."
    overwritten(ward)
    others = [each for each in looked_at(ward, broken).findings if each != found]
    with pytest.raises(EngineError) as refused:
        plan_of(ward, replace(looked_at(ward, broken), findings=tuple(others)))
    assert refused.value.code is ErrorCode.PROTECTED_FROZEN
    assert refused.value.failure.cause == "Kept for the exam."
    plan = plan_of(ward, replace(looked_at(ward, broken), findings=(found,)))
    (warning,) = plan.warnings
    assert warning.code is WarningCode.REPAIR_THAWS
    assert [each.code for each in warning.alternatives] == ["clone-first"]
    clone = ward.worker.call(planned, warning.alternatives[0].request, ward.places)
    ward.worker.call(carried_out, clone, ward.places)
    copy = ward.worker.call(checked_deeply, clone.prefix, ward.root)
    assert FindingCode.FROZEN not in {each.code for each in copy.findings}
    assert (ward.prefix / "conda-meta" / "frozen").exists()


@pytest.mark.parametrize("breaker", NOT_OFFERED, ids=lambda breaker: breaker.__name__)
def test_that_a_repair_that_nothing_is_offered_for_is_refused_with_the_reason(
    ward: Ward, breaker: Breaker
) -> None:
    broken = breaker(ward)
    found = looked_at(ward, broken)
    with pytest.raises(EngineError) as refused:
        plan_of(ward, found)
    assert refused.value.code is ErrorCode.UNSATISFIABLE
    assert NOT_OFFERED[breaker] in str(refused.value)
    assert summaries(looked_at(ward, broken)) == summaries(found)


def test_that_repairing_all_takes_for_each_the_way_that_is_open_and_tells_what_is_left(
    ward: Ward,
) -> None:
    broken = overwritten(ward)
    for breaker in (depends_unmet, constrains_violated, optional_unfit):
        breaker(ward)
    found = looked_at(ward, broken)
    channels = read_configuration(ward.places).effective_channels
    wishes = tuple(each.wish for each in found.findings)
    request = RepairRequest(found.prefix, channels, wishes=wishes)
    plan = ward.worker.call(planned, request, ward.places)
    assert not plan.is_blocked
    names = {each.code: each.value("names") for each in plan.warnings}
    assert set(names[WarningCode.REPAIR_OTHER_WAY].split(", ")) == {"wind", "icemoss"}
    assert names[WarningCode.REPAIR_LEFT_OUT] == "numerals"
    ward.worker.call(carried_out, plan, ward.places)
    left = looked_at(ward, broken).findings
    assert [each.key for each in left] == ["requirement-optional:numerals"]


@pytest.mark.parametrize("breaker", OFFLINE, ids=lambda breaker: breaker.__name__)
def test_that_what_the_cache_has_is_put_back_without_any_network(
    ward: Ward, breaker: Breaker
) -> None:
    broken = breaker(ward)
    found = looked_at(ward, broken)
    nowhere = f"http://127.0.0.1:{closed_port()}"
    point_pip_at(ward.places, f"{nowhere}/simple")
    steps = tuple(step for finding in found.findings for step in finding.repairs[0])
    request = RepairRequest(found.prefix, (f"{nowhere}/channel",), steps=steps)
    plan = ward.worker.call(planned, request, ward.places)
    assert not plan.is_blocked
    assert plan.figures.download_bytes == 0
    assert plan.figures.cached_packages == plan.figures.packages > 0
    ward.worker.call(carried_out, plan, ward.places)
    assert summaries(looked_at(ward, broken)) == []
    check_inside(ward.prefix)


def closed_port() -> int:
    """Return a port of this computer where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def headless(ward: Ward, *arguments: str) -> None:
    command = [sys.executable, "-m", "engine", "--root", str(ward.root), *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("chosen", ["conda-overwritten:almanac", "--all"])
def test_that_a_repair_is_planned_and_applied_headless_and_leaves_choices_alone(
    ward: Ward, tmp_path: Path, chosen: str
) -> None:
    broken = overwritten(ward)
    unowned(ward)
    plan = tmp_path / "plan.json"
    prefix = str(ward.prefix)
    headless(ward, "plan", "repair", prefix, chosen, "--deep", "--out", str(plan))
    headless(ward, "apply", str(plan))
    left = looked_at(ward, broken).findings
    assert [each.code for each in left] == [FindingCode.FILES_UNOWNED]
    assert (ward.site / "scribble.py").exists()


def test_that_a_repair_does_not_warn_of_what_it_puts_an_end_to(ward: Ward) -> None:
    broken = user_site(ward)
    requirement_missing(ward)
    plan = plan_of(ward, looked_at(ward, broken))
    assert {change.name for change in plan.changes} == {"lanternfish"}
    assert WarningCode.USER_SITE_LEAKS not in {each.code for each in plan.warnings}
