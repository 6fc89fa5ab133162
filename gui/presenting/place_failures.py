"""The sentences about names, folders, disks, plans and processes."""

from __future__ import annotations

from typing import Final

from engine.errors import ErrorCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Words

PLACE_WORDS: Final[dict[ErrorCode, Words]] = {
    ErrorCode.INTERNAL: Words(
        (QT_TRANSLATE_NOOP("Failures", "Something went wrong inside Envdesk."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "This is a mistake in Envdesk, not in what you asked for."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Try again. If it happens again, copy the details and report them."
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.CANCELLED: Words(
        (QT_TRANSLATE_NOOP("Failures", "This was cancelled."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "You, or another window of Envdesk, cancelled it."),),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Nothing was changed. You can start it again."),),
    ),
    ErrorCode.BAD_USAGE: Words(
        (QT_TRANSLATE_NOOP("Failures", "This cannot be done as it was asked for."),),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Look at what was entered and change it."),),
    ),
    ErrorCode.NAME_INVALID: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "“{name}” cannot be the name of an environment."),
            QT_TRANSLATE_NOOP("Failures", "This name cannot be used for an environment."),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Choose another name. Letters, digits, dashes and underscores always work.",
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.PREFIX_EXISTS: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "There is already something at {prefix}."),
            QT_TRANSLATE_NOOP("Failures", "There is already something in this place."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "A new environment needs a folder of its own that does not exist yet."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Choose another name or another location."),),
    ),
    ErrorCode.PREFIX_MISSING: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The folder {prefix} is no longer there."),
            QT_TRANSLATE_NOOP("Failures", "The folder of this environment is no longer there."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "It was removed, renamed or moved, or its drive is not connected."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "If it is on another drive, connect that drive."),),
    ),
    ErrorCode.NOT_AN_ENVIRONMENT: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "You may not look into the folder {closed}."),
            QT_TRANSLATE_NOOP("Failures", "{prefix} is not a conda environment."),
            QT_TRANSLATE_NOOP("Failures", "This folder is not a conda environment."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "What is installed in {closed} is kept from you: it belongs to another user.",
            ),
            QT_TRANSLATE_NOOP(
                "Failures",
                "It holds no list of installed packages (a folder “conda-meta”), so Envdesk "
                "cannot know which files belong to it.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Ask whoever made {closed}, or who looks after this computer, to let you read it.",
            ),
            QT_TRANSLATE_NOOP("Failures", "Choose a folder that Envdesk, conda or mamba has made."),
        ),
    ),
    ErrorCode.PROTECTED_BASE: Words(
        (QT_TRANSLATE_NOOP("Failures", "This environment is protected."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Conda itself, or another environment, lives in it, and would be lost with it.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP("Failures", "Make a new environment, or a clone, and work there."),
        ),
    ),
    ErrorCode.PROTECTED_FROZEN: Words(
        (QT_TRANSLATE_NOOP("Failures", "This environment is frozen: it must not be changed."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "Whoever set it up has marked it so."),),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Clone it, and change the copy."),),
    ),
    ErrorCode.NOT_WRITABLE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "Nothing can be written to {path}."),
            QT_TRANSLATE_NOOP("Failures", "Nothing can be written in this place."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "Your account may not change this folder, or the disk is read-only."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Choose another location, or ask whoever looks after this computer."
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.DISK_FULL: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The disk that holds {path} is full."),
            QT_TRANSLATE_NOOP("Failures", "The disk is full."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "There was no room left to write the packages."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Make room on it, or choose a location on another disk. What was begun has been "
                "put back.",
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.DISK_SPACE_SHORT: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "The disk has {free_bytes} left, and this needs {needed_bytes}."
            ),
            QT_TRANSLATE_NOOP("Failures", "There is not enough room on the disk for this."),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Make room on the disk, or choose a location on another one."
            ),
        ),
    ),
    ErrorCode.FILES_IN_USE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "Files of this environment are in use by {processes}."),
            QT_TRANSLATE_NOOP("Failures", "Files of this environment are in use."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "A program that runs from the environment keeps them open."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Close that program, then try again."),),
    ),
    ErrorCode.PREVIEW_AGAIN: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "{scripts} would like to run a program of its own after installing."
            ),
            QT_TRANSLATE_NOOP("Failures", "{packages} bring the same files."),
            QT_TRANSLATE_NOOP("Failures", "A package brings more than the preview could tell."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "That shows only once the packages are downloaded, which they are now. Nothing was"
                " changed yet.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Look at the preview again: now it tells everything before you decide."
            ),
        ),
    ),
    ErrorCode.PLAN_STALE: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "What {source} offers has changed since you looked at this."
            ),
            QT_TRANSLATE_NOOP("Failures", "The environment has changed since you looked at this."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "What you saw can no longer be had from {source} exactly as it was.",
            ),
            QT_TRANSLATE_NOOP(
                "Failures",
                "Another program, or another window, has changed its packages meanwhile.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Start again: you will see what would happen to it as it is now."
            ),
        ),
    ),
    ErrorCode.PLAN_UNREADABLE: Words(
        (QT_TRANSLATE_NOOP("Failures", "What was planned cannot be read."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "The file is damaged, or another version of Envdesk wrote it."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Start again from the beginning."),),
    ),
    ErrorCode.PREFIX_BUSY: Words(
        (QT_TRANSLATE_NOOP("Failures", "This environment is being changed right now."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Another window or program is at work in it, and only one at a time may be.",
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Wait until that is done, then try again."),),
    ),
    ErrorCode.WORKER_DIED: Words(
        (QT_TRANSLATE_NOOP("Failures", "The work ended before it was done."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "The process that carried it out was ended by the system or by somebody.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Try again. If it happens again, close other programs: there may be too little "
                "memory.",
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.SOURCE_CHANGED: Words(
        (QT_TRANSLATE_NOOP("Failures", "The environment changed while it was being copied."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "Another program was writing to it meanwhile."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Close the programs that use the environment, then try again."
            ),
        ),
    ),
    ErrorCode.CONFIG_UNREADABLE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "Your conda settings in {path} cannot be read."),
            QT_TRANSLATE_NOOP("Failures", "Your conda settings cannot be read."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "The file has a mistake in it, or is not text."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Open the file in a text editor and put it right, or rename it."
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.NO_TERMINAL: Words(
        (QT_TRANSLATE_NOOP("Failures", "No terminal program was found."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "None of the usual ones is installed."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Install one, or copy the command and run it where you like."
            ),
        ),
    ),
    ErrorCode.NO_PYTHON: Words(
        (QT_TRANSLATE_NOOP("Failures", "This environment has no Python."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "It was made without, or Python was removed."),),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Choose an environment that has Python."),),
    ),
    ErrorCode.NO_FILE_MANAGER: Words(
        (QT_TRANSLATE_NOOP("Failures", "No program that shows folders could be started."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "None of the usual ones is installed."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Install a file manager, or copy the address of the folder in Details."
            ),
        ),
    ),
    ErrorCode.TIMED_OUT: Words(
        (QT_TRANSLATE_NOOP("Failures", "This took too long and was given up."),),
        cause=(QT_TRANSLATE_NOOP("Failures", "The disk or the network is very slow right now."),),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Try again in a moment."),),
        is_raw=True,
    ),
}
