"""The sentences about settings from outside, and about the environment as a whole."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_N_NOOP, QT_TRANSLATE_NOOP, FindingSentences

SETTING_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
    FindingCode.USER_SITE_LEAKS: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health",
                "Python also uses %n package(s) from outside of this environment: {names}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Python also uses packages from outside of this environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "This environment has its own, but Python uses those from outside: {shadowed}. And "
                "only from outside comes what {by} cannot work without: {needed}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{by} needs {needed}, which is only outside of this environment. On another "
                "computer it is missing.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Python uses these packages from outside, although this environment has its own: "
                "{shadowed}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "The same code can behave in another way on another computer."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "They lie in a folder of your account that every environment looks into. “pip "
                "install --user” puts packages there.",
            ),
        ),
    ),
    FindingCode.PATH_LEAKS: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{variable}, a setting of your computer account, interferes with this environment.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "A setting of your computer account interferes with this environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Python uses these packages of another folder, although this environment has its "
                "own: {shadowed}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip install” in a terminal puts packages into {target}, where this environment "
                "does not find them.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip install” in a terminal puts packages into {shared}, which all environments "
                "share, so that one project can spoil another.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Packages can come from, or go to, another place than you expect."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Such a setting counts for all programs, and is stronger than what an "
                "environment says. Packages that were put into {target} are not moved: if one is "
                "missing here, install it here.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Such a setting counts for all programs, and is stronger than what an "
                "environment says. If somebody else made it, ask before you switch it off here.",
            ),
        ),
    ),
    FindingCode.PIP_MISSING: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "This environment has no pip of its own."),),
        (
            QT_TRANSLATE_NOOP(
                "Health", "“pip install” in its terminal would change another Python, not this one."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Some environments are made without it. In Envdesk you can add packages from PyPI "
                "all the same.",
            ),
        ),
    ),
    FindingCode.PIP_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip”, typed in the terminal of this environment, belongs to another Python: "
                "{pip}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip”, typed in the terminal of this environment, belongs to another Python.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "What you install in this way goes to that other Python, not into this "
                "environment.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The computer looks for a command in several folders, one after another. This "
                "environment has no pip of its own, so the pip of another folder is used.",
            ),
        ),
    ),
    FindingCode.INTERRUPTED: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "A change of this environment was interrupted before it was done."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Some packages can be half there until the change is finished or taken back.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The program was stopped, or the computer was switched off, while packages were "
                "changed.",
            ),
        ),
    ),
    FindingCode.CONDA_LEFTOVERS: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "conda left %n file(s) behind that nothing needs."),
            QT_TRANSLATE_NOOP("Health", "conda left files behind that nothing needs."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "They only take up space. None of your own files is among them."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Files that a program held open could not be deleted at once, so conda set them "
                "aside.",
            ),
        ),
    ),
    FindingCode.META_UNREADABLE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{stranger} lies among the notes about packages, but is not one of them."
            ),
            QT_TRANSLATE_NOOP("Health", "conda's note about {package} cannot be read."),
            QT_TRANSLATE_NOOP(
                "Health", "conda's list of past changes of this environment is gone."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Your programs still work. But changes of this environment can fail while "
                "{stranger} is there.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} still works. But changes of this environment can fail, because conda "
                "then believes that {package} is not installed.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Your programs still work. But changes of this environment can fail."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "conda keeps a note about each package in one folder. Somebody, or a program, put"
                " the file {stranger} there.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "conda keeps a note about each package that it installed. The one about "
                "{package} was cut off by a crash or a full disk, or edited by hand.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "conda keeps a list of all changes in one file. That file was deleted, by hand "
                "or by a crash.",
            ),
        ),
    ),
    FindingCode.PREFIX_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The folder of this environment cannot be found, but it is still on the list of "
                "environments.",
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "It is shown, but cannot be used."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The folder was deleted or moved, or lies on a disk that is not connected now. "
                "Once the disk is connected, the environment can be used as before.",
            ),
        ),
    ),
    FindingCode.FROZEN: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "This environment is protected against changes."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "You can use it. To change packages, make a copy of it and change that. Who set "
                "it up wrote: “{message}”",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "You can use it. To change packages, make a copy of it and change that."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Whoever set it up has put a mark into its folder that says so."
            ),
        ),
    ),
}
