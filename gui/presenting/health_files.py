"""The sentences about what is wrong with files, settings and the environment as a whole."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_N_NOOP, QT_TRANSLATE_NOOP, FindingSentences

FILE_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
    FindingCode.FILES_MISSING: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "{package} has lost %n file(s)."),
            QT_TRANSLATE_NOOP("Health", "A package has lost files."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "What uses {package} can fail, perhaps only in some places."
            ),
            QT_TRANSLATE_NOOP("Health", "What uses it can fail, perhaps only in some places."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "They were deleted by hand, by a clean-up program or by a virus scanner."
            ),
        ),
    ),
    FindingCode.FILES_ALTERED: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) of {package} changed after it was installed."
            ),
            QT_TRANSLATE_NOOP("Health", "Files of a package changed after it was installed."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It may behave in another way than it does elsewhere. If you changed these files "
                "yourself, leave them as they are.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Somebody edited them, another program wrote into them, or the disk has an error.",
            ),
        ),
    ),
    FindingCode.FILES_OWNED_TWICE: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "These packages brought the same files: {packages}."),
            QT_TRANSLATE_NOOP("Health", "Two packages brought the same files."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Only one of the packages is complete, so another may not work. To remove one "
                "takes files of both away.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Packages are made by different people, who may choose the same name for a file. "
                "Neither conda nor pip looks for that.",
            ),
        ),
    ),
    FindingCode.LINKS_BROKEN: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "{package} has %n broken link(s)."),
            QT_TRANSLATE_NOOP("Health", "A package has broken links."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Programs that follow such a link do not find what they need."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "A link is a file that only stands for another one. The other one was moved or "
                "deleted.",
            ),
        ),
    ),
    FindingCode.INTERPRETER_MISSING: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "Python itself is missing in this environment."),),
        (QT_TRANSLATE_NOOP("Health", "Nothing that is written in Python can start here."),),
        (QT_TRANSLATE_NOOP("Health", "The program was deleted, or moved away."),),
    ),
    FindingCode.INTERPRETER_BROKEN: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "Python is there, but it does not start."),),
        (QT_TRANSLATE_NOOP("Health", "Nothing that is written in Python can start here."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Its file is damaged, may not be started, or lacks something that it needs.",
            ),
        ),
    ),
    FindingCode.SCRIPTS_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n command(s) would start the Python of another folder: {other}."
            ),
            QT_TRANSLATE_NOOP("Health", "Commands would start the Python of another folder."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "They fail, or they change the other environment instead of this one."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The environment was moved or copied by hand. Its commands still name the folder "
                "in which they were installed.",
            ),
        ),
    ),
    FindingCode.PREFIX_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) kept the place where the environment was before: {other}."
            ),
            QT_TRANSLATE_NOOP("Health", "Files kept the place where the environment was before."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Programs can miss their settings, or read those of another environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The environment was moved or copied by hand, and some files have its former "
                "folder written in them.",
            ),
        ),
    ),
    FindingCode.FILES_UNOWNED: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "%n file(s) or folder(s) came with no package: {names}."),
            QT_TRANSLATE_NOOP("Health", "Some files came with no package."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "They do no harm by themselves. They may be your own work, so look before you "
                "delete them.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Somebody put them there by hand, or a package that is gone left them. No program "
                "will ever remove them.",
            ),
        ),
    ),
    FindingCode.EDITABLE_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{distribution} was used straight from the folder {folder}, which is gone.",
            ),
            QT_TRANSLATE_NOOP("Health", "A package was used straight from a folder that is gone."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "“import {distribution}” fails now."),
            QT_TRANSLATE_NOOP("Health", "Importing it fails now."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Only a pointer to that folder was installed, no copy. The folder was moved or "
                "deleted.",
            ),
        ),
    ),
    FindingCode.PERMISSIONS_WRONG: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) or folder(s) here cannot be used or changed by you."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Parts of this environment cannot be used or changed by you."
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "Code can fail, and so can every change of the packages."),),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "They were made by another user or by an administrator, or were protected by hand.",
            ),
        ),
    ),
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
                "Health", "Instead of the environment's own, these are used: {shadowed}."
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
                "{variable}, a setting of your computer account, reaches into this environment.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "A setting of your computer account reaches into this environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages from elsewhere are used instead of these: {shadowed}."
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip install” in a terminal puts packages into {target}, where this environment "
                "does not find them.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "“pip install” in a terminal puts packages into {shared}, which all environments "
                "share.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Packages can come from, or go to, another place than you expect."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Such a setting is there for all programs, and stands above what an environment "
                "says. What is in {target} stays there: install it here again if you miss it.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Such a setting is there for all programs, and stands above what an environment "
                "says.",
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
                "Health", "“pip”, typed in a terminal here, is the one of another Python: {pip}."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "“pip”, typed in a terminal here, is the one of another Python."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "What you install in this way ends up elsewhere, not in this environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The computer looks for a command in several folders, one after another. This "
                "environment has no pip, so that of another folder is taken.",
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
        (QT_TRANSLATE_NOOP("Health", "They only take up space."),),
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
                "Health", "conda can refuse to change this environment while {stranger} is there."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "conda can refuse to change this environment, or forget {package}."
            ),
            QT_TRANSLATE_NOOP("Health", "conda can refuse to change this environment."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "conda keeps a note about each package in one folder. Somebody, or a program, put"
                " the file {stranger} there.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "conda keeps notes about what it installed. The file was cut off by a crash or a"
                " full disk, or edited by hand.",
            ),
        ),
    ),
    FindingCode.PREFIX_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The folder of this environment is gone, but it is still on the list of "
                "environments.",
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "It is shown, but cannot be used."),),
        (
            QT_TRANSLATE_NOOP(
                "Health", "The folder was deleted, or lies on a disk that is not connected now."
            ),
        ),
    ),
    FindingCode.FROZEN: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "This environment is protected against changes."),),
        (QT_TRANSLATE_NOOP("Health", "You can use it. To change packages, make a copy of it."),),
        (QT_TRANSLATE_NOOP("Health", "Whoever set it up has put a mark there that says so."),),
    ),
}
