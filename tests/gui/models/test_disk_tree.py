from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.cache.values import (
    CacheKind,
    CacheSpace,
    DiskPicture,
    EnvironmentSpace,
    ItemKind,
    SkipReason,
)
from gui.models.disk_tree import (
    DiskNode,
    SpaceRole,
    disk_tree,
    find_node,
    tree_sums,
    with_rest,
)
from tests.support.disk_pictures import (
    COURSE,
    MB,
    PIP,
    PKGS,
    cache_of,
    ordinary_picture,
    picture_of,
    thing,
)


@st.composite
def pictures(draw: st.DrawFn) -> DiskPicture:
    """Return pictures of up to three volumes, with things of every kind."""
    devices = st.integers(1, 3)
    caches: list[CacheSpace] = []
    for number in range(draw(st.integers(0, 3))):
        folder = Path(f"/cache-{number}")
        items = [
            thing(
                f"thing-{at}",
                draw(st.integers(0, 10**9)),
                kind=draw(st.sampled_from(ItemKind)),
                cache=folder,
                users=draw(st.sampled_from([(), (COURSE,)])),
                blocked=draw(st.sampled_from([None, SkipReason.IN_USE])),
            )
            for at in range(draw(st.integers(1, 8)))
        ]
        made = cache_of(
            *items, kind=draw(st.sampled_from(CacheKind)), rest=draw(st.integers(0, 10**6))
        )
        caches.append(replace(made, device=draw(devices)))
    environments = tuple(
        EnvironmentSpace(Path(f"/envs/{at}"), draw(devices), draw(st.integers(0, 10**9)), 0, 0, 1)
        for at in range(draw(st.integers(0, 4)))
    )
    return picture_of(*caches, environments=environments, between=draw(st.integers(0, 10**6)))


def nodes(root: DiskNode) -> list[DiskNode]:
    return [root, *(node for child in root.children for node in nodes(child))]


def titles(node: DiskNode) -> list[str]:
    return [child.title for child in node.children]


def node_at(root: DiskNode, key: str) -> DiskNode:
    return find_node(root, key)[-1]


@given(pictures())
def test_that_every_byte_is_in_exactly_one_leaf(picture: DiskPicture) -> None:
    root = disk_tree(picture)
    assert root.size == picture.total_bytes
    assert sum(tree_sums(root).values()) == picture.total_bytes
    for node in nodes(root):
        if node.children:
            assert node.size == sum(child.size for child in node.children)
            assert [child.size for child in node.children] == sorted(
                (child.size for child in node.children), reverse=True
            )
    keys = [node.key for node in nodes(root)]
    assert len(set(keys)) == len(keys)


@given(pictures())
def test_that_every_thing_with_a_size_is_found_once(picture: DiskPicture) -> None:
    shown = [node.thing.path for node in nodes(disk_tree(picture)) if node.thing is not None]
    assert sorted(shown) == sorted(item.path for item in picture.items if item.allocated_bytes)


def test_that_the_colours_say_what_can_go() -> None:
    sums = tree_sums(disk_tree(ordinary_picture()))
    assert sums == {
        SpaceRole.OWN: 110 * MB,
        SpaceRole.SHARED: 172 * MB,
        SpaceRole.SPARE: 160 * MB,
        SpaceRole.OTHER: 8 * MB,
    }


def test_that_one_volume_is_the_whole_and_several_stand_below_it() -> None:
    picture = ordinary_picture()
    assert titles(disk_tree(picture)) == [
        "Conda packages",
        "Environments",
        "pip",
        "Shared between environments",
    ]
    conda, pip = picture.caches
    two = replace(picture, caches=(conda, replace(pip, device=2)))
    root = disk_tree(two)
    assert [child.key for child in root.children] == ["volume:1", "volume:2", "between"]
    assert root.size == picture.total_bytes


def test_that_an_environment_is_tied_to_what_it_uses() -> None:
    environment = node_at(disk_tree(ordinary_picture()), f"environment:{COURSE}")
    assert environment.size == 70 * MB
    assert environment.items == {PKGS / "python-1.0-0", PKGS / "numpy-1.0-0"}


def test_that_a_cache_of_hardly_more_than_one_part_shows_what_is_in_it() -> None:
    many = [thing(f"part-{at}", 10 * MB, cache=PIP, kind=ItemKind.HTTP) for at in range(5)]
    root = disk_tree(picture_of(cache_of(*many, kind=CacheKind.PIP, rest=1)))
    cache = root.children[0]
    assert len(cache.children) == 6
    assert titles(cache)[-1] == "Other files"


def test_that_the_largest_cache_of_a_kind_has_its_plain_name() -> None:
    small = cache_of(thing("a", 1, cache=Path("/opt/other/pkgs")))
    large = cache_of(thing("b", 2))
    assert titles(disk_tree(picture_of(small, large))) == [
        "Conda packages",
        "Conda packages in other/pkgs",
    ]


def test_that_small_parts_are_put_together_and_can_be_opened() -> None:
    root = disk_tree(ordinary_picture())
    first, *smaller = root.children
    shown = with_rest(root, (first,), tuple(smaller))
    assert [node.title for node in shown] == ["Conda packages", "3 smaller ones"]
    assert sum(node.size for node in shown) == root.size
    assert shown[-1].children == tuple(smaller)
    assert with_rest(root, (first,), (smaller[0],)) == (first, smaller[0])


def test_that_nothing_at_all_is_a_tree_without_parts() -> None:
    root = disk_tree(picture_of())
    assert (root.size, root.children) == (0, ())
