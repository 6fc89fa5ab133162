"""What can be done with packages: one table for the menu, the keys and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.environments.pinning import Pin
from engine.records import Environment, Mark, Record, RecordKind
from gui.models.basket import Wish, WishKind
from gui.texts import mark_sentence
from gui.theme import theme
from gui.widgets import copy_text


class PackageAction(StrEnum):
    """Name each thing that can be done with packages, in the order of the menu."""

    UPDATE = "update"
    VERSION = "version"
    SOURCE = "source"
    PIN = "pin"
    UNPIN = "unpin"
    REMOVE = "remove"
    TAKE_BACK = "take-back"


_NO_PINS: Mapping[str, Pin] = MappingProxyType({})
_PROTECTING = (Mark.MISSING, Mark.BASE, Mark.FROZEN, Mark.READ_ONLY)
ICONS = {
    PackageAction.UPDATE: "arrow-up",
    PackageAction.VERSION: "clock",
    PackageAction.SOURCE: "download",
    PackageAction.PIN: "pin",
    PackageAction.UNPIN: "pin",
    PackageAction.REMOVE: "trash",
    PackageAction.TAKE_BACK: "close",
}
KEYS = {PackageAction.UPDATE: "U", PackageAction.VERSION: "V", PackageAction.REMOVE: "Del"}


def action_text(action: PackageAction) -> str:
    """Return the words of `action` in a menu, with its mnemonic."""
    match action:
        case PackageAction.UPDATE:
            return QCoreApplication.translate("PackageActions", "&Update")
        case PackageAction.VERSION:
            return QCoreApplication.translate("PackageActions", "C&hange version…")
        case PackageAction.SOURCE:
            return QCoreApplication.translate("PackageActions", "Take from another &channel…")
        case PackageAction.PIN:
            return QCoreApplication.translate("PackageActions", "Stay at this version (&pin)")
        case PackageAction.UNPIN:
            return QCoreApplication.translate("PackageActions", "May change again (un&pin)")
        case PackageAction.REMOVE:
            return QCoreApplication.translate("PackageActions", "&Remove")
        case PackageAction.TAKE_BACK:
            return QCoreApplication.translate("PackageActions", "Take &out of the basket")
        case _:
            assert_never(action)


def protection_of(environment: Environment | None) -> str:
    """Return why the packages of `environment` must stay as they are, "" when they need not."""
    marks = () if environment is None else environment.marks
    return next((mark_sentence(mark) for mark in _PROTECTING if mark in marks), "")


def reason_against(
    action: PackageAction,
    records: Sequence[Record],
    protection: str,
    pins: Mapping[str, Pin] = _NO_PINS,
) -> str:
    """Return why `action` is not possible with `records`, or "" when it is."""
    if action is PackageAction.TAKE_BACK:
        return ""
    if protection:
        return protection
    if action in (PackageAction.PIN, PackageAction.UNPIN):
        return _reason_against_pinning(action, records, pins)
    if action in (PackageAction.VERSION, PackageAction.SOURCE) and len(records) != 1:
        return QCoreApplication.translate("PackageActions", "Choose one package for this.")
    if any(record.problem is not None for record in records):
        return QCoreApplication.translate(
            "PackageActions", "The record of this package is damaged, so conda cannot change it."
        )
    return ""


def _reason_against_pinning(
    action: PackageAction, records: Sequence[Record], pins: Mapping[str, Pin]
) -> str:
    if any(record.kind is not RecordKind.CONDA for record in records):
        return QCoreApplication.translate(
            "PackageActions", "Only packages from conda channels can be pinned."
        )
    if action is PackageAction.UNPIN and any(
        (pin := pins.get(record.name)) is not None and pin.is_general for record in records
    ):
        return QCoreApplication.translate(
            "PackageActions",
            "Your conda configuration pins it for every environment; it can be changed there.",
        )
    return ""


def actions_for(
    records: Sequence[Record],
    wish_of: Callable[[Record], Wish | None],
    pins: Mapping[str, Pin] = _NO_PINS,
) -> tuple[PackageAction, ...]:
    """Return what is offered for `records`: those that only wait to be added are taken back."""
    wishes = [wish_of(record) for record in records]
    is_pinned = bool(records) and all(is_pinned_by(pins, record) for record in records)
    usual = (
        PackageAction.UPDATE,
        PackageAction.VERSION,
        PackageAction.SOURCE,
        PackageAction.UNPIN if is_pinned else PackageAction.PIN,
        PackageAction.REMOVE,
    )
    if all(wish is not None and wish.kind is WishKind.ADD for wish in wishes):
        return (PackageAction.VERSION, PackageAction.TAKE_BACK)
    return (*usual, PackageAction.TAKE_BACK) if any(wishes) else usual


def is_pinned_by(pins: Mapping[str, Pin], record: Record) -> bool:
    """Return whether one of `pins`, by name, holds `record`."""
    return record.kind is RecordKind.CONDA and record.name in pins


def fill_menu(
    menu: QMenu,
    actions: Sequence[PackageAction],
    reason_of: Callable[[PackageAction], str],
    act: Callable[[PackageAction], None],
) -> None:
    """Put `actions` into `menu`, each calling `act`; impossible ones are disabled and say why.

    `reason_of` tells why. Keys are only shown: the table owns them.
    """
    menu.setToolTipsVisible(True)
    for action in actions:
        entry = QAction(theme().icon(ICONS[action]), action_text(action), menu)
        keys = KEYS.get(action)
        if keys is not None:
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            entry.setText(f"{action_text(action)}\t{shown}")
        reason = reason_of(action)
        entry.setEnabled(not reason)
        entry.setToolTip(reason)
        entry.triggered.connect(lambda _=False, chosen=action: act(chosen))
        menu.addAction(entry)


def offer_copies(menu: QMenu, records: Sequence[Record], copy_rows: Callable[[], None]) -> None:
    """Put into `menu` what of `records` can be copied; `copy_rows` copies what is shown."""
    names = [record.name for record in records]
    versions = [f"{record.name} {record.version}".strip() for record in records]
    menu.addAction(
        QCoreApplication.translate("PackageActions", "Copy &name"),
        lambda: copy_text("\n".join(names)),
    )
    menu.addAction(
        QCoreApplication.translate("PackageActions", "Copy name and &version"),
        lambda: copy_text("\n".join(versions)),
    )
    rows = menu.addAction(
        QCoreApplication.translate("PackageActions", "Copy ro&w(s)", None, len(records))
    )
    rows.setShortcut(QKeySequence.StandardKey.Copy)
    rows.triggered.connect(copy_rows)
