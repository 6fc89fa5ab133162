"""Say what is wrong with an environment, what it means, and what each repair would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication

from engine.health.mending import MendKind
from engine.health.values import Evidence, Finding, Gravity, RepairKind, RepairStep
from gui import formats
from gui.presenting.health_files import FILE_FINDINGS
from gui.presenting.health_packages import PACKAGE_FINDINGS
from gui.presenting.wording import (
    QT_TRANSLATE_N_NOOP,
    QT_TRANSLATE_NOOP,
    FindingSentences,
    Sentence,
    fill,
    filled,
    first_filled,
)

_FINDINGS: Final = {**PACKAGE_FINDINGS, **FILE_FINDINGS}
_NAMED_AT_MOST: Final = 3
_PATHS: Final = (RepairKind.DELETE_FILES, RepairKind.REMOVE_COPY)


class HealthState(StrEnum):
    """Say how an environment is, as its dot shows it."""

    UNKNOWN = "unknown"
    SOUND = "sound"
    RISKY = "risky"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class FindingWords:
    """Hold what a person reads about a finding."""

    sentence: str
    meaning: str
    why: str


def explain_finding(finding: Finding) -> FindingWords:
    """Return what is wrong, what it means, and how it comes about, in the user's language."""
    words = _FINDINGS[finding.code]
    values = [(key.replace("-", "_"), value) for key, value in finding.values]
    return FindingWords(
        first_filled(words.sentence, values),
        first_filled(words.meaning, values),
        filled(words.why, values),
    )


def known_findings() -> dict[str, FindingSentences]:
    """Return the sentences by code, for who looks whether one is missing."""
    return {code.value: words for code, words in _FINDINGS.items()}


def gravity_word(gravity: Gravity) -> str:
    """Return how much a finding matters, in a word or two."""
    match gravity:
        case Gravity.BROKEN:
            return QCoreApplication.translate("Health", "Broken")
        case Gravity.RISKY:
            return QCoreApplication.translate("Health", "Needs attention")
        case Gravity.NOTE:
            return QCoreApplication.translate("Health", "Good to know")
        case _:
            assert_never(gravity)


def state_sentence(state: HealthState) -> str:
    """Return what the dot of an environment says, for its tooltip and for screen readers."""
    match state:
        case HealthState.UNKNOWN:
            return QCoreApplication.translate("Health", "Health not checked yet")
        case HealthState.SOUND:
            return QCoreApplication.translate("Health", "Healthy")
        case HealthState.RISKY:
            return QCoreApplication.translate("Health", "Needs attention: see its Health tab")
        case HealthState.BROKEN:
            return QCoreApplication.translate("Health", "Something is broken: see its Health tab")
        case _:
            assert_never(state)


def since_text(finding: Finding) -> str:
    """Return since when it is so, "" when that is not known."""
    if finding.since is None:
        return ""
    text = QCoreApplication.translate("Health", "Since {when}")
    return text.format(when=formats.format_when(finding.since))


def evidence_text(evidence: Evidence) -> str:
    """Return one piece of evidence as a line."""
    parts = (str(evidence.path) if evidence.path is not None else "", evidence.text)
    return "  —  ".join(part for part in parts if part)


def repair_sentence(steps: Sequence[RepairStep]) -> str:
    """Return what a repair will do, one sentence for each kind of step."""
    return " ".join(_said(_WILL, kind, names) for kind, names in _grouped(steps))


def repair_label(steps: Sequence[RepairStep]) -> str:
    """Return the words of the button for a way to repair that is not the first."""
    return "; ".join(_said(_LABELS, kind, names) for kind, names in _grouped(steps))


def mend_sentence(kind: MendKind, count: int) -> str:
    """Return what happens to `count` files."""
    words = {
        MendKind.DELETED: QT_TRANSLATE_N_NOOP(
            "Health", "Deleted: %n file(s) that should not be there."
        ),
        MendKind.PUT_BACK: QT_TRANSLATE_N_NOOP("Health", "Put back: %n missing file(s)."),
        MendKind.RENEWED: QT_TRANSLATE_N_NOOP(
            "Health", "Made as they were installed: %n altered file(s)."
        ),
        MendKind.REWRITTEN: QT_TRANSLATE_N_NOOP(
            "Health", "Corrected: %n file(s) that name another folder."
        ),
        MendKind.WRITTEN: QT_TRANSLATE_N_NOOP(
            "Health", "Written anew: %n record(s) of the environment."
        ),
        MendKind.OPENED: QT_TRANSLATE_N_NOOP("Health", "Opened for your changes: %n file(s)."),
    }
    return filled(words[kind], (("count", str(count)),))


def mend_word(kind: MendKind) -> str:
    """Return the word that stands before a file in a list."""
    match kind:
        case MendKind.DELETED:
            return QCoreApplication.translate("Health", "deleted")
        case MendKind.PUT_BACK:
            return QCoreApplication.translate("Health", "put back")
        case MendKind.RENEWED:
            return QCoreApplication.translate("Health", "renewed")
        case MendKind.REWRITTEN:
            return QCoreApplication.translate("Health", "corrected")
        case MendKind.WRITTEN:
            return QCoreApplication.translate("Health", "written")
        case MendKind.OPENED:
            return QCoreApplication.translate("Health", "opened")
        case _:
            assert_never(kind)


def _grouped(steps: Sequence[RepairStep]) -> tuple[tuple[RepairKind, tuple[str, ...]], ...]:
    found: dict[RepairKind, dict[str, None]] = {}
    for step in steps:
        subject = step.subject
        if step.kind in _PATHS:
            subject = subject.rstrip("/").rpartition("/")[2]
        subject = subject.rpartition("::")[2]  # the address of a channel tells a novice nothing
        found.setdefault(step.kind, {})[subject] = None
    return tuple((kind, tuple(name for name in names if name)) for kind, names in found.items())


