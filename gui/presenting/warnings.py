"""Say each warning of a plan: what will happen, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from engine.conda.channels import short_name
from engine.environments.naming import NameProblem, NameProblemCode
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.requests import CloneRequest, Request
from gui.presenting.alternatives import ALTERNATIVES
from gui.presenting.change_warnings import (
    CHANGE_WARNINGS,
    GUESSED_CHANNEL,
    PYPI_AGAINST_CONDA,
)
from gui.presenting.glossary import term_sentence, terms_in
from gui.presenting.names import explain_name_problem
from gui.presenting.repair_warnings import (
    REPAIR_ALTERNATIVES,
    REPAIR_WARNINGS,
    repairs_told,
)
from gui.presenting.requests import affected_name
from gui.presenting.update_warnings import STAYING, UPDATE_WARNINGS
from gui.presenting.wording import (
    QT_TRANSLATE_NOOP,
    WarningSentences,
    filled,
    first_filled,
    is_translated,
)


@dataclass(frozen=True, slots=True)
class WarningWords:
    """Hold what a person reads about a warning: what will happen, and why it matters.

    `detail` is raw text for those who help; `terms` explain words that stand in it.
    """

    sentence: str
    reason: str
    detail: str = ""
    terms: tuple[str, ...] = ()


_WORDS: Final[dict[WarningCode, WarningSentences]] = {
    WarningCode.NAME_ODD: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "The name “{name}” may trouble some programs."),
            QT_TRANSLATE_NOOP("Warnings", "The name may trouble some programs."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "A few packages cannot work in a folder whose name has a space or letters other than a"
            " to z. Most can.",
        ),
    ),
    WarningCode.FILE_NOT_KEPT: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Line {line} of {file} is not kept: {text}"),
            QT_TRANSLATE_NOOP("Warnings", "Something of {file} is not kept."),
            QT_TRANSLATE_NOOP("Warnings", "Something of the file is not kept."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "It cannot be done here, is not for this computer, or was not agreed to."
        ),
    ),
    WarningCode.NO_PIP: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "“{name}” will have no pip of its own."),
            QT_TRANSLATE_NOOP("Warnings", "The environment will have no pip of its own."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "pip installs packages from PyPI. A “pip install” typed in its terminal would change"
            " another Python instead.",
        ),
    ),
    WarningCode.NO_PYTHON: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "“{name}” will have no Python."),
            QT_TRANSLATE_NOOP("Warnings", "The environment will have no Python."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Packages from PyPI need one. “python” typed in its terminal would start another"
            " Python.",
        ),
    ),
    WarningCode.CHANNELS_MIXED: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Packages from {channels} are mixed."),
            QT_TRANSLATE_NOOP("Warnings", "Packages from “defaults” and “conda-forge” are mixed."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "These channels put their packages together in different ways, so some may not work"
            " together. Using only one of them is safer.",
        ),
    ),
    WarningCode.PRIORITY_RELAXED: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} come from a channel further down your list."),
            QT_TRANSLATE_NOOP(
                "Warnings", "Some packages come from a channel further down your list."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Keeping strictly to the order of the channels, no set of packages fits together.",
        ),
    ),
    WarningCode.CACHE_ELSEWHERE: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "Files are copied, because the package cache {cache} is on another disk.",
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Files are copied, because the package cache is on another disk."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "On one disk, environments share the files of the cache and cost hardly any space."
            " Across two disks, each has its own copy.",
        ),
    ),
    WarningCode.CACHE_UNUSABLE: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "The package cache {passed_over} of your conda cannot be used."
            ),
            QT_TRANSLATE_NOOP("Warnings", "The package cache of your conda cannot be used."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Envdesk may not write to it and keeps a cache of its own, so packages that you"
            " already have may be downloaded again.",
        ),
    ),
    WarningCode.DISK_SPACE_SHORT: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "The disk of {path} has {free_bytes} left, and this needs {needed_bytes} while it"
                " is at work.",
            ),
            QT_TRANSLATE_NOOP(
                "Warnings",
                "The disk has {free_bytes} left, and this needs {needed_bytes} while it is at"
                " work.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "There is not enough room on the disk."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Make room on it, or choose a location on another disk, then look again."
        ),
    ),
    WarningCode.SCRIPTS_NOT_RUN: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} would like to run a script after installing. It is not run."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "A package would like to run a script after installing. It is not run."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Such a script can do anything on your computer, so Envdesk leaves it out. The package"
            " nearly always works without it.",
        ),
    ),
    WarningCode.PROCESSES_RUNNING: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Programs run from this environment now: {processes}."),
            QT_TRANSLATE_NOOP("Warnings", "Programs run from this environment now."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "They may stop working, or lose their work. Close them first."
        ),
    ),
    WarningCode.UNOWNED_FILES: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "Files of your own are in this environment, and go with it: {files} ({count} in"
                " all, {size_bytes}).",
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Files of your own are in this environment, and go with it: {files}."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "{count} files that no package put there go too ({size_bytes})."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Files that no package put there go too."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "No package put them there, so nothing can bring them back. Copy what you want to keep"
            " to another folder first.",
        ),
    ),
    WarningCode.FROZEN_NOT_COPIED: WarningSentences(
        (QT_TRANSLATE_NOOP("Warnings", "The copy will not be frozen."),),
        QT_TRANSLATE_NOOP(
            "Warnings", "The original is protected against changes; the copy is yours to change."
        ),
    ),
    WarningCode.LINKS_LEFT_ALONE: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "This environment is a link to {target}. The link goes; what it points to stays.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "What these links point to stays as it is: {links}."),
            QT_TRANSLATE_NOOP("Warnings", "What the links in this environment point to stays."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Only what lies in the environment itself is removed. Places that it points to are not"
            " touched.",
        ),
    ),
    WarningCode.OUTSIDE_KNOWN_PLACES: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{prefix} is outside of the usual folders."),
            QT_TRANSLATE_NOOP("Warnings", "The location is outside of the usual folders."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Conda finds environments by name only in its own folders. In a terminal, this one"
            " must be called by its whole path.",
        ),
    ),
    WarningCode.REPODATA_OLD: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "The package list of {channel} could not be renewed."),
            QT_TRANSLATE_NOOP("Warnings", "A package list could not be renewed."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "An earlier copy is used, so the newest versions may be missing. Check the internet"
            " connection if you need them.",
        ),
    ),
    **CHANGE_WARNINGS,
    **UPDATE_WARNINGS,
    **REPAIR_WARNINGS,
}

_COPIED_FILES: Final = WarningSentences(
    (
        QT_TRANSLATE_NOOP(
            "Warnings", "{count} files that no package put there are copied too ({size_bytes})."
        ),
        QT_TRANSLATE_NOOP("Warnings", "Files that no package put there are copied too."),
    ),
    QT_TRANSLATE_NOOP(
        "Warnings",
        "They may be your own work, or left by programs. The copy would not be whole without them.",
    ),
)


_GUESS: Final = "guess"
_SPECS: Final = ("spec", "specs")
# The engine knows more of the single case, in English, than any sentence that is made in advance.
_TOLD_BY_ENGINE: Final = (WarningCode.UNSATISFIABLE, WarningCode.PACKAGE_UNKNOWN)


def explain_warning(warning: PlanWarning, request: Request) -> WarningWords:
    """Return what a person reads about `warning` of a plan for `request`, in their language."""
    values = [(key.replace("-", "_"), value) for key, value in warning.values]
    # A new environment has the name before it has anything else.
    values.append(("name", affected_name(request)))
    values.append(("repairs", repairs_told(warning.value("steps"))))
    words = _words_for(warning, request)
    reason = _reason_of_name(warning) or filled(words.reason, values)
    sentence = first_filled(words.sentence, values) or warning.summary
    if warning.code in _TOLD_BY_ENGINE and not is_translated(words.sentence[0]):
        sentence = warning.summary or sentence
        told = (warning.value("cause"), "" if warning.alternatives else warning.value("hint"))
        reason = " ".join(part for part in told if part) or reason
    terms = tuple(map(term_sentence, terms_in(sentence, reason)))
    return WarningWords(sentence, reason, warning.value("detail"), terms)


def _reason_of_name(warning: PlanWarning) -> str:
    problem = warning.value("problem")
    if warning.code is not WarningCode.NAME_ODD or problem not in set(NameProblemCode):
        return ""
    return explain_name_problem(
        NameProblem(NameProblemCode(problem), is_blocking=False, value=warning.value("value"))
    )


def _words_for(warning: PlanWarning, request: Request) -> WarningSentences:
    code = warning.code
    if code is WarningCode.UNOWNED_FILES and isinstance(request, CloneRequest):
        return _COPIED_FILES
    if code is WarningCode.PYPI_CHANGES_CONDA:
        how = warning.value("taken") or warning.value("reason")
        return PYPI_AGAINST_CONDA.get(how, _WORDS[code])
    if code is WarningCode.UPDATES_STAY:
        return STAYING.get(warning.value("reason"), _WORDS[code])
    if code is WarningCode.PYPI_IN_CHANNEL and warning.value("certainty") == _GUESS:
        return GUESSED_CHANNEL
    return _WORDS[code]


def alternative_label(alternative: Alternative) -> str:
    """Return the words of the button that takes `alternative`."""
    known = ALTERNATIVES.get(alternative.code) or REPAIR_ALTERNATIVES.get(alternative.code, ())
    values = [(key, _named(value) if key in _SPECS else value) for key, value in alternative.values]
    words = first_filled(known, values)
    return words or QCoreApplication.translate("Warnings", "Do this instead")


def _named(specs: str) -> str:
    """Return `specs` with the channels that they name as people know them, not as addresses."""
    said: list[str] = []
    for spec in specs.split(", "):
        channel, _, rest = spec.rpartition("::")
        text = QCoreApplication.translate("Warnings", "{spec} from {channel}")
        shown = rest.replace("==", " ")
        said.append(text.format(spec=shown, channel=short_name(channel)) if channel else spec)
    return ", ".join(said)


def severity_name(severity: Severity) -> str:
    """Return the word that stands before a warning for those who do not see its colour."""
    match severity:
        case Severity.NOTE:
            return QCoreApplication.translate("Warnings", "Note")
        case Severity.WARNING:
            return QCoreApplication.translate("Warnings", "Warning")
        case Severity.DANGER:
            return QCoreApplication.translate("Warnings", "Danger")
        case Severity.BLOCKING:
            return QCoreApplication.translate("Warnings", "Not possible")
