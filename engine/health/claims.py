"""Which files packages say are theirs, with the hashes that they should have."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, KeysView
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from engine.health.conda_side import CondaPackage
from engine.health.python_side import Distribution
from engine.reading import read_whole
from engine.records import RecordKind
from engine.replicas.ownership import (
    MADE_HERE,
    PACKED,
    PathEntry,
    both_paths,
    moves_of,
    owned_key,
    recorded_path,
)

COMPILED: Final = (".pyc", ".pyo")
_MOST_DIGITS: Final = 19  # no file is larger than that
_DIGITS: Final = 64  # of a SHA-256
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]+")
_OF_PYTHON: Final = (*COMPILED, "__pycache__", "__pycache__/")
CLOBBERED: Final = "__clobbers__/"  # rattler's folder for the files that lost to another package


class Claim(msgspec.Struct, frozen=True, gc=False):  # by the ten thousand, made in half the time
    """Say that a package has the file at `path`, relative to the prefix, with `/`.

    `sha256` is what it should be in the prefix, empty when not known; `original` what it is in the
    package before the prefix was put in place of `placeholder`. `cached` is the file in the folder
    that the package was unpacked into, empty for one made at installation.
    """

    path: str
    package: str
    kind: RecordKind
    sha256: str = ""
    original: str = ""
    placeholder: str = ""
    is_binary: bool = False
    cached: str = ""
    size: int = 0
    has_lost: bool = False


@dataclass(slots=True)
class Listing:
    """Hold what one package claims.

    Nearly all files are to be compared with a size, in bytes, and a hash. Those are in columns, and
    are claims only when `claim_at` is asked for one; the `others` need a closer look.
    """

    claim_at: Callable[[int], Claim]
    paths: list[str] = field(default_factory=list[str])
    sizes: list[int] = field(default_factory=list[int])
    hashes: list[str] = field(default_factory=list[str])
    others: list[Claim] = field(default_factory=list[Claim])

    def claims(self) -> Iterator[Claim]:
        """Yield every claim, those in columns first."""
        yield from map(self.claim_at, range(len(self.paths)))
        yield from self.others

    def only(self, places: list[int], others: list[Claim]) -> Listing:
        """Return the same with nothing but the columns' files at `places`, and `others`."""
        return Listing(
            lambda at: self.claim_at(places[at]),
            [self.paths[at] for at in places],
            [self.sizes[at] for at in places],
            [self.hashes[at] for at in places],
            others,
        )


class Claims:
    """Gather who claims each file, by `owned_key`.

    `told` hears of each package's claims that are the first for their file. `several` are the
    claims of the files that have more than one.
    """

    def __init__(self, told: Callable[[Listing], None] = lambda _: None) -> None:
        self.several: dict[str, tuple[Claim, ...]] = {}
        self._told = told
        self._first: dict[str, Listing | Claim] = {}

    @property
    def files(self) -> KeysView[str]:
        """Return every file that is claimed."""
        return self._first.keys()

    def of(self, key: str) -> tuple[Claim, ...]:
        """Return the claims of one file."""
        first = self._first.get(key)
        if first is None:
            return ()
        if isinstance(first, Claim):
            return self.several.get(key, (first,))
        at = next(at for at, path in enumerate(first.paths) if owned_key(path) == key)
        return self.several.get(key, (first.claim_at(at),))

    def take_conda(self, package: CondaPackage) -> None:
        """Take what a record of conda lists, of which everything was read."""
        self._take(_of_conda(package))

    def take_pypi(self, distributions: Iterable[Distribution], prefix: Path) -> None:
        """Take what RECORD files list; raises nothing."""
        for distribution in distributions:
            if distribution.is_pypi and not distribution.is_half:
                self._take(_of_record(distribution, prefix))

    def _take(self, listing: Listing) -> None:
        keys = list(map(owned_key, listing.paths)) if os.name == "nt" else listing.paths
        others = [owned_key(claim.path) for claim in listing.others]
        fresh: dict[str, Listing | Claim] = dict.fromkeys(keys, listing)
        known = self._first.keys()
        is_alone = len(fresh) == len(keys) and known.isdisjoint(fresh) and known.isdisjoint(others)
        places = list(range(len(keys)))
        if is_alone:
            self._first.update(fresh)
        else:
            self._tell_apart(known & {*keys, *others})
            places = [at for at in places if self._is_first(keys[at], listing.claim_at(at))]
        first = [
            claim
            for key, claim in zip(others, listing.others, strict=True)
            if self._is_first(key, claim)
        ]
        is_whole = is_alone and len(first) == len(others)
        self._told(listing if is_whole else listing.only(places, first))

    def _is_first(self, key: str, claim: Claim) -> bool:
        before = self.of(key)
        if before:
            self.several[key] = (*before, claim)
        else:
            self._first[key] = claim
        return not before

    def _tell_apart(self, keys: AbstractSet[str]) -> None:
        """Make claims of what lists say of `keys`, going through each list once."""
        firsts = (self._first[key] for key in keys)
        for listing in {
            id(first): first for first in firsts if isinstance(first, Listing)
        }.values():
            for at, path in enumerate(listing.paths):
                key = owned_key(path)
                if key in keys and self._first[key] is listing:
                    self._first[key] = listing.claim_at(at)


