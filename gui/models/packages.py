"""The packages of one environment as a table: columns, and what the filters let through."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject

from engine.environments.pinning import Pin
from engine.records import Record, RecordKind, SourceKind
from engine.updates import Update, Updates
from gui.formats import format_bytes
from gui.models.basket import Basket, Wish, WishKind
from gui.models.package_marks import KnownUpdates, Wishes
from gui.models.record_table import PLAIN, Chip, Column, Look, RecordTableModel
from gui.presenting.wishes import source_of, wish_sentence, wish_word
from gui.texts import problem_sentence, source_sentence, source_word
from gui.theme import Tone

_VERSION_PARTS = re.compile(r"[0-9]+|[a-z]+")


class SourceFilter(StrEnum):
    """Name the choices above the table."""

    ALL = "all"
    CONDA = "conda"
    PYPI = "pypi"
    CHOSEN = "chosen"
    UPDATES = "updates"


@dataclass(frozen=True, slots=True)
class PackageFilter:
    """Hold what the user filters by: every word of `text` must be found in name or summary.

    `updates` are the keys of the records that can be updated.
    """

    text: str = ""
    source: SourceFilter = SourceFilter.ALL
    updates: frozenset[str] = frozenset()

    def accepts(self, record: Record) -> bool:
        """Return whether `record` is shown."""
        match self.source:
            case SourceFilter.CONDA if record.kind is not RecordKind.CONDA:
                return False
            case SourceFilter.PYPI if record.kind is not RecordKind.PYPI:
                return False
            case SourceFilter.CHOSEN if not is_chosen(record):
                return False
            case SourceFilter.UPDATES if record.key not in self.updates:
                return False
            case _:
                pass
        words = self.text.casefold().split()
        if not words:
            return True
        searched = f"{record.name}\n{record.summary}\n{source_word(record)}".casefold()
        return all(word in searched for word in words)


class PackagesModel(RecordTableModel[Record]):
    """Show records, conda's and PyPI's alike, and what is wished of them.

    Packages that shall be added stand on top, as rows of their own.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._wishes = Wishes()
        self._updates = KnownUpdates()
        self.pins: Mapping[str, Pin] = {}
        columns = _columns(self._wishes, self._updates, self.pin_of)
        super().__init__(columns, lambda record: record.key, parent)

    def apply_filter(self, chosen: PackageFilter) -> None:
        """Show only what `chosen` accepts."""
        is_all = not chosen.text and chosen.source is SourceFilter.ALL
        self.set_filter(None if is_all else chosen.accepts)

    def set_basket(self, basket: Basket) -> None:
        """Mark the rows that `basket` is about, and show what it adds."""
        self._wishes.clear()
        self._wishes.update((wish.key, wish) for wish in basket.wishes)
        self.set_top([wish.record() for wish in basket.wishes if wish.kind is WishKind.ADD])
        self._redraw()

    def _redraw(self) -> None:
        if self.rowCount():
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_pins(self, pins: Mapping[str, Pin]) -> None:
        """Mark the packages that are to stay within `pins`, by name."""
        if pins != self.pins:
            self.pins = dict(pins)
            self._redraw()

    def set_updates(self, updates: Updates | None) -> None:
        """Show what could be newer; None while nobody knows."""
        self._updates.clear()
        self._updates.complete = updates.complete if updates is not None else ()
        if updates is not None:
            self._updates.update((update.key, update) for update in updates.updates)
        if self.column_of("update") == self.sorting[0]:
            self.set_records(self.records)
        self._redraw()

    def update_of(self, record: Record) -> Update | None:
        """Return what there is newer of `record`, None for nothing that is known."""
        return self._updates.get(record.key) if record.path is not None else None

    def takes_update(self, record: Record) -> bool:
        """Return whether a newer version of `record` fits, and nothing else is wished of it."""
        update = self.update_of(record)
        is_free = record.problem is None and not self._wishes.is_settled(record)
        return update is not None and bool(update.version) and is_free

    def tip_of_update(self, record: Record) -> str:
        """Return what there is newer of `record` in sentences, "" for nothing."""
        return self._updates.tip_of(record, self._wishes)

    @property
    def updatable(self) -> frozenset[str]:
        """Return the keys of the records of which a newer version fits."""
        there = {record.key for record in self.records if record.problem is None}
        return frozenset(key for key, each in self._updates.items() if each.version) & there

    def pin_of(self, record: Record) -> Pin | None:
        """Return what holds `record` at its version."""
        is_conda = record.kind is RecordKind.CONDA and record.path is not None
        return self.pins.get(record.name) if is_conda else None

    def wish_of(self, record: Record) -> Wish | None:
        """Return what is wished of `record`."""
        return self._wishes.get(record.key)

    def look_of(self, record: Record) -> Look:
        """Return how the row of `record` is drawn: what shall go is struck out."""
        return _LOOKS.get(self._wishes.kind_of(record), PLAIN)


