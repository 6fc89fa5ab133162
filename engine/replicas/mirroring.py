"""Make a second name for every file of an environment, to be changed and then put in its place.

Nothing inside of files changes, because the place stays the same. Files share their content with
the original; those that tools rewrite in place are copied, so that the original stays as it is
whatever happens to the mirror.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.events import Phase, ProgressUnit
from engine.replicas import copying
from engine.replicas.metering import Meter
from engine.replicas.surveying import unreadable
from engine.replicas.walking import Kind, look_at
from engine.transactions.reporting import Report

_META: Final = "conda-meta"
_SCRIPTS: Final = ("bin", "Scripts")
_SMALL: Final = 256 * 2**10  # bytes; launchers and scripts are smaller, programs larger
_INSTALLED: Final = frozenset(("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"))
_COMPILED: Final = "__pycache__"
_PRECISION: Final = 2 * 10**9  # nanoseconds: file times are as coarse as that on FAT


@dataclass(slots=True)
class _Tree:
    """Hold the names below a root: folders with their modes, files and links with their inodes."""

    folders: dict[str, int] = field(default_factory=dict[str, int])
    files: dict[str, int] = field(default_factory=dict[str, int])
    links: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def inodes(self) -> dict[str, int]:
        return {**self.files, **self.links}


@dataclass(frozen=True, slots=True)
class Mirror:
    """Remember what was mirrored, so that what happened to the original since can be seen."""

    prefix: Path
    new: Path
    stamp: str
    inodes: dict[str, int]
    folders: dict[str, int]
    began: int


def mirror(prefix: Path, new: Path, report: Report) -> Mirror:
    """Mirror the environment at `prefix` into the new folder `new` on the same volume.

    Files are linked; those of conda-meta, of the lists that installers keep, `*.pth` files and
    small scripts are copied, and everything is where the file system has no links. Symbolic links
    are made anew, word for word. Blocks; tells progress in files. Raises EngineError: link-failed
    (something cannot be read), files-in-use (another disk is mounted inside), source-changed,
    disk-full, not-writable.
    """
    began = time.time_ns()
    stamp = stamp_of(prefix)
    try:
        tree = _look_through(prefix)
        _make(prefix, new, tree, report)
    except OSError as error:
        raise from_os_error(error) from error
    if stamp_of(prefix) != stamp:
        raise _changed(prefix)
    return Mirror(prefix, new, stamp, tree.inodes, tree.folders, began)


def catch_up(made: Mirror, report: Report) -> None:
    """Bring into the mirror what was written into the original since; for a last look.

    What others write among the packages cannot be brought together with the change. Raises
    EngineError: source-changed, disk-full, not-writable.
    """
    prefix = made.prefix
    if stamp_of(prefix) != made.stamp:
        raise _changed(prefix)
    try:
        now = _look_through(prefix)
        inodes = now.inodes
        fresh = [path for path in inodes if _is_fresh(made, path, inodes[path])]
        gone = [path for path in made.inodes if path not in inodes and not _is_cache(path)]
        if spoilt := next((path for path in (*fresh, *gone) if _is_of_packages(path)), None):
            raise _changed(prefix, spoilt)
        for path in now.folders:
            if path not in made.folders and not _is_of_packages(path) and not _is_cache(path):
                os.makedirs(made.new / path, exist_ok=True)  # noqa: PTH103
        for path in fresh:
            report.log(f"Written meanwhile, and kept: {path}")
            with suppress(FileNotFoundError):
                (made.new / path).unlink(missing_ok=True)
                _place(prefix, made.new, path, is_link=path in now.links)
        for path in gone:
            report.log(f"Deleted meanwhile: {path}")
            (made.new / path).unlink(missing_ok=True)
    except OSError as error:
        raise from_os_error(error) from error


def _is_fresh(made: Mirror, path: str, inode: int) -> bool:
    known = made.inodes.get(path)
    if known == inode or _is_cache(path):
        return False
    if known is None:
        return True
    # Some file systems number a file anew when it gets a second name.
    with suppress(OSError):
        return os.lstat(made.prefix / path).st_mtime_ns >= made.began - _PRECISION
    return False


def _is_cache(path: str) -> bool:
    return f"/{_COMPILED}/" in f"/{path}/"


def _is_of_packages(path: str) -> bool:
    return path.startswith(f"{_META}/") or "/site-packages/" in f"/{path}"


def _look_through(root: Path) -> _Tree:
    tree = _Tree()
    base = os.fspath(root)
    volume = os.stat(base).st_dev  # noqa: PTH116 - texts from here on
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for name, kind, entry in _entries(base, folder):
            path = f"{folder}/{name}" if folder else name
            if kind is Kind.LINK:
                tree.links[path] = entry.inode()
            elif kind is not Kind.FOLDER:
                tree.files[path] = entry.inode()
            else:
                found = entry.stat(follow_symlinks=False)
                if sys.platform != "win32" and found.st_dev != volume:
                    raise _mounted(root, path)
                tree.folders[path] = stat.S_IMODE(found.st_mode)
                waiting.append(path)
    return tree


def _entries(base: str, folder: str) -> Iterator[tuple[str, Kind, os.DirEntry[str]]]:
    try:
        with os.scandir(f"{base}/{folder}" if folder else base) as entries:
            found = list(entries)
    except OSError as error:
        raise unreadable(Path(base, folder), error) from error
    for entry in found:
        yield entry.name, _kind(entry), entry


def _kind(entry: os.DirEntry[str]) -> Kind:
    if sys.platform == "win32":
        return look_at(entry.path, "").kind  # a junction is a folder to everything else
    if entry.is_symlink():
        return Kind.LINK
    return Kind.FOLDER if entry.is_dir(follow_symlinks=False) else Kind.FILE


def _make(prefix: Path, new: Path, tree: _Tree, report: Report) -> None:
    total = len(tree.files) + len(tree.links)
    meter = Meter(report, Phase.PREPARING, ProgressUnit.FILES, total)
    new.mkdir(parents=True)
    target = os.fspath(new)
    for path in tree.folders:
        os.mkdir(f"{target}/{path}", 0o700)  # noqa: PTH102
    source = os.fspath(prefix)
    for path in tree.files:
        if _is_rewritten(path):
            _copy_or_link(source, target, path)
        else:
            _link_or_copy(source, target, path)
        meter.add(1, path)
    for path in tree.links:
        _symlink(f"{source}/{path}", f"{target}/{path}")
    for path, mode in reversed(tree.folders.items()):
        if mode != 0o700:
            os.chmod(f"{target}/{path}", mode)  # noqa: PTH101
    new.chmod(stat.S_IMODE(prefix.stat().st_mode) | 0o700)
    meter.finish()


def _is_rewritten(path: str) -> bool:
    """Return whether tools write into the file at `path` rather than put another in its place."""
    folder, _, name = path.rpartition("/")
    return (
        path.startswith(f"{_META}/")
        or folder in _SCRIPTS
        or name.endswith(".pth")
        or (name in _INSTALLED and folder.endswith("-info"))
    )


def _copy_or_link(source: str, target: str, path: str) -> None:
    found = look_at(f"{source}/{path}", path)
    is_script = path.startswith(tuple(f"{folder}/" for folder in _SCRIPTS))
    if found.kind is Kind.FILE and not (is_script and found.size > _SMALL):
        _copy(source, target, path)
    else:
        _link_or_copy(source, target, path)


def _link_or_copy(source: str, target: str, path: str) -> None:
    try:
        if copying.link(f"{source}/{path}", f"{target}/{path}"):
            return
    except FileNotFoundError:
        if not os.path.lexists(f"{source}/{path}"):
            return  # gone meanwhile; the last look sees to it
        raise
    _copy(source, target, path)


def _copy(source: str, target: str, path: str) -> None:
    try:
        found = look_at(f"{source}/{path}", path)
        if found.kind is Kind.FILE:
            copying.copy(f"{source}/{path}", f"{target}/{path}", found, lambda _: None)
    except FileNotFoundError:
        if os.path.lexists(f"{source}/{path}"):
            raise
    except copying.SourceError as trouble:
        if not isinstance(trouble.error, FileNotFoundError):
            raise unreadable(Path(source, path), trouble.error) from trouble


def _symlink(source: str, target: str) -> None:
    try:
        pointed = os.readlink(source)  # noqa: PTH115
    except FileNotFoundError:
        return
    is_folder = sys.platform == "win32" and os.path.isdir(source)  # noqa: PTH112
    try:
        os.symlink(pointed, target, target_is_directory=is_folder)  # noqa: PTH211
    except OSError:
        if sys.platform != "win32" or not is_folder:
            raise
        import _winapi

        _winapi.CreateJunction(os.path.realpath(source), target)


def _place(prefix: Path, new: Path, path: str, *, is_link: bool) -> None:
    if is_link:
        _symlink(f"{prefix}/{path}", f"{new}/{path}")
    else:
        _link_or_copy(os.fspath(prefix), os.fspath(new), path)


def _mounted(prefix: Path, path: str) -> EngineError:
    return EngineError(
        ErrorCode.FILES_IN_USE,
        "Another disk is mounted inside of this environment.",
        cause=f"{prefix / path} is another disk.",
        hint="Unmount it first, then try again.",
        prefix=str(prefix),
        path=str(prefix / path),
    )


def _changed(prefix: Path, path: str = "") -> EngineError:
    return EngineError(
        ErrorCode.SOURCE_CHANGED,
        "Another program changed the packages of this environment at the same time.",
        cause=f"It wrote {path}." if path else "",
        hint="Wait until it is done, then look at the plan again.",
        prefix=str(prefix),
        path=path,
    )
