"""Who needs whom among the records of one environment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from engine.records import Record

_NAME = re.compile(r"\s*(?:[^\s\[\]]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)")
_RUNS = re.compile(r"[-_.]+")
_EXTRA = re.compile(r";.*\bextra\s*==")


def plain_name(name: str) -> str:
    """Return `name` as PyPI compares names (PEP 503); conda names come out unharmed."""
    return _RUNS.sub("-", name).lower()


def needed_names(record: Record) -> tuple[str, ...]:
    """Return the plain names that `record` depends on, sorted.

    Requirements of an extra, and conda's virtual packages, are left out.
    """
    names: set[str] = set()
    for spec in record.depends:
        found = _NAME.match(spec)
        if found is None or spec.startswith("__") or _EXTRA.search(spec):
            continue
        names.add(plain_name(found[1]))
    return tuple(sorted(names))


class Dependents:
    """Answer which installed records a record needs, and which need it; worked out when asked."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = tuple(records)

    @cached_property
    def _present(self) -> frozenset[str]:
        return frozenset(plain_name(record.name) for record in self._records)

    @cached_property
    def _needing(self) -> dict[str, list[Record]]:
        needing: dict[str, list[Record]] = {}
        for record in self._records:
            for name in needed_names(record):
                needing.setdefault(name, []).append(record)
        return needing

    def needs(self, record: Record) -> tuple[tuple[str, bool], ...]:
        """Return the names that `record` needs, each with whether it is installed."""
        return tuple((name, name in self._present) for name in needed_names(record))

    def needed_by(self, record: Record) -> tuple[str, ...]:
        """Return the names of the installed records that need `record`, sorted."""
        needing = self._needing.get(plain_name(record.name), [])
        return tuple(sorted({other.name for other in needing if other.name != record.name}))
