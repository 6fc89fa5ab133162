"""The sentences about files that say which packages somebody wants."""

from __future__ import annotations

from typing import Final

from engine.errors import ErrorCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Words

FILE_WORDS: Final[dict[ErrorCode, Words]] = {
    ErrorCode.FILE_UNREADABLE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "{path} could not be read."),
            QT_TRANSLATE_NOOP("Failures", "This file could not be read."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It is not there any more, or it is closed to you."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Look whether it is there and may be read, then choose it again."
            ),
        ),
    ),
    ErrorCode.FILE_TOO_LARGE: Words(
        (QT_TRANSLATE_NOOP("Failures", "This file is too large to be a list of packages."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "Lists of packages are much smaller than that."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Choose the file that names the packages, such as requirements.txt."
            ),
        ),
    ),
    ErrorCode.FILE_NOT_RECOGNISED: Words(
        (QT_TRANSLATE_NOOP("Failures", "Envdesk does not know what kind of file this is."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "Nothing in it looks like a list of packages."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Choose a requirements.txt, an environment.yml, a pyproject.toml or a lock file.",
            ),
        ),
    ),
    ErrorCode.FILE_MALFORMED: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "Line {line} of this file cannot be understood."),
            QT_TRANSLATE_NOOP("Failures", "This file cannot be understood."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It breaks the rules of its format, or is cut off."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Mend that line, or ask whoever sent the file for a sound copy."
            ),
        ),
    ),
    ErrorCode.FILES_DO_NOT_MIX: Words(
        (QT_TRANSLATE_NOOP("Failures", "These files cannot be used together."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "A file that names exact packages is used as it is, without any other."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Choose one of them, or drop them one by one."),),
    ),
}
