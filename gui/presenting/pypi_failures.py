"""The sentences about PyPI: what was asked of it, what it has, and how it is reached."""

from __future__ import annotations

from typing import Final

from engine.errors import ErrorCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Words

PYPI_WORDS: Final[dict[ErrorCode, Words]] = {
    ErrorCode.REQUIREMENT_INVALID: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "“{requirement}” cannot be read as a PyPI package."),
            QT_TRANSLATE_NOOP("Failures", "One of the PyPI packages cannot be read."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It goes wrong at “{rest}”."),),
        is_raw=True,
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Write its name, and the version behind it if you need a certain one: requests or"
                " requests>=2.31. An address or a file works too.",
            ),
        ),
    ),
    ErrorCode.DISTRIBUTION_UNKNOWN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "PyPI has no package called {package}."),
            QT_TRANSLATE_NOOP("Failures", "PyPI does not have one of the packages."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "It is spelled differently, or it is not a Python package."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP("Failures", "Check the spelling, or look for it in the channels."),
        ),
        is_raw=True,
    ),
    ErrorCode.NO_WHEEL: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "{package} has no ready-made file for this Python and this system."
            ),
            QT_TRANSLATE_NOOP(
                "Failures", "A package has no ready-made file for this Python and this system."
            ),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "Its authors made it for other versions of Python, or other systems."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Choose another version of it, another version of Python, or a channel that has"
                " it.",
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.PYPI_UNSATISFIABLE: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "These PyPI packages do not go together with this environment."
            ),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "They need versions that exclude each other, or other versions than are there.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Ask for other versions, or put them into an environment of their own."
            ),
        ),
        is_raw=True,
    ),
    ErrorCode.INDEX_UNREACHABLE: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The package collection at {host} cannot be reached."),
            QT_TRANSLATE_NOOP("Failures", "PyPI cannot be reached."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "There is no connection to its server, or the server does not answer."
            ),
        ),
        is_raw=True,
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Check the internet connection. On a network with a proxy or a mirror, check its"
                " address in your pip settings.",
            ),
        ),
    ),
    ErrorCode.INDEX_NEEDS_LOGIN: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "The package collection at {host} asks for a log-in."),
            QT_TRANSLATE_NOOP("Failures", "The package collection asks for a log-in."),
        ),
        cause=(QT_TRANSLATE_NOOP("Failures", "It gives its packages only to those it knows."),),
        is_raw=True,
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "Put the user name and the password into your pip settings, and try again.",
            ),
        ),
    ),
    ErrorCode.SOURCE_BUILD_FAILED: Words(
        (
            QT_TRANSLATE_NOOP(
                "Failures", "{package} comes as source code, and could not be built here."
            ),
            QT_TRANSLATE_NOOP(
                "Failures", "A package comes as source code, and could not be built here."
            ),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures",
                "There is no ready-made file for this Python and this system, and a tool or a"
                " library for building it is missing.",
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Choose another version of it, or take it from a conda channel."
            ),
        ),
    ),
    ErrorCode.PYPI_OVERWRITES: Words(
        (
            QT_TRANSLATE_NOOP("Failures", "{packages} would be overwritten by packages from PyPI."),
            QT_TRANSLATE_NOOP("Failures", "PyPI packages would overwrite packages of conda."),
        ),
        cause=(
            QT_TRANSLATE_NOOP(
                "Failures", "Two tools would own the same files, and each would break the other's."
            ),
        ),
        remedy=(
            QT_TRANSLATE_NOOP(
                "Failures", "Take the package from a channel instead. Nothing was changed."
            ),
        ),
    ),
}
