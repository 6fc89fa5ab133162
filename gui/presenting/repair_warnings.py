"""The sentences about what a repair means for the rest of an environment."""

from __future__ import annotations

from typing import Final

from engine.health.values import RepairKind, RepairStep
from engine.plan import WarningCode
from gui.presenting.repairs import repair_sentence
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, WarningSentences

REPAIR_WARNINGS: Final[dict[WarningCode, WarningSentences]] = {
    WarningCode.REPAIR_CHOICE: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "There are two ways to put {package} in order."),
            QT_TRANSLATE_NOOP("Warnings", "There are two ways to put this in order."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Two programs, one after the other, have installed the same version. One of the "
            "two copies has to go; which one makes no difference to your own work.",
        ),
    ),
    WarningCode.REPAIR_KEEPS_PYPI: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "{package} stays at version {pypi_version} from PyPI; version {conda_version} from"
                " conda goes.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "The version from PyPI stays."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "That is the version which your programs use now. From now on it is updated from PyPI,"
            " no longer by conda.",
        ),
    ),
    WarningCode.REPAIR_UNDOES_PYPI: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "{package} goes from version {pypi_version} back to {conda_version}, which was"
                " there before.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "A package goes back to the version of before."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The other packages from conda were chosen to go with that version. The one that "
            "is there now was put on top of it by another program. If you wanted it so, keep "
            "it instead.",
        ),
    ),
    WarningCode.REPAIR_BREAKS_CONDA: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "These packages need {package} as conda installed it: {packages}."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Other packages need this one as conda installed it."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "conda, the program that installed them, would think that what they need is "
            "gone, and could damage them with its next change.",
        ),
    ),
    WarningCode.REPAIR_LATER: WarningSentences(
        (QT_TRANSLATE_NOOP("Warnings", "The other problems come after this one."),),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What else there is to do can only be seen when this is done. It stays on the list.",
        ),
    ),
    WarningCode.REPAIR_THAWS: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Somebody protected this environment: {message}"),
            QT_TRANSLATE_NOOP("Warnings", "Somebody protected this environment on purpose."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Others may rely on it staying as it is. If you are not sure, make a copy and change"
            " that one.",
        ),
    ),
    WarningCode.REPAIR_OTHER_WAY: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Another way than usual for {names}: {repairs}"),
            QT_TRANSLATE_NOOP("Warnings", "Not in the usual way: {names}."),
            QT_TRANSLATE_NOOP("Warnings", "Some of this is not mended in the usual way."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The usual way is not open here, so the next best one is taken. Please look below"
            " whether anything is removed that you need.",
        ),
    ),
    WarningCode.REPAIR_LEFT_OUT: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Not mended this time: {names}."),
            QT_TRANSLATE_NOOP("Warnings", "Some problems are not mended this time."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What would mend it cannot be had now, or does not go together with the rest."
            " It stays on the list; you can repair it alone.",
        ),
    ),
}

REPAIR_ALTERNATIVES: Final[dict[str, tuple[Sentence, ...]]] = {
    "hand-to-pypi": (
        QT_TRANSLATE_NOOP("Warnings", "Keep {package} from PyPI instead"),
        QT_TRANSLATE_NOOP("Warnings", "Keep the one from PyPI instead"),
    ),
    "restore-conda": (
        QT_TRANSLATE_NOOP("Warnings", "Put back {package} from conda instead"),
        QT_TRANSLATE_NOOP("Warnings", "Put back the one from conda instead"),
    ),
}


def repairs_told(steps: str) -> str:
    """Return what `steps` do, which are told as `kind subject`, one a line; "" for none."""
    pairs = [line.partition(" ") for line in steps.splitlines()]
    known = [(kind, subject) for kind, _, subject in pairs if kind in set(RepairKind)]
    return repair_sentence([RepairStep(RepairKind(kind), subject) for kind, subject in known])