_LOOKS: Final[dict[WishKind | None, Look]] = {
    WishKind.ADD: Look(leans=True, tone=Tone.SUCCESS),
    WishKind.REMOVE: Look(strikes=True, tone=Tone.MUTED),
}
_ICONS: Final[dict[WishKind | None, tuple[str, Tone]]] = {
    WishKind.ADD: ("plus", Tone.SUCCESS),
    WishKind.SWITCH: ("arrow-up", Tone.ACCENT),
    WishKind.UPDATE: ("arrow-up", Tone.ACCENT),
    WishKind.REMOVE: ("close", Tone.DANGER),
}


def _columns(
    wishes: Wishes, known: KnownUpdates, pin_of: Callable[[Record], Pin | None]
) -> tuple[Column[Record], ...]:
    return (
        Column(
            "name",
            lambda: QCoreApplication.translate("PackagesModel", "Name"),
            _name,
            lambda record: (record.name.casefold(), record.kind),
            width=192,
            narrow=128,
            icon=lambda record: _icon(record, wishes),
            tip=lambda record: _name_tip(record, wishes),
        ),
        Column(
            "version",
            lambda: QCoreApplication.translate("PackagesModel", "Version"),
            lambda record: _version(record, wishes, known),
            lambda record: version_key(record.version),
            width=112,
            narrow=96,
            icon=lambda record: ("pin", Tone.MUTED) if pin_of(record) is not None else None,
            tip=lambda record: pin_sentence(pin_of(record)),
        ),
        Column(
            "update",
            lambda: QCoreApplication.translate("PackagesModel", "Update"),
            lambda record: known.word_of(record, wishes),
            known.rank_of,
            width=128,
            narrow=112,
            tone=Tone.MUTED,
            icon=lambda record: known.icon_of(record, wishes),
            tint=known.tint_of,
            tip=lambda record: known.tip_of(record, wishes),
        ),
        Column(
            "build",
            lambda: QCoreApplication.translate("PackagesModel", "Build"),
            lambda record: record.build,
            lambda record: record.build,
            width=136,
            tone=Tone.MUTED,
            is_shown=False,
        ),
        Column(
            "source",
            lambda: QCoreApplication.translate("PackagesModel", "Source"),
            source_word,
            lambda record: (record.kind, source_word(record).casefold()),
            width=128,
            narrow=112,
            chip=source_chip,
            tip=source_sentence,
        ),
        Column(
            "size",
            lambda: QCoreApplication.translate("PackagesModel", "Size"),
            lambda record: format_bytes(record.installed_bytes),
            lambda record: -1 if record.installed_bytes is None else record.installed_bytes,
            width=96,
            narrow=84,
            is_number=True,
        ),
        Column(
            "reason",
            lambda: QCoreApplication.translate("PackagesModel", "Why it is here"),
            lambda record: _reason(record, wishes),
            lambda record: not is_chosen(record),
            width=136,
            gives_way=True,
            tone=Tone.MUTED,
            tip=lambda record: ", ".join(record.requested),
        ),
        Column(
            "license",
            lambda: QCoreApplication.translate("PackagesModel", "Licence"),
            lambda record: record.license,
            lambda record: record.license.casefold(),
            width=112,
            gives_way=True,
            tone=Tone.MUTED,
            tip=lambda record: record.license,
        ),
        Column(
            "summary",
            lambda: QCoreApplication.translate("PackagesModel", "Summary"),
            lambda record: record.summary,
            lambda record: record.summary.casefold(),
            width=96,
            gives_way=True,
            tone=Tone.MUTED,
            tip=lambda record: record.summary,
        ),
    )


