"""What the records of environments say about the packages that they were made from."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.cache.directories import BLOCK
from engine.cache.extents import can_be_told, shared_blocks
from engine.reading import read_whole
from engine.replicas.ownership import decode_record

COPIED, SOFT_LINKED = 3, 2  # (conda, LinkType: hardlink 1, softlink 2, copy 3, directory 4)
# Folders, and endings of names, whose files programs or people write into where they lie.
WRITTEN_FOLDERS = ("conda-meta/", "etc/", "var/", "ssl/", "info/", "Menu/", "Library/ssl/")
WRITTEN_ENDINGS = (
    *(".pyc", ".pyo", ".pth", ".egg-link", ".conf", ".cfg", ".ini", ".toml", ".json", ".yml"),
    *(".yaml", ".xml", ".cache", ".compiled", ".db", ".sqlite", ".sqlite3", ".pem", ".log"),
    *(".lock", ".ipynb", ".rc", ".properties", ".dist-info/RECORD", ".dist-info/INSTALLER"),
)


class _Link(msgspec.Struct, gc=False):
    source: str | None = None
    type: int | str | None = None


class _Glance(msgspec.Struct, gc=False):
    name: str = ""
    version: str = ""
    build: str | None = None
    link: _Link | None = None
    extracted_package_dir: str | None = None


_DECODER = msgspec.json.Decoder(_Glance)


@dataclass(frozen=True, slots=True)
class LinkedPackage:
    """Say which package an environment's record is of, and from where it was linked.

    `path` is the record; `written` is when it was, in seconds; `is_soft` and `is_copied` tell that
    it says that its files are soft links, or copies.
    """

    name: str
    version: str
    build: str
    source: str
    is_soft: bool
    is_copied: bool
    path: str
    written: float

    @property
    def spelled(self) -> str:
        """Return `name-version-build`."""
        return f"{self.name}-{self.version}-{self.build}"


def linked_packages(prefix: str) -> Iterator[LinkedPackage]:
    """Yield the packages of the environment at `prefix`; broken records are left out."""
    try:
        with os.scandir(f"{prefix}/conda-meta") as entries:
            records = [entry for entry in entries if entry.name.endswith(".json")]
    except OSError:
        return
    for entry in records:
        with suppress(OSError, ValueError, msgspec.DecodeError):
            glance = _DECODER.decode(read_whole(entry.path))
            link = glance.link or _Link()
            source = link.source or glance.extracted_package_dir or ""
            yield LinkedPackage(
                name=glance.name,
                version=glance.version,
                build=glance.build or "",
                source=source,
                is_soft=link.type in (SOFT_LINKED, "softlink"),
                is_copied=link.type in (COPIED, "copy"),
                path=entry.path,
                written=entry.stat().st_mtime,
            )


@dataclass(frozen=True, slots=True)
class SharableFile:
    """Name a file of an environment that is a copy of one in a cache, by what is recorded.

    `sha256` is the content that both must have; `allocated` what linking frees, in bytes.
    """

    path: str
    cached: str
    sha256: str
    allocated: int


def is_written_in_place(path: str) -> bool:
    """Return whether a file of a package, `path` with `/`, may be written into where it lies."""
    name = path.rpartition("/")[2]
    return path.startswith(WRITTEN_FOLDERS) or path.endswith(WRITTEN_ENDINGS) or name[:1] == "."


def sharable_files(prefix: str, package: LinkedPackage, unpacked: str) -> Iterator[SharableFile]:
    """Yield the files of `package` in `prefix` that could be links into the folder `unpacked`.

    They are on one volume, not linked to anything, of one size, with one set of rights and owner,
    recorded without a prefix inside; nothing is read from them yet. A Python file of another time
    is left out, because that would make its compiled form useless.
    """
    with suppress(OSError):
        record = decode_record(read_whole(package.path))
        if record is None or _forbids_links(unpacked):
            return
        has_clones = can_be_told(prefix)
        for entry, path, packed in record.real_paths():
            is_plain = entry.path_type in (None, "hardlink") and not entry.prefix_placeholder
            if not is_plain or not entry.sha256 or is_written_in_place(path):
                continue
            if entry.sha256_in_prefix not in (None, "", entry.sha256):
                continue
            found = sharable_file(
                *(f"{prefix}/{path}", f"{unpacked}/{packed}", entry.sha256), has_clones=has_clones
            )
            if found is not None:
                yield found


def sharable_file(
    path: str, cached: str, sha256: str, *, has_clones: bool = False
) -> SharableFile | None:
    """Return the file at `path` if, by its looks, it could be a link to `cached`.

    With `has_clones`, what a clone shares already counts as saved.
    """
    try:
        here, there = os.lstat(path), os.lstat(cached)
    except OSError:
        return None
    alike = (
        stat.S_ISREG(here.st_mode)
        and here.st_mode == there.st_mode
        and (here.st_uid, here.st_gid) == (there.st_uid, there.st_gid)
        and here.st_dev == there.st_dev
        and here.st_ino != there.st_ino
        and here.st_nlink == 1
        and here.st_size == there.st_size
    )
    is_stale = path.endswith(".py") and int(here.st_mtime) != int(there.st_mtime)
    if not alike or is_stale:
        return None
    blocks = getattr(here, "st_blocks", -(-here.st_size // BLOCK))
    if has_clones:
        blocks -= shared_blocks(path, blocks)
        if not blocks:
            return None  # a clone: the disk holds it once already
    return SharableFile(path, cached, sha256, blocks * BLOCK)


def _forbids_links(unpacked: str) -> bool:
    """Return whether the package wants its files copied (conda-build docs, "no_link")."""
    return Path(unpacked, "info", "no_link").exists()
