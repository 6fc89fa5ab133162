"""Fill a mirror folder by folder, in this process or in one that helps; tell what was there.

What goes between processes are plain values. Only the standard library is loaded, for a helping
process has to be quick at hand.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from engine.replicas import copying
from engine.replicas.walking import Kind, look_at

# A folder by its path in the tree, with `/`, its mode, and when it last changed (mtime, ctime, in
# nanoseconds) as seen before it is listed.
Waiting = tuple[str, int, int, int]
# A folder, its files and its links with their inodes, and the names of the folders in it.
Filled = tuple[Waiting, dict[str, int], dict[str, int], list[str]]

_META: Final = "conda-meta"
_SCRIPTS: Final = ("bin", "Scripts")
_SMALL: Final = 256 * 2**10  # bytes; launchers and scripts are smaller, programs larger
_INSTALLED: Final = frozenset(("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"))
_RIGHTS: Final = 0o777


class Portion(NamedTuple):
    """Tell what was done: folders that are filled, those still to do, and modes to set at the end.

    A filled folder comes before those in it.
    """

    filled: list[Filled]
    waiting: list[Waiting]
    late: list[tuple[str, int]]


class UnreadableError(Exception):
    """Something at `path` cannot be read; `error` says why."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(path, str(error))
        self.path = path
        self.error = error


