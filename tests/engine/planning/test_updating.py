"""What of an environment could be newer, why the rest stays, and what is known offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.codec import decode, encode
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.plan import WarningCode
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.pypi_index import Release, write_index
from engine.practice.world import PracticeWorld
from engine.records import RecordKind, State
from engine.requests import ChangeRequest, UpdateScope
from engine.updates import Holding, Update, Updates
from tests.engine.planning.pypi_world import with_pypi
from tests.support.changing import planned
from tests.support.orchard import GROVE, HEDGE, PINNED, found_updates, plant, write_orchard
from tests.support.pypi import linked_copy, point_pip_at, project
from tests.support.rattling import RattlerWorker

EVERY = tuple(RecordKind)
STAY = WarningCode.UPDATES_STAY
KITES = (
    project("bow", "1.0.0"),
    project("bow", "2.0.0"),
    project("kite", "1.0.0"),
    project("kite", "2.0.0"),
    project("tail", "1.0.0", "kite<2"),
    project("reel", "1.0.0"),
    project("reel", "2.0.0", "numerals>=2.2"),
)
PYTHON = Update("conda:python", "python", "", "3.13.1", Holding.PYTHON, ("3.12",))
ALL = (
    Update("conda:apple", "apple", "", "2.0", Holding.NEEDS, ("banana >=2",)),
    Update("conda:cherry", "cherry", "", "2.0", Holding.PACKAGES, ("date",)),
    Update("conda:elder", "elder", "2.0", "2.0", Holding.WISH, ("elder <2",)),
    Update("conda:fig", "fig", "1.5", "2.0", Holding.PIN, (PINNED,)),
    Update("conda:grape", "grape", "2.0", "2.0"),
    Update("conda:hazel", "hazel", "", "2.0", Holding.CHANNEL, (HEDGE,)),
    PYTHON,
)


@pytest.fixture(scope="module")
def orchard(worker: RattlerWorker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("orchard")
    worker.call(write_orchard, folder)
    return folder


@pytest.fixture
def served(orchard: Path) -> Iterator[ChannelServer]:
    with ChannelServer(orchard) as server:
        yield server


def channels_of(server: ChannelServer) -> tuple[str, ...]:
    return (server.url_of(GROVE), server.url_of(HEDGE))


def test_that_every_package_is_told_with_what_keeps_it(
    worker: RattlerWorker, served: ChannelServer, places: Places
) -> None:
    prefix = plant(places.envs / "garden")
    before = sorted(path.name for path in (prefix / "conda-meta").iterdir())
    found = worker.call(found_updates, prefix, channels_of(served), places)
    assert found == Updates(ALL, complete=EVERY)
    assert decode(encode(found), Updates) == found
    assert sorted(path.name for path in (prefix / "conda-meta").iterdir()) == before


def test_that_what_was_read_earlier_is_told_without_the_network(
    worker: RattlerWorker, orchard: Path, places: Places
) -> None:
    prefix = plant(places.envs / "garden")
    with ChannelServer(orchard) as server:
        channels = channels_of(server)
        unread = worker.call(found_updates, prefix, channels, places, looks=False)
        assert not server.requests
        assert unread.updates == ()
        assert unread.problems
        worker.call(found_updates, prefix, channels, places)
        asked = len(server.requests)
        known = worker.call(found_updates, prefix, channels, places, looks=False)
        assert len(server.requests) == asked
    assert known == Updates(ALL, complete=EVERY)
    gone = worker.call(found_updates, prefix, channels, places)
    assert gone == Updates(ALL, old=(GROVE, HEDGE), complete=EVERY)


def test_that_channels_that_were_never_read_and_cannot_be_reached_are_a_problem(
    worker: RattlerWorker, places: Places
) -> None:
    prefix = plant(places.envs / "garden")
    found = worker.call(found_updates, prefix, ("http://127.0.0.1:9/grove",), places)
    assert [problem.code for problem in found.problems] == [ErrorCode.CHANNEL_UNREACHABLE]
    with pytest.raises(EngineError) as caught:
        worker.call(found_updates, places.envs / "nothing", (), places)
    assert caught.value.code is ErrorCode.PREFIX_MISSING


def test_that_updating_everything_says_what_stays_and_offers_what_can_be_had_all_the_same(
    worker: RattlerWorker, served: ChannelServer, places: Places
) -> None:
    prefix = plant(places.envs / "garden")
    request = ChangeRequest(prefix, channels_of(served), scope=UpdateScope.ALL)
    plan = worker.call(planned, request, places)
    assert versions(plan.after) == {**versions(plan.before), "fig": "1.5", "grape": "2.0"}
    told = {each.value("reason"): each for each in plan.warnings if each.code is STAY}
    assert {reason: warning.value("packages") for reason, warning in told.items()} == {
        "wish": "elder <2",
        "channel": f"hazel 2.0 ({HEDGE})",
        "packages": "cherry 2.0 (date)",
        "needs": "apple 2.0 (banana >=2)",
    }
    for reason, name, version in (("wish", "elder", "2.0"), ("channel", "hazel", "2.0")):
        (offer,) = told[reason].alternatives
        assert isinstance(offer.request, ChangeRequest)
        taken = worker.call(planned, offer.request, places)
        assert versions(taken.after)[name] == version
        assert offer.value("version") == version
        again = [each.value("packages") for each in taken.warnings if each.code is STAY]
        assert name not in " ".join(again)
    few = worker.call(
        planned, replace(request, scope=UpdateScope.NEEDED, update=("grape",)), places
    )
    assert all(each.code is not STAY for each in few.warnings)


def versions(state: State) -> dict[str, str]:
    return {record.name: record.version for record in state.records}


@pytest.fixture
def course(conflict_world: PracticeWorld, tmp_path: Path) -> tuple[Path, Places]:
    places = places_below(tmp_path / "Envdesk 测试")
    prefix = linked_copy(conflict_world.envs / COURSE, places.envs / "course")
    channel = conflict_world.channels[0].path.as_uri()
    places.home.mkdir(parents=True)
    (places.home / ".condarc").write_text(f"channels: ['{channel}']\n", encoding="utf-8")
    return prefix, places


def test_that_packages_of_pypi_are_told_with_who_holds_them(
    worker: RattlerWorker, course: tuple[Path, Places], tmp_path: Path
) -> None:
    prefix, places = course
    index = write_index(tmp_path / "simple", tuple(map(Release, KITES)))
    with_pypi(prefix, index.as_uri(), "bow==1.0.0", "kite==1.0.0", "tail", "reel==1.0.0")
    expected = {
        "bow": Update("pypi:bow", "bow", "2.0.0", "2.0.0"),
        "kite": Update("pypi:kite", "kite", "", "2.0.0", Holding.PACKAGES, ("tail",)),
        "reel": Update("pypi:reel", "reel", "", "2.0.0", Holding.NEEDS, ("numerals",)),
    }

    def told(looks: bool) -> dict[str, Update]:
        found = worker.call(found_updates, prefix, (), places, looks=looks)
        return {each.name: each for each in found.updates if each.key.startswith("pypi:")}

    with ChannelServer(index) as server:
        point_pip_at(places, server.url)
        assert told(looks=False) == {}
        assert not server.requests
        assert told(looks=True) == expected
        asked = {request.path.strip("/").partition("/")[0] for request in server.requests}
        assert "numerals" not in asked, "what conda owns is no business of an index"
        seen = len(server.requests)
        assert told(looks=False) == expected
        assert len(server.requests) == seen
    request = ChangeRequest(prefix, (), scope=UpdateScope.ALL)
    point_pip_at(places, index.as_uri())
    plan = worker.call(planned, request, places)
    staying = {each.value("reason"): each for each in plan.warnings if each.code is STAY}
    assert staying["packages"].value("packages") == "numerals 2.1.0 (starchart), kite 2.0.0 (tail)"
    assert staying["needs"].value("packages") == "reel 2.0.0 (numerals)"