def _of_conda(package: CondaPackage) -> Listing:
    """Return what a record of conda lists; written for speed, as there are ten thousands."""
    entries, untold = package.paths, list[str]()
    paths = [entry.path for entry in entries]
    if paths != package.files:
        if package.is_noarch_python and any(path.startswith(PACKED) for path in paths):
            moves = _moves(package)
            paths = [both_paths(path, moves)[0] for path in paths]
            entries = [
                msgspec.structs.replace(entry, path=path)
                for entry, path in zip(entries, paths, strict=True)
            ]
        told = frozenset(paths)
        untold = [path for path in package.files if path not in told]
    plain = [
        entry
        for entry in entries
        if (entry.sha256_in_prefix or entry.sha256)
        and not entry.prefix_placeholder
        and entry.path_type != "directory"
        and not entry.path.endswith(COMPILED)
        and not entry.path.startswith(CLOBBERED)
    ]
    listing = Listing(
        lambda at: _claim(package, plain[at], _moves(package)),
        [entry.path for entry in plain],
        [entry.size_in_bytes or 0 for entry in plain],
        [entry.sha256_in_prefix or entry.sha256 or "" for entry in plain],
    )
    if len(plain) < len(entries):
        moves, known = _moves(package), frozenset(map(id, plain))
        listing.others = [
            _claim(package, entry, moves)
            for entry in entries
            if id(entry) not in known
            and entry.path_type != "directory"
            and not entry.path.endswith(COMPILED)
        ]
    for path in untold:
        if not path.endswith(COMPILED):
            has_lost, real = _without_clobbered(path)
            listing.others.append(Claim(real, package.name, RecordKind.CONDA, has_lost=has_lost))
    return listing


def _moves(package: CondaPackage) -> tuple[tuple[str, str], ...]:
    return moves_of(package.files) if package.is_noarch_python else ()


def _claim(package: CondaPackage, entry: PathEntry, moves: Iterable[tuple[str, str]]) -> Claim:
    has_lost, path = _without_clobbered(entry.path)
    placeholder, original = entry.prefix_placeholder or "", entry.sha256 or ""
    cached = ""
    if package.cache and entry.path_type not in MADE_HERE:
        cached = f"{package.cache}/{both_paths(entry.path, moves)[1]}"
    return Claim(
        path,
        package.name,
        RecordKind.CONDA,
        entry.sha256_in_prefix or ("" if placeholder else original),
        original,
        placeholder,
        entry.file_mode == "binary",
        cached,
        entry.size_in_bytes or 0,
        has_lost,
    )


def _without_clobbered(path: str) -> tuple[bool, str]:
    if not path.startswith(CLOBBERED):
        return False, path
    return True, path[len(CLOBBERED) :].partition("/")[2]


def _of_record(distribution: Distribution, prefix: Path) -> Listing:
    """Return what RECORD lists inside of `prefix` (PyPA, "Recording installed projects")."""
    listing = Listing(lambda at: _recorded(distribution, listing, at))
    inside = distribution.inside.rpartition("/")[0]
    try:
        text = read_whole(f"{distribution.where}/RECORD").decode("utf-8", "surrogateescape")
    except OSError:
        return listing
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            if not row or not row[0] or row[0].endswith(_OF_PYTHON):
                continue
            path = recorded_path(row[0], inside, prefix)
            if not path:
                continue
            digest = _hexadecimal(row[1]) if len(row) > 1 else ""
            size = _number(row[2]) if len(row) > 2 else 0
            if digest:
                listing.paths.append(path)
                listing.sizes.append(size)
                listing.hashes.append(digest)
            else:
                claim = Claim(path, distribution.name, RecordKind.PYPI, size=size)
                listing.others.append(claim)
    return listing


def _recorded(distribution: Distribution, listing: Listing, at: int) -> Claim:
    return Claim(
        listing.paths[at],
        distribution.name,
        RecordKind.PYPI,
        sha256=listing.hashes[at],
        size=listing.sizes[at],
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else 0


def _hexadecimal(digest: str) -> str:
    """Return a hash of RECORD as this program has it; flit writes hexadecimal where it links."""
    algorithm, _, value = digest.partition("=")
    if algorithm != "sha256" or not value:
        return ""
    if len(value) == _DIGITS:
        return value.lower() if _HEXADECIMAL.fullmatch(value) else ""
    try:
        found = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
    except (ValueError, binascii.Error):
        return ""
    return found if len(found) == _DIGITS else ""
