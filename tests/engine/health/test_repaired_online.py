"""What only channels and the index tell is repaired, too, or told with what there is to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conda.condarc import read_configuration
from engine.health.values import Finding, FindingCode, Health, RepairKind, RepairStep
from engine.plan import Change, Plan
from engine.practice import ChannelServer
from engine.practice.archives import write_package
from engine.practice.catalogue import tidepool
from engine.practice.pypi_index import Release, write_index
from engine.requests import RepairRequest
from tests.engine.health.test_online import HOLE, pages
from tests.support.changing import carried_out, planned
from tests.support.checking import checked_deeply, checked_online
from tests.support.linking import index, link
from tests.support.mended import check_inside, summaries
from tests.support.pypi import point_pip_at, project
from tests.support.ward import RELEASES, Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="breaks with POSIX tools")
INSTALLED = "9.0.0"


@pytest.fixture(scope="session")
def newer_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that has a lanternfish without the hole."""
    releases = (*RELEASES, Release(project("lanternfish", "1.2.0")))
    return write_index(tmp_path_factory.mktemp("closed") / "simple", releases)


@pytest.fixture
def condarc(ward: Ward) -> Iterator[Path]:
    """Return conda's settings, which are put back after the test."""
    path = ward.places.home / ".condarc"
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def looked_at(ward: Ward) -> Health:
    return ward.worker.call(checked_online, ward.prefix, ward.root)


def the_only(health: Health) -> Finding:
    assert len(health.findings) == 1, summaries(health)
    return health.findings[0]


def plan_of(ward: Ward, finding: Finding) -> Plan:
    channels = read_configuration(ward.places).effective_channels
    request = RepairRequest(ward.prefix, channels, steps=finding.repairs[0])
    plan = ward.worker.call(planned, request, ward.places)
    assert not plan.is_blocked, [each.summary for each in plan.warnings]
    assert plan.changes
    return plan


def moves(plan: Plan) -> dict[str, tuple[str, str]]:
    def version(change: Change, side: str) -> str:
        record = getattr(change, side)
        return record.version if record is not None else ""

    return {each.name: (version(each, "before"), version(each, "after")) for each in plan.changes}


def check_clean_after(ward: Ward, plan: Plan) -> None:
    ward.worker.call(carried_out, plan, ward.places)
    assert summaries(looked_at(ward)) == []
    assert summaries(ward.worker.call(checked_deeply, ward.prefix, ward.root)) == []
    check_inside(ward.prefix)


@pytest.fixture
def waning(ward: Ward) -> Path:
    """Return a channel that the environment has one package of, and that channel has no more."""
    channel = ward.root / "waning"
    shutil.rmtree(channel, ignore_errors=True)
    write_package(tidepool(INSTALLED, "2026-02-01", "numerals >=2"), channel)
    ward.worker.call(index, channel)
    ward.worker.call(link, ward.prefix, ward.places.pkgs, (channel.as_uri(),), ("tidepool",))
    assert looked_at(ward).findings == ()
    for archive in channel.rglob("tidepool-*"):
        archive.unlink()
    return channel


def offer(ward: Ward, channel: Path, *versions: str) -> None:
    for version in versions:
        write_package(tidepool(version, "2026-03-01", "numerals >=2"), channel)
    ward.worker.call(index, channel)
    shutil.rmtree(ward.places.cache, ignore_errors=True)


def check_gone(ward: Ward, told: dict[str, str]) -> Finding:
    found = the_only(looked_at(ward))
    assert (found.code, found.subject) == (FindingCode.GONE_FROM_CHANNEL, "tidepool")
    assert (found.value("version"), found.value("channel")) == (INSTALLED, "waning")
    assert {key: found.value(key) for key in ("newer", "older", "elsewhere")} == {
        **dict.fromkeys(("newer", "older", "elsewhere"), ""),
        **told,
    }
    assert found.evidence[0].path == ward.record("tidepool")
    return found


@pytest.mark.parametrize("is_usual", [True, False], ids=["usual", "other"])
def test_that_what_is_gone_from_its_channel_is_exchanged_for_what_is_newer_there(
    ward: Ward, waning: Path, condarc: Path, is_usual: bool
) -> None:
    if is_usual:
        condarc.write_text(f"channels: [{waning.as_uri()}, {', '.join(ward.channels)}]\n")
    offer(ward, waning, "0.9.0", "9.1.0")
    found = check_gone(ward, {"newer": "9.1.0"})
    assert not found.is_choice
    assert "tidepool 9.1.0" in found.evidence[1].text
    wanted = "tidepool" if is_usual else f"{waning.as_uri()}::tidepool"
    assert found.repairs == ((RepairStep(RepairKind.UPDATE, wanted),),)
    plan = plan_of(ward, found)
    assert moves(plan) == {"tidepool": (INSTALLED, "9.1.0")}
    assert plan.warnings == ()
    if is_usual:
        check_clean_after(ward, plan)


