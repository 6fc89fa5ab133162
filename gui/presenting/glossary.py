"""Explain the few words that a person has to know, each in one clause."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, fill


class Term(StrEnum):
    """Name each word that is explained; what is not among them is not used without explanation."""

    ENVIRONMENT = "environment"
    PACKAGE = "package"
    CONDA = "conda"
    PIP = "pip"
    UV = "uv"
    PYPI = "PyPI"
    CHANNEL = "channel"
    CACHE = "cache"
    TERMINAL = "terminal"


# In each, the word as it stands in sentences, and what it means.
_TERMS: Final[dict[Term, tuple[Sentence, Sentence]]] = {
    Term.ENVIRONMENT: (
        QT_TRANSLATE_NOOP("Glossary", "environment"),
        QT_TRANSLATE_NOOP(
            "Glossary",
            "a folder with a Python and packages of its own, so that projects do not get in each"
            " other's way",
        ),
    ),
    Term.PACKAGE: (
        QT_TRANSLATE_NOOP("Glossary", "package"),
        QT_TRANSLATE_NOOP("Glossary", "ready-made software that can be installed, such as numpy"),
    ),
    Term.CONDA: (
        QT_TRANSLATE_NOOP("Glossary", "conda"),
        QT_TRANSLATE_NOOP(
            "Glossary",
            "a program that installs packages of every kind, Python itself included; Envdesk "
            "does this work for you, so that you need not use it yourself",
        ),
    ),
    Term.PIP: (
        QT_TRANSLATE_NOOP("Glossary", "pip"),
        QT_TRANSLATE_NOOP(
            "Glossary", "a program that comes with Python and installs packages from PyPI"
        ),
    ),
    Term.UV: (
        QT_TRANSLATE_NOOP("Glossary", "uv"),
        QT_TRANSLATE_NOOP("Glossary", "a program that installs packages from PyPI"),
    ),
    Term.PYPI: (
        QT_TRANSLATE_NOOP("Glossary", "PyPI"),
        QT_TRANSLATE_NOOP(
            "Glossary",
            "the public collection of Python packages on the internet, to which everybody may add",
        ),
    ),
    Term.CHANNEL: (
        QT_TRANSLATE_NOOP("Glossary", "channel"),
        QT_TRANSLATE_NOOP(
            "Glossary", "a place on the internet that packages come from, such as conda-forge"
        ),
    ),
    Term.CACHE: (
        QT_TRANSLATE_NOOP("Glossary", "cache"),
        QT_TRANSLATE_NOOP(
            "Glossary",
            "a folder that keeps what was downloaded, so that it need not be downloaded again",
        ),
    ),
    Term.TERMINAL: (
        QT_TRANSLATE_NOOP("Glossary", "terminal"),
        QT_TRANSLATE_NOOP("Glossary", "a window in which commands are typed"),
    ),
}
_EVERYWHERE: Final = frozenset((Term.ENVIRONMENT, Term.PACKAGE))


def term_word(term: Term) -> str:
    """Return the word as sentences have it."""
    word, _ = _TERMS[term]
    return QCoreApplication.translate(word.context, word.text)


def term_sentence(term: Term) -> str:
    """Return the word and what it means."""
    _, meaning = _TERMS[term]
    text = QCoreApplication.translate("Glossary", "{word}: {meaning}.")
    told = QCoreApplication.translate(meaning.context, meaning.text)
    return fill(text, {"word": term_word(term), "meaning": told})


def terms_in(*texts: str) -> tuple[Term, ...]:
    """Return the words in `texts` that want an explanation on the spot, and those in it.

    What environments and packages are, the whole window is about.
    """
    found = _found_in("\n".join(texts))
    return _found_in("\n".join((*texts, *map(term_sentence, found))))


def _found_in(told: str) -> tuple[Term, ...]:
    return tuple(
        term for term in Term if term not in _EVERYWHERE and _stands_in(term_word(term), told)
    )


def _stands_in(word: str, text: str) -> bool:
    if not word.isascii():
        return word in text
    # "pip" in "pip's" and "channel" in "channels", but not in "pipeline", "~/pip/" or "conda-forge"
    pattern = rf"(?<![\w/.\\-]){re.escape(word)}(?:s|’s|'s)?(?![\w/\\-])"
    return re.search(pattern, text, re.IGNORECASE) is not None
