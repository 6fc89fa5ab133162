"""Say what newer version of a package there is, and what keeps it away."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from engine.records import RecordKind
from engine.updates import Holding, Update
from gui.formats import join_words


def update_word(update: Update) -> str:
    """Return the few words that stand in the row of a package."""
    if update.version or update.holding is None:
        return update.version
    cause = update.by[0] if update.by else ""
    match update.holding:
        case Holding.PIN:
            return QCoreApplication.translate("Updates", "pinned")
        case Holding.PYTHON:
            text = QCoreApplication.translate("Updates", "{version} if you choose it")
        case Holding.CHANNEL:
            text = QCoreApplication.translate("Updates", "{version} in {cause}")
        case Holding.PACKAGES if cause:
            text = QCoreApplication.translate("Updates", "held by {cause}")
        case Holding.NEEDS if cause:
            text = QCoreApplication.translate("Updates", "needs {cause}")
            cause = cause if " " in cause else _another(cause)
        case Holding.PACKAGES | Holding.NEEDS | Holding.WISH | Holding.UNKNOWN:
            text = QCoreApplication.translate("Updates", "held back")
        case _:
            assert_never(update.holding)
    return text.format(version=update.newest, cause=cause)


def update_sentence(update: Update, *, is_in_basket: bool = False) -> str:
    """Return what there is newer, why the newest does not come, and what a click does."""
    parts: list[str] = []
    if update.version and is_in_basket:
        text = QCoreApplication.translate(
            "Updates", "{version} is in the basket. Click to take it out again."
        )
        parts.append(text.format(version=update.version))
    elif update.version:
        text = QCoreApplication.translate(
            "Updates", "{version} fits here. Click to put the update into the basket."
        )
        parts.append(text.format(version=update.version))
    if update.holding is not None:
        text = _holding_sentence(update, update.holding)
        parts.append(text.format(version=update.newest, cause=_causes(update)))
    return "\n".join(parts)


def _causes(update: Update) -> str:
    by = update.by
    if update.holding is Holding.NEEDS:
        by = tuple(each if " " in each else _another(each) for each in by)
    return join_words(list(by))


def _another(name: str) -> str:
    return QCoreApplication.translate("Updates", "another {name}").format(name=name)


def _holding_sentence(update: Update, holding: Holding) -> str:
    match holding:
        case Holding.PIN:
            return QCoreApplication.translate(
                "Updates",
                "There is {version}, but the package is pinned as {cause}. Choose “May change"
                " again” to let it go further.",
            )
        case Holding.WISH:
            return QCoreApplication.translate(
                "Updates",
                "You asked for {cause}, so “Update everything” leaves the package as it is.",
            )
        case Holding.PYTHON:
            return QCoreApplication.translate(
                "Updates",
                "There is {version}. Python stays at {cause} unless you choose another version"
                " yourself, as all other packages must change with it.",
            )
        case Holding.PACKAGES:
            return QCoreApplication.translate(
                "Updates", "There is {version}, but {cause} works only with an older one."
            )
        case Holding.NEEDS:
            return QCoreApplication.translate(
                "Updates",
                "There is {version}, but it needs {cause}, which does not go together with this"
                " environment.",
            )
        case Holding.CHANNEL:
            return QCoreApplication.translate(
                "Updates",
                "Only the channel {cause} has {version}. Choose “Take from another channel” to"
                " have it from there.",
            )
        case Holding.UNKNOWN:
            return QCoreApplication.translate(
                "Updates",
                "There is {version}, but it does not go together with the other packages here.",
            )
        case _:
            assert_never(holding)


def looked_sentence(fitting: int, staying: int) -> str:
    """Return what came of looking for updates, by how many fit and how many stay."""
    if fitting:
        return QCoreApplication.translate("Updates", "%n package(s) can be updated.", None, fitting)
    if staying:
        return QCoreApplication.translate(
            "Updates",
            "Nothing can be updated now. Some packages stay back; the column Update says why.",
        )
    return QCoreApplication.translate("Updates", "Everything is as new as it can be.")


def unreached_sentence(channels: tuple[str, ...]) -> str:
    """Return that channels could not be asked, and what is shown in their place."""
    text = QCoreApplication.translate(
        "Updates",
        "{channels} could not be reached. What you see is what was known the last time.",
    )
    return text.format(channels=join_words(list(channels)))


def unknown_sentence(kind: RecordKind | None, reason: str) -> str:
    """Return that nobody knows what is newer of what conda, or PyPI, has; both for None."""
    match kind:
        case RecordKind.CONDA:
            text = QCoreApplication.translate(
                "Updates", "Updates of conda packages could not be looked for. {reason}"
            )
        case RecordKind.PYPI:
            text = QCoreApplication.translate(
                "Updates", "Updates of PyPI packages could not be looked for. {reason}"
            )
        case None:
            text = QCoreApplication.translate(
                "Updates", "Updates could not be looked for. {reason}"
            )
    return text.format(reason=reason)
