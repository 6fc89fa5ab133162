"""The sentences about channels, packages, and putting packages together."""

from __future__ import annotations

from typing import Final

from engine.errors import ErrorCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Words

CHANNEL_WORDS: Final[dict[ErrorCode, Words]] = {
    ErrorCode.CHANNEL_UNREACHABLE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The channel {channel} cannot be reached."),
            QT_TRANSLATE_NOOP("Failures", "A channel cannot be reached."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "There is no connection to its server, or the server does not answer."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Check the internet connection. On a network with a proxy or a mirror, check its "
                "address in your conda settings.",
            ),
        ),
    ),
    ErrorCode.CHANNEL_NOT_FOUND: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "There is no channel {channel}."),
            QT_TRANSLATE_NOOP("Failures", "A channel does not exist."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "The server answers, but it has no packages under this name."
            ),
        ),
        remedy=(QT_TRANSLATE_NOOP("Failures", "Check the spelling of the channel, or remove it."),),
    ),
    ErrorCode.CHANNEL_BROKEN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The package list of the channel {channel} is damaged."),
            QT_TRANSLATE_NOOP("Failures", "The package list of a channel is damaged."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "It arrived cut off, or it is not a package list at all. A network that asks for "
                "a log-in page, or a mirror that is being updated, does this.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Try again in a few minutes, or choose another channel or mirror."
            ),
        ),
    ),
    ErrorCode.CHANNEL_STALLED: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The channel {channel} stopped sending."),
            QT_TRANSLATE_NOOP("Failures", "A channel stopped sending."),
        ),
        cause=(
            QT_TRANSLATE_NOOP("Failures", "Its server was reached, but then nothing more came."),
        ),
        remedy=(
            QT_TRANSLATE_NOOP("Failures", "Try again, or choose a channel or mirror nearer by."),
        ),
    ),
    ErrorCode.CHANNEL_NEEDS_LOGIN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The channel {channel} asks for a log-in."),
            QT_TRANSLATE_NOOP("Failures", "A channel asks for a log-in."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It gives its packages only to those it knows."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Ask its owner for the address with a token, or remove the channel."
            ),
        ),
    ),
    ErrorCode.SPEC_INVALID: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "“{spec}” cannot be read as a package."),
            QT_TRANSLATE_NOOP("Failures", "One of the packages cannot be read."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It goes wrong at “{rest}”."),),
        is_raw=True,
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Write the name of the package, and the version behind it if you need a certain "
                "one: numpy, numpy<2 or numpy=1.26.",
            ),
        ),
    ),
    ErrorCode.PACKAGE_UNKNOWN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "There is no package called {package}."),
            QT_TRANSLATE_NOOP("Failures", "A package was not found in any of the channels."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "None of these channels has it for this system: {channels}."
            ),
            QT_TRANSLATE_NOOP(
                "Failures",
                "It is spelled differently, the channels do not carry it, or not for this system.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Did you mean {similar}? Otherwise add the channel that carries the package.",
            ),
            QT_TRANSLATE_NOOP(
                "Failures", "Check the spelling, or add the channel that carries the package."
            ),
        ),
    ),
    ErrorCode.UNSATISFIABLE: Words(
        (QT_TRANSLATE_NOOP("Failures", "These packages cannot be installed together."),),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "They ask for versions that exclude each other: {packages}."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Leave one of them out, ask for another version, or choose another version of "
                "Python.",
            ),
        ),
    ),
    ErrorCode.SOLVE_TIMEOUT: Words(
        (QT_TRANSLATE_NOOP("Failures", "Working out the packages took too long."),),
        cause=(
            QT_TRANSLATE_NOOP("Failures", "There are too many versions that might fit each other."),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Ask for fewer packages at once, or say which versions you want."
            ),
        ),
    ),
    ErrorCode.HASH_MISMATCH: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "The download of {package} is not what its channel says."
            ),
            QT_TRANSLATE_NOOP("Failures", "A download is not what its channel says."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "The file was damaged on its way, a mirror is out of date, or somebody has "
                "changed it. It was not installed.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Try again. If it stays so, use another channel or mirror."
            ),
        ),
    ),
    ErrorCode.DOWNLOAD_FAILED: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "{package} could not be downloaded."),
            QT_TRANSLATE_NOOP("Failures", "A package could not be downloaded."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "The connection broke off, or the server refused."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Check the internet connection and try again. Nothing was changed."
            ),
        ),
    ),
    ErrorCode.PACKAGE_BROKEN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The package {package} is damaged."),
            QT_TRANSLATE_NOOP("Failures", "A package is damaged."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "Its file cannot be unpacked."),),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Try again: it is then downloaded anew. Otherwise ask for another version.",
            ),
        ),
    ),
    ErrorCode.LINK_FAILED: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "{package} could not be put into the environment."),
            QT_TRANSLATE_NOOP("Failures", "A package could not be put into the environment."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "The system refused to create or to replace one of its files."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Close the programs that use the environment, then try again. The environment is "
                "as it was before.",
            ),
        ),
        is_raw=True,
    ),
}