def _said(
    words: dict[RepairKind, tuple[Sentence, Sentence]], kind: RepairKind, names: tuple[str, ...]
) -> str:
    with_names, bare = words[kind]
    shown = list(names[:_NAMED_AT_MOST])
    if len(names) > _NAMED_AT_MOST:
        text = QCoreApplication.translate("Health", "{count} more")
        shown.append(text.format(count=formats.format_count(len(names) - _NAMED_AT_MOST)))
    sentence = with_names if names else bare
    text = QCoreApplication.translate(sentence.context, sentence.text)
    return fill(text, {"names": formats.join_words(shown)})


def _pair(text: Sentence, bare: Sentence | None = None) -> tuple[Sentence, Sentence]:
    return text, bare or text


_WILL: Final[dict[RepairKind, tuple[Sentence, Sentence]]] = {
    RepairKind.RESTORE_CONDA: _pair(
        QT_TRANSLATE_NOOP("Health", "Puts conda's own files of {names} back in place.")
    ),
    RepairKind.HAND_TO_PYPI: _pair(
        QT_TRANSLATE_NOOP(
            "Health", "Keeps pip's {names} and takes it off conda's list, so that one tool owns it."
        )
    ),
    RepairKind.REINSTALL_PYPI: _pair(
        QT_TRANSLATE_NOOP("Health", "Installs the same version of {names} again, from PyPI.")
    ),
    RepairKind.REMOVE_COPY: _pair(
        QT_TRANSLATE_NOOP("Health", "Removes the copy that should not be there: {names}.")
    ),
    RepairKind.INSTALL: _pair(
        QT_TRANSLATE_NOOP("Health", "Installs {names}, in a version that suits the others.")
    ),
    RepairKind.UPDATE: _pair(QT_TRANSLATE_NOOP("Health", "Updates {names}.")),
    RepairKind.REMOVE: _pair(QT_TRANSLATE_NOOP("Health", "Removes {names}.")),
    RepairKind.DELETE_FILES: _pair(
        QT_TRANSLATE_NOOP("Health", "Deletes files that nothing needs: {names}.")
    ),
    RepairKind.REWRITE_PREFIX: _pair(
        QT_TRANSLATE_NOOP(
            "Health", "Writes this environment's own folder wherever files name {names}."
        )
    ),
    RepairKind.ALLOW_WRITING: _pair(
        QT_TRANSLATE_NOOP("Health", "Gives you back the right to change these files.")
    ),
    RepairKind.ADD_PIP: _pair(QT_TRANSLATE_NOOP("Health", "Installs pip into this environment.")),
    RepairKind.ISOLATE: _pair(
        QT_TRANSLATE_NOOP("Health", "Switches {names} off whenever this environment is in use."),
        QT_TRANSLATE_NOOP(
            "Health", "Makes this environment look only at its own packages when it is in use."
        ),
    ),
    RepairKind.FORGET: _pair(
        QT_TRANSLATE_NOOP("Health", "Takes it off conda's list. No file is deleted.")
    ),
    RepairKind.SETTLE: _pair(
        QT_TRANSLATE_NOOP("Health", "Brings the interrupted change to an end, or takes it back.")
    ),
    RepairKind.REBUILD_RECORD: _pair(
        QT_TRANSLATE_NOOP("Health", "Writes {names} anew, so that conda can read it again.")
    ),
    RepairKind.UNFREEZE: _pair(
        QT_TRANSLATE_NOOP("Health", "Takes the protection away, so that packages can be changed.")
    ),
}

_LABELS: Final[dict[RepairKind, tuple[Sentence, Sentence]]] = {
    RepairKind.RESTORE_CONDA: _pair(QT_TRANSLATE_NOOP("Health", "Put conda's {names} back")),
    RepairKind.HAND_TO_PYPI: _pair(QT_TRANSLATE_NOOP("Health", "Keep pip's {names}")),
    RepairKind.REINSTALL_PYPI: _pair(QT_TRANSLATE_NOOP("Health", "Install {names} again")),
    RepairKind.REMOVE_COPY: _pair(QT_TRANSLATE_NOOP("Health", "Remove {names}")),
    RepairKind.INSTALL: _pair(QT_TRANSLATE_NOOP("Health", "Install {names}")),
    RepairKind.UPDATE: _pair(QT_TRANSLATE_NOOP("Health", "Update {names}")),
    RepairKind.REMOVE: _pair(QT_TRANSLATE_NOOP("Health", "Remove {names}")),
    RepairKind.DELETE_FILES: _pair(QT_TRANSLATE_NOOP("Health", "Delete {names}")),
    RepairKind.REWRITE_PREFIX: _pair(QT_TRANSLATE_NOOP("Health", "Write its own folder in")),
    RepairKind.ALLOW_WRITING: _pair(QT_TRANSLATE_NOOP("Health", "Allow changes")),
    RepairKind.ADD_PIP: _pair(QT_TRANSLATE_NOOP("Health", "Add pip")),
    RepairKind.ISOLATE: _pair(QT_TRANSLATE_NOOP("Health", "Keep it out")),
    RepairKind.FORGET: _pair(QT_TRANSLATE_NOOP("Health", "Take it off the list")),
    RepairKind.SETTLE: _pair(QT_TRANSLATE_NOOP("Health", "Settle it")),
    RepairKind.REBUILD_RECORD: _pair(QT_TRANSLATE_NOOP("Health", "Write the record anew")),
    RepairKind.UNFREEZE: _pair(QT_TRANSLATE_NOOP("Health", "Take the protection away")),
}
