"""The words on the buttons that take what a warning offers, by the code of the alternative."""

from __future__ import annotations

from typing import Final

from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence

ALTERNATIVES: Final[dict[str, tuple[Sentence, ...]]] = {
    "with-pip": (QT_TRANSLATE_NOOP("Warnings", "Add pip"),),
    "without-defaults": (QT_TRANSLATE_NOOP("Warnings", "Leave out defaults"),),
    "update-needed": (QT_TRANSLATE_NOOP("Warnings", "Let others change as needed"),),
    "other-version": (
        QT_TRANSLATE_NOOP("Warnings", "Take {package} {version}"),
        QT_TRANSLATE_NOOP("Warnings", "Take {specs}"),
        QT_TRANSLATE_NOOP("Warnings", "Take another version of {package}"),
        QT_TRANSLATE_NOOP("Warnings", "Take another version"),
    ),
    "flexible-priority": (QT_TRANSLATE_NOOP("Warnings", "Use later channels too"),),
    "other-channel": (
        QT_TRANSLATE_NOOP("Warnings", "Use the channel {channel} too"),
        QT_TRANSLATE_NOOP("Warnings", "Use another channel too"),
    ),
    "loosen-earlier": (
        QT_TRANSLATE_NOOP("Warnings", "Let {package} become {version}"),
        QT_TRANSLATE_NOOP("Warnings", "Let {package} change"),
        QT_TRANSLATE_NOOP("Warnings", "Let another package change"),
    ),
    "other-python": (
        QT_TRANSLATE_NOOP("Warnings", "Change to Python {python}"),
        QT_TRANSLATE_NOOP("Warnings", "Change Python"),
    ),
    "leave-out": (
        QT_TRANSLATE_NOOP("Warnings", "Leave out {spec}"),
        QT_TRANSLATE_NOOP("Warnings", "Leave one out"),
    ),
    "keep-package": (
        QT_TRANSLATE_NOOP("Warnings", "Keep {package}"),
        QT_TRANSLATE_NOOP("Warnings", "Keep what was to go"),
    ),
    "remove-other": (
        QT_TRANSLATE_NOOP("Warnings", "Remove {package} for it"),
        QT_TRANSLATE_NOOP("Warnings", "Remove another package for it"),
    ),
    "new-environment": (
        QT_TRANSLATE_NOOP("Warnings", "Make a new environment, “{name}”"),
        QT_TRANSLATE_NOOP("Warnings", "Make a new environment"),
    ),
    "conda-first": (
        QT_TRANSLATE_NOOP("Warnings", "Let conda change first: {specs}"),
        QT_TRANSLATE_NOOP("Warnings", "Let conda change first"),
    ),
    "keep-conda": (
        QT_TRANSLATE_NOOP("Warnings", "Keep {packages} from conda"),
        QT_TRANSLATE_NOOP("Warnings", "Keep what conda has"),
    ),
    "overwrite": (
        QT_TRANSLATE_NOOP("Warnings", "Overwrite {packages} anyway"),
        QT_TRANSLATE_NOOP("Warnings", "Overwrite anyway"),
    ),
    "update-from": (
        QT_TRANSLATE_NOOP("Warnings", "Take {package} {version} from {channel}"),
        QT_TRANSLATE_NOOP("Warnings", "Take it from another channel"),
    ),
    "update-from-conda": (QT_TRANSLATE_NOOP("Warnings", "Update it by conda"),),
    "did-you-mean": (
        QT_TRANSLATE_NOOP("Warnings", "Take {instead}"),
        QT_TRANSLATE_NOOP("Warnings", "Take a package of a similar name"),
    ),
    "from-pypi": (
        QT_TRANSLATE_NOOP("Warnings", "Take {package} from PyPI"),
        QT_TRANSLATE_NOOP("Warnings", "Take it from PyPI"),
    ),
    "any-version": (
        QT_TRANSLATE_NOOP("Warnings", "Take the version of {package} that fits best"),
        QT_TRANSLATE_NOOP("Warnings", "Take the version that fits best"),
    ),
    "without-extra": (QT_TRANSLATE_NOOP("Warnings", "Leave out {extra}"),),
    "keep-pypi": (
        QT_TRANSLATE_NOOP("Warnings", "Keep the copy of {package}"),
        QT_TRANSLATE_NOOP("Warnings", "Keep the copy"),
    ),
    "clone-first": (
        QT_TRANSLATE_NOOP("Warnings", "Make a copy: {name}"),
        QT_TRANSLATE_NOOP("Warnings", "Make a copy"),
    ),
    "from-channel": (
        QT_TRANSLATE_NOOP("Warnings", "Take {specs} from a channel"),
        QT_TRANSLATE_NOOP("Warnings", "Take it from a channel"),
    ),
    "remove-dependents": (QT_TRANSLATE_NOOP("Warnings", "Remove those too"),),
    "keep-range": (
        QT_TRANSLATE_NOOP("Warnings", "Keep to {specs}"),
        QT_TRANSLATE_NOOP("Warnings", "Keep to what it needs"),
    ),
    "remove-pypi": (
        QT_TRANSLATE_NOOP("Warnings", "Remove {packages} too"),
        QT_TRANSLATE_NOOP("Warnings", "Remove it too"),
    ),
    "keep-python": (QT_TRANSLATE_NOOP("Warnings", "Keep this Python"),),
    "with-python": (QT_TRANSLATE_NOOP("Warnings", "Add Python"),),
}
