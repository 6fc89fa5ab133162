"""The sentences about what a change of packages brings along."""

from __future__ import annotations

from typing import Final

from engine.plan import WarningCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, WarningSentences

CHANGE_WARNINGS: Final[dict[WarningCode, WarningSentences]] = {
    WarningCode.UNSATISFIABLE: WarningSentences(
        (QT_TRANSLATE_NOOP("Warnings", "This does not go together with what is there."),),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Some of the packages ask for versions of others that exclude each other.",
        ),
    ),
    WarningCode.PACKAGE_UNKNOWN: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "None of the channels has {package}."),
            QT_TRANSLATE_NOOP("Warnings", "None of the channels has one of the packages."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "It is spelled differently, the channels do not carry it, or not for this system.",
        ),
    ),
    WarningCode.KEEP_IMPOSSIBLE: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} cannot stay as they are."),
            QT_TRANSLATE_NOOP("Warnings", "Some other packages cannot stay as they are."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What you asked for needs other versions of them. You find them among the changes"
            " below.",
        ),
    ),
    WarningCode.UPDATE_HELD_BACK: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} would become {versions} if {others} could change as well."
            ),
            QT_TRANSLATE_NOOP("Warnings", "{packages} cannot be updated while all else stays."),
            QT_TRANSLATE_NOOP("Warnings", "An update is held back by other packages."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Everything else is kept as it is, so there is no newer version that fits."
        ),
    ),
    WarningCode.REMOVES_DEPENDENTS: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} go too, because they need {because}."),
            QT_TRANSLATE_NOOP("Warnings", "Other packages go too."),
        ),
        QT_TRANSLATE_NOOP("Warnings", "They do not work without what you remove."),
    ),
    WarningCode.PYTHON_CHANGES: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "Python changes from {from} to {to}, and your PyPI packages with it."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Python {from} goes, and your PyPI packages do not work without it."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Python changes, and your PyPI packages with it."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Every version of Python has a folder of its own for packages, so those from PyPI must"
            " be installed again.",
        ),
    ),
    WarningCode.FILES_CLOBBERED: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} bring the same files ({count})."),
            QT_TRANSLATE_NOOP("Warnings", "Two packages bring the same files."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Only one of them can be in place, so the other package may not work as it should.",
        ),
    ),
    WarningCode.PYPI_CHANGES_CONDA: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "So that the PyPI packages fit, conda changes {packages} first."
            ),
            QT_TRANSLATE_NOOP("Warnings", "So that the PyPI packages fit, conda changes others."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "They need other versions than are there. When conda itself brings them, nothing"
            " breaks.",
        ),
    ),
    WarningCode.PYPI_OVERWRITES_CONDA: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "Packages from PyPI would overwrite {packages}, and may break {broken}.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "Packages from PyPI would overwrite {packages}."),
            QT_TRANSLATE_NOOP("Warnings", "Packages from PyPI would overwrite those of conda."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Conda would still believe that its own files are there, and its next change could"
            " break both.",
        ),
    ),
    WarningCode.PYPI_HAS_CONDA_COPY: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} are there already, from conda."),
            QT_TRANSLATE_NOOP("Warnings", "What you asked for is there already, from conda."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Two copies of one package get into each other's way, so one is enough."
        ),
    ),
    WarningCode.PYPI_IN_CHANNEL: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} could come from {channel} instead."),
            QT_TRANSLATE_NOOP("Warnings", "{packages} could come from one of your channels."),
            QT_TRANSLATE_NOOP("Warnings", "One of your channels has this package as well."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Packages from a channel fit those that conda installed, and are kept up to date with"
            " them.",
        ),
    ),
    WarningCode.PYPI_COPY_REPLACED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} come from a channel now, so the copies from PyPI go."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Copies from PyPI go, because a channel brings them."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Two copies of one package get into each other's way, so one has to go."
        ),
    ),
    WarningCode.PYPI_TAKES_OVER: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} come from PyPI from now on, not from conda."),
            QT_TRANSLATE_NOOP("Warnings", "Packages come from PyPI from now on, not from conda."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "The conda packages go first, so that no two copies are left behind."
        ),
    ),
    WarningCode.PYPI_BROKEN: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} from PyPI would not work any more."),
            QT_TRANSLATE_NOOP("Warnings", "Packages from PyPI would not work any more."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "They need other versions of packages than there would be afterwards."
        ),
    ),
    WarningCode.PYPI_DEPENDENTS_REMOVED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} from PyPI go too, because they need {because}."
            ),
            QT_TRANSLATE_NOOP("Warnings", "{packages} from PyPI go too."),
            QT_TRANSLATE_NOOP("Warnings", "Other packages from PyPI go too."),
        ),
        QT_TRANSLATE_NOOP("Warnings", "They do not work without what you remove."),
    ),
    WarningCode.PYPI_REINSTALLED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} from PyPI are installed again for the new Python."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Your PyPI packages are installed again for the new Python."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Every version of Python has a folder of its own for packages."
        ),
    ),
    WarningCode.PYPI_CANNOT_FOLLOW: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} from PyPI cannot follow, and would be gone."),
            QT_TRANSLATE_NOOP("Warnings", "Some PyPI packages cannot follow, and would be gone."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "There is no version of them for the new Python, or none that is known."
        ),
    ),
    WarningCode.SOURCE_BUILD: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} must be built from source code first."),
            QT_TRANSLATE_NOOP("Warnings", "A package must be built from source code first."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "There is no ready-made file for this Python and this system. Building takes time,"
            " runs code of its authors, and may fail.",
        ),
    ),
    WarningCode.RUNS_FOREIGN_CODE: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Code from {location} runs on your computer."),
            QT_TRANSLATE_NOOP("Warnings", "Code from {packages} runs on your computer."),
            QT_TRANSLATE_NOOP("Warnings", "Code from this address runs on your computer."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Nobody but its owner has looked at it. Go on only if you trust them."
        ),
    ),
    WarningCode.OTHER_INDEX: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Packages come from {host}, which is not PyPI."),
            QT_TRANSLATE_NOOP("Warnings", "Packages come from another index than PyPI."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Go on if this is a mirror, or the index of your company, that you know."
        ),
    ),
    WarningCode.USER_SITE_LEAKS: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} in your home folder come before those of this environment."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Packages in your home folder come before those of this environment."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "They were installed outside of any environment, and every Python of the same version"
            " sees them.",
        ),
    ),
    WarningCode.PIP_SETTINGS_UNREADABLE: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Your pip settings in {path} cannot be read."),
            QT_TRANSLATE_NOOP("Warnings", "Some of your pip settings cannot be read."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "A mirror or a proxy that is written there is not used. Mend the file if you need it.",
        ),
    ),
}

ALTERNATIVES: Final[dict[str, tuple[Sentence, ...]]] = {
    "with-pip": (QT_TRANSLATE_NOOP("Warnings", "Add pip"),),
    "without-defaults": (QT_TRANSLATE_NOOP("Warnings", "Leave out defaults"),),
    "update-needed": (QT_TRANSLATE_NOOP("Warnings", "Let others change as needed"),),
    "other-version": (
        QT_TRANSLATE_NOOP("Warnings", "Take {package} {version}"),
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
        QT_TRANSLATE_NOOP("Warnings", "Make a new environment {name}"),
        QT_TRANSLATE_NOOP("Warnings", "Make a new environment"),
    ),
}
