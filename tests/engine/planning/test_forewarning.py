"""What a change does beside what was wished is told before, with what there is instead."""

from __future__ import annotations

import json
from dataclasses import replace

from engine.conda.condarc import CondaConfiguration
from engine.plan import ChangeKind, Severity, WarningCode
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL
from engine.requests import ChangeRequest, UpdateScope
from tests.engine.planning.change_stage import World, kinds, only
from tests.support.changing import planned


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


def test_that_what_needs_a_removed_package_goes_too_and_is_named(world: World) -> None:
    plan = world.plan(world.request(remove=("tidepool",)))
    assert kinds(plan) == {"tidepool": ChangeKind.REMOVE, "starchart": ChangeKind.REMOVE}
    warning = only(plan)
    assert warning.code is WarningCode.REMOVES_DEPENDENTS
    assert warning.value("packages") == "starchart"
    assert warning.value("because") == "tidepool"


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
