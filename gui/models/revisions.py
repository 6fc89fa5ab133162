"""What a revision of an environment changed, package by package."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conda.history import Revision
from engine.plan import ChangeKind
from gui.models.packages import version_key


@dataclass(frozen=True, slots=True)
class RevisionChange:
    """Describe one package's way in a revision; `channel` is where the later of the two is from."""

    kind: ChangeKind
    name: str
    before: str
    after: str
    channel: str


def split_distribution(text: str) -> tuple[str, str, str]:
    """Return channel, name and version of a distribution as conda's history writes it.

    The forms are `channel/subdir::name-version-build`, `channel::name-version-build` and the bare
    `name-version-build`, perhaps with an archive's ending. What has another form is all name.
    """
    place, mark, rest = text.rpartition("::")
    channel = place.rpartition("/")[0] if "/" in place else place
    for ending in (".tar.bz2", ".conda"):
        rest = rest.removesuffix(ending)
    parts = rest.rsplit("-", 2)
    if len(parts) != 3:
        return channel if mark else "", rest, ""
    return channel, parts[0], parts[1]


@dataclass(frozen=True, slots=True)
class RevisionCounts:
    """Count packages that came, went, or were exchanged for another version or build."""

    added: int
    exchanged: int
    removed: int


def counts_of(revision: Revision) -> RevisionCounts:
    """Return how many packages `revision` changed, which is quicker than saying how."""
    added = {name for _, name, _ in _split(revision.added)}
    removed = {name for _, name, _ in _split(revision.removed)}
    return RevisionCounts(len(added - removed), len(added & removed), len(removed - added))


def changes_of(revision: Revision) -> tuple[RevisionChange, ...]:
    """Return the changes of `revision`, by name; a package that went and came was replaced."""
    gone = {name: (channel, version) for channel, name, version in _split(revision.removed)}
    changes: list[RevisionChange] = []
    for channel, name, version in _split(revision.added):
        before = gone.pop(name, None)
        old = "" if before is None else before[1]
        changes.append(RevisionChange(_kind(before, old, version), name, old, version, channel))
    changes.extend(
        RevisionChange(ChangeKind.REMOVE, name, version, "", channel)
        for name, (channel, version) in gone.items()
    )
    return tuple(sorted(changes, key=lambda change: change.name))


def _split(distributions: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [split_distribution(text) for text in distributions]


def _kind(before: object, old: str, new: str) -> ChangeKind:
    if before is None:
        return ChangeKind.ADD
    if old == new:
        return ChangeKind.REPLACE
    is_older = version_key(new) < version_key(old)
    return ChangeKind.DOWNGRADE if is_older else ChangeKind.UPDATE
