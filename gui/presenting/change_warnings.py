"""The sentences about what a change of packages brings along."""

from __future__ import annotations

from typing import Final

from engine.plan import WarningCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, WarningSentences

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
            QT_TRANSLATE_NOOP(
                "Warnings",
                "Not everything else can stay as it is; these must change too: {packages}.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "Not everything else can stay as it is."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What you asked for needs other versions of them. You find them among the changes"
            " below.",
        ),
    ),
    WarningCode.REMOVES_DEPENDENTS: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "Without {because}, these do not work, and go too: {packages}."
            ),
            QT_TRANSLATE_NOOP("Warnings", "Other packages go too."),
        ),
        QT_TRANSLATE_NOOP("Warnings", "They need what you remove."),
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
            QT_TRANSLATE_NOOP("Warnings", "{packages} bring the same files: {files}."),
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
                "Warnings",
                "{wishes} from PyPI would replace packages that conda takes care of: {packages}.",
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Packages from PyPI would replace some that conda takes care of."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Two tools would own the same files, and each would break the work of the other.",
        ),
    ),
    WarningCode.PYPI_OVERWRITES_CONDA: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "PyPI overwrites packages of conda: {packages}. Afterwards these may not work:"
                " {broken}.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "PyPI overwrites packages of conda: {packages}."),
            QT_TRANSLATE_NOOP("Warnings", "Packages from PyPI overwrite those of conda."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Conda still believes that its own files are there, and its next change can break"
            " both.",
        ),
    ),
    WarningCode.PYPI_HAS_CONDA_COPY: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{packages} {version} is there already, from conda, and stays."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "What you asked for is there already, from conda, and stays."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Two copies of one package get into the way of each other, so one is enough.",
        ),
    ),
    WarningCode.PYPI_IN_CHANNEL: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Your channels have {packages} too."),
            QT_TRANSLATE_NOOP("Warnings", "Your channels have this package too."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What comes from a channel fits the packages of conda, and is kept up to date with"
            " them.",
        ),
    ),
    WarningCode.PYPI_COPY_REPLACED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "A channel brings these now, so the copies from PyPI go: {packages}."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Copies from PyPI go, because a channel brings them now."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Two copies of one package get into the way of each other, so one has to go.",
        ),
    ),
    WarningCode.PYPI_TAKES_OVER: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "{packages} goes as a package of conda and comes back from PyPI: {needed_by}"
                " cannot do without it.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "A package of conda goes, and comes back from PyPI."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Packages from PyPI need it. Remove those too if you do not want it at all."
        ),
    ),
    WarningCode.PYPI_BROKEN: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} needs {needs}, and there will be {found}."),
            QT_TRANSLATE_NOOP("Warnings", "Packages from PyPI would not work any more."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "It would fail when it is used, perhaps in the middle of your work."
        ),
    ),
    WarningCode.PYPI_DEPENDENTS_REMOVED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings",
                "Without {because}, these from PyPI do not work, and go too: {packages}.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "Other packages from PyPI go too."),
        ),
        QT_TRANSLATE_NOOP("Warnings", "They need what you remove."),
    ),
    WarningCode.PYPI_REINSTALLED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "For Python {python}, these are installed again from PyPI: {packages}."
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
            QT_TRANSLATE_NOOP(
                "Warnings",
                "PyPI has nothing of these for Python {python}, so they would be gone: {packages}.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "Some PyPI packages cannot follow, and would be gone."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Nobody has made them for this version of Python, or they are too old to be found.",
        ),
    ),
    WarningCode.SOURCE_BUILD: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "These must be built from source code first: {packages}."
            ),
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
            QT_TRANSLATE_NOOP(
                "Warnings",
                "{packages} comes straight from {location}, and its code runs on your computer.",
            ),
            QT_TRANSLATE_NOOP("Warnings", "Code from a web address runs on your computer."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "Nobody but its owner has looked at it. Go on only if you trust them."
        ),
    ),
    WarningCode.OTHER_INDEX: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Packages come from {host}, which is not PyPI."),
            QT_TRANSLATE_NOOP("Warnings", "Packages come from another collection than PyPI."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Go on if you know it: a copy of PyPI near you, perhaps, or the collection of your"
            " company.",
        ),
    ),
    WarningCode.USER_SITE_LEAKS: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "Python may take these from your home folder instead: {packages}."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "Python may take packages from your home folder instead."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "They were installed outside of any environment, and every Python of the same"
            " version sees them.",
        ),
    ),
    WarningCode.EXTRA_MISSING: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "{packages} {version} has no extra part called {extra}."),
            QT_TRANSLATE_NOOP("Warnings", "{packages} has no extra part called {extra}."),
            QT_TRANSLATE_NOOP(
                "Warnings", "A package does not have the extra part that you asked for."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Nothing comes along for it. Look at the spelling, or whether another version has it.",
        ),
    ),
    WarningCode.RELEASE_WITHDRAWN: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "The makers of {packages} took version {version} back: {why}."
            ),
            QT_TRANSLATE_NOOP("Warnings", "The makers of {packages} took version {version} back."),
            QT_TRANSLATE_NOOP("Warnings", "A version that you asked for was taken back."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "It comes only because you asked for exactly this version. Another one is better.",
        ),
    ),
    WarningCode.CONDA_INCOMPLETE: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "The copy from PyPI had taken the place of files of conda's {packages}."
            ),
            QT_TRANSLATE_NOOP(
                "Warnings", "The copy from PyPI had taken the place of files of conda."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "When only the copy goes, conda's package is without its files and does not work.",
        ),
    ),
    WarningCode.ENVIRONMENT_PROTECTED: WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "This environment is protected: its packages stay as they are."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Conda itself, or other environments, live in it. A change that fails half-way would"
            " take them along. An environment of your own is safe to change, and to delete.",
        ),
    ),
    WarningCode.ENVIRONMENT_FROZEN: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "This environment is frozen: {message}"),
            QT_TRANSLATE_NOOP(
                "Warnings", "This environment is frozen: its packages stay as they are."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "Whoever set it up has marked it so, and its packages stay as they are. A copy of it is"
            " yours to change.",
        ),
    ),
    WarningCode.PIP_SETTINGS_UNREADABLE: WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Your pip settings in {path} cannot be read."),
            QT_TRANSLATE_NOOP("Warnings", "Some of your pip settings cannot be read."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "What is written there, such as another address for PyPI, is not used. Mend it if you"
            " need it.",
        ),
    ),
}

