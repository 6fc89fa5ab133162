"""Say each failure of the engine in one plain sentence, with its cause and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.errors import ErrorCode, Failure
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold what a person reads about a failure; `detail` is raw text for those who help them."""

    sentence: str
    cause: str
    remedy: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Words:
    """Hold the sentences for one code; `plain` serves when a value for `sentence` is missing."""

    sentence: Sentence
    plain: Sentence | None = None
    cause: Sentence | None = None
    remedy: Sentence | None = None


_WORDS: Final[dict[ErrorCode, _Words]] = {
    ErrorCode.INTERNAL: _Words(
        QT_TRANSLATE_NOOP("Failures", "Something went wrong inside Envdesk."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "This is a mistake in Envdesk, not in what you asked for."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Try again. If it happens again, copy the details and report them."
        ),
    ),
    ErrorCode.CANCELLED: _Words(
        QT_TRANSLATE_NOOP("Failures", "This was cancelled."),
        cause=QT_TRANSLATE_NOOP("Failures", "You, or another window of Envdesk, cancelled it."),
        remedy=QT_TRANSLATE_NOOP("Failures", "Nothing was changed. You can start it again."),
    ),
    ErrorCode.BAD_USAGE: _Words(
        QT_TRANSLATE_NOOP("Failures", "This cannot be done as it was asked for."),
        remedy=QT_TRANSLATE_NOOP("Failures", "Look at what was entered and change it."),
    ),
    ErrorCode.NAME_INVALID: _Words(
        QT_TRANSLATE_NOOP("Failures", "“{name}” cannot be the name of an environment."),
        plain=QT_TRANSLATE_NOOP("Failures", "This name cannot be used for an environment."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Choose another name. Letters, digits, dashes and underscores always work.",
        ),
    ),
    ErrorCode.PREFIX_EXISTS: _Words(
        QT_TRANSLATE_NOOP("Failures", "There is already something at {prefix}."),
        plain=QT_TRANSLATE_NOOP("Failures", "There is already something in this place."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "A new environment needs a folder of its own that does not exist yet."
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Choose another name or another location."),
    ),
    ErrorCode.PREFIX_MISSING: _Words(
        QT_TRANSLATE_NOOP("Failures", "The folder {prefix} is no longer there."),
        plain=QT_TRANSLATE_NOOP("Failures", "The folder of this environment is no longer there."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "It was removed, renamed or moved, or its drive is not connected."
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "If it is on another drive, connect that drive."),
    ),
    ErrorCode.NOT_AN_ENVIRONMENT: _Words(
        QT_TRANSLATE_NOOP("Failures", "{prefix} is not a conda environment."),
        plain=QT_TRANSLATE_NOOP("Failures", "This folder is not a conda environment."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "It holds no list of installed packages (a folder “conda-meta”), so Envdesk cannot"
            " know which files belong to it.",
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Choose a folder that Envdesk, conda or mamba has made."
        ),
    ),
    ErrorCode.PROTECTED_BASE: _Words(
        QT_TRANSLATE_NOOP("Failures", "The environment “base” is protected."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "Conda itself lives in it: without it, conda and everything that uses it would"
            " stop working.",
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Make a new environment, or a clone, and work there."),
    ),
    ErrorCode.PROTECTED_FROZEN: _Words(
        QT_TRANSLATE_NOOP("Failures", "This environment is frozen: it must not be changed."),
        cause=QT_TRANSLATE_NOOP("Failures", "Whoever set it up has marked it so."),
        remedy=QT_TRANSLATE_NOOP("Failures", "Clone it, and change the copy."),
    ),
    ErrorCode.NOT_WRITABLE: _Words(
        QT_TRANSLATE_NOOP("Failures", "Nothing can be written to {path}."),
        plain=QT_TRANSLATE_NOOP("Failures", "Nothing can be written in this place."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "Your account may not change this folder, or the disk is read-only."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Choose another location, or ask whoever looks after this computer."
        ),
    ),
    ErrorCode.DISK_FULL: _Words(
        QT_TRANSLATE_NOOP("Failures", "The disk that holds {path} is full."),
        plain=QT_TRANSLATE_NOOP("Failures", "The disk is full."),
        cause=QT_TRANSLATE_NOOP("Failures", "There was no room left to write the packages."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Make room on it, or choose a location on another disk. What was begun has been"
            " put back.",
        ),
    ),
    ErrorCode.DISK_SPACE_SHORT: _Words(
        QT_TRANSLATE_NOOP(
            "Failures", "The disk has {free_bytes} left, and this needs {needed_bytes}."
        ),
        plain=QT_TRANSLATE_NOOP("Failures", "There is not enough room on the disk for this."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Make room on the disk, or choose a location on another one."
        ),
    ),
    ErrorCode.FILES_IN_USE: _Words(
        QT_TRANSLATE_NOOP("Failures", "Files of this environment are in use by {processes}."),
        plain=QT_TRANSLATE_NOOP("Failures", "Files of this environment are in use."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "A program that runs from the environment keeps them open."
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Close that program, then try again."),
    ),
    ErrorCode.PLAN_STALE: _Words(
        QT_TRANSLATE_NOOP("Failures", "The environment has changed since you looked at this."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "Another program, or another window, has changed its packages meanwhile."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Start again: you will see what would happen to it as it is now."
        ),
    ),
    ErrorCode.PLAN_UNREADABLE: _Words(
        QT_TRANSLATE_NOOP("Failures", "What was planned cannot be read."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "The file is damaged, or another version of Envdesk wrote it."
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Start again from the beginning."),
    ),
    ErrorCode.PREFIX_BUSY: _Words(
        QT_TRANSLATE_NOOP("Failures", "This environment is being changed right now."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "Another window or program is at work in it, and only one at a time may be.",
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Wait until that is done, then try again."),
    ),
    ErrorCode.CHANNEL_UNREACHABLE: _Words(
        QT_TRANSLATE_NOOP("Failures", "The channel {channel} cannot be reached."),
        plain=QT_TRANSLATE_NOOP("Failures", "A channel cannot be reached."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "There is no connection to its server, or the server does not answer."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Check the internet connection. On a network with a proxy or a mirror, check its"
            " address in your conda settings.",
        ),
    ),
    ErrorCode.CHANNEL_NOT_FOUND: _Words(
        QT_TRANSLATE_NOOP("Failures", "There is no channel {channel}."),
        plain=QT_TRANSLATE_NOOP("Failures", "A channel does not exist."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "The server answers, but it has no packages under this name."
        ),
        remedy=QT_TRANSLATE_NOOP("Failures", "Check the spelling of the channel, or remove it."),
    ),
    ErrorCode.CHANNEL_BROKEN: _Words(
        QT_TRANSLATE_NOOP("Failures", "The package list of the channel {channel} is damaged."),
        plain=QT_TRANSLATE_NOOP("Failures", "The package list of a channel is damaged."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "It arrived cut off, or it is not a package list at all. A network that asks for a"
            " log-in page, or a mirror that is being updated, does this.",
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Try again in a few minutes, or choose another channel or mirror."
        ),
    ),
    ErrorCode.CHANNEL_STALLED: _Words(
        QT_TRANSLATE_NOOP("Failures", "The channel {channel} stopped sending."),
        plain=QT_TRANSLATE_NOOP("Failures", "A channel stopped sending."),
        cause=QT_TRANSLATE_NOOP("Failures", "Its server was reached, but then nothing more came."),
        remedy=QT_TRANSLATE_NOOP("Failures", "Try again, or choose a channel or mirror nearer by."),
    ),
    ErrorCode.CHANNEL_NEEDS_LOGIN: _Words(
        QT_TRANSLATE_NOOP("Failures", "The channel {channel} asks for a log-in."),
        plain=QT_TRANSLATE_NOOP("Failures", "A channel asks for a log-in."),
        cause=QT_TRANSLATE_NOOP("Failures", "It gives its packages only to those it knows."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Ask its owner for the address with a token, or remove the channel."
        ),
    ),
    ErrorCode.SPEC_INVALID: _Words(
        QT_TRANSLATE_NOOP("Failures", "“{spec}” cannot be read as a package."),
        plain=QT_TRANSLATE_NOOP("Failures", "One of the packages cannot be read."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Write the name of the package, and the version behind it if you need a certain"
            " one: numpy, numpy<2 or numpy=1.26.",
        ),
    ),
    ErrorCode.PACKAGE_UNKNOWN: _Words(
        QT_TRANSLATE_NOOP("Failures", "None of the channels has a package {package}."),
        plain=QT_TRANSLATE_NOOP("Failures", "A package was not found in any of the channels."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "It is spelled differently, the channels do not carry it, or not for this system.",
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Check the spelling, or add the channel that carries the package."
        ),
    ),
    ErrorCode.UNSATISFIABLE: _Words(
        QT_TRANSLATE_NOOP("Failures", "These packages cannot be installed together."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Leave one of them out, ask for another version, or choose another version of Python.",
        ),
    ),
    ErrorCode.SOLVE_TIMEOUT: _Words(
        QT_TRANSLATE_NOOP("Failures", "Working out the packages took too long."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "There are too many versions that might fit each other."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Ask for fewer packages at once, or say which versions you want."
        ),
    ),
    ErrorCode.HASH_MISMATCH: _Words(
        QT_TRANSLATE_NOOP("Failures", "The download of {package} is not what its channel says."),
        plain=QT_TRANSLATE_NOOP("Failures", "A download is not what its channel says."),
        cause=QT_TRANSLATE_NOOP(
            "Failures",
            "The file was damaged on its way, a mirror is out of date, or somebody has changed it."
            " It was not installed.",
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Try again. If it stays so, use another channel or mirror."
        ),
    ),
    ErrorCode.DOWNLOAD_FAILED: _Words(
        QT_TRANSLATE_NOOP("Failures", "{package} could not be downloaded."),
        plain=QT_TRANSLATE_NOOP("Failures", "A package could not be downloaded."),
        cause=QT_TRANSLATE_NOOP("Failures", "The connection broke off, or the server refused."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Check the internet connection and try again. Nothing was changed."
        ),
    ),
    ErrorCode.PACKAGE_BROKEN: _Words(
        QT_TRANSLATE_NOOP("Failures", "The package {package} is damaged."),
        plain=QT_TRANSLATE_NOOP("Failures", "A package is damaged."),
        cause=QT_TRANSLATE_NOOP("Failures", "Its file cannot be unpacked."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Try again: it is then downloaded anew. Otherwise ask for another version."
        ),
    ),
    ErrorCode.LINK_FAILED: _Words(
        QT_TRANSLATE_NOOP("Failures", "{package} could not be put into the environment."),
        plain=QT_TRANSLATE_NOOP("Failures", "A package could not be put into the environment."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "The system refused to create or to replace one of its files."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Close the programs that use the environment, then try again. The environment is as"
            " it was before.",
        ),
    ),
    ErrorCode.WORKER_DIED: _Words(
        QT_TRANSLATE_NOOP("Failures", "The work ended before it was done."),
        cause=QT_TRANSLATE_NOOP(
            "Failures", "The process that carried it out was ended by the system or by somebody."
        ),
        remedy=QT_TRANSLATE_NOOP(
            "Failures",
            "Try again. If it happens again, close other programs: there may be too little memory.",
        ),
    ),
    ErrorCode.SOURCE_CHANGED: _Words(
        QT_TRANSLATE_NOOP("Failures", "The environment changed while it was being copied."),
        cause=QT_TRANSLATE_NOOP("Failures", "Another program was writing to it meanwhile."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Close the programs that use the environment, then try again."
        ),
    ),
    ErrorCode.CONFIG_UNREADABLE: _Words(
        QT_TRANSLATE_NOOP("Failures", "Your conda settings in {path} cannot be read."),
        plain=QT_TRANSLATE_NOOP("Failures", "Your conda settings cannot be read."),
        cause=QT_TRANSLATE_NOOP("Failures", "The file has a mistake in it, or is not text."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Open the file in a text editor and put it right, or rename it."
        ),
    ),
    ErrorCode.NO_TERMINAL: _Words(
        QT_TRANSLATE_NOOP("Failures", "No terminal program was found."),
        cause=QT_TRANSLATE_NOOP("Failures", "None of the usual ones is installed."),
        remedy=QT_TRANSLATE_NOOP(
            "Failures", "Install one, or copy the command and run it where you like."
        ),
    ),
    ErrorCode.TIMED_OUT: _Words(
        QT_TRANSLATE_NOOP("Failures", "This took too long and was given up."),
        cause=QT_TRANSLATE_NOOP("Failures", "The disk or the network is very slow right now."),
        remedy=QT_TRANSLATE_NOOP("Failures", "Try again in a moment."),
    ),
}


def explain(failure: Failure) -> Explanation:
    """Return what a person reads about `failure`, in their language.

    Where there is no sentence of our own, the engine's English one stands.
    """
    words = _WORDS[failure.code]
    sentence = filled(words.sentence, failure.values) or filled(words.plain, failure.values)
    return Explanation(
        sentence=sentence or failure.summary,
        cause=filled(words.cause, failure.values) or failure.cause,
        remedy=filled(words.remedy, failure.values) or failure.hint,
        detail=_detail(failure),
    )


def _detail(failure: Failure) -> str:
    values = "\n".join(f"{key}: {value}" for key, value in failure.values)
    head = " ".join(part for part in (failure.summary, failure.cause, failure.hint) if part)
    parts = (f"[{failure.code}] {head}", values, failure.detail)
    return "\n\n".join(part for part in parts if part)