def test_that_an_older_version_in_the_channel_is_offered_and_never_taken_unasked(
    ward: Ward, waning: Path
) -> None:
    offer(ward, waning, "0.9.0")
    found = check_gone(ward, {"older": "0.9.0"})
    assert found.is_choice
    assert moves(plan_of(ward, found)) == {"tidepool": (INSTALLED, "0.9.0")}


def test_that_another_channel_that_has_it_is_offered_and_never_taken_unasked(
    ward: Ward, waning: Path
) -> None:
    offer(ward, waning)
    found = check_gone(ward, {"elsewhere": ward.world.channels[0].name})
    assert found.is_choice
    assert moves(plan_of(ward, found)) == {"tidepool": (INSTALLED, found.value("offered"))}


def test_that_what_nobody_has_any_more_has_no_repair(
    ward: Ward, waning: Path, condarc: Path
) -> None:
    condarc.write_text(f"channels: [{waning.as_uri()}]\n")
    offer(ward, waning)
    found = check_gone(ward, {})
    assert found.repairs == ()


@pytest.fixture
def served(ward: Ward, newer_index: Path, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of an index's pages about releases; the index has newer ones."""
    mounts = {"simple": newer_index, "pypi": tmp_path / "pypi"}
    with ChannelServer(ward.world.root / "channels", mounts=mounts) as server:
        point_pip_at(ward.places, server.url_of("simple") + "/")
        yield tmp_path / "pypi"


def test_that_a_vulnerable_release_is_exchanged_for_one_without_the_hole(
    ward: Ward, served: Path
) -> None:
    holes = [HOLE, HOLE | {"id": "PYSEC-2026-3", "fixed_in": ["0.9.1", "1.1.1", "2.0"]}]
    pages(served, lanternfish__1_1_0=holes, lanternfish__1_2_0=[], inkwell__1_0_0=[])
    found = the_only(looked_at(ward))
    assert (found.code, found.subject) == (FindingCode.VULNERABLE, "lanternfish")
    assert (found.value("fixed"), found.value("partly")) == ("1.2.0", "")
    assert found.repairs == ((RepairStep(RepairKind.UPDATE, "lanternfish>=1.2.0"),),)
    assert not found.is_choice
    assert found.evidence[0].path == ward.site / "lanternfish-1.1.0.dist-info"
    assert [each.text.partition(":")[0] for each in found.evidence[1:]] == [
        "PYSEC-2026-1",
        "PYSEC-2026-3",
    ]
    (ward.site / "lanternfish-1.1.0.dist-info" / "REQUESTED").unlink()
    plan = plan_of(ward, found)
    assert moves(plan) == {"lanternfish": ("1.1.0", "1.2.0")}
    assert plan.warnings == ()
    check_clean_after(ward, plan)
    info = ward.site / "lanternfish-1.2.0.dist-info"
    assert info.is_dir()
    assert not (info / "REQUESTED").exists()  # as before, nobody chose it


def test_that_some_holes_are_closed_where_not_all_can_be(ward: Ward, served: Path) -> None:
    open_hole: dict[str, object] = HOLE | {"id": "PYSEC-2026-4", "fixed_in": ["1.0.5"]}
    pages(served, lanternfish__1_1_0=[HOLE, open_hole])
    found = the_only(looked_at(ward))
    assert (found.value("fixed"), found.value("partly")) == ("", "1.2.0")
    assert found.repairs == ((RepairStep(RepairKind.UPDATE, "lanternfish>=1.2.0"),),)
    assert not found.is_choice


def test_that_without_any_version_to_turn_to_the_user_may_do_without_the_package(
    ward: Ward, served: Path
) -> None:
    pages(served, lanternfish__1_1_0=[HOLE | {"fixed_in": ["1.0.5"]}], inkwell__1_0_0=[])
    found = the_only(looked_at(ward))
    assert (found.value("fixed"), found.value("partly")) == ("", "")
    assert found.is_choice
    assert found.repairs == ((RepairStep(RepairKind.REMOVE, "lanternfish"),),)
    plan = plan_of(ward, found)
    assert moves(plan) == {"lanternfish": ("1.1.0", ""), "inkwell": ("1.0.0", "")}
    assert [each.code for each in plan.warnings] == ["pypi-dependents-removed"]
