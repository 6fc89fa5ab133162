"""Say what is wished for in a basket."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.conda.channels import short_name
from engine.records import RecordKind
from gui.models.basket import Wish, WishKind


def source_of(wish: Wish) -> str:
    """Return where a package shall come from, "" when any of the channels will do."""
    return short_name(wish.channel) if wish.tool is RecordKind.CONDA else "PyPI"


def wish_word(kind: WishKind) -> str:
    """Return the few words that stand in the row of a package."""
    match kind:
        case WishKind.ADD:
            return QCoreApplication.translate("Wishes", "will be added")
        case WishKind.SWITCH:
            return QCoreApplication.translate("Wishes", "will be changed")
        case WishKind.UPDATE | WishKind.UPDATE_ALL:
            return QCoreApplication.translate("Wishes", "will be updated")
        case WishKind.REMOVE:
            return QCoreApplication.translate("Wishes", "will be removed")


def wish_sentence(wish: Wish) -> str:
    """Return what is wished for, as a line of the basket."""
    source = source_of(wish)
    match wish.kind:
        case WishKind.ADD if source:
            text = QCoreApplication.translate("Wishes", "Add {name} {bounds} from {source}")
        case WishKind.ADD:
            text = QCoreApplication.translate("Wishes", "Add {name} {bounds}")
        case WishKind.SWITCH if wish.bounds and source:
            text = QCoreApplication.translate("Wishes", "Change {name} to {bounds} from {source}")
        case WishKind.SWITCH if wish.bounds:
            text = QCoreApplication.translate("Wishes", "Change {name} to {bounds}")
        case WishKind.SWITCH:
            text = QCoreApplication.translate("Wishes", "Take {name} from {source}")
        case WishKind.UPDATE:
            text = QCoreApplication.translate("Wishes", "Update {name}")
        case WishKind.REMOVE:
            text = QCoreApplication.translate("Wishes", "Remove {name}")
        case WishKind.UPDATE_ALL:
            return QCoreApplication.translate("Wishes", "Update everything")
    bounds = wish.bounds.removeprefix("==").removeprefix("=").strip()
    filled = text.format(name=wish.name, bounds=bounds, source=source or "conda")
    return " ".join(filled.split())
