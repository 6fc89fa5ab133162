"""Find names among tens of thousands while somebody types."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable, Iterator

_LENGTHS_APART = 2
_MOST_COMPARED = 200
_STEM_LENGTH = 3


class NameIndex:
    """Hold names, in lower case and sorted; every question is answered within a few milliseconds.

    For substrings one long text is searched: looking at each name alone takes ten times as long.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = sorted({name.lower() for name in names})
        self._known = frozenset(self._names)
        self._text = "\n".join(("", *self._names, ""))

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def find(self, text: str, most: int) -> tuple[str, ...]:
        """Return at most `most` names that begin with `text`, then those that have it inside."""
        wanted = text.lower()
        if not wanted or "\n" in wanted:
            return ()
        found = dict.fromkeys(self._beginning_with(wanted, most))
        for name in self._having(wanted):
            if len(found) >= most:
                break
            found.setdefault(name)
        return tuple(found)

    def similar(self, name: str) -> str:
        """Return a name that `name` may have been meant for, "" when none is near."""
        near = (
            known
            for known in self._names[bisect_left(self._names, name[:1]) :]
            if known[:1] == name[:1] and abs(len(known) - len(name)) <= _LENGTHS_APART
        )
        few = sorted(near, key=lambda known: _shared_letters(known, name), reverse=True)
        found = difflib.get_close_matches(name, few[:_MOST_COMPARED], n=1)
        if found:
            return found[0]
        longer = self._beginning_with(name, _MOST_COMPARED)
        return min(longer, key=len, default="") if len(name) >= _STEM_LENGTH else ""

    def _beginning_with(self, wanted: str, most: int) -> list[str]:
        at = bisect_left(self._names, wanted)
        found: list[str] = []
        while at < len(self._names) and len(found) < most and self._names[at].startswith(wanted):
            found.append(self._names[at])
            at += 1
        return found

    def _having(self, wanted: str) -> Iterator[str]:
        at = self._text.find(wanted)
        while at >= 0:
            begin = self._text.rfind("\n", 0, at) + 1
            end = self._text.find("\n", at)
            yield self._text[begin:end]
            at = self._text.find(wanted, end)


def _shared_letters(one: str, other: str) -> int:
    return len(set(one) & set(other))
