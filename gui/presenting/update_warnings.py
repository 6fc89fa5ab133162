"""The sentences about updates that do not happen."""

from __future__ import annotations

from typing import Final

from engine.plan import WarningCode
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
}
