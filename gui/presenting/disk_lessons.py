"""Explain disk space to a person who has never heard of links or caches, with small drawings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled


class Lesson(StrEnum):
    """Name what there is to explain."""

    OWN = "own"
    SHARED = "shared"
    HARD_LINK = "hard-link"
    CACHE = "cache"
    SPARE = "spare"
    FREED = "freed"
    DUPLICATES = "duplicates"
    PIP_AND_CONDA = "pip-and-conda"


class Ink(StrEnum):
    """Name the colours of a drawing; they are the roles of the picture."""

    OWN = "own"
    SHARED = "shared"
    SPARE = "spare"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DrawnName:
    """Draw a name of a file at the left; a struck one goes. `file` is the file it leads to."""

    words: str
    file: int
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draw names at the left, files at the right, and a line from each name to its file.

    `goes` are files that go with the struck names. `said` tells the same in words.
    """

    names: tuple[DrawnName, ...]
    files: tuple[tuple[str, Ink], ...]
    said: str
    goes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    title: Sentence
    body: tuple[Sentence, ...]
    said: Sentence


_TEXTS: Final[dict[Lesson, _Text]] = {
    Lesson.OWN: _Text(
        QT_TRANSLATE_NOOP("Lessons", "What an environment has for itself"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "These files have one name only, in one environment. Remove the environment, and"
                " the disk has the space again.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Among them are all packages from pip, files that an installer had to adapt, and"
                " what you put there yourself.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "One name leads to one file."),
    ),
    Lesson.SHARED: _Text(
        QT_TRANSLATE_NOOP("Lessons", "What is shared"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "A file can have several names: one in the cache, and one in every environment"
                " that uses it. It still takes its space only once, and is drawn once here.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "That is why ten environments can take hardly more space than one, and why the"
                " sizes that a file manager shows for them add up to too much.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "Three names lead to one file."),
    ),
    Lesson.HARD_LINK: _Text(
        QT_TRANSLATE_NOOP("Lessons", "One file, two names"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "A second name for the same file is called a hard link. None of the names is the"
                " right one: each leads to the file itself.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "The disk gets the space back when the last name is gone. Deleting one of two"
                " names frees nothing, and harms nothing.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "Two names lead to one file; one of them is deleted."),
    ),
    Lesson.CACHE: _Text(
        QT_TRANSLATE_NOOP("Lessons", "What a cache is for"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Conda, pip and uv keep what they downloaded, so that the next environment is made"
                " in seconds and without the internet.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Nothing in a cache is your own work. What goes from it is downloaded again when"
                " it is needed.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "A name in the cache and one in an environment."),
    ),
    Lesson.SPARE: _Text(
        QT_TRANSLATE_NOOP("Lessons", "What can go"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "These files lie in a cache, and no environment uses them. Every environment works"
                " without them as before.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons", "You may keep them all the same: they make the next installation quick."
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "One name in the cache leads to a file; both can go."),
    ),
    Lesson.FREED: _Text(
        QT_TRANSLATE_NOOP("Lessons", "Why less is freed than is shown"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Part of this has a second name somewhere else, mostly in an environment. That part"
                " stays on the disk, because it is still in use.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Two things that share files free them only when both go. The figure on the button"
                " counts all that: it is what the disk will show afterwards.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Some disks (Btrfs, XFS, APFS) let copies share their space unseen. There, less may"
                " come back than this figure says.",
            ),
        ),
        QT_TRANSLATE_NOOP(
            "Lessons", "The name in the cache is deleted; the file stays for the environment."
        ),
    ),
    Lesson.DUPLICATES: _Text(
        QT_TRANSLATE_NOOP("Lessons", "The same file twice"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Some environments hold copies of files that lie in the cache as well. On the same"
                " disk, one file with two names would do.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Sharing replaces only copies that are exactly what the package brought. Files"
                " that were changed, and all packages from pip, stay as they are.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "Two names lead to two equal files; one would do."),
    ),
    Lesson.PIP_AND_CONDA: _Text(
        QT_TRANSLATE_NOOP("Lessons", "pip copies, conda shares"),
        (
            QT_TRANSLATE_NOOP(
                "Lessons",
                "Conda gives each environment a second name for a file in its cache. pip unpacks"
                " a copy of its own into every environment.",
            ),
            QT_TRANSLATE_NOOP(
                "Lessons",
                "So the cache of pip can always go as a whole: what is installed does not need it.",
            ),
        ),
        QT_TRANSLATE_NOOP("Lessons", "A file of pip in the cache, and a copy in the environment."),
    ),
}
_CACHE: Final = QT_TRANSLATE_NOOP("Lessons", "cache")
_FIRST: Final = QT_TRANSLATE_NOOP("Lessons", "course")
_SECOND: Final = QT_TRANSLATE_NOOP("Lessons", "thesis")
_FILE: Final = QT_TRANSLATE_NOOP("Lessons", "file")
_COPY: Final = QT_TRANSLATE_NOOP("Lessons", "copy")


def lesson_title(lesson: Lesson) -> str:
    """Return the few words above an explanation."""
    return filled(_TEXTS[lesson].title)


def lesson_paragraphs(lesson: Lesson) -> tuple[str, ...]:
    """Return an explanation in plain words."""
    return tuple(filled(sentence) for sentence in _TEXTS[lesson].body)


def lesson_drawing(lesson: Lesson) -> Drawing:
    """Return the small drawing that goes with an explanation."""
    cache, first, second = filled(_CACHE), filled(_FIRST), filled(_SECOND)
    file, copy = filled(_FILE), filled(_COPY)
    goes: tuple[int, ...] = ()
    match lesson:
        case Lesson.OWN:
            names = (DrawnName(first, 0),)
            files = ((file, Ink.OWN),)
        case Lesson.SHARED:
            names = (DrawnName(cache, 0), DrawnName(first, 0), DrawnName(second, 0))
            files = ((file, Ink.SHARED),)
        case Lesson.HARD_LINK | Lesson.FREED:
            names = (DrawnName(cache, 0, is_struck=True), DrawnName(first, 0))
            files = ((file, Ink.SHARED),)
        case Lesson.CACHE:
            names = (DrawnName(cache, 0), DrawnName(first, 0))
            files = ((file, Ink.SHARED),)
        case Lesson.SPARE:
            names = (DrawnName(cache, 0, is_struck=True),)
            files, goes = ((file, Ink.SPARE),), (0,)
        case Lesson.DUPLICATES:
            names = (DrawnName(cache, 0), DrawnName(first, 1))
            files = ((file, Ink.SHARED), (copy, Ink.OWN))
        case Lesson.PIP_AND_CONDA:
            names = (DrawnName(cache, 0, is_struck=True), DrawnName(first, 1))
            files, goes = ((file, Ink.SPARE), (copy, Ink.OWN)), (0,)
        case _:
            assert_never(lesson)
    return Drawing(names, files, filled(_TEXTS[lesson].said), goes)
