"""Plans of other packages: what changes, what is told, and what is offered instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.plan import ChangeKind, Plan, PlanWarning, Severity, WarningCode
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL, ChannelServer
from engine.practice.pypi_index import write_index
from engine.requests import ChangeRequest, ChannelPriority, CreateRequest, UpdateScope
from tests.engine.planning.pypi_world import RELEASES
from tests.support.changing import done, planned
from tests.support.pypi import point_pip_at
from tests.support.rattling import RattlerWorker


@dataclass(frozen=True, slots=True)
class World:
    """Hold an environment that every test of this module plans changes of, and none carries out."""

    worker: RattlerWorker
    server: ChannelServer
    places: Places
    prefix: Path

    @property
    def both(self) -> tuple[str, str]:
        return (self.server.url_of(MAIN_CHANNEL), self.server.url_of(EXTRA_CHANNEL))

    def request(self, *add: str, **wishes: object) -> ChangeRequest:
        return replace(ChangeRequest(self.prefix, self.both, add=add), **wishes)  # pyright: ignore[reportArgumentType]

    def plan(self, request: ChangeRequest, configuration: CondaConfiguration | None = None) -> Plan:
        known = configuration or CondaConfiguration(channels=self.both)
        return self.worker.call(planned, request, self.places, known)

    def make(self, name: str, channels: tuple[str, ...], *specs: str) -> Path:
        prefix = self.places.envs / name
        if not prefix.exists():
            request = CreateRequest(prefix, channels, specs=specs, with_pip=False)
            self.worker.call(done, request, self.places, CondaConfiguration())
        return prefix


@pytest.fixture(scope="module")
def world(
    worker: RattlerWorker, channels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    places = places_below(tmp_path_factory.mktemp("world") / "Envdesk 测试")
    write_index(places.home / "simple", RELEASES)
    point_pip_at(places, (places.home / "simple").as_uri())
    with ChannelServer(channels) as server:
        world = World(worker, server, places, places.envs / "course")
        specs = ("tidepool <3.2", "glyphs", "starchart", "papyrus")
        create = CreateRequest(world.prefix, world.both, python="3", specs=specs)
        worker.call(done, create, places, CondaConfiguration())
        yield world


def kinds(plan: Plan) -> dict[str, ChangeKind]:
    return {change.name: change.kind for change in plan.changes}


def codes(plan: Plan) -> list[WarningCode]:
    return [warning.code for warning in plan.warnings]


def only(plan: Plan) -> PlanWarning:
    (warning,) = plan.warnings
    return warning


def test_that_an_addition_is_all_that_changes_and_harmless(world: World) -> None:
    plan = world.plan(world.request("almanac"))
    assert kinds(plan) == {"almanac": ChangeKind.ADD}
    assert plan.warnings == ()
    assert plan.figures.packages == 1
    assert plan.figures.download_bytes > 0
    assert plan.stamp
    assert decode(encode(plan), Plan) == plan
    before, after = set(plan.before.records), set(plan.after.records)
    assert before < after
    (new,) = after - before
    assert (new.name, new.requested) == ("almanac", ("almanac",))


def test_that_harmless_changes_give_no_warning(world: World) -> None:
    requests = [
        *(world.request(name) for name in ("kite-free", "sandglass", "quarry", "mosaic")[1:]),
        *(world.request(spec) for spec in ("almanac 2025.*", "driftwood", "lodestone", "compass")),
        *(world.request(name) for name in ("firelily", "icemoss", "harbor-east", "signpost")),
        world.request("glyphs"),
        world.request("numerals"),
        world.request("harpstring"),
        world.request("quarry", "signpost", remove=("glyphs",)),
        world.request(remove=("glyphs",)),
        world.request(remove=("papyrus",)),
        world.request(remove=("starchart",)),
        world.request(update=("python",)),
        world.request(update=("glyphs",), scope=UpdateScope.ONLY),
        world.request("lighthouse", scope=UpdateScope.ONLY),
    ]
    assert len(requests) >= 20
    told = {request: codes(world.plan(request)) for request in requests}
    assert {request: found for request, found in told.items() if found} == {}


def test_that_what_is_there_already_changes_nothing_but_who_asked(world: World) -> None:
    plan = world.plan(world.request("harpstring"))
    assert plan.changes == ()
    asked = {record.name: record.requested for record in plan.after.records}
    assert asked["harpstring"] == ("harpstring",)


def test_that_keeping_all_else_gives_way_only_where_it_must_and_says_so(world: World) -> None:
    plan = world.plan(world.request("numerals >=2.1", remove=("starchart",)))
    assert kinds(plan) == {"numerals": ChangeKind.UPDATE, "starchart": ChangeKind.REMOVE}
    assert plan.warnings == ()


def test_that_an_earlier_wish_that_is_in_the_way_can_be_loosened(world: World) -> None:
    prefix = world.make("earlier", world.both, "numerals <2.1")
    plan = world.plan(ChangeRequest(prefix, world.both, add=("moonrise",)))
    assert plan.is_blocked
    offer = next(a for a in plan.warnings[0].alternatives if a.code == "loosen-earlier")
    assert (offer.value("package"), offer.value("earlier")) == ("numerals", "numerals <2.1")
    assert isinstance(offer.request, ChangeRequest)
    assert kinds(world.plan(offer.request))["numerals"] is ChangeKind.UPDATE


def test_that_a_wish_that_moves_others_names_them(world: World) -> None:
    prefix = world.make("plain", world.both, "tidepool", "numerals 2.0.*")
    # numerals was asked for by version; here it is only in the way of moonrise by being there.
    meta = next((prefix / "conda-meta").glob("numerals-*.json"))
    document = json.loads(meta.read_bytes())
    meta.write_text(json.dumps({**document, "requested_spec": "numerals", "requested_specs": []}))
    request = ChangeRequest(prefix, world.both, add=("moonrise",))
    plan = world.plan(request)
    assert kinds(plan) == {"moonrise": ChangeKind.ADD, "numerals": ChangeKind.UPDATE}
    warning = next(each for each in plan.warnings if each.code is WarningCode.KEEP_IMPOSSIBLE)
    assert warning.value("packages") == "numerals"
    strict = world.plan(replace(request, scope=UpdateScope.ONLY))
    assert strict.is_blocked
    offer = next(a for a in strict.warnings[0].alternatives if a.code == "update-needed")
    assert isinstance(offer.request, ChangeRequest)
    assert kinds(world.plan(offer.request)) == kinds(plan)


def test_that_update_all_takes_the_newest_that_the_wishes_allow(world: World) -> None:
    plan = world.plan(world.request(scope=UpdateScope.ALL))
    assert kinds(plan) == {}
    plan = world.plan(world.request(scope=UpdateScope.ALL, update=("tidepool",)))
    assert kinds(plan) == {"tidepool": ChangeKind.UPDATE}
    asked = {record.name: record.requested for record in plan.after.records}
    assert asked["tidepool"] == ("tidepool",)
    assert asked["starchart"] == ("starchart",)


def test_that_an_update_that_others_hold_back_says_so(world: World) -> None:
    plan = world.plan(world.request(update=("numerals",)))
    assert kinds(plan) == {}
    warning = only(plan)  # starchart, which was asked for, leaves no way at all
    assert (warning.code, warning.alternatives) == (WarningCode.UPDATE_HELD_BACK, ())
    assert dict(warning.values) == {
        "packages": "numerals",
        "versions": "2.1.0",
        "others": "starchart",
    }
    newer = world.plan(world.request(update=("numerals",), remove=("starchart",)))
    assert kinds(newer)["numerals"] is ChangeKind.UPDATE


def test_that_python_keeps_its_minor_version_unless_asked(world: World) -> None:
    plan = world.plan(world.request(update=("python",)))
    minor = {record.name: record.version for record in plan.before.records}["python"]
    after = {record.name: record.version for record in plan.after.records}["python"]
    assert after.split(".")[:2] == minor.split(".")[:2]


def test_that_what_needs_a_removed_package_goes_too_and_is_named(world: World) -> None:
    plan = world.plan(world.request(remove=("tidepool",)))
    assert kinds(plan) == {"tidepool": ChangeKind.REMOVE, "starchart": ChangeKind.REMOVE}
    warning = only(plan)
    assert warning.code is WarningCode.REMOVES_DEPENDENTS
    assert warning.value("packages") == "starchart"
    assert warning.value("because") == "tidepool"


def test_that_orphans_go_only_where_that_is_wished(world: World) -> None:
    plan = world.plan(world.request(remove=("papyrus",)))
    assert kinds(plan) == {"papyrus": ChangeKind.REMOVE, "harpstring": ChangeKind.REMOVE}
    needed = {change.name: change.needed_by for change in plan.changes}
    assert needed == {"papyrus": (), "harpstring": ("papyrus",)}
    plan = world.plan(world.request(remove=("papyrus",), remove_orphans=False))
    assert kinds(plan) == {"papyrus": ChangeKind.REMOVE}


def test_that_a_package_of_another_channel_is_a_change_of_source(world: World) -> None:
    extra = world.both[1]
    plan = world.plan(
        world.request(f"{extra}::tidepool", f"{extra}::numerals", remove=("starchart",))
    )
    assert not plan.is_blocked
    assert kinds(plan)["tidepool"] is ChangeKind.REPLACE
    change = next(each for each in plan.changes if each.name == "tidepool")
    assert change.before is not None
    assert change.after is not None
    assert (change.before.source.name, change.after.source.name) == (MAIN_CHANNEL, EXTRA_CHANNEL)


def test_that_pins_are_honoured_and_named_when_they_are_in_the_way(world: World) -> None:
    pinned = CondaConfiguration(channels=world.both, pinned_packages=("almanac 2025.*",))
    plan = world.plan(world.request("almanac"), pinned)
    assert {r.name: r.version for r in plan.after.records}["almanac"] == "2025.3"
    plan = world.plan(world.request("almanac 2026.*"), pinned)
    warning = only(plan)
    assert (warning.code, warning.severity) == (WarningCode.UNSATISFIABLE, Severity.BLOCKING)
    assert warning.value("pins") == "almanac 2025.*"


def test_that_a_pin_is_named_even_when_more_is_in_the_way(world: World) -> None:
    pinned = CondaConfiguration(channels=world.both, pinned_packages=("tidepool 3.2.*",))
    plan = world.plan(world.request(f"{world.both[1]}::tidepool"), pinned)
    warning = only(plan)
    assert warning.code is WarningCode.UNSATISFIABLE
    assert warning.value("pins") == "tidepool 3.2.*"
    assert warning.value("cause") == "It is pinned: tidepool 3.2.*."
    assert warning.summary == "tidepool cannot change: tidepool 3.2 is to stay."


def test_that_pins_of_the_environment_count_too(world: World) -> None:
    prefix = world.make("pinned", world.both, "almanac 2025.*", "pip")
    (prefix / "conda-meta" / "pinned").write_text("# mine\nalmanac 2025.*\n")
    plan = world.plan(ChangeRequest(prefix, world.both, update=("almanac",)))
    assert kinds(plan) == {}
    warning = only(plan)
    assert (warning.code, warning.severity) == (WarningCode.UPDATE_PINNED, Severity.NOTE)
    assert warning.values == (
        ("package", "almanac"),
        ("version", "2025.3"),
        ("pin", "almanac 2025.*"),
    )
    (prefix / "conda-meta" / "pinned").unlink()
    freed = world.plan(ChangeRequest(prefix, world.both, update=("almanac",)))
    assert kinds(freed) == {"almanac": ChangeKind.UPDATE}


def test_that_a_newer_version_in_another_channel_is_told_and_taken_by_one_click(
    world: World,
) -> None:
    main, extra = world.both
    prefix = world.make("older", (extra, main), "glyphs", "pip", f"{extra}::numerals")
    for request in (  # the channel was chosen for the package, or simply comes first
        ChangeRequest(prefix, world.both, update=("numerals",)),
        ChangeRequest(prefix, (extra, main), update=("numerals",)),
        ChangeRequest(prefix, (extra,), update=("numerals",)),
    ):
        plan = world.plan(request)
        assert plan.changes == ()
        warning = only(plan)
        assert (warning.code, warning.severity) == (WarningCode.UPDATE_ELSEWHERE, Severity.NOTE)
        told = dict(warning.values)
        assert told == {
            "package": "numerals",
            "version": "2.1.0",
            "channel": MAIN_CHANNEL,
            "source": EXTRA_CHANNEL,
        }
        (offer,) = warning.alternatives
        assert isinstance(offer.request, ChangeRequest)
        taken = world.plan(offer.request)
        (change,) = taken.changes
        assert change.after is not None
        assert (change.name, change.after.version) == ("numerals", "2.1.0")
        assert change.after.source.name == MAIN_CHANNEL
        assert taken.warnings == ()
    assert world.plan(ChangeRequest(prefix, world.both, update=("glyphs",))).warnings == ()


def test_that_files_of_two_packages_are_told_before(world: World) -> None:
    prefix = world.make("harbor", world.both, "harbor-east")
    world.make("harbor-two", world.both, "harbor-west")
    plan = world.plan(ChangeRequest(prefix, world.both, add=("harbor-west",)))
    warning = only(plan)
    assert warning.code is WarningCode.FILES_CLOBBERED
    assert warning.value("packages") == "harbor-east, harbor-west"
    assert warning.value("files") == "share/harbor/chart.txt"


def test_that_an_environment_without_pip_is_offered_one(world: World) -> None:
    prefix = world.make("no pip", world.both, "almanac")
    plan = world.plan(ChangeRequest(prefix, world.both, add=("glyphs",)))
    warning = only(plan)
    assert (warning.code, warning.severity) == (WarningCode.NO_PIP, Severity.NOTE)
    (offer,) = warning.alternatives
    assert isinstance(offer.request, ChangeRequest)
    assert kinds(world.plan(offer.request)).keys() == {"glyphs", "pip"}
    removed = world.plan(world.request(remove=("pip",)))
    assert only(removed).value("reason") == "removed"


def test_that_base_and_frozen_environments_stay_and_a_place_for_the_wish_is_offered(
    world: World,
) -> None:
    prefix = world.make("frozen", world.both, "glyphs")
    (prefix / "conda-meta" / "frozen").write_text("{}")
    base = world.make("like base", world.both, "glyphs")
    (base / "pkgs").mkdir(exist_ok=True)
    (base / "pkgs" / "urls.txt").write_text("")
    for place, code, offers in (
        (prefix, WarningCode.ENVIRONMENT_FROZEN, ["clone-first", "new-environment"]),
        (base, WarningCode.ENVIRONMENT_PROTECTED, ["new-environment", "clone-first"]),
    ):
        plan = world.plan(ChangeRequest(place, world.both, add=("signpost",)))
        warning = only(plan)
        assert (warning.code, warning.severity) == (code, Severity.BLOCKING)
        assert [each.code for each in warning.alternatives] == offers
        assert plan.after == plan.before
        for offer in warning.alternatives:
            again = world.worker.call(planned, offer.request, world.places, CondaConfiguration())
            assert not again.is_blocked
            assert again.prefix.parent == world.places.envs
    update = only(world.plan(ChangeRequest(base, world.both, update=("glyphs",))))
    assert [each.code for each in update.alternatives] == ["clone-first"]


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"add": ("numerals>=",)}, ErrorCode.SPEC_INVALID),
        ({"remove": ("not-there",)}, ErrorCode.PACKAGE_UNKNOWN),
        ({"update": ("not-there",)}, ErrorCode.PACKAGE_UNKNOWN),
        ({"add": ("x",), "channels": ("http://127.0.0.1:9/gone",)}, ErrorCode.CHANNEL_UNREACHABLE),
    ],
)
def test_that_what_cannot_be_understood_is_refused(
    world: World, wishes: dict[str, object], code: ErrorCode
) -> None:
    with pytest.raises(EngineError) as caught:
        world.plan(world.request(**wishes))  # pyright: ignore[reportArgumentType]
    assert caught.value.code is code


MAIN, FLEX, ONLY = "main", ChannelPriority.FLEXIBLE, UpdateScope.ONLY

# What is asked for, who cannot agree, and a relaxation that must be offered.
REFUSED: list[tuple[dict[str, object], set[str], str]] = [
    ({"add": ("moonrise",)}, {"moonrise", "starchart"}, "new-environment"),
    ({"add": ("moonrise",)}, {"moonrise", "starchart"}, "remove-other"),
    ({"add": ("moonrise", "glyphs")}, {"moonrise", "starchart"}, "leave-out"),
    ({"add": ("numerals >=2.1",)}, {"numerals", "starchart"}, "other-version"),
    ({"add": ("numerals ==1.4.2",)}, {"numerals", "starchart"}, "other-version"),
    ({"add": ("numerals ==9",)}, {"numerals"}, "other-version"),
    ({"add": ("almanac ==1999",)}, {"almanac"}, "other-version"),
    ({"add": ("almanac >=2030", "quarry")}, {"almanac"}, "leave-out"),
    ({"add": ("tidepool ==2.6.0",)}, {"tidepool"}, "other-version"),
    ({"add": ("starchart ==1.2.0",)}, {"starchart"}, "other-version"),
    ({"add": ("firelily", "icemoss")}, {"firelily", "icemoss"}, "leave-out"),
    ({"add": ("kite",)}, {"kite"}, ""),
    ({"add": ("kite", "quarry")}, {"kite"}, "leave-out"),
    ({"add": ("furnace",)}, {"furnace"}, ""),
    ({"add": ("furnace", "glyphs")}, {"furnace"}, "leave-out"),
    ({"add": ("meadow",)}, {"meadow"}, ""),
    ({"add": ("meadow",), "remove": ("starchart",)}, {"meadow"}, "flexible-priority"),
    ({"add": ("meadow", "moonrise")}, {"meadow"}, ""),
    ({"add": ("python 2.7.*",)}, {"python"}, "other-version"),
    ({"add": ("python ==3.99",)}, {"python"}, "other-version"),
    ({"add": ("almanac ==2023.2",)}, {"almanac"}, "flexible-priority"),
    ({"add": ("numerals ==0.9.5", "glyphs")}, {"numerals"}, "leave-out"),
    ({"add": ("moonrise",), "scope": ONLY}, {"moonrise", "numerals"}, "new-environment"),
    ({"add": ("numeralz",)}, {"numeralz"}, ""),
    ({"add": ("numeralz", "quarry")}, {"numeralz"}, "leave-out"),
    ({"add": ("harpstringe", "glyphs")}, {"harpstringe"}, "leave-out"),
    ({"add": ("sandglass",), "channels": MAIN}, {"sandglass"}, "other-channel"),
    ({"add": ("harpstring >=0.4",)}, {"harpstring"}, "other-version"),
    ({"add": ("moonrise", "starchart"), "priority": FLEX}, {"moonrise", "starchart"}, "leave-out"),
    ({"add": ("quarry >=2", "mosaic")}, {"quarry"}, "other-version"),
    ({"add": ("papyrus ==3",)}, {"papyrus"}, "other-version"),
    ({"add": ("moonrise",), "remove": ("glyphs",)}, {"moonrise", "starchart"}, "remove-other"),
    ({"add": ("starchart",), "remove": ("tidepool",)}, {"starchart", "tidepool"}, "keep-package"),
]


@pytest.mark.parametrize(("wishes", "packages", "code"), REFUSED)
def test_that_a_refused_change_names_the_right_packages_and_offers_what_works(
    world: World, wishes: dict[str, object], packages: set[str], code: str
) -> None:
    request = replace(world.request(), **wishes)  # pyright: ignore[reportArgumentType]
    if wishes.get("channels") == MAIN:
        request = replace(request, channels=world.both[:1])
    plan = world.plan(request)
    assert plan.is_blocked
    assert plan.changes == ()
    warning = only(plan)
    named = {*warning.value("packages").split(", "), warning.value("package")} - {""}
    assert packages == named, (warning.summary, warning.value("cause"), warning.value("detail"))
    assert all(name in warning.summary for name in packages), warning.summary
    assert warning.summary.endswith(".")
    assert "\n" not in warning.summary
    offered = [each.code for each in warning.alternatives]
    if code:
        assert code in offered, warning
    for each in warning.alternatives:
        known = CondaConfiguration(channels=world.both)
        again = world.worker.call(planned, each.request, world.places, known)
        assert not again.is_blocked, each
    assert decode(encode(plan), Plan) == plan


def test_that_what_the_rows_download_is_what_the_sum_says(world: World, channels: Path) -> None:
    files = tuple((channels / name).as_uri() for name in (MAIN_CHANNEL, EXTRA_CHANNEL))
    index = world.places.home / "simple"
    wheel = next((index / "pigment").glob("*.whl"))
    with ChannelServer(index) as served:
        address = f"{served.url}/pigment/{wheel.name}"
        for sources, at, pypi, are_near in (
            (world.both, index.as_uri(), "inkwell[colour]>=1.2", True),
            (files, served.url, "inkwell[colour]>=1.2", False),
            (files, index.as_uri(), str(wheel), True),
            (world.both, index.as_uri(), f"pigment @ {address}", False),
        ):
            point_pip_at(world.places, at)
            request = world.request("quarry", "signpost", add_pypi=(pypi,))
            plan = world.plan(replace(request, channels=sources))
            assert not plan.is_blocked, plan.warnings
            rows = {change.name: change.download_bytes for change in plan.changes}
            assert plan.figures.download_bytes == sum(each or 0 for each in rows.values())
            for name in ("quarry", "signpost"):
                assert bool(rows.pop(name)) is (sources == world.both)
            assert rows
            assert all(each == 0 for each in rows.values()) is are_near
    point_pip_at(world.places, index.as_uri())


def test_that_a_plan_that_changes_nothing_is_empty_and_one_that_notes_a_choice_is_not(
    world: World,
) -> None:
    assert world.plan(world.request("glyphs")).is_empty
    assert world.plan(world.request(update=("glyphs",))).is_empty
    noted = world.plan(world.request("harpstring"))
    assert not noted.is_empty
    assert noted.newly_chosen == ("harpstring",)
    assert not world.plan(world.request("almanac")).is_empty
    with_variables = world.plan(world.request("glyphs", variables=(("A", "b"),)))
    assert with_variables.changes == ()
    assert not with_variables.is_empty
