"""The sentences about what is wrong with packages: what, what it means, and how it comes about."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, FindingSentences

PACKAGE_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
    FindingCode.CONDA_OVERWRITTEN: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} was installed twice: version {conda_version} by conda, then "
                "{pypi_version} by {installer} on top of it.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "A package was installed twice, in two versions: by conda, then by another program"
                " on top.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "{breaks} can fail now, because version {pypi_version} does not suit it."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{distribution} can fail now: it needs {lacks}, which is not here."
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Version {pypi_version} is used now, and may work. But with the next change the "
                "two versions can get mixed up.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "It may work for now. But with the next change the two versions can get mixed up.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Each of the two programs installs packages without knowing of the other one. "
                "conda still believes that its version is there.",
            ),
        ),
    ),
    FindingCode.CONDA_OVERWRITTEN_SAME: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} was installed twice in the same version: by conda, then by {installer} "
                "on top of it.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "A package was installed twice in the same version: by conda, then by another "
                "program.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Your programs most likely work. A later change can leave the package half old "
                "and half new. Both copies are of the same version, so either may stay.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Each of the two programs installs packages without knowing of the other one. Both"
                " believe now that the same files are theirs.",
            ),
        ),
    ),
    FindingCode.CONDA_DIST_INFO_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} was taken away in part, and conda still believes that it is there.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "A package was taken away in part, and conda still believes that it is there.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Programs that use {package} can stop with “No module named…”. So can {breaks}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Programs that use {package} can stop with “No module named…”."
            ),
            QT_TRANSLATE_NOOP("Health", "Programs that use it can stop with “No module named…”."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Its files were deleted by hand, or by pip, which does not tell conda."
            ),
        ),
    ),
    FindingCode.TWO_COPIES: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{distribution} is here more than once: versions {versions}."
            ),
            QT_TRANSLATE_NOOP("Health", "A package is here more than once."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Python picks one of the copies, and it may not be the one that you expect. "
                "Envdesk suggests to keep version {kept_of_conda}, because conda, which "
                "installed it, looks after what other packages need.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Python picks one of the copies, and it may not be the one that you expect. "
                "Envdesk suggests to keep version {kept}, because it was installed last.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Python picks one of the copies, and it may not be the one that you expect.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "It was installed a second time, and the first copy was not removed."
            ),
        ),
    ),
    FindingCode.PIP_LEFTOVERS: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{lost} is gone: version {version} was taken away to be replaced, and that was "
                "interrupted.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "An installation that was interrupted left this behind: {names}."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "The installation of {distribution} was interrupted half-way."
            ),
            QT_TRANSLATE_NOOP("Health", "An installation that was interrupted left files behind."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Code that uses {lost} stops with “No module named…”."),
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} can fail, and can be neither updated nor removed in the usual way.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "pip complains about it each time it runs. It does no other harm."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "While pip installs packages, it gives old files other names for a moment. It was "
                "stopped in between.",
            ),
        ),
    ),
    FindingCode.REQUIREMENT_MISSING: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{needed} is not installed, although {settled} asks for it."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{needed} is not installed, although it is needed by {by}."
            ),
            QT_TRANSLATE_NOOP("Health", "A package that others need is not installed."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Most likely this does no harm: conda has its own list of what {settled} needs, "
                "and all of that is here.",
            ),
            QT_TRANSLATE_NOOP("Health", "Programs that use {by} can stop with an error."),
            QT_TRANSLATE_NOOP("Health", "Programs that use them can stop with an error."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Whoever packed {settled} for conda left this out of conda's list, because it "
                "works without. The list for PyPI still names it.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "It was removed, or the package that needs it was installed without it."
            ),
        ),
    ),
    FindingCode.REQUIREMENT_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{needed} {version} is installed, but {settled} asks for version {wants}."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{needed} {version} is installed, but version {wants} is needed by {by}."
            ),
            QT_TRANSLATE_NOOP("Health", "Another version of {needed} is needed by {by}."),
            QT_TRANSLATE_NOOP(
                "Health", "A package needs another version of one that is installed."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Most likely this does no harm: conda has its own list of what {settled} needs, "
                "and all of that is here.",
            ),
            QT_TRANSLATE_NOOP("Health", "{by} can fail, or give wrong results."),
            QT_TRANSLATE_NOOP("Health", "It can fail, or give wrong results."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Whoever packed {settled} for conda found that this version will do. The list for "
                "PyPI still names another one.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "A later installation changed the version without looking at what else needs it.",
            ),
        ),
    ),
    FindingCode.PYTHON_UNFIT: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} {version} was made for Python {needs}, and this is Python"
                " {python}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} {version} was made for another Python or another kind of computer.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "A package was made for another Python or another kind of computer."
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "It can fail as soon as a program uses it."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It was copied from another computer, or installed although it does not fit. "
                "Most packages have another version, or another file, that fits.",
            ),
        ),
    ),
    FindingCode.REQUIREMENT_OPTIONAL: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{needed} {version} is installed, but the extra feature “{parts}” of {by} needs "
                "version {wants}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{needed} is not installed, but the extra feature “{parts}” of {by} needs it.",
            ),
            QT_TRANSLATE_NOOP("Health", "An extra feature of a package lacks something."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "That feature is needed by {askers}, which can fail. All else works."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "This only matters if you use that feature. All else works."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Some features of packages need further packages, which are installed only when "
                "somebody asks for the feature.",
            ),
        ),
    ),
    FindingCode.DEPENDS_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{by} needs {system}. This computer has version {has}."),
            QT_TRANSLATE_NOOP(
                "Health", "{by} needs {system}. This computer does not seem to have that."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{needed} {version} is installed, but {wants} is needed by {by}."
            ),
            QT_TRANSLATE_NOOP("Health", "{wants} is not installed, although it is needed by {by}."),
            QT_TRANSLATE_NOOP("Health", "A package lacks one that it needs."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Programs that use {by} can fail."),
            QT_TRANSLATE_NOOP("Health", "Programs that use it can fail."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "{by} was made for computers with {system}."),
            QT_TRANSLATE_NOOP(
                "Health", "It was removed or replaced although another package needs it."
            ),
        ),
    ),
    FindingCode.CONSTRAINS_VIOLATED: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{needed} {version} and {by} do not go together."),
            QT_TRANSLATE_NOOP("Health", "Two packages do not go together in these versions."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "A program that uses both can fail. What suits {by}: {wants}."
            ),
            QT_TRANSLATE_NOOP("Health", "A program that uses both can fail."),
        ),
        (QT_TRANSLATE_NOOP("Health", "Packages state with which versions of others they work."),),
    ),
}
