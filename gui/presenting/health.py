"""Say how an environment is, what is wrong with it, and what that means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from engine.health.values import Evidence, Finding, Gap, Gravity, RepairStep, Unchecked
from engine.records import RecordProblem
from gui import formats
from gui.presenting.glossary import term_sentence, terms_in
from gui.presenting.health_channels import CHANNEL_FINDINGS
from gui.presenting.health_files import FILE_FINDINGS
from gui.presenting.health_packages import PACKAGE_FINDINGS
from gui.presenting.health_settings import SETTING_FINDINGS
from gui.presenting.repairs import repair_label, repair_sentence, some_of
from gui.presenting.wanting import wanted_in_words
from gui.presenting.wording import (
    QT_TRANSLATE_N_NOOP,
    QT_TRANSLATE_NOOP,
    FindingSentences,
    Sentence,
    first_filled,
)

_FINDINGS: Final = {
    **PACKAGE_FINDINGS,
    **CHANNEL_FINDINGS,
    **FILE_FINDINGS,
    **SETTING_FINDINGS,
}
_WANTED: Final = frozenset(("needs", "system", "wants"))
_LISTS: Final = frozenset(
    (
        *("askers", "breaks", "by", "channels", "fixed", "names", "packages", "parts", "shadowed"),
        *("spoiled", "versions", "whole"),
    )
)
# How a package says that it goes together with no version of another one.
_NONE_AT_ALL: Final = re.compile(r"\S+\s*<\s*0(?:\.0)*(?:a0)?")
_GAPS: Final[dict[Gap, tuple[Sentence, ...]]] = {
    Gap.FILES_UNOWNED: (
        QT_TRANSLATE_NOOP(
            "Health",
            "Files that came with no package were not looked for, because some of conda's notes"
            " cannot be read.",
        ),
    ),
    Gap.SYSTEM_OTHER: (
        QT_TRANSLATE_NOOP(
            "Health",
            "What packages need of this computer was not looked at: they were made for another"
            " kind of computer.",
        ),
    ),
    Gap.SYSTEM_UNKNOWN: (
        QT_TRANSLATE_NOOP("Health", "What packages need of this computer was not looked at."),
    ),
    Gap.CHANNEL_SILENT: (
        QT_TRANSLATE_NOOP("Health", "The channel {channel} gave no answer."),
        QT_TRANSLATE_NOOP("Health", "A channel gave no answer."),
    ),
    Gap.INDEX_SILENT: (QT_TRANSLATE_NOOP("Health", "PyPI gave no answer about security holes."),),
    Gap.INDEX_WITHOUT_REPORTS: (
        QT_TRANSLATE_NOOP(
            "Health",
            "The copy of PyPI that your settings name tells nothing about security holes.",
        ),
    ),
    Gap.PACKAGES_UNREPORTED: (
        QT_TRANSLATE_N_NOOP(
            "Health", "Nothing is known about security holes of %n package(s) from PyPI."
        ),
        QT_TRANSLATE_NOOP("Health", "Nothing is known about security holes of some packages."),
    ),
}


class HealthState(StrEnum):
    """Say how an environment is, as its dot shows it."""

    UNKNOWN = "unknown"
    SOUND = "sound"
    RISKY = "risky"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class FindingWords:
    """Hold what a person reads about a finding; `terms` explain the words in all of it.

    `advice` is what they can do where no repair is what everybody would want, else empty.
    """

    sentence: str
    meaning: str
    why: str
    terms: tuple[str, ...] = ()
    advice: str = ""


def explain_finding(finding: Finding) -> FindingWords:
    """Return what is wrong, what it means, and how it comes about, in the user's language."""
    words = _FINDINGS[finding.code]
    values = [_shown(key, value) for key, value in finding.values]
    if finding.value("problem") == RecordProblem.FOREIGN:
        values.append(("stranger", finding.value("file")))
    told = (
        first_filled(words.sentence, values),
        first_filled(words.meaning, values),
        first_filled(words.why, values),
    )
    advice = ""
    if finding.is_choice or not finding.repairs:
        advice = first_filled(words.advice, values)
    repairs = [text for steps in finding.repairs for text in _texts_of(steps)]
    terms = tuple(map(term_sentence, terms_in(*told, advice, *repairs)))
    return FindingWords(*told, terms, advice)


def _texts_of(steps: tuple[RepairStep, ...]) -> tuple[str, str]:
    return repair_sentence(steps), repair_label(steps)


def _shown(key: str, value: str) -> tuple[str, str]:
    if key == "wants" and _NONE_AT_ALL.fullmatch(value):
        value = ""
    if key in _WANTED:
        value = wanted_in_words(value)
    elif key in _LISTS and value:
        value = some_of(value.split(", "))
    elif key == "end" and value:
        day = date.fromisoformat(value)
        shown = QDate(day.year, day.month, day.day)
        value = QLocale().toString(shown, QLocale.FormatType.LongFormat)
    return key.replace("-", "_"), value


def unchecked_sentence(unchecked: Unchecked) -> str:
    """Return what could not be looked at, in the user's language."""
    return first_filled(_GAPS[unchecked.gap], unchecked.values) or unchecked.summary


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


def evidence_text(evidence: Evidence, prefix: Path | None = None) -> str:
    """Return one piece of evidence as a line; what lies below `prefix` is told from there."""
    path = evidence.path
    if path is not None and prefix is not None and prefix in path.parents:
        path = path.relative_to(prefix)
    parts = (str(path) if path is not None else "", evidence.text)
    return "  —  ".join(part for part in parts if part)
