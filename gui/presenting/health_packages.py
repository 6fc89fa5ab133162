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
                "Health", "{breaks} can fail now: the version that is there does not suit it."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{distribution} can fail now: it needs {lacks}, which is not here."
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "It may work for now. With the next change the two versions can get mixed up.",
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
                "Your code most likely works. A later change can leave the package half old and "
                "half new.",
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
                "Code that uses {package} can stop with “No module named…”. So can {breaks}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Code that uses {package} can stop with “No module named…”."
            ),
            QT_TRANSLATE_NOOP("Health", "Code that uses it can stop with “No module named…”."),
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
                "Python picks one of the copies, and it may not be the one that you expect.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "A new copy was installed while the old one could not be taken away."
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
                "{distribution} can fail, and cannot be updated or removed as it should be.",
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
                "Health", "{needed} is not installed, although it is needed by {by}."
            ),
            QT_TRANSLATE_NOOP("Health", "A package that others need is not installed."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "Code that uses {by} can stop with an error."),
            QT_TRANSLATE_NOOP("Health", "Code that uses them can stop with an error."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "It was removed, or the package that needs it was installed without it."
            ),
        ),
    ),
    FindingCode.REQUIREMENT_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{needed} {version} is installed, but version {wants} is needed by {by}."
            ),
            QT_TRANSLATE_NOOP("Health", "Another version of {needed} is needed by {by}."),
            QT_TRANSLATE_NOOP(
                "Health", "A package needs another version of one that is installed."
            ),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "{by} can fail, or work in an unexpected way."),
            QT_TRANSLATE_NOOP("Health", "It can fail, or work in an unexpected way."),
        ),
        (
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
        (QT_TRANSLATE_NOOP("Health", "It can fail as soon as your code uses it."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It was copied from elsewhere, or installed although it does not fit. For most"
                " packages there is another file or another version that does.",
            ),
        ),
    ),
    FindingCode.REQUIREMENT_OPTIONAL: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{needed} {version} is installed, but an extra feature of {by} needs version"
                " {wants}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "{needed} is not installed, which an extra feature of {by} needs."
            ),
            QT_TRANSLATE_NOOP("Health", "An extra feature of a package lacks something."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "This only matters if you use that feature. All else works."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Some packages can do more when certain others are there. Nobody has to install "
                "those.",
            ),
        ),
    ),
    FindingCode.DEPENDS_UNMET: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "This computer does not have {system}, which is needed by {by}."
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
                "Health",
                "The other package was removed or replaced without a look at who needs it, or in "
                "spite of a warning.",
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
                "Health", "Using both at once can go wrong. What goes with {by}: {wants}."
            ),
            QT_TRANSLATE_NOOP("Health", "Using both at once can go wrong."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages say themselves which versions of others they get along with."
            ),
        ),
    ),
    FindingCode.CHANNELS_MIXED: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages come from channels that do not go well together: {channels}."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Packages come from channels that do not go well together."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It can work for a long time, and then fail in ways that are hard to explain.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The people behind each channel put their packages together in their own way. "
                "Parts made in different ways do not always fit.",
            ),
        ),
    ),
    FindingCode.GONE_FROM_CHANNEL: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} {version} is not offered any more by {channel}, the channel that it "
                "came from.",
            ),
            QT_TRANSLATE_NOOP("Health", "A package is not offered any more where it came from."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It works as before. To set up the same environment elsewhere will fail. The "
                "channel has {newer} now.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "It works as before. To set up the same environment elsewhere will fail."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Packages are withdrawn when they turn out to be faulty, or when the channel is "
                "closed.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The channel has only {older} now, which is older. Go back to it if you want to "
                "set up this environment elsewhere, or leave everything as it is.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Your channel {elsewhere} has {offered} of it. Take that if you want to set up "
                "this environment elsewhere, or leave everything as it is.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "None of your channels has anything in its place, so there is nothing to repair. "
                "Keep this environment, or a copy of it, for as long as you need {package}.",
            ),
        ),
    ),
    FindingCode.PYTHON_ENDED: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "Python {version} has had no security fixes since {end}."),
            QT_TRANSLATE_NOOP("Health", "This version of Python gets no security fixes any more."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "It works. New versions of packages leave it behind one by one."
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "Each version of Python is looked after for five years."),),
    ),
    FindingCode.VULNERABLE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} {version} has a known security hole. It is closed in version "
                "{fixed}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} {version} has several known security holes. Version {partly} "
                "closes some of them, none closes all yet.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} {version} has a known security hole, and no version without it is "
                "known yet.",
            ),
            QT_TRANSLATE_NOOP("Health", "A package has a known security hole."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "If your programs read what strangers send, such as files or web pages, it can be "
                "misused.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "PyPI keeps a list of the holes that were found in packages."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Until there is a version without it, open nothing from strangers with "
                "{distribution}, and ask the channels again now and then. Or do without it.",
            ),
        ),
    ),
}
