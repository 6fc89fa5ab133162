"""The sentences about what is wrong with the files of an environment."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_N_NOOP, QT_TRANSLATE_NOOP, FindingSentences

FILE_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
    FindingCode.FILES_MISSING: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP("Health", "{package} has lost %n file(s): {names}."),
            QT_TRANSLATE_N_NOOP("Health", "{package} has lost %n file(s)."),
            QT_TRANSLATE_NOOP("Health", "A package has lost files."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "Programs that use {package} can fail, perhaps only in some places."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "Programs that use it can fail, perhaps only in some places."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Such files get lost when somebody deletes them by hand, or a clean-up program "
                "or a virus scanner does.",
            ),
        ),
    ),
    FindingCode.FILES_ALTERED: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) of {package} changed after it was installed: {names}."
            ),
            QT_TRANSLATE_N_NOOP(
                "Health", "%n file(s) of {package} changed after it was installed."
            ),
            QT_TRANSLATE_NOOP("Health", "Files of a package changed after it was installed."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It may behave in another way than on other computers. If somebody changed this "
                "on purpose, choose “Ignore this”: a repair takes such changes away.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Somebody edited what belongs to the package, another program wrote into it, or "
                "the disk has an error.",
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
                "{spoiled} has files of {whole} in the place of its own, and can fail in some "
                "places. If it works for you, leave it so. When one of them is removed, Envdesk "
                "puts the files back for the one that stays.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Only one of the packages is complete, so another can fail in some places. If "
                "all work for you, leave it so. When one of them is removed, Envdesk puts the "
                "files back for the one that stays.",
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
            QT_TRANSLATE_N_NOOP("Health", "{package} has %n broken link(s): {names}."),
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
                "Its file is damaged, or is not allowed to start, or something that it needs is "
                "missing.",
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
                "Health",
                "The folder where this environment was before still stands in %n file(s): {other}.",
            ),
            QT_TRANSLATE_NOOP(
                "Health", "The folder where this environment was before still stands in some files."
            ),
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
                "Such files do no harm by themselves. They may be your own work, so look before "
                "you delete them: what Envdesk deletes here does not go to the wastebasket.",
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
                "{distribution} was used directly from the folder {folder}, which is gone.",
            ),
            QT_TRANSLATE_NOOP("Health", "A package was used directly from a folder that is gone."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Programs that use {distribution} fail now. They work again when the folder is "
                "back in its place.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Programs that use it fail now. They work again when the folder is back in its "
                "place.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Nothing was copied when it was installed: this environment only knows where the "
                "folder was. The folder was moved or deleted since.",
            ),
        ),
    ),
    FindingCode.PERMISSIONS_WRONG: FindingSentences(
        (
            QT_TRANSLATE_N_NOOP(
                "Health",
                "You are not allowed to read or change %n file(s) or folder(s) here: {names}.",
            ),
            QT_TRANSLATE_N_NOOP(
                "Health", "You are not allowed to read or change %n file(s) or folder(s) here."
            ),
            QT_TRANSLATE_NOOP(
                "Health", "You are not allowed to read or change parts of this environment."
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "Programs can fail, and so can every change of the packages. If this was done on "
                "purpose, choose “Ignore this”.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "They were made by another user or by an administrator, or were protected by hand.",
            ),
        ),
    ),
}
