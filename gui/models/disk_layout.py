"""Lay sizes out as areas: a squarified treemap.

Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """Describe a rectangle in pixels, fractions included."""

    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> float:
        """Return how many square pixels it covers."""
        return self.width * self.height

    def shrunk(self, left: float, top: float, right: float, bottom: float) -> Area:
        """Return what is left of it inside a border, never less than nothing."""
        return Area(
            self.x + left,
            self.y + top,
            max(0.0, self.width - left - right),
            max(0.0, self.height - top - bottom),
        )


def squarified(sizes: Sequence[float], room: Area) -> tuple[Area, ...]:
    """Return one area for each of `sizes`, as near to squares as can be, filling `room`.

    Areas are proportional to sizes, do not overlap, and come in the order of the sizes, which
    should fall. A size of nothing gets an area of nothing.
    """
    total = sum(sizes)
    if total <= 0 or room.size <= 0:
        return tuple(Area(room.x, room.y, 0.0, 0.0) for _ in sizes)
    wanted = [size / total * room.size for size in sizes]
    placed: list[Area] = []
    left = room
    at = 0
    while at < len(wanted):
        if wanted[at] <= 0 or left.size <= 0:
            placed.append(Area(left.x, left.y, 0.0, 0.0))
            at += 1
            continue
        strip = _strip(wanted, at, min(left.width, left.height))
        is_last = at + len(strip) == len(wanted)
        areas, left = _placed(strip, left, takes_all=is_last)
        placed.extend(areas)
        at += len(strip)
    return tuple(placed)


def _strip(wanted: Sequence[float], start: int, side: float) -> Sequence[float]:
    """Return the next areas that stand beside each other: as many as make them squarer."""
    end = start + 1
    smallest = largest = total = wanted[start]
    worst = _worst(smallest, largest, total, side)
    while end < len(wanted) and wanted[end] > 0:
        grown = total + wanted[end]
        smallest, largest = min(smallest, wanted[end]), max(largest, wanted[end])
        next_worst = _worst(smallest, largest, grown, side)
        if next_worst > worst:
            break
        total, worst = grown, next_worst
        end += 1
    return wanted[start:end]


def _worst(smallest: float, largest: float, total: float, side: float) -> float:
    """Return the worst ratio of the sides of areas in a strip along `side`."""
    square, whole = side * side, total * total
    return max(square * largest / whole, whole / (square * smallest))


def _placed(strip: Sequence[float], room: Area, *, takes_all: bool) -> tuple[list[Area], Area]:
    """Return the areas of `strip` along the shorter side of `room`, and the room that is left."""
    total = sum(strip)
    is_upright = room.width >= room.height
    side = room.height if is_upright else room.width
    length = room.width if is_upright else room.height
    thickness = length if takes_all else min(length, total / side)
    areas: list[Area] = []
    offset = 0.0
    for size in strip:
        extent = min(side - offset, size / total * side)
        if is_upright:
            areas.append(Area(room.x, room.y + offset, thickness, extent))
        else:
            areas.append(Area(room.x + offset, room.y, extent, thickness))
        offset += extent
    if is_upright:
        return areas, room.shrunk(thickness, 0, 0, 0)
    return areas, room.shrunk(0, thickness, 0, 0)
