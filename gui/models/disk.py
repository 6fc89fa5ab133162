"""The things in caches as a table: columns, and what the filters let through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject

from engine.cache.values import CacheItem, CacheKind, DiskPicture, ItemKind, SkipReason
from gui.formats import format_bytes, format_count, format_when
from gui.models.disk_builds import builds_apart
from gui.models.packages import version_key
from gui.models.record_table import Chip, Column, RecordTableModel
from gui.presenting.disk import (
    cache_word,
    cost_sentence,
    item_tip,
    kind_sentence,
    kind_word,
    names_of,
    use_lines,
)
from gui.theme import Tone


@dataclass(frozen=True, slots=True)
class DiskRow:
    """Describe one row: a thing, whose cache it lies in, and the text that filters look through.

    `build` tells it from others of its name and version, and is empty where there are none.
    """

    item: CacheItem
    cache: CacheKind
    searched: str
    build: str = ""

    @property
    def title(self) -> str:
        """Return what stands in the first column."""
        name = self.item.name or self.item.path.name
        return f"{name} · {self.build}" if self.build else name


@dataclass(frozen=True, slots=True)
class DiskFilter:
    """Hold what the user filters by.

    Every word of `text` must be found; `paths` are the things to show, None for all.
    """

    text: str = ""
    paths: frozenset[Path] | None = None

    def accepts(self, row: DiskRow) -> bool:
        """Return whether `row` is shown."""
        item = row.item
        if self.paths is not None and item.path not in self.paths:
            return False
        words = self.text.casefold().split()
        if not words:
            return True
        return all(word in row.searched for word in words)


def _searched(item: CacheItem, owner: str, kind: str) -> str:
    users = (use.prefix.name for use in item.uses)
    words = (item.name, item.version, item.path.name, owner, kind)
    return "\n".join((*words, *users)).casefold()


def disk_rows(picture: DiskPicture) -> tuple[DiskRow, ...]:
    """Return what the caches of `picture` hold; callable from any thread."""
    kinds = {kind: kind_word(kind) for kind in ItemKind}
    rows: list[DiskRow] = []
    for cache in picture.caches:
        owner = cache_word(cache.kind)
        builds = builds_apart(cache.items)
        rows += [
            DiskRow(
                item,
                cache.kind,
                _searched(item, owner, kinds[item.kind]),
                builds.get(item.path, ""),
            )
            for item in cache.items
        ]
    return tuple(rows)


class DiskModel(RecordTableModel[DiskRow]):
    """Show the things in all caches."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: str(row.item.path), parent)

    def apply_filter(self, chosen: DiskFilter) -> None:
        """Show only what `chosen` accepts."""
        self.set_filter(None if chosen == DiskFilter() else chosen.accepts)


def _columns() -> tuple[Column[DiskRow], ...]:
    return (
        Column(
            "name",
            lambda: QCoreApplication.translate("DiskModel", "Package"),
            lambda row: row.title,
            lambda row: (row.title.casefold(), str(row.item.path)),
            width=128,
            icon=_icon,
            tip=lambda row: item_tip(row.item),
        ),
        Column(
            "version",
            lambda: QCoreApplication.translate("DiskModel", "Version"),
            lambda row: row.item.version,
            lambda row: version_key(row.item.version),
            width=72,
            gives_way=True,
        ),
        Column(
            "build",
            lambda: QCoreApplication.translate("DiskModel", "Build"),
            lambda row: row.item.build,
            lambda row: row.item.build,
            tone=Tone.MUTED,
            is_shown=False,
        ),
        Column(
            "cache",
            lambda: QCoreApplication.translate("DiskModel", "Cache"),
            lambda row: cache_word(row.cache),
            lambda row: (cache_word(row.cache).casefold(), str(row.item.cache)),
            width=92,
            chip=_chip,
            tip=lambda row: str(row.item.cache),
        ),
        Column(
            "kind",
            lambda: QCoreApplication.translate("DiskModel", "Kind"),
            lambda row: kind_word(row.item.kind),
            lambda row: kind_word(row.item.kind),
            width=88,
            gives_way=True,
            tip=lambda row: kind_sentence(row.item.kind),
        ),
        Column(
            "size",
            lambda: QCoreApplication.translate("DiskModel", "Size"),
            lambda row: format_bytes(row.item.allocated_bytes),
            lambda row: row.item.allocated_bytes,
            width=76,
            is_number=True,
        ),
        Column(
            "freed",
            lambda: QCoreApplication.translate("DiskModel", "Would free"),
            lambda row: format_bytes(row.item.freed_bytes),
            lambda row: row.item.freed_bytes,
            width=92,
            is_number=True,
            tip=lambda row: QCoreApplication.translate(
                "DiskModel",
                "What the disk gains when only this goes. Files that an environment shares stay.",
            ),
        ),
        Column(
            "users",
            lambda: QCoreApplication.translate("DiskModel", "Used by"),
            lambda row: names_of(row.item.users),
            lambda row: (-len(row.item.users), names_of(row.item.users).casefold()),
            width=144,
            gives_way=True,
            tip=lambda row: "\n".join(use_lines(row.item)),
        ),
        Column(
            "links",
            lambda: QCoreApplication.translate("DiskModel", "Links"),
            lambda row: format_count(row.item.links) if row.item.links else "",
            lambda row: row.item.links,
            width=64,
            gives_way=True,
            is_number=True,
            tip=lambda row: QCoreApplication.translate(
                "DiskModel", "How many of its files have a second name in an environment."
            ),
        ),
        Column(
            "last-used",
            lambda: QCoreApplication.translate("DiskModel", "Last used"),
            lambda row: format_when(row.item.last_used),
            lambda row: row.item.last_used.timestamp() if row.item.last_used else 0.0,
            width=136,
            gives_way=True,
            tone=Tone.MUTED,
        ),
        Column(
            "cost",
            lambda: QCoreApplication.translate("DiskModel", "If you need it again"),
            lambda row: cost_sentence(row.item.cost),
            lambda row: row.item.cost,
            width=240,
            tone=Tone.MUTED,
            is_shown=False,
        ),
        Column(
            "folder",
            lambda: QCoreApplication.translate("DiskModel", "Place"),
            lambda row: str(row.item.path),
            lambda row: str(row.item.path),
            width=240,
            tone=Tone.MUTED,
            is_shown=False,
            tip=lambda row: str(row.item.path),
        ),
    )


def _icon(row: DiskRow) -> tuple[str, Tone] | None:
    match row.item.blocked:
        case None:
            return None
        case SkipReason.NEEDED | SkipReason.IN_USE | SkipReason.LOCKED:
            return ("lock", Tone.MUTED)
        case _:
            return ("warning", Tone.WARNING)


def _chip(row: DiskRow) -> Chip:
    match row.cache:
        case CacheKind.CONDA | CacheKind.RATTLER | CacheKind.ENVDESK:
            tokens = "chip_channel"
        case CacheKind.PIP:
            tokens = "chip_pypi"
        case CacheKind.UV:
            tokens = "chip_own"
    return Chip(cache_word(row.cache), tokens)
