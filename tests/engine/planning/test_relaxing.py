"""A change that cannot be says who cannot agree, and offers what would work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode
from engine.plan import ChangeKind, Plan, WarningCode
from engine.requests import ChangeRequest, ChannelPriority, UpdateScope
from tests.engine.planning.change_stage import World, kinds, only
from tests.support.changing import planned


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


def test_that_an_earlier_wish_that_is_in_the_way_can_be_loosened(world: World) -> None:
    prefix = world.make("earlier", world.both, "numerals <2.1")
    plan = world.plan(ChangeRequest(prefix, world.both, add=("moonrise",)))
    assert plan.is_blocked
    offer = next(a for a in plan.warnings[0].alternatives if a.code == "loosen-earlier")
    assert (offer.value("package"), offer.value("earlier")) == ("numerals", "numerals <2.1")
    assert isinstance(offer.request, ChangeRequest)
    assert kinds(world.plan(offer.request))["numerals"] is ChangeKind.UPDATE


def test_that_a_pin_is_named_even_when_more_is_in_the_way(world: World) -> None:
    pinned = CondaConfiguration(channels=world.both, pinned_packages=("tidepool 3.2.*",))
    plan = world.plan(world.request(f"{world.both[1]}::tidepool"), pinned)
    warning = only(plan)
    assert warning.code is WarningCode.UNSATISFIABLE
    assert warning.value("pins") == "tidepool 3.2.*"
    assert warning.value("cause") == "It is pinned: tidepool 3.2.*."
    assert warning.summary == "tidepool cannot change: tidepool 3.2 is to stay."


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
