"""The sentences about what is wrong with files, settings and the environment as a whole."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_N_NOOP, QT_TRANSLATE_NOOP, FindingSentences

FILE_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
    FindingCode.FILES_MISSING: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "%n file(s) of {package} are gone."),
            QT_TRANSLATE_NOOP("Health", "Files of a package are gone."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "What uses {package} can fail, perhaps only in some places."
            ),
            QT_TRANSLATE_NOOP("Health", "What uses it can fail, perhaps only in some places."),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "They were deleted by hand, by a clean-up program or by a virus scanner."
        ),
    ),
    FindingCode.FILES_ALTERED: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) of {package} are not as they were installed."
            ),
            QT_TRANSLATE_NOOP("Health", "Files of a package are not as they were installed."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It may behave in another way than it does elsewhere. If you changed these files "
                "yourself, leave them as they are.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "Somebody edited them, another program wrote into them, or the disk has an error.",
        ),
    ),
    FindingCode.FILES_OWNED_TWICE: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "{packages} bring the same files."),
            QT_TRANSLATE_NOOP("Health", "Two packages bring the same files."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Only one of the two is in place, so the other one may not work. Removing one takes"
                " files of both away.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "conda and pip do not look whether another package has a file of the same name.",
        ),
    ),
    FindingCode.LINKS_BROKEN: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "%n link(s) of {package} lead nowhere."),
            QT_TRANSLATE_NOOP("Health", "Links of a package lead nowhere."),
        ),
        (QT_TRANSLATE_NOOP("Health", "Programs that follow them do not find what they need."),),
        QT_TRANSLATE_NOOP(
            "Health",
            "A link is a file that stands for another one. The other one was moved or deleted.",
        ),
    ),
    FindingCode.INTERPRETER_MISSING: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "Python itself is missing in this environment."),),
        (QT_TRANSLATE_NOOP("Health", "Nothing that is written in Python can start here."),),
        QT_TRANSLATE_NOOP("Health", "The program was deleted, or moved away."),
    ),
    FindingCode.INTERPRETER_BROKEN: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "Python is there, but it does not start."),),
        (QT_TRANSLATE_NOOP("Health", "Nothing that is written in Python can start here."),),
        QT_TRANSLATE_NOOP(
            "Health", "Its file is damaged, may not be started, or lacks something that it needs."
        ),
    ),
    FindingCode.SCRIPTS_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n command(s) start the Python of another folder: {other}."
            ),
            QT_TRANSLATE_NOOP("Health", "Commands start the Python of another folder."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "They fail, or they change the other environment instead of this one."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "The environment was moved or copied by hand. Commands name the folder in which "
            "they were installed.",
        ),
    ),
    FindingCode.PREFIX_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) still name another folder as their own: {other}."
            ),
            QT_TRANSLATE_NOOP("Health", "Files still name another folder as their own."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Programs can miss their settings, or read those of another environment."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "The environment was moved or copied by hand. Some files keep the folder in which "
            "they were installed.",
        ),
    ),
    FindingCode.FILES_UNOWNED: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "%n file(s) belong to no package, such as {names}."),
            QT_TRANSLATE_NOOP("Health", "Some files belong to no package."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "They do no harm by themselves. They may be your own work, or left by a package "
                "that is gone.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "No list of any package names them, so no program will ever remove them."
        ),
    ),
    FindingCode.EDITABLE_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "{distribution} was installed from the folder {folder}, which is gone."
            ),
            QT_TRANSLATE_NOOP("Health", "A package was installed from a folder that is gone."),
        ),
        (
            QT_TRANSLATE_NOOP("Health", "“import {distribution}” fails now."),
            QT_TRANSLATE_NOOP("Health", "Importing it fails now."),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "It was used straight from that folder, without a copy in the environment. The "
            "folder was moved or deleted.",
        ),
    ),
    FindingCode.PERMISSIONS_WRONG: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) or folder(s) here may not be changed by you."
            ),
            QT_TRANSLATE_NOOP("Health", "Parts of this environment may not be changed by you."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Installing, updating and removing packages fails half-way."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "They were made by another user or by an administrator, or were protected by hand.",
        ),
    ),
    FindingCode.USER_SITE_LEAKS: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health",
                "Python also uses %n package(s) from {folder}, outside of this environment.",
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
        QT_TRANSLATE_NOOP(
            "Health",
            "“pip install --user” puts packages into a folder of your account, where every "
            "environment sees them.",
        ),
    ),
    FindingCode.PATH_LEAKS: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "The setting {variable} of your system reaches into this environment."
            ),
            QT_TRANSLATE_NOOP("Health", "A setting of your system reaches into this environment."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages from elsewhere are used instead of these: {shadowed}."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Packages can come from, or go to, another place than you expect."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "It was set for all programs of your account, and stands above what an environment "
            "says.",
        ),
    ),
    FindingCode.PIP_MISSING: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "This environment has no pip of its own."),),
        (
            QT_TRANSLATE_NOOP(
                "Health", "“pip install” in its terminal would change another Python, not this one."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "pip is the program that installs packages from PyPI, the public collection of "
            "Python packages.",
        ),
    ),
    FindingCode.PIP_ELSEWHERE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "Typing “pip” here starts the one of another Python: {pip}."
            ),
            QT_TRANSLATE_NOOP("Health", "Typing “pip” here starts the one of another Python."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Packages that you install so end up elsewhere, not in this environment."
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Health",
            "The command is looked for in several folders, one after another, and this "
            "environment has none.",
        ),
    ),
    FindingCode.INTERRUPTED: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "A change of this environment was interrupted before it was done."
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "Some packages can be half there until this is settled."),),
        QT_TRANSLATE_NOOP(
            "Health",
            "The program was stopped, or the computer was switched off, while packages were "
            "changed.",
        ),
    ),
    FindingCode.CONDA_LEFTOVERS: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "conda left %n file(s) behind that nothing needs."),
            QT_TRANSLATE_NOOP("Health", "conda left files behind that nothing needs."),
        ),
        (QT_TRANSLATE_NOOP("Health", "They only take up space."),),
        QT_TRANSLATE_NOOP(
            "Health",
            "Files that a program held open could not be deleted at once, so conda set them aside.",
        ),
    ),
    FindingCode.META_UNREADABLE: FindingSentences(
        (
            QT_TRANSLATE_NOOP("Health", "What conda knows about {package} cannot be read."),
            QT_TRANSLATE_NOOP("Health", "The record of what was done to this environment is gone."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "conda may refuse to change this environment, or forget the package."
            ),
            QT_TRANSLATE_NOOP("Health", "conda may refuse to change this environment."),
        ),
        QT_TRANSLATE_NOOP(
            "Health", "The file was cut off by a crash or a full disk, or edited by hand."
        ),
    ),
    FindingCode.PREFIX_GONE: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health", "The folder of this environment is gone, but it is still on conda's list."
            ),
        ),
        (QT_TRANSLATE_NOOP("Health", "It shows up in lists, and cannot be used."),),
        QT_TRANSLATE_NOOP(
            "Health", "The folder was deleted, or lies on a disk that is not connected now."
        ),
    ),
    FindingCode.FROZEN: FindingSentences(
        (QT_TRANSLATE_NOOP("Health", "This environment is protected against changes."),),
        (QT_TRANSLATE_NOOP("Health", "You can use it. To change packages, make a copy of it."),),
        QT_TRANSLATE_NOOP("Health", "Whoever set it up has put a mark there that says so."),
    ),
}
