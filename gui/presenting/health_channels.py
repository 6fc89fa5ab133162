"""The sentences about where packages come from, and what has become known about them since."""

from __future__ import annotations

from typing import Final

from engine.health.values import FindingCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, FindingSentences

CHANNEL_FINDINGS: Final[dict[FindingCode, FindingSentences]] = {
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
                "The people behind each channel make their packages in their own way. Packages "
                "made in different ways do not always fit together.",
            ),
        ),
    ),
    FindingCode.GONE_FROM_CHANNEL: FindingSentences(
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "{package} {version} can no longer be had from {channel}, the channel that it "
                "came from.",
            ),
            QT_TRANSLATE_NOOP("Health", "A package can no longer be had where it came from."),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "It works as before. But the same environment can no longer be set up on another "
                "computer, because the channel has version {newer} in its place. After an update "
                "to that, version {version} cannot be had again.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "It works as before. But the same environment can no longer be set up on another "
                "computer.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "A channel takes a version away when a newer one replaces it or when a fault was "
                "found in it, or the channel itself is closed.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health",
                "The channel has only version {older} now, which is older. You can install that "
                "here, so that this environment can be set up on another computer, too. But then "
                "you cannot get version {version} back. Or leave everything as it is.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "{elsewhere}, another channel that you use, has version {offered}. You can "
                "install that here, so that this environment can be set up on another computer, "
                "too. But then you cannot get version {version} back. Or leave everything as it "
                "is.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "No channel that you use offers {package} any more, so there is nothing to "
                "repair. Keep this environment for as long as you need {package}.",
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
                "Health",
                "It works as before. But new security holes in it stay open, and more and more "
                "new versions of packages no longer work with it.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP(
                "Health", "The makers of Python look after each version for five years."
            ),
        ),
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
                "closes some of them. There is no version yet that closes all.",
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
                "Somebody could attack this computer when a program that uses it reads files or "
                "web pages from people you do not know. After the update to {partly}, the other "
                "holes are still open.",
            ),
            QT_TRANSLATE_NOOP(
                "Health",
                "Somebody could attack this computer when a program that uses it reads files or "
                "web pages from people you do not know.",
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
                "There is no safe version yet. Until there is one, let no program that uses "
                "{distribution} read files or web pages from people you do not know. Look here "
                "again from time to time, or remove {distribution} if nothing that you use needs "
                "it.",
            ),
        ),
    ),
}
