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
                "{installer} put version {pypi_version} of {package} over conda's {conda_version}.",
            ),
            QT_TRANSLATE_NOOP("Health", "pip put another version of a package over conda's."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "{breaks} may fail now, because the version does not suit it."
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "It may work for now. The next time conda changes something, the two versions can "
                "get mixed up.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "conda and pip are two programs that install packages. Neither knows what the other"
            " did: conda still believes that its own version is there.",
        ),
    ),
    FindingCode.CONDA_OVERWRITTEN_SAME: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{installer} put its own copy of {package} over conda's, in the same version.",
            ),
            QT_TRANSLATE_NOOP("Health", "pip put its own copy of a package over conda's."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Your code most likely works. A later change by conda can leave the package half "
                "old and half new.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "conda and pip are two programs that install packages. Both now believe that the "
            "same files are theirs.",
        ),
    ),
    FindingCode.CONDA_DIST_INFO_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "Part of {package} is gone, although conda has it on its list."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Part of a package is gone, although conda has it on its list."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Code that uses {package} may stop with “No module named…”. This concerns {breaks},"
                " too.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Code that uses {package} may stop with “No module named…”."
            ),
            QT_TRANSLATE_NOOP("Health", "Code that uses it may stop with “No module named…”."),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "The files were removed by hand or by pip, and conda was not told."
        ),
    ),
    FindingCode.TWO_COPIES: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{distribution} is installed more than once: versions {versions}."
            ),
            QT_TRANSLATE_NOOP("Health", "A package is installed more than once."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Python picks one of the copies, and it may not be the one that you expect.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "This happens when a package is installed while an older copy of it could not be "
            "removed.",
        ),
    ),
    FindingCode.PIP_LEFTOVERS: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "An interrupted installation left {names} behind."),
            QT_TRANSLATE_NOOP(
                "Health", "An interrupted installation left half of {distribution} behind."
            ),
            QT_TRANSLATE_NOOP("Health", "An interrupted installation left files behind."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "pip warns about them each time it runs. They do no other harm."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "pip renames old files before it puts new ones in their place. It was stopped in "
            "between.",
        ),
    ),
    FindingCode.REQUIREMENT_MISSING: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{by} needs {needed}, which is not installed."),
            QT_TRANSLATE_NOOP("Health", "A package that others need is not installed."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Code that uses {by} can stop with an error."),
            QT_TRANSLATE_NOOP("Health", "Code that uses them can stop with an error."),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "It was removed, or the package that needs it was installed without it."
        ),
    ),
    FindingCode.REQUIREMENT_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{by} needs {needed} {wants}, but version {version} is installed."
            ),
            QT_TRANSLATE_NOOP("Health", "{by} needs another version of {needed}."),
            QT_TRANSLATE_NOOP(
                "Health", "A package needs another version of one that is installed."
            ),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "{by} may fail, or work in an unexpected way."),
            QT_TRANSLATE_NOOP("Health", "It may fail, or work in an unexpected way."),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "A later installation changed the version without looking at what else needs it.",
        ),
    ),
    FindingCode.REQUIREMENT_OPTIONAL: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "An extra feature of {by} needs {needed} {wants}."),
            QT_TRANSLATE_NOOP(
                "Health", "An extra feature of {by} needs {needed}, which is not as it asks for."
            ),
            QT_TRANSLATE_NOOP("Health", "An extra feature of a package lacks something."),
        ),
        (QT_TRANSLATE_NOOP("Health", "Only matters if you use that feature. All else works."),),
        QT_TRANSLATE_NOOP(
            "Health",
            "Some packages can do more when others are there. Nobody has to install those.",
        ),
    ),
    FindingCode.DEPENDS_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{by} needs {system}, which this computer does not offer."),
            QT_TRANSLATE_NOOP("Health", "{by} needs {wants}, but {needed} {version} is installed."),
            QT_TRANSLATE_NOOP("Health", "{by} needs {wants}, which is not installed."),
            QT_TRANSLATE_NOOP("Health", "A package from conda lacks one that it needs."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Programs that use {by} can fail."),
            QT_TRANSLATE_NOOP("Health", "Programs that use it can fail."),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "The other package was removed or replaced without conda, or with a warning that "
            "was passed over.",
        ),
    ),
    FindingCode.CONSTRAINS_VIOLATED: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{by} does not work together with {needed} {version}."),
            QT_TRANSLATE_NOOP("Health", "Two packages do not work together in these versions."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Using both at once can go wrong. {by} expects {wants}."),
            QT_TRANSLATE_NOOP("Health", "Using both at once can go wrong."),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "The package says itself which versions of others it gets along with."
        ),
    ),
    FindingCode.CHANNELS_MIXED: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages come from sources that do not go well together: {channels}."
            ),
            QT_TRANSLATE_NOOP("Health", "Packages come from sources that do not go well together."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It can work for a long time, and then fail in ways that are hard to explain.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "A channel is a place that conda takes packages from. These build theirs in "
            "different ways.",
        ),
    ),
    FindingCode.GONE_FROM_CHANNEL: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{package} {version} is not offered any more where it came from."
            ),
            QT_TRANSLATE_NOOP("Health", "A package is not offered any more where it came from."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "It works as before. Setting up the same environment elsewhere will fail."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "Packages are withdrawn when they turn out to be faulty, or when their source is "
            "closed.",
        ),
    ),
    FindingCode.PYTHON_ENDED: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "Python {version} gets no security fixes any more, since {end}."
            ),
            QT_TRANSLATE_NOOP("Health", "This version of Python gets no security fixes any more."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "It works. New versions of packages leave it behind one by one."
            ),
        ),
        QT_TRANSLATE_NOOP("Health", "Each version of Python is cared for during five years."),
    ),
    FindingCode.VULNERABLE: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{package} {version} has a known security hole."),
            QT_TRANSLATE_NOOP("Health", "A package has a known security hole."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Whoever can feed data to your programs may be able to misuse it."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "The place where packages come from keeps a list of holes that were found."
        ),
    ),
}
