"""What each choice of things to clean would free, for every figure on the panel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

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

AGES: Final = (None, 7, 30, 90, 180, 365)  # in days; None is any


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


@dataclass(frozen=True, slots=True)
class KindGround:
    """Tell of one kind what goes when it alone is chosen, and what that frees, in bytes."""

    kind: ItemKind
    freed_bytes: int
    paths: frozenset[Path]


@dataclass(frozen=True, slots=True)
class ChoiceGround:
    """Hold what is the same for every choice over one picture that takes things of one age."""

    older_than_days: int | None
    presets: tuple[tuple[Preset, int], ...]
    kinds: tuple[KindGround, ...]


def ground_for(picture: DiskPicture, older_than_days: int | None, now: datetime) -> ChoiceGround:
    """Return what every choice of that age stands on; `now` is aware. Callable from any thread.

    It takes the most of the time that figures take, some ten milliseconds for thousands of things.
    """
    age = Choice(older_than_days=older_than_days)
    kinds: list[KindGround] = []
    for kind, part in _by_kind(picture).items():
        paths = _paths(chosen_items(part, replace(age, kinds=(kind,)), now))
        kinds.append(KindGround(kind, freed(part, paths), paths))
    presets = tuple(
        (preset, freed(picture, _paths(chosen_items(picture, replace(age, preset=preset), now))))
        for preset in Preset
    )
    return ChoiceGround(older_than_days, presets, tuple(kinds))


def figures_for(
    picture: DiskPicture, choice: Choice, now: datetime, ground: ChoiceGround | None = None
) -> ChoiceFigures:
    """Return every figure for `choice`; the age in it narrows all of them. `now` is aware.

    `ground` is for the same picture and age, where it is known.
    """
    if ground is None:
        ground = ground_for(picture, choice.older_than_days, now)
    named = named_items(picture, choice, now)
    chosen = tuple(item for item in named if item.blocked is None)
    taken = _paths(chosen)
    kinds = tuple(
        KindFigure(each.kind, each.freed_bytes, len(each.paths), len(each.paths & taken))
        for each in ground.kinds
    )
    return ChoiceFigures(
        choice,
        ground.presets,
        kinds,
        chosen,
        len(named) - len(chosen),
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
