"""Cut what a person types or pastes into the specs of packages."""

from __future__ import annotations

import re
from typing import Final

_OPERATOR: Final = re.compile(r"[<>=!~]")
_VERSION: Final = re.compile(
    r"(?:\d+!)?\d+(?:\.\d+)*(?:\.?\*|[._-]?(?:a|b|rc|dev|post)\d*)?(?:[,|]\S*)?\Z"
)
_BUILD: Final = re.compile(r"[\w.]*\*[\w.*]*\Z")
_HAS_VERSION: Final = re.compile(r"[<>=!~ ]")
_COMMAND: Final = re.compile(
    r"\A\s*[$>%]?\s*(?:(?:conda|mamba|micromamba|pip3?|python3? -m pip)\s+install\s+)"
)
_WITH_VALUE: Final = frozenset(("-c", "--channel", "-n", "--name", "-p", "--prefix", "-i"))
_NAME: Final = re.compile(r"(?:[^\s:\[\]]+::)?\s*([A-Za-z0-9_](?:[\w.\-]*[\w])?)")
_BREAKS: Final = re.compile(r"[\n;]+")


def split_specs(text: str) -> tuple[str, ...]:
    """Return the specs in `text`, which may be separated by spaces, commas, or lines.

    `numpy >=1.26,<2 pandas` and `numpy 1.26` keep their versions (conda docs, "Package match
    specifications"); `conda install`, options and comments of a pasted command are dropped.
    """
    specs: list[str] = []
    for line in _BREAKS.split(text):
        specs.extend(_in_line(f" {line}".partition(" #")[0]))
    return tuple(dict.fromkeys(spec for spec in specs if spec))


def spec_name(spec: str) -> str:
    """Return the name of the package in `spec`, in lower case; "" when there is none."""
    match = _NAME.match(spec.strip())
    return match[1].lower() if match else ""


def _in_line(line: str) -> list[str]:
    specs: list[str] = []
    skips_next = False
    for word in _words(_COMMAND.sub("", line)):
        if skips_next or word.startswith("-"):
            skips_next = not skips_next and word in _WITH_VALUE
        elif specs and (glue := _glue(specs[-1], word)) is not None:
            specs[-1] = f"{specs[-1]}{glue}{word}"
        else:
            specs.append(word)
    return specs


def _glue(before: str, word: str) -> str | None:
    """Return what stands between `before` and `word` in one spec, None when they are two."""
    if _OPERATOR.match(word) or _OPERATOR.match(before[-1:]):
        return ""
    if _VERSION.match(word) or (_BUILD.match(word) and _HAS_VERSION.search(before)):
        return " "
    return None


def _words(line: str) -> list[str]:
    words: list[str] = []
    for word in line.replace(", ", " ").split():
        # A comma joins two conditions on one version, and separates two packages.
        parts = re.split(r",(?![<>=!~\d])", word)
        words.extend(part for part in parts if part)
    return words
