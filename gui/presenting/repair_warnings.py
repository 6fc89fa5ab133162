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
            "Two programs, conda and pip, have both installed it. One of the two copies has to go;"
            " which one makes no difference to your own work.",
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
            "The version that is there now was put on top of it by another program. If your work"
            " needs that one, keep it instead.",
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
            "conda, the program that installed them, would not know any more that what they need is"
            " there, and could break them with its next change.",
        ),
    ),
    WarningCode.REPAIR_LATER: WarningSentences(
        (QT_TRANSLATE_NOOP("Warnings", "The other problems come after this one."),),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What else there is to do can only be seen when this is done. It stays on the list.",
        ),
    ),
    WarningCode.REPAIR_LEFT_OUT: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "This is not possible, and left out: {repairs}"),
            QT_TRANSLATE_NOOP("Warnings", "Some problems cannot be repaired with the others."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The rest can be repaired now. What is left out stays on the list: its own Repair"
            " button tells why it is not possible, and others beside it may offer another way.",
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
    """Return what the steps in `steps`, one a line as `kind subject`, would have done."""
    found: list[RepairStep] = []
    for line in steps.splitlines():
        kind, _, subject = line.partition(" ")
        if kind in set(RepairKind):
            found.append(RepairStep(RepairKind(kind), subject))
    return repair_sentence(found)
