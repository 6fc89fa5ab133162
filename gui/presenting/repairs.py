"""Say what each repair would do, and what it does to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from engine.conda.channels import short_name
from engine.health.values import RepairKind, RepairStep
from engine.plan import Plan
from engine.requests import RepairRequest
from gui import formats
from gui.presenting.wanting import is_exact, package_name, wanted_in_words
from gui.presenting.wording import (
    QT_TRANSLATE_NOOP,
    Sentence,
    fill,
)

_NAMED_AT_MOST: Final = 3
_INFO_FOLDERS: Final = (".dist-info", ".egg-info")
_HISTORY: Final = "history"


@dataclass(frozen=True, slots=True)
class _Words:
    """Hold what a kind of step will do, and what stands on its button."""

    will: Sentence
    label: Sentence


@dataclass(frozen=True, slots=True)
class _Told:
    """Hold the words of one step, and what it is about: in a sentence, and on a button."""

    words: _Words
    name: str = ""
    short: str = ""
    channel: str = ""


def repair_sentence(steps: Sequence[RepairStep]) -> str:
    """Return what a repair will do, one sentence for each kind of step."""
    return " ".join(
        _filled(words.will, [each.name for each in told], channel)
        for (words, channel), told in _grouped(steps).items()
    )


def repair_will(plan: Plan) -> str:
    """Return what a repair will do, as its card said it; "" for a plan of anything else."""
    repairing = plan.repairing
    if not isinstance(plan.request, RepairRequest) or repairing is None:
        return ""
    if repairing.forgets or repairing.settles:  # which is all that the preview tells anyway
        return ""
    return repair_sentence([s for s in plan.request.steps if s not in repairing.later])


def repair_label(steps: Sequence[RepairStep]) -> str:
    """Return the words of the button for a way to repair that is not the first."""
    (words, channel), told = next(iter(_grouped(steps).items()))
    return _filled(words.label, [each.short or each.name for each in told], channel)


def is_removal(steps: Sequence[RepairStep]) -> bool:
    """Return whether a repair takes away what was installed, rather than putting it in order."""
    return any(step.kind is RepairKind.REMOVE for step in steps)


def some_of(names: Sequence[str]) -> str:
    """Return `names` as a list in words, a long one cut short with its count."""
    shown = list(names[:_NAMED_AT_MOST])
    if len(names) > _NAMED_AT_MOST:
        text = QCoreApplication.translate("Health", "{count} more")
        shown.append(text.format(count=formats.format_count(len(names) - _NAMED_AT_MOST)))
    return formats.join_words(shown)


def _grouped(steps: Sequence[RepairStep]) -> dict[tuple[_Words, str], list[_Told]]:
    found: dict[tuple[_Words, str], list[_Told]] = {}
    for step in steps:
        told = _told(step)
        others = found.setdefault((told.words, told.channel), [])
        if told.name and told not in others:
            others.append(told)
    return found


def _told(step: RepairStep) -> _Told:
    kind, subject = step.kind, step.subject
    match kind:
        case RepairKind.INSTALL | RepairKind.INSTALL_CONDA | RepairKind.UPDATE:
            return _told_of_package(kind, subject, step.release)
        case RepairKind.DELETE_FILES | RepairKind.REMOVE_COPY:
            return _told_of_path(kind, subject.rstrip("/").rpartition("/")[2])
        case RepairKind.REBUILD_RECORD if subject == _HISTORY:
            return _Told(_HISTORY_WRITTEN)
        case RepairKind.REBUILD_RECORD:
            return _Told(_WORDS[kind], subject.removesuffix(".json").rsplit("-", 2)[0])
        case RepairKind.ISOLATE if not subject:
            return _Told(_ISOLATED)
        case RepairKind.RESTORE_CONDA if step.release:
            return _Told(_BROUGHT_BACK, f"{subject} {step.release}")
        case RepairKind.HAND_TO_PYPI | RepairKind.REINSTALL_PYPI if step.release:
            return _Told(_WORDS[kind], f"{subject} {step.release}")
        case _:
            return _Told(_WORDS[kind], subject)


def _told_of_package(kind: RepairKind, wanted: str, release: str) -> _Told:
    name = package_name(wanted)
    if kind is RepairKind.UPDATE and "::" in wanted:
        channel = short_name(wanted.rpartition("::")[0])
        if release:
            return _Told(_TAKEN_FROM_AT_ONE_VERSION, f"{name} {release}", name, channel)
        return _Told(_TAKEN_FROM, wanted_in_words(wanted), name, channel)
    words = _WORDS[kind]
    if kind is RepairKind.UPDATE and not is_exact(wanted):
        words = _UPDATED_TO
    elif kind is RepairKind.INSTALL and is_exact(wanted):
        return _Told(_INSTALLED, wanted_in_words(wanted))
    return _Told(words, wanted_in_words(wanted), name)


def _told_of_path(kind: RepairKind, last: str) -> _Told:
    if kind is RepairKind.REMOVE_COPY:
        return _Told(_WORDS[kind], _release(last))
    if last.endswith(_INFO_FOLDERS):
        return _Told(_REST_DELETED, _release(last))
    return _Told(_WORDS[kind], last)


def _release(folder: str) -> str:
    """Return "numpy 2.0" of `numpy-2.0.dist-info` (PyPA, "Recording installed projects")."""
    name, _, version = folder.rpartition(".")[0].partition("-")
    return f"{name} {version}".strip()


def _filled(sentence: Sentence, names: Sequence[str], channel: str) -> str:
    text = QCoreApplication.translate(sentence.context, sentence.text)
    return fill(text, {"names": some_of(names), "channel": channel})


_INSTALLED: Final = _Words(
    QT_TRANSLATE_NOOP("Health", "Installs {names}."),
    QT_TRANSLATE_NOOP("Health", "Install {names}"),
)
_UPDATED_TO: Final = _Words(
    QT_TRANSLATE_NOOP(
        "Health", "Installs {names}. Packages that do not work with it get another version, too."
    ),
    QT_TRANSLATE_NOOP("Health", "Update {names}"),
)
_TAKEN_FROM: Final = _Words(
    QT_TRANSLATE_NOOP(
        "Health", "Takes {names} from the channel {channel} instead. The version can change."
    ),
    QT_TRANSLATE_NOOP("Health", "Take {names} from {channel}"),
)
_TAKEN_FROM_AT_ONE_VERSION: Final = _Words(
    QT_TRANSLATE_NOOP("Health", "Takes {names} from the channel {channel} instead."),
    QT_TRANSLATE_NOOP("Health", "Take {names} from {channel}"),
)
_BROUGHT_BACK: Final = _Words(
    QT_TRANSLATE_NOOP("Health", "Puts {names} back as conda installed it."),
    QT_TRANSLATE_NOOP("Health", "Put back {names} from conda"),
)
_REST_DELETED: Final = _Words(
    QT_TRANSLATE_NOOP("Health", "Deletes what is left of {names}."),
    QT_TRANSLATE_NOOP("Health", "Delete what is left of {names}"),
)
_HISTORY_WRITTEN: Final = _Words(
    QT_TRANSLATE_NOOP(
        "Health", "Begins a new list of changes for conda, with what is installed now."
    ),
    QT_TRANSLATE_NOOP("Health", "Begin a new list"),
)
_ISOLATED: Final = _Words(
    QT_TRANSLATE_NOOP(
        "Health",
        "Makes this environment look only at its own packages when it is in use. Nothing "
        "is deleted.",
    ),
    QT_TRANSLATE_NOOP("Health", "Keep them out"),
)
_WORDS: Final[dict[RepairKind, _Words]] = {
    RepairKind.RESTORE_CONDA: _Words(
        QT_TRANSLATE_NOOP("Health", "Puts the files of {names} back as conda installed them."),
        QT_TRANSLATE_NOOP("Health", "Put back {names} from conda"),
    ),
    RepairKind.HAND_TO_PYPI: _Words(
        QT_TRANSLATE_NOOP(
            "Health",
            "Keeps {names}, which came from PyPI. From now on it is updated from PyPI, no "
            "longer by conda.",
        ),
        QT_TRANSLATE_NOOP("Health", "Keep {names} from PyPI"),
    ),
    RepairKind.REINSTALL_PYPI: _Words(
        QT_TRANSLATE_NOOP(
            "Health", "Installs {names} again from PyPI, in the form that fits this computer."
        ),
        QT_TRANSLATE_NOOP("Health", "Install {names} again"),
    ),
    RepairKind.REMOVE_COPY: _Words(
        QT_TRANSLATE_NOOP("Health", "Removes {names}."),
        QT_TRANSLATE_NOOP("Health", "Remove the copy {names}"),
    ),
    RepairKind.INSTALL: _Words(
        QT_TRANSLATE_NOOP("Health", "Installs {names}, in a version that suits the others."),
        QT_TRANSLATE_NOOP("Health", "Install {names}"),
    ),
    RepairKind.INSTALL_CONDA: _Words(
        QT_TRANSLATE_NOOP("Health", "Installs {names}, in a version that suits the others."),
        QT_TRANSLATE_NOOP("Health", "Install {names}"),
    ),
    RepairKind.UPDATE: _Words(
        QT_TRANSLATE_NOOP("Health", "Installs the newest version of {names} that fits here."),
        QT_TRANSLATE_NOOP("Health", "Change the version of {names}"),
    ),
    RepairKind.REMOVE: _Words(
        QT_TRANSLATE_NOOP("Health", "Removes {names}."),
        QT_TRANSLATE_NOOP("Health", "Remove {names}"),
    ),
    RepairKind.DELETE_FILES: _Words(
        QT_TRANSLATE_NOOP("Health", "Deletes {names}."),
        QT_TRANSLATE_NOOP("Health", "Delete {names}"),
    ),
    RepairKind.REWRITE_PREFIX: _Words(
        QT_TRANSLATE_NOOP(
            "Health",
            "Corrects all files here that name {names}: they then name the folder of this "
            "environment. That other folder itself is not touched.",
        ),
        QT_TRANSLATE_NOOP("Health", "Correct these files"),
    ),
    RepairKind.ALLOW_WRITING: _Words(
        QT_TRANSLATE_NOOP("Health", "Gives you back the right to use and change these files."),
        QT_TRANSLATE_NOOP("Health", "Allow changes"),
    ),
    RepairKind.ADD_PIP: _Words(
        QT_TRANSLATE_NOOP("Health", "Installs pip into this environment."),
        QT_TRANSLATE_NOOP("Health", "Add pip"),
    ),
    RepairKind.ISOLATE: _Words(
        QT_TRANSLATE_NOOP(
            "Health",
            "Switches {names} off while this environment is in use. Everything else keeps "
            "the setting.",
        ),
        QT_TRANSLATE_NOOP("Health", "Keep it out"),
    ),
    RepairKind.FORGET: _Words(
        QT_TRANSLATE_NOOP("Health", "Takes it off the list of environments. No file is deleted."),
        QT_TRANSLATE_NOOP("Health", "Take it off the list"),
    ),
    RepairKind.SETTLE: _Words(
        QT_TRANSLATE_NOOP(
            "Health",
            "Finishes the change if all that it needs is there. If not, puts everything back "
            "as it was before.",
        ),
        QT_TRANSLATE_NOOP("Health", "Finish it or take it back"),
    ),
    RepairKind.REBUILD_RECORD: _Words(
        QT_TRANSLATE_NOOP("Health", "Writes conda's note about {names} anew."),
        QT_TRANSLATE_NOOP("Health", "Write the note anew"),
    ),
    RepairKind.UNFREEZE: _Words(
        QT_TRANSLATE_NOOP("Health", "Takes the protection away, so that packages can be changed."),
        QT_TRANSLATE_NOOP("Health", "Take the protection away"),
    ),
}
