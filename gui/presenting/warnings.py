"""Say each warning of a plan: what will happen, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled


@dataclass(frozen=True, slots=True)
class WarningWords:
    """Hold what a person reads about a warning: what will happen, and why it matters."""

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Words:
    sentence: Sentence
    plain: Sentence
    reason: Sentence


_WORDS: Final[dict[WarningCode, _Words]] = {
    WarningCode.NAME_ODD: _Words(
        QT_TRANSLATE_NOOP("Warnings", "The name “{name}” may trouble some programs."),
        QT_TRANSLATE_NOOP("Warnings", "The name may trouble some programs."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "A few packages cannot work in a folder whose name has a space or letters other"
            " than a to z. Most can.",
        ),
    ),
    WarningCode.NO_PIP: _Words(
        QT_TRANSLATE_NOOP("Warnings", "“{name}” will have no pip of its own."),
        QT_TRANSLATE_NOOP("Warnings", "The environment will have no pip of its own."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "pip installs packages from PyPI. A “pip install” typed in its terminal would change"
            " another Python instead.",
        ),
    ),
    WarningCode.NO_PYTHON: _Words(
        QT_TRANSLATE_NOOP("Warnings", "“{name}” will have no Python."),
        QT_TRANSLATE_NOOP("Warnings", "The environment will have no Python."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "No Python was chosen and no package needs one. “python” typed in its terminal would"
            " start another one.",
        ),
    ),
    WarningCode.CHANNELS_MIXED: _Words(
        QT_TRANSLATE_NOOP("Warnings", "Packages from {channels} are mixed."),
        QT_TRANSLATE_NOOP("Warnings", "Packages from “defaults” and “conda-forge” are mixed."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "These channels build their packages in different ways, so that some may not work"
            " together. Using only one of them is safer.",
        ),
    ),
    WarningCode.PRIORITY_RELAXED: _Words(
        QT_TRANSLATE_NOOP("Warnings", "{packages} came from a channel further down your list."),
        QT_TRANSLATE_NOOP("Warnings", "Some packages came from a channel further down your list."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Keeping strictly to the order of the channels, no set of packages fits together.",
        ),
    ),
    WarningCode.CACHE_ELSEWHERE: _Words(
        QT_TRANSLATE_NOOP(
            "Warnings", "Files are copied, because the package cache {cache} is on another disk."
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Files are copied, because the package cache is on another disk."
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "On one disk, environments share the files of the cache and cost hardly any space."
            " Across two disks, each has its own copy.",
        ),
    ),
    WarningCode.CACHE_UNUSABLE: _Words(
        QT_TRANSLATE_NOOP("Warnings", "The package cache {cache} of your conda cannot be used."),
        QT_TRANSLATE_NOOP("Warnings", "The package cache of your conda cannot be used."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Envdesk may not write to it and keeps a cache of its own, so packages that you"
            " already have may be downloaded again.",
        ),
    ),
    WarningCode.DISK_SPACE_SHORT: _Words(
        QT_TRANSLATE_NOOP(
            "Warnings", "The disk has {free_bytes} left, and this needs {needed_bytes}."
        ),
        QT_TRANSLATE_NOOP("Warnings", "There is not enough room on the disk."),
        QT_TRANSLATE_NOOP(
            "Warnings", "Make room on it, or choose a location on another disk, then look again."
        ),
    ),
    WarningCode.SCRIPTS_NOT_RUN: _Words(
        QT_TRANSLATE_NOOP(
            "Warnings", "{packages} would like to run a script after installing. It is not run."
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "A package would like to run a script after installing. It is not run."
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Such a script can do anything on your computer, so Envdesk leaves it out. The package"
            " nearly always works without it.",
        ),
    ),
    WarningCode.PROCESSES_RUNNING: _Words(
        QT_TRANSLATE_NOOP("Warnings", "Programs run from this environment now: {processes}."),
        QT_TRANSLATE_NOOP("Warnings", "Programs run from this environment now."),
        QT_TRANSLATE_NOOP(
            "Warnings", "They may stop working, or lose their work. Close them first."
        ),
    ),
    WarningCode.UNOWNED_FILES: _Words(
        QT_TRANSLATE_NOOP("Warnings", "Files of your own are in this environment: {files}."),
        QT_TRANSLATE_NOOP("Warnings", "Files of your own are in this environment."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "No package put them there, so nothing can bring them back. Copy what you want to"
            " keep to another folder first.",
        ),
    ),
    WarningCode.FROZEN_NOT_COPIED: _Words(
        QT_TRANSLATE_NOOP("Warnings", "The copy will not be frozen."),
        QT_TRANSLATE_NOOP("Warnings", "The copy will not be frozen."),
        QT_TRANSLATE_NOOP(
            "Warnings", "The original is protected against changes; the copy is yours to change."
        ),
    ),
    WarningCode.LINKS_LEFT_ALONE: _Words(
        QT_TRANSLATE_NOOP("Warnings", "What these links point to stays as it is: {links}."),
        QT_TRANSLATE_NOOP("Warnings", "What the links in this environment point to stays."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The environment has links to places outside of it. The links go; the places they"
            " point to are not touched.",
        ),
    ),
    WarningCode.OUTSIDE_KNOWN_PLACES: _Words(
        QT_TRANSLATE_NOOP("Warnings", "{prefix} is outside of the usual folders."),
        QT_TRANSLATE_NOOP("Warnings", "The location is outside of the usual folders."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Conda finds environments by name only in its own folders. In a terminal, this one"
            " must be called by its whole path.",
        ),
    ),
    WarningCode.REPODATA_OLD: _Words(
        QT_TRANSLATE_NOOP("Warnings", "The package list of {channel} could not be renewed."),
        QT_TRANSLATE_NOOP("Warnings", "A package list could not be renewed."),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "An earlier copy is used, so the newest versions may be missing. Check the internet"
            " connection if you need them.",
        ),
    ),
}

_ALTERNATIVES: Final[dict[str, Sentence]] = {
    "add-pip": QT_TRANSLATE_NOOP("Warnings", "Add pip"),
    "add-python": QT_TRANSLATE_NOOP("Warnings", "Add Python"),
    "strict-priority": QT_TRANSLATE_NOOP("Warnings", "Keep strictly to the order"),
    "only-conda-forge": QT_TRANSLATE_NOOP("Warnings", "Use only conda-forge"),
    "only-defaults": QT_TRANSLATE_NOOP("Warnings", "Use only defaults"),
    "nearest-name": QT_TRANSLATE_NOOP("Warnings", "Use the name “{name}”"),
}


def explain_warning(warning: PlanWarning) -> WarningWords:
    """Return what a person reads about `warning`, in their language."""
    words = _WORDS[warning.code]
    sentence = filled(words.sentence, warning.values) or filled(words.plain, warning.values)
    return WarningWords(sentence or warning.summary, filled(words.reason, warning.values))


def alternative_label(alternative: Alternative) -> str:
    """Return the words of the button that takes `alternative`."""
    values = (("name", alternative.request.prefix.name),)
    words = filled(_ALTERNATIVES.get(alternative.code), values)
    return words or QCoreApplication.translate("Warnings", "Do this instead")


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
