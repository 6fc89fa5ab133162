"""What channels and the index say is asked for, and told, only in an online check."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from engine.health.values import FindingCode, Gap, Gravity
from engine.practice import ChannelServer
from tests.support.breaking_files import make_editable
from tests.support.breaking_packages import half_installed
from tests.support.checking import checked_online, checked_quickly, codes, the
from tests.support.environments import Package, make_environment
from tests.support.linking import index, link
from tests.support.pypi import point_pip_at
from tests.support.rattling import RattlerWorker
from tests.support.ward import Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="breaks with POSIX tools")
HOLE: dict[str, object] = {
    "id": "PYSEC-2026-1",
    "aliases": ["CVE-2026-0001"],
    "details": "Light leaks out.",
    "fixed_in": ["1.2.0"],
    "link": "",
    "withdrawn": None,
}


def pages(folder: Path, **holes: list[dict[str, object]]) -> Path:
    """Write the JSON pages of an index that reports vulnerabilities."""
    for release, known in holes.items():
        name, _, version = release.partition("__")
        page = folder / name / version.replace("_", ".") / "json"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps({"info": {}, "vulnerabilities": known}))
    return folder


def test_that_a_vulnerability_is_told_where_the_index_reports_it(
    ward: Ward, tmp_path: Path
) -> None:
    gone = HOLE | {"id": "PYSEC-2026-2", "withdrawn": "2026-01-01T00:00:00Z"}
    folder = pages(tmp_path / "pypi", lanternfish__1_1_0=[HOLE, gone], inkwell__1_0_0=[])
    mounts = {"simple": ward.world.simple.path, "pypi": folder}
    with ChannelServer(ward.world.root / "channels", mounts=mounts) as server:
        point_pip_at(ward.places, server.url_of("simple") + "/")
        health = ward.worker.call(checked_online, ward.prefix, ward.root)
        asked = {request.path for request in server.requests}
    assert codes(health) == {FindingCode.VULNERABLE}
    finding = the(health, FindingCode.VULNERABLE)
    assert (finding.subject, finding.gravity) == ("lanternfish", Gravity.RISKY)
    assert (finding.value("ids"), finding.value("fixed")) == ("PYSEC-2026-1", "1.2.0")
    assert "/pypi/lanternfish/1.1.0/json" in asked
    assert [each.gap for each in health.unchecked] == [Gap.PACKAGES_UNREPORTED]
    assert "not known to the package index" in health.unchecked[0].summary


def test_that_only_whole_packages_are_asked_for_and_what_a_quick_check_finds_is_told_too(
    ward: Ward, tmp_path: Path
) -> None:
    half_installed(ward)
    make_editable(ward, ward.places.home / "checkout")
    mounts = {"simple": ward.world.simple.path, "pypi": pages(tmp_path, lanternfish__1_1_0=[])}
    with ChannelServer(ward.world.root / "channels", mounts=mounts) as server:
        point_pip_at(ward.places, server.url_of("simple") + "/")
        health = ward.worker.call(checked_online, ward.prefix, ward.root)
        asked = {
            request.path.split("/")[2] for request in server.requests if "json" in request.path
        }
    assert codes(health) == {FindingCode.PIP_LEFTOVERS}
    assert "lanternfish" in asked
    assert asked.isdisjoint(("inkwell", "checkout"))


def test_that_an_index_without_reports_is_told_and_no_finding(ward: Ward, tmp_path: Path) -> None:
    with ChannelServer(tmp_path, mounts={"simple": ward.world.simple.path}) as server:
        point_pip_at(ward.places, server.url_of("simple") + "/")
        health = ward.worker.call(checked_online, ward.prefix, ward.root)
    assert health.findings == ()
    assert [each.gap for each in health.unchecked] == [Gap.INDEX_WITHOUT_REPORTS]


def test_that_an_index_that_does_not_answer_is_told_at_once(ward: Ward) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        point_pip_at(ward.places, f"http://127.0.0.1:{probe.getsockname()[1]}/simple/")
        health = ward.worker.call(checked_online, ward.prefix, ward.root)
    assert health.findings == ()
    (silent,) = health.unchecked
    assert silent.gap is Gap.INDEX_SILENT
    assert dict(silent.values) == {"code": "index-unreachable"}


def test_that_a_package_gone_from_its_channel_is_told(ward: Ward) -> None:
    channel = ward.root / "waning"
    shutil.rmtree(channel, ignore_errors=True)
    shutil.copytree(ward.world.channels[0].path, channel)
    prefix = ward.prefix.with_name("ward waning")
    (prefix / "conda-meta").mkdir(parents=True)
    pkgs = ward.places.pkgs
    ward.worker.call(link, prefix, pkgs, (channel.as_uri(),), ("driftwood", "lodestone"), ())
    assert ward.worker.call(checked_online, prefix, ward.root).findings == ()
    for archive in channel.rglob("lodestone-*"):
        archive.unlink()
    ward.worker.call(index, channel)
    shutil.rmtree(ward.places.cache, ignore_errors=True)
    health = ward.worker.call(checked_online, prefix, ward.root)
    assert codes(health) == {FindingCode.GONE_FROM_CHANNEL}
    finding = the(health, FindingCode.GONE_FROM_CHANNEL)
    assert (finding.subject, finding.value("channel")) == ("lodestone", "waning")
    assert finding.gravity is Gravity.NOTE
    assert ward.worker.call(checked_quickly, prefix, ward.root).findings == ()


def test_that_a_channel_that_cannot_be_reached_is_told(ward: Ward) -> None:
    channel = ward.root / "lost"
    shutil.copytree(ward.world.channels[0].path, channel)
    prefix = ward.prefix.with_name("ward lost")
    (prefix / "conda-meta").mkdir(parents=True)
    ward.worker.call(link, prefix, ward.places.pkgs, (channel.as_uri(),), ("driftwood",), ())
    shutil.rmtree(channel)
    health = ward.worker.call(checked_online, prefix, ward.root)
    assert health.findings == ()
    (silent,) = health.unchecked
    assert silent.gap is Gap.CHANNEL_SILENT
    assert dict(silent.values)["channel"] == "lost"
    assert silent.summary.startswith("The channel lost")


def test_that_no_channel_is_asked_for_packages_of_another_kind_of_computer(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    sea = "http://127.0.0.1:9/sea"
    foreign = make_environment(tmp_path / "a", (Package("kite", subdir="zos-z", channel=sea),), "")
    assert checker.call(checked_online, foreign, tmp_path).unchecked == ()
    native = make_environment(tmp_path / "b", (Package("kite", channel=sea),), "")
    (silent,) = checker.call(checked_online, native, tmp_path).unchecked
    assert silent.gap is Gap.CHANNEL_SILENT
