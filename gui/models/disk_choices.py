"""What each choice of things to clean would free, for every figure on the panel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.cache.values import (
    CacheItem,
    Choice,
    Cost,
    DiskPicture,
    ItemKind,
    Preset,
    chosen_items,
    freed,
    named_items,
)


@dataclass(frozen=True, slots=True)
class KindFigure:
    """Tell of one kind what cleaning it alone frees.

    `taken` is how many of its `count` things the choice in force takes.
    """

    kind: ItemKind
    freed_bytes: int
    count: int
    taken: int


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """Hold every figure for one choice over one picture; bytes.

    `chosen` are the things that go, `stuck` how many were meant and cannot go.
    """

    choice: Choice
    presets: tuple[tuple[Preset, int], ...]
    kinds: tuple[KindFigure, ...]
    chosen: tuple[CacheItem, ...]
    stuck: int
    freed_bytes: int

    def preset(self, preset: Preset) -> int:
        """Return what `preset` would free."""
        return dict(self.presets)[preset]

    @property
    def builds(self) -> int:
        """Return how many of the things were built on this computer."""
        return sum(item.cost is Cost.BUILD for item in self.chosen)

    @property
    def unknown(self) -> int:
        """Return how many of the things came from nobody knows where."""
        return sum(item.cost is Cost.UNKNOWN for item in self.chosen)


def figures_for(picture: DiskPicture, choice: Choice, now: datetime) -> ChoiceFigures:
    """Return every figure for `choice`; the age in it narrows all of them. `now` is aware."""
    age = Choice(older_than_days=choice.older_than_days)
    chosen = chosen_items(picture, choice, now)
    taken = {item.path for item in chosen}
    kinds: list[KindFigure] = []
    for kind, part in _by_kind(picture).items():
        items = chosen_items(part, replace(age, kinds=(kind,)), now)
        count = sum(item.path in taken for item in items)
        kinds.append(KindFigure(kind, freed(part, _paths(items)), len(items), count))
    presets = tuple(
        (preset, freed(picture, _paths(chosen_items(picture, replace(age, preset=preset), now))))
        for preset in Preset
    )
    return ChoiceFigures(
        choice,
        presets,
        tuple(kinds),
        chosen,
        len(named_items(picture, choice, now)) - len(chosen),
        freed(picture, taken),
    )


def _by_kind(picture: DiskPicture) -> dict[ItemKind, DiskPicture]:
    """Return `picture` once for each kind, with the things of that kind only."""
    found: dict[ItemKind, list[CacheItem]] = {kind: [] for kind in ItemKind}
    for item in picture.items:
        found[item.kind].append(item)
    first = next(iter(picture.caches), None)
    return {
        kind: replace(picture, caches=(replace(first, items=tuple(items)),))
        for kind, items in found.items()
        if items and first is not None
    }


def _paths(items: Collection[CacheItem]) -> frozenset[Path]:
    return frozenset(item.path for item in items)
