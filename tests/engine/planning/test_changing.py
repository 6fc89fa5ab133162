"""Plans of other packages: what comes, goes and moves, and what stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.plan import ChangeKind, Plan, Severity, WarningCode
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL, ChannelServer
from engine.requests import UpdateScope
from tests.engine.planning.change_stage import World, codes, kinds, only
from tests.support.pypi import point_pip_at


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


def test_that_update_all_takes_the_newest_that_the_wishes_allow(world: World) -> None:
    plan = world.plan(world.request(scope=UpdateScope.ALL))
    assert kinds(plan) == {}
    plan = world.plan(world.request(scope=UpdateScope.ALL, update=("tidepool",)))
    assert kinds(plan) == {"tidepool": ChangeKind.UPDATE}
    asked = {record.name: record.requested for record in plan.after.records}
    assert asked["tidepool"] == ("tidepool",)
    assert asked["starchart"] == ("starchart",)


def test_that_python_keeps_its_minor_version_unless_asked(world: World) -> None:
    plan = world.plan(world.request(update=("python",)))
    minor = {record.name: record.version for record in plan.before.records}["python"]
    after = {record.name: record.version for record in plan.after.records}["python"]
    assert after.split(".")[:2] == minor.split(".")[:2]


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
