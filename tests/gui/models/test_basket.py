from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Task, TaskId, TaskState
from engine.records import RecordKind, SourceKind
from engine.requests import ChangeRequest, ChannelPriority, UpdateScope
from gui.models.basket import (
    UPDATE_ALL,
    Basket,
    Baskets,
    Wish,
    WishKind,
    wish_for,
    wish_to_remove,
    wish_to_update,
)
from tests.support.records import record

PREFIX = Path("/envs/course")
NUMPY = record("numpy", "1.26.4")
REQUESTS = record("requests", "2.32.5", kind=RecordKind.PYPI)
ADD = Wish(WishKind.ADD, RecordKind.CONDA, "scipy", "scipy >=1.11")
ADD_PYPI = Wish(WishKind.ADD, RecordKind.PYPI, "rich", "rich[jupyter]>=13")


def task(request: ChangeRequest, state: TaskState) -> Task:
    return Task(TaskId("1"), request, state, datetime(2026, 3, 4, tzinfo=UTC))


def test_that_all_wishes_become_one_request() -> None:
    basket = Basket().with_wishes(
        ADD,
        ADD_PYPI,
        wish_to_remove(NUMPY),
        wish_to_update(REQUESTS),
        wish_for(record("pandas", "2.0"), RecordKind.CONDA, "conda-forge::pandas ==2.1"),
    )
    assert basket.request(PREFIX, ("a", "b"), ChannelPriority.FLEXIBLE) == ChangeRequest(
        PREFIX,
        ("a", "b"),
        ChannelPriority.FLEXIBLE,
        add=("scipy >=1.11", "conda-forge::pandas ==2.1"),
        remove=("numpy",),
        add_pypi=("rich[jupyter]>=13",),
        update_pypi=("requests",),
    )


def test_that_a_later_wish_about_a_package_takes_the_place_of_an_earlier_one() -> None:
    basket = Basket().with_wishes(wish_to_update(NUMPY), wish_to_remove(NUMPY))
    assert basket.wishes == (wish_to_remove(NUMPY),)
    other = Wish(WishKind.ADD, RecordKind.PYPI, "SciPy", "SciPy")
    assert basket.with_wishes(ADD, other).wishes == (wish_to_remove(NUMPY), other)


def test_that_updating_all_stands_for_every_single_update() -> None:
    basket = Basket().with_wishes(wish_to_update(NUMPY), ADD, UPDATE_ALL)
    assert basket.wishes == (ADD, UPDATE_ALL)
    assert basket.request(PREFIX, ()).scope is UpdateScope.ALL


def test_that_wishes_about_packages_that_went_elsewhere_go_too() -> None:
    basket = Basket().with_wishes(wish_to_remove(NUMPY), wish_to_update(REQUESTS), ADD)
    assert basket.fitting([REQUESTS]).wishes == (wish_to_update(REQUESTS), ADD)


def test_that_an_addition_is_shown_with_its_source_and_its_bounds() -> None:
    assert (ADD.record().version, ADD.record().source.kind) == (">=1.11", SourceKind.CHANNEL)
    assert ADD_PYPI.record().version == "[jupyter]>=13"
    assert ADD_PYPI.record().source.name == "PyPI"
    chosen = Wish(WishKind.ADD, RecordKind.CONDA, "scipy", "bioconda::scipy 1.2")
    assert (chosen.channel, chosen.bounds) == ("bioconda", "1.2")
    assert chosen.key == chosen.record().key


@pytest.mark.parametrize("state", [TaskState.FAILED, TaskState.CANCELLED])
def test_that_a_basket_comes_back_when_it_was_not_carried_out(state: TaskState) -> None:
    baskets = Baskets()
    heard: list[object] = []
    baskets.changed.connect(heard.append)
    baskets.put(PREFIX, Basket((ADD, wish_to_remove(NUMPY))))
    request = baskets.of(PREFIX).request(PREFIX, ())
    baskets.send(PREFIX, TaskId("1"))
    assert len(baskets.of(PREFIX)) == 0
    baskets.hear(task(request, TaskState.RUNNING))
    assert len(baskets.of(PREFIX)) == 0
    baskets.put(PREFIX, Basket((wish_to_update(NUMPY),)))
    baskets.hear(task(request, state))
    assert baskets.of(PREFIX).wishes == (ADD, wish_to_update(NUMPY))
    assert heard == [PREFIX] * 4


def test_that_what_was_carried_out_by_another_way_leaves_the_basket() -> None:
    baskets = Baskets()
    basket = Basket((ADD, ADD_PYPI, wish_to_remove(NUMPY)))
    baskets.put(PREFIX, basket)
    request = replace(basket.request(PREFIX, ()), remove=())
    baskets.hear(task(request, TaskState.SUCCEEDED))
    assert baskets.of(PREFIX).wishes == (wish_to_remove(NUMPY),)


def test_that_a_basket_follows_its_environment() -> None:
    baskets = Baskets()
    baskets.put(PREFIX, Basket((ADD,)))
    baskets.follow(PREFIX, Path("/envs/lecture"))
    assert baskets.of(Path("/envs/lecture")).wishes == (ADD,)
    assert not baskets.of(PREFIX).wishes


INSTALLED = (NUMPY, REQUESTS, record("scipy", "1"), record("python", "3.12"))
RECORDS = st.sampled_from(INSTALLED)
WISHES = st.one_of(
    RECORDS.map(wish_to_remove),
    RECORDS.map(wish_to_update),
    st.sampled_from([ADD, ADD_PYPI, UPDATE_ALL]),
)


@given(st.lists(WISHES))
def test_that_no_package_is_ever_wished_for_twice(wishes: list[Wish]) -> None:
    basket = Basket().with_wishes(*wishes)
    keys = [wish.key for wish in basket.wishes]
    assert len(set(keys)) == len(keys)
    if wishes:
        assert basket.wishes[-1] == wishes[-1]
    assert basket.fitting(INSTALLED) == basket
