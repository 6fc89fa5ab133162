from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.records import RecordKind
from engine.requests import ChannelPriority, UpdateScope
from gui.models.basket import (
    UPDATE_ALL,
    Basket,
    Wish,
    WishKind,
    wish_for,
    wish_to_remove,
    wish_to_update,
)
from gui.models.following import followed
from gui.models.offers import Installed
from tests.support.records import record

PREFIX = Path("/envs/course")
NUMPY = record("numpy", "1.26.4")
OPENSSL = record("openssl", "3.0.19")
REQUESTS = record("requests", "2.32.5", kind=RecordKind.PYPI)
INSTALLED = Installed((NUMPY, OPENSSL, REQUESTS))
STRICT = ChannelPriority.STRICT
SCIPY = Wish(WishKind.ADD, RecordKind.PYPI, "scipy", "scipy")


def test_that_a_basket_comes_to_the_request_that_it_followed() -> None:
    basket = Basket((SCIPY, wish_to_update(NUMPY)))
    request = replace(
        basket.request(PREFIX, ("main",)),
        add=("main::scipy", "numpy==2.0"),
        update=("openssl",),
        add_pypi=("flask[async]>=3", "requests==2.30"),
        remove_pypi=("requests",),
        scope=UpdateScope.NEEDED,
        priority=ChannelPriority.FLEXIBLE,
    )
    after = followed(basket, request, INSTALLED, STRICT)
    assert after.request(PREFIX, ("main",)) == request
    assert SCIPY not in after.wishes
    assert wish_for(NUMPY, RecordKind.CONDA, "numpy==2.0") in after.wishes


def test_that_wishes_which_are_still_granted_stay_as_they_are_and_where_they_are() -> None:
    basket = Basket((wish_to_remove(REQUESTS), SCIPY))
    request = replace(basket.request(PREFIX, ()), remove=("openssl",))
    after = followed(basket, request, INSTALLED, STRICT)
    assert after.wishes == (*basket.wishes, wish_to_remove(OPENSSL))


def test_that_updating_everything_is_a_wish_that_comes_and_goes() -> None:
    basket = Basket((SCIPY,))
    request = replace(basket.request(PREFIX, ()), scope=UpdateScope.ALL)
    everything = followed(basket, request, INSTALLED, STRICT)
    assert everything.wishes == (SCIPY, UPDATE_ALL)
    back = replace(request, scope=UpdateScope.ONLY)
    assert followed(everything, back, INSTALLED, STRICT) == Basket((SCIPY,), UpdateScope.ONLY)


def test_that_consent_to_overwrite_is_not_kept() -> None:
    basket = Basket((SCIPY,))
    request = replace(basket.request(PREFIX, ()), overwrite=("numpy",))
    assert followed(basket, request, INSTALLED, STRICT) == basket


def test_that_an_emptied_basket_forgets_what_was_chosen_for_it() -> None:
    basket = Basket((SCIPY,), UpdateScope.ONLY, ChannelPriority.DISABLED)
    assert basket.without(SCIPY) == Basket()
