"""The sentences about updates that do not happen."""

from __future__ import annotations

from typing import Final

from engine.plan import WarningCode
from engine.updates import Holding
from gui.presenting.wording import QT_TRANSLATE_NOOP, WarningSentences

UPDATE_WARNINGS: Final[dict[WarningCode, WarningSentences]] = {
    WarningCode.UPDATE_HELD_BACK: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} would become {versions} if {others} could change as well."
            ),
            QT_TRANSLATE_NOOP("Warnings", "{packages} cannot be updated while all else stays."),
            QT_TRANSLATE_NOOP("Warnings", "An update is held back by other packages."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Packages that are there ask for an older one, so no newer version fits as it is.",
        ),
    ),
    WarningCode.UPDATE_PINNED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{package} stays at {version}, because it is pinned there."
            ),
            QT_TRANSLATE_NOOP("Warnings", "A package stays as it is, because it is pinned."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "There is a newer one. To have it, choose “May change again” for the package in the"
            " table first.",
        ),
    ),
    WarningCode.UPDATE_ELSEWHERE: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{source} has no newer {package}, but {channel} has {version}."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Only another channel has a newer version."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Packages of different channels do not always go together well, so the channel is"
            " changed only when you say so.",
        ),
    ),
    WarningCode.UPDATES_STAY: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "These stay as they are: {packages}."),
            QT_TRANSLATE_NOOP("Warnings", "Some packages stay as they are."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Their newest versions do not go together with the other packages here."
        ),
    ),
}

# Why packages stay when all others are updated; in brackets stands what keeps each of them.
STAYING: Final[dict[str, WarningSentences]] = {
    Holding.PIN: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Pinned, so they stay: {packages}, and {more} more."),
            QT_TRANSLATE_NOOP("Warnings", "Pinned, so it stays: {packages}."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "There is something newer. To have it, choose “May change again” for the package in"
            " the table first.",
        ),
    ),
    Holding.WISH: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "You asked for these versions, so they stay: {packages}, and {more} more.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "You asked for this version, so it stays: {packages}."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "There is something newer. It comes when you say so, and not by itself."
        ),
    ),
    Holding.CHANNEL: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "Newer only in other channels: {packages}, and {more} more."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Newer only in another channel: {packages}."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Packages of different channels do not always go together well, so the channel is"
            " changed only when you say so.",
        ),
    ),
    Holding.PACKAGES: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "Held back by other packages: {packages}, and {more} more."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Held back by other packages: {packages}."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Those in brackets work only with an older one, and there is no newer version of them"
            " that would do.",
        ),
    ),
    Holding.NEEDS: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Too new for what is here: {packages}, and {more} more."),
            QT_TRANSLATE_NOOP("Warnings", "Too new for what is here: {packages}."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The newest versions would need what stands in brackets, which does not go together"
            " with this environment.",
        ),
    ),
}
