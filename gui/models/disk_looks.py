"""What a look at the disk becomes before it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.values import DiskPicture, EnvironmentSpace, Skipped, VolumeSpace
from engine.plan import Plan
from engine.records import Environment
from gui.models.disk import DiskRow, disk_rows
from gui.models.disk_choices import AGES, ChoiceGround, ground_for
from gui.models.disk_tree import DiskNode, disk_tree


@dataclass(frozen=True, slots=True)
class Prepared:
    """Hold a picture and what is shown of it, worked out beside the window's thread.

    `grounds` are what choices to clean stand on, for each age that can be chosen.
    """

    picture: DiskPicture
    tree: DiskNode
    rows: tuple[DiskRow, ...]
    grounds: tuple[ChoiceGround, ...] = ()


def prepared(picture: DiskPicture, titles: dict[Path, str]) -> Prepared:
    """Return what is shown of `picture`; `titles` are the names of environments by prefix."""
    tree = disk_tree(picture, lambda prefix: titles.get(prefix, prefix.name))
    now = datetime.now(UTC)
    grounds = tuple(ground_for(picture, days, now) for days in AGES)
    return Prepared(picture, tree, disk_rows(picture), grounds)


def known_picture(
    environments: Iterable[Environment], spaces: dict[Path, VolumeSpace]
) -> DiskPicture:
    """Return what can be drawn before the disk was looked at: environments with known sizes."""
    known = tuple(
        EnvironmentSpace(
            each.prefix,
            spaces[each.prefix].device,
            each.sizes.own_bytes,
            each.sizes.shared_bytes,
            0,
            0,
        )
        for each in environments
        if each.sizes is not None and each.prefix in spaces
    )
    return DiskPicture(one_per_device(spaces.values()), known, (), (), 0, (), (), datetime.now(UTC))


def really_freed(plan: Plan, skipped: Iterable[Skipped], before: DiskPicture | None) -> int:
    """Return what a cleaning freed, without what it left alone; never too much, in bytes.

    `before` is the picture that was shown until now: it tells what things share with each other.
    """
    left = {each.path for each in skipped}
    if plan.cleaning is None or not left:
        return plan.figures.freed_bytes
    gone = [item for item in plan.cleaning.items if item.path not in left]
    paths = {item.path for item in gone}
    # what several share stays as long as one of them does
    shared = (
        sum(tie.freed_bytes for tie in before.ties if paths.issuperset(tie.items)) if before else 0
    )
    return min(sum(item.freed_bytes for item in gone) + shared, plan.figures.freed_bytes)


def one_per_device(spaces: Iterable[VolumeSpace]) -> tuple[VolumeSpace, ...]:
    """Return each volume once."""
    found: dict[int, VolumeSpace] = {}
    for space in spaces:
        found.setdefault(space.device, space)
    return tuple(found.values())


def short_name(prefix: Path, name: str) -> str:
    """Return what an environment is called: its folder's own name where conda has none for it."""
    return prefix.name if Path(name).is_absolute() else name
