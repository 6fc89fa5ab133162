"""Say in words what a package needs: which package, in which versions, on which computer."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QCoreApplication

from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, fill

_NAME: Final = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)", re.DOTALL)
_BOUND: Final = re.compile(r"\s*(===|==|~=|!=|>=|<=|=|>|<)?\s*([^\s,|<>=!~]+)")
_FIRST_OF_A_SERIES: Final = re.compile(r"\.?(?:a|alpha|b|rc|dev)0$")
_SHORTEST_CLOSE: Final = 2  # PEP 440, "Compatible release": ~= takes two numbers at least

_BOUNDS: Final[dict[str, Sentence]] = {
    ">=": QT_TRANSLATE_NOOP("Wanted", "{version} or newer"),
    ">": QT_TRANSLATE_NOOP("Wanted", "newer than {version}"),
    "<=": QT_TRANSLATE_NOOP("Wanted", "{version} or older"),
    "<": QT_TRANSLATE_NOOP("Wanted", "older than {version}"),
    "!=": QT_TRANSLATE_NOOP("Wanted", "not {version}"),
    "=": QT_TRANSLATE_NOOP("Wanted", "{version}"),
}
# What conda calls virtual packages (conda docs, "Managing virtual packages").
_SYSTEMS: Final[dict[str, Sentence]] = {
    "__cuda": QT_TRANSLATE_NOOP("Wanted", "an NVIDIA graphics card and its software CUDA {bounds}"),
    "__glibc": QT_TRANSLATE_NOOP("Wanted", "a Linux with glibc {bounds}, its most basic part,"),
    "__musl": QT_TRANSLATE_NOOP("Wanted", "a Linux with musl {bounds}, its most basic part,"),
    "__linux": QT_TRANSLATE_NOOP("Wanted", "Linux {bounds}"),
    "__osx": QT_TRANSLATE_NOOP("Wanted", "macOS {bounds}"),
    "__win": QT_TRANSLATE_NOOP("Wanted", "Windows {bounds}"),
    "__unix": QT_TRANSLATE_NOOP("Wanted", "Linux or macOS"),
    "__archspec": QT_TRANSLATE_NOOP("Wanted", "another kind of processor"),
}


def bounds_in_words(text: str) -> str:
    """Return version bounds such as `>=1.2,<2.0a0` as "1.2 or newer and older than 2.0".

    Takes those of conda (MatchSpec) and of Python packages (PEP 440); the build is left out.
    What is not understood stays as it is written.
    """
    ranges: list[str] = []
    for each in text.split("|"):
        parts = [part for part in each.split(",") if part.strip()]
        words = [_bound(part) for part in parts]
        ranges.append(_joined(QCoreApplication.translate("Wanted", "{one} and {other}"), words))
    return _joined(QCoreApplication.translate("Wanted", "{one} or {other}"), ranges)


def wanted_in_words(text: str) -> str:
    """Return what is asked for, such as `numpy>=2`, as "numpy (2 or newer)".

    Several are taken apart at ", ". What this computer would have to be is said so.
    """
    wishes = [_wanted(part) for part in text.split(", ") if part.strip()]
    return _joined(QCoreApplication.translate("Wanted", "{one} and {other}"), wishes)


def is_exact(text: str) -> bool:
    """Return whether `text` asks for one very version, or says no version at all."""
    found = _NAME.fullmatch(text)
    return found is not None and (not found[2].strip() or found[2].lstrip().startswith("="))


def package_name(text: str) -> str:
    """Return the package that `text` asks for, without versions and channel."""
    found = _NAME.fullmatch(text.rpartition("::")[2])
    return found[1] if found is not None else text


def _wanted(text: str) -> str:
    text = text.rpartition("::")[2].strip()
    found = _NAME.fullmatch(text)
    if found is None or text[:1].isdigit():
        return bounds_in_words(text)
    name, bounds = found[1], bounds_in_words(found[2].split(";")[0].strip())
    system = _SYSTEMS.get(name)
    if system is None:
        if bounds and not is_exact(text):
            bounds = fill(QCoreApplication.translate("Wanted", "({bounds})"), {"bounds": bounds})
        return f"{name.strip('_') if name.startswith('__') else name} {bounds}".strip()
    words = QCoreApplication.translate(system.context, system.text)
    return " ".join(fill(words, {"bounds": bounds}).replace("{bounds}", "").split())


def _bound(text: str) -> str:
    found = _BOUND.match(text)
    if found is None:
        return text.strip()
    operator, version = found[1] or "=", found[2]
    if version == "*":
        return ""
    version = version.removesuffix("*").removesuffix(".") or version
    if operator == "~=":
        return _close_to(version)
    if operator == "<":
        version = _FIRST_OF_A_SERIES.sub("", version)
    words = _BOUNDS.get(operator, _BOUNDS["="])
    return fill(QCoreApplication.translate(words.context, words.text), {"version": version})


def _close_to(version: str) -> str:
    numbers = version.split(".")
    if len(numbers) < _SHORTEST_CLOSE or not numbers[-2].isdecimal():
        return version
    end = ".".join((*numbers[:-2], str(int(numbers[-2]) + 1)))
    return bounds_in_words(f">={version},<{end}")


def _joined(pattern: str, words: list[str]) -> str:
    told = ""
    for word in words:
        if word:
            told = fill(pattern, {"one": told, "other": word}) if told else word
    return told
