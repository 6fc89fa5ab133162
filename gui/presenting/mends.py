"""Say what a repair does to files."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication

from engine.health.mending import MendKind, Repairing
from gui import formats
from gui.presenting.wording import (
    QT_TRANSLATE_N_NOOP,
    QT_TRANSLATE_NOOP,
    Sentence,
    filled,
    first_filled,
)

_COMPILED: Final = (".pyc", ".pyo")
_NAMED_AT_MOST: Final = 3
# In each, a few files are named, and many are counted.
_SENTENCES: Final[dict[MendKind, tuple[Sentence, Sentence]]] = {
    MendKind.DELETED: (
        QT_TRANSLATE_NOOP("Health", "Deleted for good: {names}."),
        QT_TRANSLATE_N_NOOP("Health", "Deleted for good: %n file(s) or folder(s)."),
    ),
    MendKind.EXCHANGED: (
        QT_TRANSLATE_NOOP("Health", "Removed and installed again: {names}."),
        QT_TRANSLATE_N_NOOP("Health", "Removed and installed again: %n file(s)."),
    ),
    MendKind.PUT_BACK: (
        QT_TRANSLATE_NOOP("Health", "Put back, because it is missing: {names}."),
        QT_TRANSLATE_N_NOOP("Health", "Put back: %n missing file(s)."),
    ),
    MendKind.RENEWED: (
        QT_TRANSLATE_NOOP("Health", "Put back as installed, changes in it are lost: {names}."),
        QT_TRANSLATE_N_NOOP(
            "Health", "Put back as installed, changes in them are lost: %n altered file(s)."
        ),
    ),
    MendKind.REWRITTEN: (
        QT_TRANSLATE_NOOP("Health", "Corrected, because another folder is named in it: {names}."),
        QT_TRANSLATE_N_NOOP(
            "Health", "Corrected: %n file(s) with the name of another folder in them."
        ),
    ),
    MendKind.WRITTEN: (
        QT_TRANSLATE_NOOP("Health", "Notes about this environment, written anew: {names}."),
        QT_TRANSLATE_N_NOOP("Health", "Written anew: %n note(s) about this environment."),
    ),
    MendKind.OPENED: (
        QT_TRANSLATE_NOOP("Health", "You can read and change this again: {names}."),
        QT_TRANSLATE_N_NOOP(
            "Health", "You can read and change this again: %n file(s) or folder(s)."
        ),
    ),
}
_MADE_BY_PYTHON: Final = QT_TRANSLATE_N_NOOP(
    "Health", "The same with %n helper file(s) that Python makes by itself."
)
_ALL_MADE_BY_PYTHON: Final = QT_TRANSLATE_N_NOOP(
    "Health", "Changed: %n helper file(s) that Python makes by itself."
)
# Who is told that a file is written or put back need not know that it is deleted before.
_COMING: Final = (MendKind.PUT_BACK, MendKind.RENEWED, MendKind.WRITTEN)


def mend_sentence(kind: MendKind, paths: Sequence[str]) -> str:
    """Return what happens to the files at `paths`, by name where they are few."""
    names = formats.join_words([posixpath.basename(path) for path in paths])
    values = (
        ("names", names if len(paths) <= _NAMED_AT_MOST else ""),
        ("count", str(len(paths))),
    )
    return first_filled(_SENTENCES[kind], values)


def mend_sentences(repairing: Repairing) -> tuple[str, ...]:
    """Return what happens to files, a sentence for each kind of mend.

    What Python compiles by itself is counted apart: nobody knows these files.
    """
    coming = {mend.path for mend in repairing.mends if mend.kind in _COMING}
    said: list[str] = []
    for kind in MendKind:
        paths = repairing.paths(kind)
        if kind is MendKind.DELETED:
            paths = tuple(path for path in paths if path not in coming)
        known = [path for path in paths if not path.endswith(_COMPILED)]
        made = len(paths) - len(known)
        if known:
            said.append(mend_sentence(kind, known))
        if made:
            words = _MADE_BY_PYTHON if known else _ALL_MADE_BY_PYTHON
            said.append(filled(words, (("count", str(made)),)))
    return tuple(said)


def mend_word(kind: MendKind) -> str:
    """Return the word that stands before a file in a list."""
    match kind:
        case MendKind.DELETED:
            return QCoreApplication.translate("Health", "deleted")
        case MendKind.EXCHANGED:
            return QCoreApplication.translate("Health", "installed again")
        case MendKind.PUT_BACK:
            return QCoreApplication.translate("Health", "put back")
        case MendKind.RENEWED:
            return QCoreApplication.translate("Health", "renewed")
        case MendKind.REWRITTEN:
            return QCoreApplication.translate("Health", "corrected")
        case MendKind.WRITTEN:
            return QCoreApplication.translate("Health", "written")
        case MendKind.OPENED:
            return QCoreApplication.translate("Health", "opened")
        case _:
            assert_never(kind)
