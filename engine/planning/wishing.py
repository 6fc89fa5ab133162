"""Work out which installed packages a change leaves alone, which go along, and which it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from engine.records import Record, RecordKind


@dataclass(frozen=True, slots=True)
class Leaving:
    """Hold the names of conda packages that go, each group sorted.

    `dependents` need one that was asked to go; `orphans` were only there for one that goes.
    """

    asked: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return all of them."""
        return frozenset((*self.asked, *self.dependents, *self.orphans))


def needs_of(record: Record) -> frozenset[str]:
    """Return the names of the packages that a conda `record` needs."""
    return frozenset(spec.split(" ")[0].partition("[")[0].lower() for spec in record.depends)


def users_of(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """Return who needs each of `records`, by its key; each tuple is sorted.

    A PyPI package needs conda's by the names that both give them; what is called otherwise there
    is left out.
    """
    everyone = tuple(record for record in records if record.problem is None)
    keys = {(record.kind, canonicalize_name(record.name)): record.key for record in everyone}
    found: dict[str, set[str]] = {}
    for record in everyone:
        is_conda = record.kind is RecordKind.CONDA
        kinds = (RecordKind.CONDA,) if is_conda else (RecordKind.PYPI, RecordKind.CONDA)
        for name in needs_of(record) if is_conda else _required(record):
            named = [keys.get((kind, canonicalize_name(name)), "") for kind in kinds]
            key = next(filter(None, named), "")
            if key and key != record.key:
                found.setdefault(key, set()).add(record.name)
    return {key: tuple(sorted(names)) for key, names in found.items()}


def _required(record: Record) -> frozenset[str]:
    """Return the names that a PyPI package always needs."""
    found: set[str] = set()
    for text in record.depends:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if "extra" not in str(requirement.marker or ""):
            found.add(requirement.name)
    return frozenset(found)


def needed_from_pypi(records: Iterable[Record], owners: Mapping[str, str]) -> frozenset[str]:
    """Return the conda packages that PyPI packages among `records` need, Python included.

    `owners` maps normalised names of distributions to the conda packages that brought them.
    """
    found: set[str] = set()
    for record in records:
        if record.kind is not RecordKind.PYPI:
            continue
        found |= {"python"}
        for text in record.depends:
            try:
                name = canonicalize_name(Requirement(text).name)
            except InvalidRequirement:
                continue
            found.add(owners.get(name, name))
    return frozenset(found)


def leaving(
    installed: Mapping[str, Record],
    asked: Collection[str],
    needed: Collection[str],
    *,
    with_orphans: bool,
) -> Leaving:
    """Return what goes of `installed` when the packages `asked` for removal go.

    `needed` packages are no orphans, because something outside of conda needs them.
    """
    going = {name for name in asked if name in installed}
    first = frozenset(going)
    while more := {
        name
        for name, record in installed.items()
        if name not in going and not going.isdisjoint(needs_of(record))
    }:
        going |= more
    orphans: set[str] = set()
    if with_orphans:
        staying = {name: record for name, record in installed.items() if name not in going}
        behind = _reached(installed, going) - going
        orphans = behind - _reached(staying, _kept_roots(staying, behind, needed))
    return Leaving(tuple(sorted(first)), tuple(sorted(going - first)), tuple(sorted(orphans)))


def roots(installed: Mapping[str, Record], needed: Collection[str]) -> tuple[str, ...]:
    """Return the packages that no solution may lose, sorted.

    These are the ones that were asked for and those that nobody among `installed` is known to
    need; what only they need may go when they stop needing it.
    """
    chosen = {name for name, record in installed.items() if record.requested}
    chosen |= {name for name in needed if name in installed}
    used = {need for name, record in installed.items() for need in needs_of(record) - {name}}
    chosen |= {name for name in installed if name not in used}
    # Packages that need each other, and that nobody else needs, have no such first one.
    while rest := sorted(set(installed) - _reached(installed, chosen)):
        chosen.add(rest[0])
    return tuple(sorted(chosen))


def _kept_roots(
    staying: Mapping[str, Record], behind: Collection[str], needed: Collection[str]
) -> set[str]:
    return {
        name
        for name, record in staying.items()
        if record.requested or name not in behind or name in needed
    }


def _reached(installed: Mapping[str, Record], starts: Iterable[str]) -> set[str]:
    """Return `starts` and everything among `installed` that they need, however indirectly."""
    found: set[str] = set()
    waiting = [name for name in starts if name in installed]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each for each in needs_of(installed[name]) if each in installed]
    return found
