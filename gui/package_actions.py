"""What can be done with packages: one table for the menu, the keys and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import assert_never

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.records import Environment, Mark, Record
from gui.models.basket import Wish, WishKind
from gui.texts import mark_sentence
from gui.theme import theme


class PackageAction(StrEnum):
    """Name each thing that can be done with packages, in the order of the menu."""

    UPDATE = "update"
    VERSION = "version"
    SOURCE = "source"
    REMOVE = "remove"
    TAKE_BACK = "take-back"


_PROTECTING = (Mark.MISSING, Mark.BASE, Mark.FROZEN, Mark.READ_ONLY)
ICONS = {
    PackageAction.UPDATE: "arrow-up",
    PackageAction.VERSION: "clock",
    PackageAction.SOURCE: "download",
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


def reason_against(action: PackageAction, records: Sequence[Record], protection: str) -> str:
    """Return why `action` is not possible with `records`, or "" when it is."""
    if action is PackageAction.TAKE_BACK:
        return ""
    if protection:
        return protection
    if action in (PackageAction.VERSION, PackageAction.SOURCE) and len(records) != 1:
        return QCoreApplication.translate("PackageActions", "Choose one package for this.")
    if any(record.problem is not None for record in records):
        return QCoreApplication.translate(
            "PackageActions", "The record of this package is damaged, so conda cannot change it."
        )
    return ""


def actions_for(
    records: Sequence[Record], wish_of: Callable[[Record], Wish | None]
) -> tuple[PackageAction, ...]:
    """Return what is offered for `records`: those that only wait to be added are taken back."""
    wishes = [wish_of(record) for record in records]
    usual = (
        PackageAction.UPDATE,
        PackageAction.VERSION,
        PackageAction.SOURCE,
        PackageAction.REMOVE,
    )
    if all(wish is not None and wish.kind is WishKind.ADD for wish in wishes):
        return (PackageAction.VERSION, PackageAction.TAKE_BACK)
    return (*usual, PackageAction.TAKE_BACK) if any(wishes) else usual


def fill_menu(
    menu: QMenu,
    actions: Sequence[PackageAction],
    records: Sequence[Record],
    protection: str,
    act: Callable[[PackageAction], None],
) -> None:
    """Put `actions` into `menu`, each calling `act`; impossible ones are disabled and say why.

    Keys are only shown: the table owns them.
    """
    menu.setToolTipsVisible(True)
    for action in actions:
        entry = QAction(theme().icon(ICONS[action]), action_text(action), menu)
        keys = KEYS.get(action)
        if keys is not None:
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            entry.setText(f"{action_text(action)}\t{shown}")
        reason = reason_against(action, records, protection)
        entry.setEnabled(not reason)
        entry.setToolTip(reason)
        entry.triggered.connect(lambda _=False, chosen=action: act(chosen))
        menu.addAction(entry)
