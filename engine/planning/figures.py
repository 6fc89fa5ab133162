"""Count what putting packages into a prefix costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.plan import Figures
from engine.records import Record

# How much larger packages are unpacked than packed: three to five times, over common ones.
UNPACKED_PER_ARCHIVE = 4


class UnpackedSize(Protocol):
    """Tell what one unpacked package puts into a prefix."""

    @property
    def files(self) -> int:
        """Return the number of files."""
        ...

    @property
    def linked_bytes(self) -> int:
        """Return the bytes of files that can be linked."""
        ...

    @property
    def copied_bytes(self) -> int:
        """Return the bytes of files that must be copied."""
        ...


@dataclass(frozen=True, slots=True)
class Cost:
    """Hold what packages cost, in bytes, on the prefix's volume and on that of the cache."""

    figures: Figures
    prefix_bytes: int
    cache_bytes: int


def cost_of(
    records: Collection[Record], cached: Mapping[str, UnpackedSize], *, is_near: bool
) -> Cost:
    """Return what linking `records` costs when `cached` of them are unpacked already.

    Bytes of packages that are not cached are estimated from their archives. `is_near` tells that
    the cache lies on the prefix's volume. Files are counted only when all packages are cached.
    """
    missing = [record for record in records if record.name not in cached]
    present = [cached[record.name] for record in records if record.name in cached]
    unpacked = sum(record.archive_bytes or 0 for record in missing) * UNPACKED_PER_ARCHIVE
    linkable = unpacked + sum(package.linked_bytes for package in present)
    copied = sum(package.copied_bytes for package in present)
    if not is_near:
        copied, linkable = copied + linkable, 0
    figures = Figures(
        download_bytes=sum(
            record.archive_bytes or 0 for record in missing if not record.url.startswith("file:")
        ),
        disk_bytes=unpacked + copied,
        linked_bytes=linkable,
        packages=len(records),
        cached_packages=len(present),
        files=0 if missing else sum(package.files for package in present),
    )
    return Cost(figures, prefix_bytes=copied, cache_bytes=unpacked)


def summed(conda: Figures, pypi: Figures, freed: int = 0) -> Figures:
    """Return what both halves of a plan cost; `freed` bytes go with conda's."""
    return Figures(
        download_bytes=conda.download_bytes + pypi.download_bytes,
        disk_bytes=conda.disk_bytes + pypi.disk_bytes,
        linked_bytes=conda.linked_bytes + pypi.linked_bytes,
        freed_bytes=freed + pypi.freed_bytes,
        packages=conda.packages + pypi.packages,
        cached_packages=conda.cached_packages + pypi.cached_packages,
        files=0 if pypi.packages else conda.files,  # nobody knows those of releases
    )
