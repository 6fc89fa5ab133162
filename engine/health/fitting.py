"""Which wheels an environment's Python can use, told from its record; it is not started."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from packaging.tags import compatible_tags, cpython_tags, parse_tag

from engine.environments.describing import FREE_THREADED
from engine.environments.details import this_subdir

# Nearly every wheel without programs of its own has one of these, and every Python takes it.
_EVERYWHERE: Final = frozenset(("py3-none-any", "py2.py3-none-any"))


def can_use(
    tags: Iterable[str], version: str, subdir: str, build: str, platform: str
) -> bool | None:
    """Return whether one of `tags` is for the Python `version`; None where that is not known.

    `subdir` is the platform folder of its conda package, empty for a Python of this computer, and
    `build` that package's build. Tags as in WHEEL: `py2.py3-none-any` (PyPA, "Platform
    compatibility tags"). A wheel without any is for no Python, as `pip check` has it.
    """
    tags = tuple(tags)
    if not _EVERYWHERE.isdisjoint(tags):
        return True
    supported = _supported(version, subdir, build, platform)
    if supported is None:
        return None
    if not supported.isdisjoint(tags):
        return True
    return any(str(tag) in supported for text in tags for tag in _expanded(text))


def _expanded(text: str) -> Iterable[object]:
    try:
        return parse_tag(text)
    except ValueError:
        return ()


@lru_cache(maxsize=32)
def _supported(version: str, subdir: str, build: str, platform: str) -> frozenset[str] | None:
    """Return the tags that such a Python takes; None for one that is not of this computer."""
    if subdir not in ("", this_subdir(platform)) or "pypy" in build:
        return None
    numbers = version.split(".")[:2]
    if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
        return None
    minor = (int(numbers[0]), int(numbers[1]))
    interpreter = f"cp{minor[0]}{minor[1]}"
    abi = f"{interpreter}t" if FREE_THREADED.search(build) else interpreter
    return frozenset(
        str(tag)
        for tags in (
            cpython_tags(minor, [abi]),
            compatible_tags(minor, interpreter),
        )
        for tag in tags
    )
