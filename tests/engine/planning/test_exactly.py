"""Environments of exactly what a list names: by address, checksum and platform."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.plan import Plan
from engine.records import Record, RecordKind
from engine.requests import CreateRequest, ExactPackage, ExactRelease, ExactRequest
from tests.support.changing import carried_out, done, imported, planned, versions
from tests.support.practising import Practice
from tests.support.pypi import index_of, point_pip_at, project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")


def packages_of(plan: Plan, algorithm: str = "sha256") -> tuple[ExactPackage, ...]:
    """Return the conda packages of a plan as a list would name them."""

    def package(record: Record) -> ExactPackage:
        checksum = {algorithm: str(json.loads(record.raw)[algorithm])}
        requested = bool(record.requested)
        return ExactPackage(
            record.url,
            record.name,
            record.version,
            record.build,
            requested=requested,
            md5=checksum.get("md5", ""),
            sha256=checksum.get("sha256", ""),
        )

    return tuple(package(record) for record in plan.after.of(RecordKind.CONDA))


@pytest.fixture
def plan(practice: Practice) -> Plan:
    request = CreateRequest(
        practice.places.envs / "model", practice.both, python="3", specs=("tidepool <3.2",)
    )
    return practice.call(planned, request, practice.places)


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_that_a_list_is_installed_as_it_stands(
    practice: Practice, plan: Plan, algorithm: str
) -> None:
    prefix = practice.places.envs / "copy"
    request = ExactRequest(prefix, packages_of(plan, algorithm), variables=(("TIDE", "low"),))
    exact, _ = practice.call(done, request, practice.places)
    assert not exact.is_blocked
    assert versions(prefix) == {"tidepool": "3.1.0", "numerals": "2.1.0"}
    assert imported(prefix, "tidepool") == {"tidepool": "3.1.0"}
    there = {record.name: record for record in read_packages(prefix)}
    assert there["tidepool"].depends
    assert there["tidepool"].requested == ("tidepool=3.1.0=pyh5eed0a1_0",)
    assert there["numerals"].requested == ()


def test_that_what_the_channel_forgot_is_told_by_the_archive(
    practice: Practice, plan: Plan, tmp_path: Path, channels: Path
) -> None:
    practice.call(carried_out, plan, practice.places)
    known = {record.name: record for record in read_packages(plan.prefix)}
    folder = tmp_path / "kept"
    moved: list[ExactPackage] = []
    for package in packages_of(plan, "md5"):
        subdir, name = package.url.rsplit("/", 2)[-2:]
        (folder / subdir).mkdir(parents=True, exist_ok=True)
        source = channels / package.url.removeprefix(practice.server.url).lstrip("/")
        (folder / subdir / name).write_bytes(source.read_bytes())
        moved.append(replace(package, url=(folder / subdir / name).as_uri()))
    request = ExactRequest(practice.places.envs / "copy", tuple(moved))
    practice.call(done, request, practice.places)
    there = {record.name: record for record in read_packages(request.prefix)}
    assert there.keys() == known.keys()
    for name, record in there.items():
        assert (record.version, record.depends, record.noarch) == (
            known[name].version,
            known[name].depends,
            known[name].noarch,
        )
    assert imported(request.prefix, "tidepool") == {"tidepool": "3.1.0"}
    documents = [p.read_text("utf-8") for p in (request.prefix / "conda-meta").glob("*.json")]
    assert not any("envdesk" in document for document in documents)


def test_that_another_checksum_is_refused(practice: Practice, plan: Plan, tmp_path: Path) -> None:
    packages = packages_of(plan)
    wrong = tuple(
        replace(each, sha256="0" * 64) if each.name == "numerals" else each for each in packages
    )
    request = ExactRequest(practice.places.envs / "copy", wrong)
    with pytest.raises(EngineError) as caught:
        practice.call(planned, request, practice.places)
    assert caught.value.code is ErrorCode.HASH_MISMATCH
    assert not request.prefix.exists()


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_that_an_archive_nobody_lists_is_checked_when_it_arrives(
    practice: Practice, plan: Plan, tmp_path: Path, channels: Path, algorithm: str
) -> None:
    package = next(each for each in packages_of(plan) if each.name == "numerals")
    source = channels / package.url.removeprefix(practice.server.url).lstrip("/")
    (tmp_path / "odd" / "noarch").mkdir(parents=True)
    archive = tmp_path / "odd" / "noarch" / source.name
    archive.write_bytes(source.read_bytes())
    odd = replace(package, url=archive.as_uri(), sha256="", md5="")
    odd = replace(odd, **{algorithm: "0" * (64 if algorithm == "sha256" else 32)})
    request = ExactRequest(practice.places.envs / "copy", (odd,))
    plan = practice.call(planned, request, practice.places)
    with pytest.raises(EngineError) as caught:
        practice.call(carried_out, plan, practice.places)
    assert caught.value.code is ErrorCode.HASH_MISMATCH
    assert not request.prefix.exists()


def test_that_packages_for_another_system_are_refused(practice: Practice, plan: Plan) -> None:
    package = packages_of(plan)[0]
    other = replace(package, url="https://example.org/channel/win-64/thing-1.0-0.conda")
    request = ExactRequest(practice.places.envs / "copy", (other,))
    with pytest.raises(EngineError) as caught:
        practice.call(planned, request, practice.places)
    assert caught.value.code is ErrorCode.BAD_USAGE
    assert caught.value.failure.value("platform") == "win-64"


def test_that_releases_are_installed_by_hash_for_a_python_of_the_channels(
    practice: Practice, tmp_path: Path
) -> None:
    folder = tmp_path / "simple"
    url = index_of(folder, project("lantern", "1.0.0", "absent>=1"), project("lantern", "2.0.0"))
    point_pip_at(practice.places, url)
    digest = hashlib.sha256(next(folder.glob("lantern/*1.0.0*.whl")).read_bytes()).hexdigest()
    release = ExactRelease("lantern", "1.0.0", hashes=(f"sha256:{digest}",))
    prefix = practice.places.envs / "locked"
    request = ExactRequest(prefix, releases=(release,), channels=practice.both)
    practice.call(done, request, practice.places)
    assert imported(prefix, "lantern") == {"lantern": "1.0.0"}
    assert {r.name for r in read_packages(prefix) if r.kind is RecordKind.PYPI} == {"lantern"}


def test_that_a_release_comes_from_its_address_when_the_index_lacks_it(
    practice: Practice, tmp_path: Path
) -> None:
    folder = tmp_path / "simple"
    index_of(folder, project("lantern", "1.0.0"))
    point_pip_at(practice.places, index_of(tmp_path / "empty", project("other", "1.0.0")))
    wheel = next(folder.glob("lantern/*1.0.0*.whl"))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    release = ExactRelease("lantern", "1.0.0", wheel.as_uri(), (f"sha256:{digest}",))
    prefix = practice.places.envs / "locked"
    request = ExactRequest(prefix, releases=(release,), channels=practice.both)
    practice.call(done, request, practice.places)
    assert imported(prefix, "lantern") == {"lantern": "1.0.0"}
