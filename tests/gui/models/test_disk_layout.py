from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.models.disk_layout import Area, squarified

SIZES = st.lists(st.integers(1, 10**12), min_size=1, max_size=40).map(
    lambda sizes: sorted(sizes, reverse=True)
)
SIDES = st.floats(4, 3000)


def overlap(one: Area, other: Area) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0.0, width) * max(0.0, height)


@given(SIZES, SIDES, SIDES, st.floats(-500, 500), st.floats(-500, 500))
def test_that_areas_are_proportional_within_bounds_and_apart(
    sizes: list[int], width: float, height: float, x: float, y: float
) -> None:
    room = Area(x, y, width, height)
    areas = squarified(sizes, room)
    assert len(areas) == len(sizes)
    scale = room.size / sum(sizes)
    tolerance = 1e-6 * room.size
    for size, area in zip(sizes, areas, strict=True):
        assert area.size == pytest.approx(size * scale, rel=1e-4, abs=tolerance)
        assert area.x >= room.x - 1e-6
        assert area.y >= room.y - 1e-6
        assert area.x + area.width <= room.x + room.width + 1e-6
        assert area.y + area.height <= room.y + room.height + 1e-6
    assert all(overlap(*pair) <= tolerance for pair in combinations(areas, 2))
    assert sum(area.size for area in areas) == pytest.approx(room.size, rel=1e-4)


def test_that_equal_sizes_in_a_square_become_squares() -> None:
    areas = squarified([1, 1, 1, 1], Area(0, 0, 100, 100))
    assert all((area.width, area.height) == (50, 50) for area in areas)


@given(st.lists(st.integers(100, 400), min_size=4, max_size=30))
def test_that_parts_of_like_size_are_no_slivers(sizes: list[int]) -> None:
    areas = squarified(sorted(sizes, reverse=True), Area(0, 0, 600, 400))
    ratios = [max(a.width / a.height, a.height / a.width) for a in areas]
    assert max(ratios) < 10


def test_that_what_has_no_size_or_no_room_gets_no_area() -> None:
    assert [area.size for area in squarified([5, 0], Area(0, 0, 10, 10))] == [100, 0]
    assert [area.size for area in squarified([0, 0], Area(0, 0, 10, 10))] == [0, 0]
    assert [area.size for area in squarified([5, 1], Area(0, 0, 0, 10))] == [0, 0]
    assert squarified([], Area(0, 0, 10, 10)) == ()