class MountedError(Exception):
    """Another disk is mounted at `path` in the tree."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Listing(NamedTuple):
    """Hold what is directly in a folder: files and links with their inodes, folders by name."""

    files: dict[str, int]
    links: dict[str, int]
    folders: dict[str, os.stat_result]


def list_folder(base: str, path: str, opened: int | None = None) -> Listing:
    """Return what is in the folder `path` of the tree at `base`; raises UnreadableError.

    `opened` is its descriptor, where there is one.
    """
    found = Listing({}, {}, {})
    files, links, folders = found
    place = f"{base}/{path}" if path else base
    try:
        with os.scandir(place if opened is None else opened) as entries:
            for entry in entries:
                if _is_folder(entry):
                    folders[entry.name] = entry.stat(follow_symlinks=False)
                elif _is_link(entry):
                    links[entry.name] = entry.inode()
                else:
                    files[entry.name] = entry.inode()
    except OSError as error:
        raise UnreadableError(place, error) from error
    return found


def check_mounted(path: str, seen: os.stat_result, device: int) -> None:
    """Raise MountedError when the folder `path` is not on `device` with the tree."""
    if sys.platform != "win32" and seen.st_dev != device:
        raise MountedError(path)


def waiting_for(path: str, seen: os.stat_result) -> Waiting:
    """Return the folder `path` as what is to be filled."""
    return (path, stat.S_IMODE(seen.st_mode), seen.st_mtime_ns, seen.st_ctime_ns)


class Filler:
    """Fill folders below `target` with names for what is at the same place below `source`.

    `source` is on `device`; `allowed` is the mode of a folder that was asked for with every right.
    """

    def __init__(self, source: str, target: str, device: int, allowed: int) -> None:
        self._source = source
        self._target = target
        self._device = device
        self._allowed = allowed
        self._is_within = copying.can_link_within()

    def fill(self, waiting: Sequence[Waiting], most: int) -> Portion:
        """Make and fill the folders that are `waiting`, and those in them, up to `most` names.

        The last comes first. The folders that hold them are there already, as is the topmost
        itself. Raises UnreadableError, MountedError and OSError.
        """
        done = Portion([], list(waiting), [])
        stack = done.waiting
        count = 0
        while stack and count < most:
            folder = stack.pop()
            path = folder[0]
            opened = self._open(path)
            try:
                files, links, folders = list_folder(self._source, path, opened)
                if path:
                    self._make(path, folder[1], done.late)
                self._fill(path, files, links, opened)
            finally:
                if opened is not None:
                    os.close(opened)
            done.filled.append((folder, files, links, list(folders)))
            stack += self._below(path, folders)
            count += 1 + len(files) + len(links)
        return done

    def _open(self, path: str) -> int | None:
        if not self._is_within:
            return None
        place = f"{self._source}/{path}" if path else self._source
        try:
            return copying.open_folder(place)
        except OSError as error:
            raise UnreadableError(place, error) from error

    def _below(self, path: str, folders: dict[str, os.stat_result]) -> list[Waiting]:
        head = f"{path}/" if path else ""
        below: list[Waiting] = []
        for name, seen in folders.items():
            check_mounted(head + name, seen, self._device)
            below.append(waiting_for(head + name, seen))
        if not path:
            # Programs come last: uv asks a Python everything anew when that got another name,
            # and it is just looking whether it has to.
            below.sort(key=lambda each: each[0] not in _SCRIPTS)
        return below

    def _make(self, path: str, mode: int, late: list[tuple[str, int]]) -> None:
        """Make a folder, which gets its mode at the end where that would be in the way now."""
        allowed = self._allowed
        is_given = mode & 0o700 == 0o700 and mode & ~allowed == 0 and allowed & ~_RIGHTS == 0
        os.mkdir(f"{self._target}/{path}", mode if is_given else 0o700)  # noqa: PTH102
        if not is_given:
            late.append((path, mode))

    def _fill(
        self, path: str, files: dict[str, int], links: dict[str, int], opened: int | None
    ) -> None:
        source, target = self._source, self._target
        head = f"{path}/" if path else ""
        copied = _rewritten(path, files)
        linked = [*files.keys() - copied] if copied else files
        failed = list(linked)
        if linked:
            with suppress(OSError):
                failed = copying.link_all(opened, f"{source}/{path}", f"{target}/{path}", linked)
        for name in failed:
            link_or_copy(source, target, head + name)
        for name in copied:
            if path in _SCRIPTS:
                _copy_or_link(source, target, head + name)
            else:
                _copy(source, target, head + name)
        for name in links:
            symlink(f"{source}/{head}{name}", f"{target}/{head}{name}")


def _rewritten(folder: str, names: Iterable[str]) -> frozenset[str]:
    """Return those of the files in a folder that tools write into rather than replace."""
    if folder in _SCRIPTS or f"{folder}/".startswith(f"{_META}/"):
        return frozenset(names)
    found = [name for name in names if name.endswith(".pth")]
    if folder.endswith("-info"):
        found += _INSTALLED.intersection(names)
    return frozenset(found)


def _copy_or_link(source: str, target: str, path: str) -> None:
    found = look_at(f"{source}/{path}", path)
    if found.kind is Kind.FILE and found.size <= _SMALL:
        _copy(source, target, path)
    else:
        link_or_copy(source, target, path)


def link_or_copy(source: str, target: str, path: str) -> None:
    """Give the file `path` of `source` a name in `target`, or copy it where that is not possible.

    One that is gone meanwhile is no error. Raises UnreadableError and OSError.
    """
    try:
        if copying.link(f"{source}/{path}", f"{target}/{path}"):
            return
    except FileNotFoundError:
        if not os.path.lexists(f"{source}/{path}"):
            return  # the last look sees to it
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
            raise UnreadableError(f"{source}/{path}", trouble.error) from trouble


def symlink(source: str, target: str) -> None:
    """Make the link at `source` anew at `target`, word for word; raises OSError."""
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


if sys.platform == "win32":

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        # A junction is a folder to everything else.
        return entry.is_dir(follow_symlinks=False) and not _is_link(entry)

    def _is_link(entry: os.DirEntry[str]) -> bool:
        return look_at(entry.path, "").kind is Kind.LINK

else:

    def _is_folder(entry: os.DirEntry[str]) -> bool:
        return entry.is_dir(follow_symlinks=False)

    def _is_link(entry: os.DirEntry[str]) -> bool:
        return entry.is_symlink()