def _name(record: Record) -> str:
    if record.name or record.path is None:
        return record.name
    return record.path.name


def _icon(record: Record, wishes: Wishes) -> tuple[str, Tone] | None:
    if record.problem is not None:
        return ("warning", Tone.WARNING)
    return _ICONS.get(wishes.kind_of(record))


def _name_tip(record: Record, wishes: Wishes) -> str:
    if record.problem is None:
        wish = wishes.get(record.key)
        return "" if wish is None else wish_sentence(wish)
    sentence = problem_sentence(record.problem)
    return sentence if record.path is None else f"{sentence}\n{record.path}"


def _version(record: Record, wishes: Wishes, known: KnownUpdates) -> str:
    wish, update = wishes.get(record.key), known.get(record.key)
    match wish:
        case Wish(kind=WishKind.UPDATE) if update is not None and update.version:
            return record.version  # the column beside it says which one comes
        case Wish(kind=WishKind.UPDATE):
            text = QCoreApplication.translate("PackagesModel", "{version} → newer")
            return text.format(version=record.version)
        case Wish(kind=WishKind.SWITCH):
            return f"{record.version} → {wish.bounds or source_of(wish)}"
        case _:
            return record.version


def pin_sentence(pin: Pin | None) -> str:
    """Return what it means that a package is pinned, "" when it is not."""
    if pin is None:
        return ""
    if pin.is_general:
        text = QCoreApplication.translate(
            "PackagesModel", "Pinned as {spec} for every environment, by your conda configuration."
        )
    else:
        text = QCoreApplication.translate(
            "PackagesModel", "Pinned as {spec}: it stays like this whatever else changes."
        )
    return text.format(spec=pin.spec)


def _reason(record: Record, wishes: Wishes) -> str:
    if record.problem is not None:
        return QCoreApplication.translate("PackagesModel", "record is damaged")
    if (kind := wishes.kind_of(record)) is not None:
        return wish_word(kind)
    if is_chosen(record):
        return QCoreApplication.translate("PackagesModel", "chosen by you")
    if record.requested:
        return QCoreApplication.translate("PackagesModel", "comes with Python")
    return QCoreApplication.translate("PackagesModel", "needed by others")


def is_chosen(record: Record) -> bool:
    """Return whether somebody asked for `record`; a plain pip comes with every Python."""
    is_plain_pip = record.kind is RecordKind.CONDA and record.requested == ("pip",)
    return bool(record.requested) and not is_plain_pip


def source_chip(record: Record) -> Chip | None:
    """Return the chip that says where `record` came from, in the colours of its kind of source."""
    word = source_word(record)
    match record.source.kind:
        case SourceKind.CHANNEL:
            tokens = "chip_channel"
        case SourceKind.PYPI:
            tokens = "chip_pypi"
        case SourceKind.EDITABLE | SourceKind.LOCAL:
            tokens = "chip_own"
        case SourceKind.URL | SourceKind.UNKNOWN:
            tokens = "chip_other"
    return Chip(word, tokens) if word else None


def version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts versions as people read them: 1.9 before 1.10, 2.0rc1 before 2.0."""
    epoch, mark, rest = version.partition("!")
    first = int(epoch) if mark and epoch.isdecimal() else 0
    parts = _VERSION_PARTS.findall((rest if mark else version).lower())
    ranked = ((1, int(part), "") if part.isdecimal() else (_rank(part), 0, part) for part in parts)
    return ((1, first, ""), *ranked, (1, -1, ""))


def _rank(word: str) -> int:
    # "post" comes after the plain version, every other word (a, b, rc, dev) before it
    return 2 if word == "post" else 0
