"""Conditions on lines of an environment.yml (CEP 24, "Preprocessing selectors").

The words are those of conda-build's selectors (conda-build docs, "Preprocessing selectors").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.files.targets import Target

_COMMENT: Final = re.compile(r"(?P<before>.*?)\s*#\s*\[(?P<condition>[^\[\]#]{1,200})\]\s*\Z")
_WORD: Final = re.compile(r"\s*(?:(?P<word>[A-Za-z_][A-Za-z_0-9]*)|(?P<mark>[()]))")
_DICTIONARY: Final = re.compile(r"sel\((?P<condition>.{1,200})\)\Z")

_JUDGES: Final[dict[str, Callable[[Target], bool]]] = {
    "unix": lambda target: target.system != "win",
    "linux": lambda target: target.system == "linux",
    "linux32": lambda target: target.subdir == "linux-32",
    "linux64": lambda target: target.subdir == "linux-64",
    "osx": lambda target: target.system == "osx",
    "osx64": lambda target: target.subdir == "osx-64",
    "win": lambda target: target.system == "win",
    "win32": lambda target: target.subdir == "win-32",
    "win64": lambda target: target.subdir == "win-64",
    "x86": lambda target: target.machine in ("32", "64"),
    "x86_64": lambda target: target.machine == "64",
    "x64": lambda target: target.machine == "64",
    "arm64": lambda target: target.machine == "arm64",
    "aarch64": lambda target: target.machine == "aarch64",
    "armv6l": lambda target: target.machine == "armv6l",
    "armv7l": lambda target: target.machine == "armv7l",
    "ppc64le": lambda target: target.machine == "ppc64le",
    "s390x": lambda target: target.machine == "s390x",
    "riscv64": lambda target: target.machine == "riscv64",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Hold a line whose condition does not hold here: its number, its text, the condition."""

    line: int
    text: str
    condition: str


def select_lines(text: str, target: Target) -> tuple[str, tuple[LeftOut, ...]]:
    """Return `text` with the lines that are not for `target` emptied, and those lines.

    A comment in brackets that is no condition is a comment.
    """
    if "[" not in text:
        return text, ()
    lines = text.split("\n")
    left: list[LeftOut] = []
    for at, line in enumerate(lines):
        if "#" not in line:
            continue
        found = _COMMENT.match(line.rstrip("\r"))
        if found is None or not found["before"].strip():
            continue
        if judge(found["condition"], target) is False:
            left.append(LeftOut(at + 1, found["before"].strip(), found["condition"].strip()))
            lines[at] = ""
    return "\n".join(lines), tuple(left)


def dictionary_selector(key: str) -> str:
    """Return the condition in `sel(condition)`, empty when `key` is none."""
    found = _DICTIONARY.match(key)
    return found["condition"].strip() if found else ""


def judge(condition: str, target: Target) -> bool | None:
    """Return whether `condition` holds for `target`, None when it is no condition."""
    words: list[str] = []
    at = 0
    while condition[at:].strip():
        found = _WORD.match(condition, at)
        if found is None:
            return None
        words.append(found["word"] or found["mark"])
        at = found.end()
    if not words:
        return None
    try:
        value, rest = _either(words, target, 0)
    except _NoConditionError:
        return None
    return value if not rest else None


class _NoConditionError(ValueError):
    pass


def _either(words: list[str], target: Target, depth: int) -> tuple[bool, list[str]]:
    value, words = _both(words, target, depth)
    while words and words[0] == "or":
        other, words = _both(words[1:], target, depth)
        value = value or other
    return value, words


def _both(words: list[str], target: Target, depth: int) -> tuple[bool, list[str]]:
    value, words = _one(words, target, depth)
    while words and words[0] == "and":
        other, words = _one(words[1:], target, depth)
        value = value and other
    return value, words


def _one(words: list[str], target: Target, depth: int) -> tuple[bool, list[str]]:
    if not words or depth > 30:
        raise _NoConditionError
    head, rest = words[0], words[1:]
    if head == "not":
        value, rest = _one(rest, target, depth + 1)
        return not value, rest
    if head == "(":
        value, rest = _either(rest, target, depth + 1)
        if rest[:1] != [")"]:
            raise _NoConditionError
        return value, rest[1:]
    if head not in _JUDGES:
        raise _NoConditionError
    return _JUDGES[head](target), rest
