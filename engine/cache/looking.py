"""Look through all caches and environments, and put the picture together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.directories import DirectoryLog
from engine.cache.finding import FoundCache, Layout
from engine.cache.helping import HELP_AFTER, Job, walked
from engine.cache.pieces import MEMORY, UNPACKED_PER_ARCHIVE, Piece, pieces_of
from engine.cache.records import LinkedPackage, linked_packages, sharable_files
from engine.cache.softlinks import PieceIndex
from engine.cache.tallying import CacheUnit, EnvironmentUnit, Tally
from engine.cache.values import (
    CacheItem,
    CacheSpace,
    DiskPicture,
    Duplicate,
    EnvironmentSpace,
    ItemKind,
    SkipReason,
    Tie,
    Use,
    UseKind,
    VolumeSpace,
)
from engine.cache.volumes import volume_space
from engine.cache.walking import Ground, Walk
from engine.errors import EngineError


@dataclass(slots=True)
class _CountedCache:
    """Hold a cache, its pieces with the units that were counted for them, and the rest of it."""

    cache: FoundCache
    device: int
    pieces: list[Piece]
    first: int  # the number of the unit of the first piece
    units: list[CacheUnit] = field(default_factory=list[CacheUnit])
    rest: CacheUnit = field(default_factory=CacheUnit)


@dataclass(slots=True)
class _CountedEnvironment:
    """Hold an environment, what was counted of it, and the pieces that it uses.

    `similar` are pieces that its records do not name, but that hold packages of the same names;
    `partly` are pieces of which it has links although its records say copies: a sharing of copies
    may have been stopped half-way.
    """

    prefix: Path
    device: int
    unit: EnvironmentUnit
    soft: set[int] = field(default_factory=set[int])
    copied: dict[int, LinkedPackage] = field(default_factory=dict[int, LinkedPackage])
    similar: dict[int, LinkedPackage] = field(default_factory=dict[int, LinkedPackage])
    partly: dict[int, LinkedPackage] = field(default_factory=dict[int, LinkedPackage])


def look(
    caches: Sequence[FoundCache],
    prefixes: Sequence[Path],
    told: Callable[[int, str], None] = lambda _files, _place: None,
    help_after: int = HELP_AFTER,
) -> tuple[DiskPicture, DirectoryLog]:
    """Return where the space went in `caches` and in the environments at `prefixes`.

    The log names every folder that was looked into. Reads everything anew, writes nothing, takes
    about as long as `du`, and less where a second process can help, which is called for after
    `help_after` folders; raises nothing: what cannot be read is told in the picture.
    """
    log = DirectoryLog()
    tally = Tally(log)
    ground = Ground(roots_of([cache.folder for cache in caches] + list(prefixes)))
    pieces = [pieces_of(cache) for cache in caches]
    jobs = [job for cache, own in zip(caches, pieces, strict=True) for job in _jobs(cache, own)]
    jobs += [Job((os.path.realpath(prefix),), is_environment=True) for prefix in prefixes]
    with closing(walked(jobs, ground, told, help_after)) as walks:
        counted = [
            _count_cache(cache, own, tally, walks)
            for cache, own in zip(caches, pieces, strict=True)
        ]
        ties = tally.close_caches()
        index, stems = _indexes(counted)
        environments = [
            _count_environment(prefix, tally.add_environment(next(walks)), tally, index, stems)
            for prefix in prefixes
        ]
    items = _Items(counted, environments)
    spaces = tuple(items.space(each) for each in counted)
    paths = {number: item.path for number, item in items.by_number.items()}
    picture = DiskPicture(
        volumes=_volumes([*(cache.folder for cache in caches), *prefixes]),
        environments=tuple(
            EnvironmentSpace(
                prefix=each.prefix,
                device=each.device,
                own_bytes=each.unit.own,
                shared_bytes=each.unit.shared,
                cached_bytes=each.unit.cached,
                files=each.unit.files,
            )
            for each in environments
        ),
        caches=spaces,
        ties=tuple(
            Tie(tuple(paths[number] for number in numbers), size)
            for numbers, size in ties.items()
            if all(number in paths for number in numbers)
        ),
        between_bytes=tally.between,
        duplicates=tuple(_duplicates(environments, counted)),
        unreadable=tuple(dict.fromkeys(Path(text) for text in tally.unreadable)),
        seen=datetime.now(UTC),
    )
    return picture, log


def roots_of(folders: Iterable[Path]) -> set[tuple[int, int]]:
    """Return `folders`, those that there are, by device and inode."""
    found: set[tuple[int, int]] = set()
    for folder in folders:
        try:
            status = folder.stat()
        except OSError:
            continue
        if status.st_ino:
            found.add((status.st_dev, status.st_ino))
    return found


def _device_of(path: Path) -> int:
    try:
        return path.stat().st_dev
    except OSError:
        return 0


def _jobs(cache: FoundCache, pieces: Sequence[Piece]) -> list[Job]:
    """Return what is to be walked through: each piece, and what is left of the cache, the last."""
    taken = {path for piece in pieces for path in piece.paths}
    tops: tuple[str, ...] = ()
    match cache.layout:
        case Layout.PACKAGES | Layout.LISTS:
            top = os.path.realpath(cache.folder)
            tops = (top,)
            taken = {_below(top, path, cache.folder) for path in taken}
            taken.add(f"{top}{os.sep}{MEMORY}")  # it changes with every look
        case Layout.PIP:
            tops = (f"{cache.folder}/wheels",)
        case Layout.UV:
            pass  # only known folders count: a wrong setting must not count somebody's home
    rest = Job(tops, leave_out=frozenset(taken), is_root=True)
    return [*(Job(piece.paths) for piece in pieces), rest]


def _count_cache(
    cache: FoundCache, pieces: list[Piece], tally: Tally, walks: Iterator[list[Walk]]
) -> _CountedCache:
    counted = _CountedCache(cache, _device_of(cache.folder), pieces, len(tally.units))
    counted.units = [tally.add_cache_unit(next(walks)) for _ in pieces]
    counted.rest = tally.add_cache_unit(next(walks))
    return counted


def _below(real: str, path: str, folder: Path) -> str:
    return real + path[len(str(folder)) :]


def _indexes(
    counted: Sequence[_CountedCache],
) -> tuple[PieceIndex, dict[tuple[int, str], int]]:
    """Return the pieces by path, and the unpacked packages by volume and name."""
    numbers: dict[str, int] = {}
    stems: dict[tuple[int, str], int] = {}
    for each in counted:
        for number, piece in enumerate(each.pieces, each.first):
            numbers.update(dict.fromkeys(piece.paths, number))
            if piece.kind is ItemKind.UNPACKED:
                stem = piece.path.rpartition(os.sep)[2]
                stems.setdefault((each.device, stem), number)
    return PieceIndex(numbers), stems


def _count_environment(
    prefix: Path,
    unit: EnvironmentUnit,
    tally: Tally,
    index: PieceIndex,
    stems: dict[tuple[int, str], int],
) -> _CountedEnvironment:
    found = _CountedEnvironment(prefix, _device_of(prefix), unit)
    number = len(tally.environments) - 1
    found.soft = index.led_into(unit.links_out)
    within = index.number_of(os.path.realpath(prefix))
    if within is not None:
        found.soft.add(within)
    known: dict[str, int | None] = {}
    for package in linked_packages(str(prefix)):
        folder, name = os.path.split(package.source)
        source = known.get(package.source)
        if package.source and package.source not in known:
            real = os.path.join(os.path.realpath(folder), name)  # noqa: PTH118
            source = known[package.source] = index.number_of(real)
        nearest = stems.get((found.device, package.spelled))
        if source is not None and package.is_soft:
            found.soft.add(source)
        elif source is not None and number not in tally.units[source].users:
            found.copied[source] = package
        elif source is None and nearest is not None and number not in tally.units[nearest].users:
            found.similar[nearest] = package
        elif package.is_copied and (shared := nearest if source is None else source) is not None:
            found.partly[shared] = package
    return found


class _Items:
    """Make items of pieces, with what environments do to them."""

    def __init__(
        self, counted: Sequence[_CountedCache], environments: Sequence[_CountedEnvironment]
    ) -> None:
        self._environments = environments
        self.by_number: dict[int, CacheItem] = {}
        for each in counted:
            is_writable = os.access(each.cache.folder, os.W_OK | os.X_OK)
            for number, (piece, unit) in enumerate(
                zip(each.pieces, each.units, strict=True), each.first
            ):
                item = self._item(each.cache.folder, piece, unit, number, is_writable)
                self.by_number[number] = item

    def space(self, counted: _CountedCache) -> CacheSpace:
        """Return the space of one cache."""
        units = (*counted.units, counted.rest)
        end = counted.first + len(counted.pieces)
        return CacheSpace(
            folder=counted.cache.folder,
            kind=counted.cache.kind,
            device=counted.device,
            allocated_bytes=sum(unit.fresh for unit in units),
            files=sum(unit.files for unit in units),
            items=tuple(self.by_number[number] for number in range(counted.first, end)),
            is_writable=os.access(counted.cache.folder, os.W_OK | os.X_OK),
        )

    def _item(
        self, folder: Path, piece: Piece, unit: CacheUnit, number: int, is_writable: bool
    ) -> CacheItem:
        uses = self._uses(unit, number)
        blocked: SkipReason | None = None
        if any(use.kind is UseKind.SOFT_LINK for use in uses):
            blocked = SkipReason.NEEDED
        elif unit.has_mount:
            blocked = SkipReason.OTHER_VOLUME
        elif unit.has_root:
            blocked = SkipReason.HOLDS_OTHERS
        elif unit.has_unreadable or not is_writable:
            blocked = SkipReason.FORBIDDEN
        elif piece.is_busy:
            blocked = SkipReason.IN_USE
        used = max([piece.used, *self._written(number)])
        estimate = unit.total // UNPACKED_PER_ARCHIVE if piece.kind is ItemKind.UNPACKED else 0
        return CacheItem(
            path=Path(piece.path),
            cache=folder,
            kind=piece.kind,
            name=piece.name,
            version=piece.version,
            build=piece.build,
            allocated_bytes=unit.total,
            freed_bytes=unit.private,
            files=unit.files,
            links=unit.links,
            uses=uses,
            last_used=datetime.fromtimestamp(used, UTC) if used > 0 else None,
            cost=piece.cost,
            download_bytes=piece.download_bytes or estimate,
            url=piece.url,
            blocked=blocked,
            companions=tuple(Path(text) for text in piece.companions),
        )

    def _uses(self, unit: CacheUnit, number: int) -> tuple[Use, ...]:
        found: list[Use] = []
        for position, each in enumerate(self._environments):
            if position in unit.users:
                found.append(Use(each.prefix, UseKind.HARD_LINK))
            if number in each.soft:
                found.append(Use(each.prefix, UseKind.SOFT_LINK))
            elif number in each.copied:
                found.append(Use(each.prefix, UseKind.COPY))
        return tuple(sorted(found, key=lambda use: (str(use.prefix), use.kind)))

    def _written(self, number: int) -> list[float]:
        return [each.copied[number].written for each in self._environments if number in each.copied]


def _duplicates(
    environments: Sequence[_CountedEnvironment], counted: Sequence[_CountedCache]
) -> Iterable[Duplicate]:
    pieces = {
        number: (each.device, piece)
        for each in counted
        for number, piece in enumerate(each.pieces, each.first)
    }
    for environment in environments:
        for number, package in (
            environment.partly | environment.similar | environment.copied
        ).items():
            device, piece = pieces[number]
            if piece.kind is not ItemKind.UNPACKED or device != environment.device:
                continue
            files = list(sharable_files(str(environment.prefix), package, piece.path))
            saved = sum(file.allocated for file in files)
            if saved:
                yield Duplicate(
                    prefix=environment.prefix,
                    name=package.name,
                    version=package.version,
                    build=package.build,
                    item=Path(piece.path),
                    files=len(files),
                    saved_bytes=saved,
                )


def _volumes(paths: Sequence[Path]) -> tuple[VolumeSpace, ...]:
    found: dict[int, VolumeSpace] = {}
    for path in paths:
        try:
            space = volume_space(path)
        except EngineError:
            continue
        found.setdefault(space.device, space)
    return tuple(found.values())