# What is said of PyPI against conda depends on what was found out, and on what was done about it.
PYPI_AGAINST_CONDA: Final[dict[str, WarningSentences]] = {
    "conda-first": WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "For {wishes}, conda changes its own first: {specs}."),
            QT_TRANSLATE_NOOP("Warnings", "Conda changes its own packages first."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "PyPI would replace packages that conda takes care of. When conda itself brings the"
            " right versions, nothing breaks.",
        ),
    ),
    "other-version": WarningSentences(
        (
            QT_TRANSLATE_NOOP("Warnings", "Another version is taken, which fits: {specs}."),
            QT_TRANSLATE_NOOP("Warnings", "Another version is taken, which fits."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings",
            "The one that you asked for would replace packages that conda takes care of.",
        ),
    ),
    "other-name": WarningSentences(
        (
            QT_TRANSLATE_NOOP(
                "Warnings", "{wishes} from PyPI has the same files as {packages} from conda."
            ),
            QT_TRANSLATE_NOOP("Warnings", "PyPI and conda would bring the same files."),
        ),
        QT_TRANSLATE_NOOP(
            "Warnings", "They are one thing under two names, and one of them is enough."
        ),
    ),
}
GUESSED_CHANNEL: Final = WarningSentences(
    (
        QT_TRANSLATE_NOOP("Warnings", "Your channels may have {packages} too, as {conda}."),
        QT_TRANSLATE_NOOP("Warnings", "Your channels may have this package too."),
    ),
    QT_TRANSLATE_NOOP(
        "Warnings",
        "That it is the same is a guess from the name. What comes from a channel fits the packages"
        " of conda.",
    ),
)
