"""Follow soft links of environments, to see which pieces of caches they lead into."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

HOPS = 40  # what Linux allows in one path


class PieceIndex:
    """Find the piece of a cache that a path lies in; `numbers` are by the paths of pieces."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers: dict[str, int] = {}
        folders: dict[str, str] = {}
        for path, number in numbers.items():
            parent, name = os.path.split(path)
            real = folders.get(parent)
            if real is None:
                real = folders[parent] = os.path.realpath(parent)
            self._numbers[os.path.normcase(f"{real}{os.sep}{name}")] = number

    def number_of(self, path: str) -> int | None:
        """Return the number of the piece that `path`, free of links, lies in."""
        at = os.path.normcase(path)
        while True:
            number = self._numbers.get(at)
            if number is not None:
                return number
            above = os.path.dirname(at)  # noqa: PTH120
            if above == at:
                return None
            at = above

    def led_into(self, links: Iterable[tuple[str, str]]) -> set[int]:
        """Return the pieces that `links`, each a folder and a target, lead into or through."""
        found: set[int] = set()
        seen: set[str] = set()
        for folder, target in links:
            start = os.path.normpath(os.path.join(folder, target))  # noqa: PTH118
            if start in seen:
                continue
            seen.add(start)
            for place in _places_on_the_way(folder, target):
                number = self.number_of(place)
                if number is not None:
                    found.add(number)
        return found


def _places_on_the_way(folder: str, target: str) -> Iterator[str]:
    """Yield where a link leads, link by link, and in the end where all links are resolved."""
    for _ in range(HOPS):
        joined = f"{folder}{os.sep}{target}" if not os.path.isabs(target) else target  # noqa: PTH117
        above, name = os.path.split(joined.rstrip(os.sep))
        if name in ("", ".", ".."):
            break
        folder = os.path.realpath(above)
        place = os.path.join(folder, name)  # noqa: PTH118
        yield place
        try:
            target = os.readlink(place)  # noqa: PTH115
        except OSError:
            break
    with suppress(OSError, ValueError):
        yield os.path.realpath(os.path.join(folder, target))  # noqa: PTH118
