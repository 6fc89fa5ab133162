"""Nobody becomes a tester by updating: pre-releases come only where they are wanted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.places import Places, places_below
from engine.plan import Plan
from engine.practice import ChannelServer
from engine.practice.archives import CondaPackage, Noarch, PackagedFile, write_package
from engine.practice.environments import COURSE
from engine.practice.pypi_index import Release, write_index
from engine.practice.rattling import index_channels
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest, CreateRequest, UpdateScope
from tests.support.changing import done, planned
from tests.support.pypi import install_with_uv, linked_copy, point_pip_at, project
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

VERSIONS = {
    "barley": ("1.0", "1.1", "2.0rc1"),
    "oats": ("1.0b1", "1.0b2"),  # nothing else yet
    "malt": ("1.0",),
    "yeast": ("1.0", "1.1", "1.2a1", "1.2a2"),
}


def grain(name: str, version: str, *depends: str) -> CondaPackage:
    return CondaPackage(
        name,
        version,
        "0",
        subdir="noarch",
        noarch=Noarch.GENERIC,
        depends=depends,
        files=(PackagedFile(f"share/{name}.txt", version.encode()),),
    )


@dataclass(frozen=True)
class Mill:
    """Hold a channel with pre-releases, a channel of such alone, and an environment."""

    worker: RattlerWorker
    places: Places
    channel: str
    label: str
    prefix: Path

    def plan(self, *channels: str, **wishes: Any) -> dict[str, str]:
        request = ChangeRequest(self.prefix, channels or (self.channel,))
        return versions(self.planned(replace(request, **wishes)))

    def planned(self, request: ChangeRequest | CreateRequest) -> Plan:
        return self.worker.call(planned, request, self.places, CondaConfiguration())


def versions(plan: Plan) -> dict[str, str]:
    assert not plan.is_blocked, plan.warnings
    return {record.name: record.version for record in plan.after.records}


@pytest.fixture(scope="module")
def mill(worker: RattlerWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    root = tmp_path_factory.mktemp("mill")
    channel, label = root / "c" / "mill", root / "c" / "mill" / "label" / "trial"
    for name, offered in VERSIONS.items():
        for version in offered:
            write_package(grain(name, version), channel)
    write_package(grain("beer", "2.0", "barley >=2.0rc1"), channel)
    write_package(grain("malt", "1.1rc1"), label)
    index_channels((channel, label))
    places = places_below(root / "Envdesk 测试")
    prefix = places.envs / "brewery"
    with ChannelServer(root / "c") as server:
        found = Mill(
            worker, places, server.url_of("mill"), server.url_of("mill", "label", "trial"), prefix
        )
        specs = ("barley 1.0", "malt 1.0", "yeast 1.2a1")
        create = CreateRequest(prefix, (found.channel,), specs=specs)
        worker.call(done, create, places, CondaConfiguration())
        for path in (prefix / "conda-meta").glob("*.json"):  # as if asked for by name alone
            text = path.read_text()
            for spec in specs:
                text = text.replace(f'"{spec}"', f'"{spec.split()[0]}"')
            path.write_text(text)
        yield found


def test_that_updating_all_takes_no_prerelease_but_of_what_is_one(mill: Mill) -> None:
    after = mill.plan(scope=UpdateScope.ALL)
    assert after == {"barley": "1.1", "malt": "1.0", "yeast": "1.2a2"}


@pytest.mark.parametrize("scope", UpdateScope)
def test_that_updating_one_package_takes_no_prerelease(mill: Mill, scope: UpdateScope) -> None:
    assert mill.plan(update=("barley",), scope=scope)["barley"] == "1.1"


def test_that_a_prerelease_comes_when_it_is_asked_for(mill: Mill) -> None:
    assert mill.plan(add=("barley 2.0rc1",))["barley"] == "2.0rc1"
    assert mill.plan(add=("barley >=2.0rc1",))["barley"] == "2.0rc1"
    assert mill.plan(add=("barley >1.0",))["barley"] == "1.1"


def test_that_a_prerelease_comes_where_nothing_else_will_do(mill: Mill) -> None:
    assert mill.plan(add=("oats",))["oats"] == "1.0b2"
    assert mill.plan(add=("beer",), scope=UpdateScope.NEEDED)["barley"] == "2.0rc1"


def test_that_a_channel_of_prereleases_is_meant_when_it_is_named(mill: Mill) -> None:
    after = mill.plan(mill.label, mill.channel, scope=UpdateScope.ALL)
    assert after == {"barley": "1.1", "malt": "1.1rc1", "yeast": "1.2a2"}


def test_that_a_new_environment_has_no_prerelease(mill: Mill) -> None:
    request = CreateRequest(mill.places.envs / "new", (mill.channel,), specs=("barley", "yeast"))
    assert versions(mill.planned(request)) == {"barley": "1.1", "yeast": "1.1"}


@dataclass(frozen=True)
class Press:
    """Hold an environment with PyPI packages, and what the index has of them."""

    worker: RattlerWorker
    places: Places
    prefix: Path

    def plan(self, **wishes: Any) -> dict[str, str]:
        request = replace(ChangeRequest(self.prefix, ()), **wishes)
        return versions(self.worker.call(planned, request, self.places))


@pytest.fixture
def press(conflict_world: PracticeWorld, worker: RattlerWorker, tmp_path: Path) -> Press:
    places = places_below(tmp_path / "Envdesk 测试")
    prefix = linked_copy(conflict_world.envs / COURSE, places.envs / "course")
    index = write_index(
        tmp_path / "simple",
        tuple(
            Release(project(name, version)) for name, all_ in VERSIONS.items() for version in all_
        ),
    ).as_uri()
    point_pip_at(places, index)
    channel = conflict_world.channels[0].path.as_uri()
    (places.home / ".condarc").write_text(f"channels: ['{channel}']\n", encoding="utf-8")
    install_with_uv(prefix, index, "barley==1.0", "yeast==1.2a1")
    return Press(worker, places, prefix)


def test_that_pypi_packages_become_prereleases_only_where_they_are_some(press: Press) -> None:
    after = press.plan(scope=UpdateScope.ALL)
    assert (after["barley"], after["yeast"], after["almanac"]) == ("1.1", "1.2a2", "2026.1")
    after = press.plan(update_pypi=("barley", "yeast"))
    assert (after["barley"], after["yeast"]) == ("1.1", "1.2a2")


def test_that_a_pypi_prerelease_comes_when_it_is_asked_for_or_nothing_else_will_do(
    press: Press,
) -> None:
    assert press.plan(add_pypi=("barley==2.0rc1",))["barley"] == "2.0rc1"
    assert press.plan(add_pypi=("barley>=2.0rc1",))["barley"] == "2.0rc1"
    assert press.plan(add_pypi=("oats",))["oats"] == "1.0b2"
    assert press.plan(add_pypi=("malt",))["yeast"] == "1.2a1"
