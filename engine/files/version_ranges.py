"""Version ranges of Poetry in the words of PEP 440 (Poetry docs, "Dependency specification")."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


class RangeError(ValueError):
    """Say that a range cannot be said in the words of PEP 440."""


def translate_range(text: str) -> str:
    """Return `^1.2`, `~1.2`, `1.*`, `>=1,<2` as a PEP 440 range, empty for any version.

    Raises RangeError, also for alternatives (`||`), which PEP 440 does not have.
    """
    if "|" in text:
        raise RangeError("alternatives")
    glued = re.sub(r"(\^|~=?|[<>]=?|[!=]=?=?)\s+", r"\1", text.strip())
    parts = [part for part in re.split(r"[,\s]+", glued) if part]
    try:
        return str(SpecifierSet(",".join(each for part in parts if (each := _part(part)))))
    except (InvalidSpecifier, InvalidVersion) as error:
        raise RangeError(text) from error


def _part(part: str) -> str:
    if part in ("*", "latest"):
        return ""
    if part.startswith("^"):
        return _up_to(part[1:], _caret_place)
    if part.startswith("~") and not part.startswith("~="):
        return _up_to(part[1:], lambda release: min(1, len(release) - 1))
    if re.match(r"=[^=]", part):
        part = f"={part}"
    if re.match(r"[0-9v]", part):
        return f"=={part}"
    found = re.fullmatch(r"(>=|<)(.+)\.\*", part)  # Poetry takes `>=3.*` for `>=3`
    return f"{found[1]}{found[2]}" if found else part


def _caret_place(release: tuple[int, ...]) -> int:
    """Return which number goes up: the first that is not 0, or the last."""
    return next((at for at, number in enumerate(release) if number), len(release) - 1)


def _up_to(text: str, place_of: Callable[[tuple[int, ...]], int]) -> str:
    text = text.strip().removesuffix(".*")
    version = Version(text)
    release = version.release
    place = place_of(release)
    upper = [*release[:place], release[place] + 1]
    upper += [0] * (max(len(release), 2) - len(upper))
    return f">={text},<{'.'.join(map(str, upper))}"
