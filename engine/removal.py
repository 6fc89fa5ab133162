"""Delete the tree of an environment that was moved out of sight."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.errors import from_os_error
from engine.events import Phase, ProgressUnit
from engine.replicas.metering import Meter
from engine.replicas.walking import Kind, look_at
from engine.transactions.reporting import Report

TRIES: Final = 5
PAUSE: Final = 0.1  # seconds, doubled from try to try: virus scanners let go soon
DEEPEST: Final = 48  # folders held open at once; what lies deeper is moved up first
_IN_USE = (5, 32, 33)  # Windows: access denied, sharing and lock violations
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | os.O_RDONLY


def delete_tree(path: Path, report: Report) -> None:
    """Delete `path` and all that is in it; links are deleted, never followed.

    Being killed half-way costs nothing: call it again. Folders without the right to write get it.
    What is on another volume, mounted into the tree, is left alone. Blocks; tells progress in
    files. Raises EngineError (files-in-use, not-writable) when something had to stay; everything
    else is gone then, and a later call finishes.
    """
    root = os.fspath(path)
    try:
        top = look_at(root, "")
    except FileNotFoundError:
        return
    except OSError as error:
        raise from_os_error(error, path) from error
    total = _count(root) if top.kind is Kind.FOLDER else 1
    leftovers = _Leftovers(report)
    meter = Meter(report, Phase.REMOVING, ProgressUnit.FILES, total)
    if top.kind is not Kind.FOLDER:
        leftovers.attempt(_unlink, root, root)
    elif os.name == "posix":
        _DeletionByDescriptor(root, top.device, leftovers, meter).run()
    else:
        DeletionByPath(root, top.device, leftovers, meter).run()
    meter.finish()
    if leftovers.error is not None:
        raise from_os_error(leftovers.error, Path(leftovers.path)) from leftovers.error


class _Leftovers:
    """Try to delete, remember the first thing that had to stay."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.error: OSError | None = None
        self.path = ""

    def attempt(
        self,
        delete: Callable[[str], None],
        name: str,
        shown: str,
        allow: Callable[[], None] = lambda: None,
    ) -> None:
        """Call `delete`, again after `allow`, and again later where a program holds on to it."""
        pause = PAUSE
        for attempt in range(TRIES):
            try:
                delete(name)
            except FileNotFoundError:
                return
            except OSError as error:
                is_held = getattr(error, "winerror", None) in _IN_USE
                if attempt == TRIES - 1 or (attempt > 0 and not is_held):
                    self.add(shown, error)
                    return
                allow()
                if is_held:
                    time.sleep(pause)
                    pause *= 2
            else:
                return

    def add(self, shown: str, error: OSError) -> None:
        """Remember that `shown` stays."""
        if self.error is None:
            self.error, self.path = error, shown
            self._report.log(f"Could not delete {shown}: {error.strerror or error}")


class _DeletionByDescriptor:
    """Delete through open folders, so that nobody can slip a link in between look and deed."""

    def __init__(self, root: str, volume: int, leftovers: _Leftovers, meter: Meter) -> None:
        self._root = root
        self._volume = volume
        self._leftovers = leftovers
        self._meter = meter
        self._moved_up = 0

    def run(self) -> None:
        root = self._open(self._root, None, self._root)
        if root is None:
            return
        try:
            moved_up = -1
            while moved_up != self._moved_up:  # until nothing deep was found any more
                moved_up = self._moved_up
                self._empty(root, root, self._root, 0)
        finally:
            os.close(root)
        self._leftovers.attempt(os.rmdir, self._root, self._root)

    def _empty(self, folder: int, root: int, shown: str, depth: int) -> None:
        try:
            with os.scandir(folder) as entries:
                names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            self._leftovers.add(shown, error)
            return
        for name, is_folder in names:
            path = f"{shown}/{name}"
            if is_folder:
                self._remove_folder(name, folder, root, path, depth)
            else:
                try:
                    os.unlink(name, dir_fd=folder)  # without ado: there may be 100,000 of them
                except OSError:
                    self._leftovers.attempt(
                        lambda name: os.unlink(name, dir_fd=folder),
                        name,
                        path,
                        lambda: _make_writable(folder),
                    )
                self._meter.add(1, name)

    def _remove_folder(self, name: str, parent: int, root: int, shown: str, depth: int) -> None:
        if depth >= DEEPEST:
            self._moved_up += 1
            upper = f".envdesk-{os.getpid()}-{self._moved_up}"
            with suppress(OSError):
                os.rename(name, upper, src_dir_fd=parent, dst_dir_fd=root)
                return
        folder = self._open(name, parent, shown)
        if folder is None:
            return
        try:
            if os.fstat(folder).st_dev != self._volume:
                error = OSError(errno.EBUSY, "Another disk is mounted here", shown)
                self._leftovers.add(shown, error)
                return
            self._empty(folder, root, shown, depth + 1)
        finally:
            os.close(folder)
        self._leftovers.attempt(
            lambda name: os.rmdir(name, dir_fd=parent), name, shown, lambda: _make_writable(parent)
        )

    def _open(self, name: str, parent: int | None, shown: str) -> int | None:
        try:
            return os.open(name, _FOLDER, dir_fd=parent)
        except FileNotFoundError:
            return None
        except OSError:
            with suppress(OSError):
                os.chmod(name, 0o700, dir_fd=parent)
        try:
            return os.open(name, _FOLDER, dir_fd=parent)
        except OSError as error:
            self._leftovers.add(shown, error)
            return None


class DeletionByPath:
    """Delete by full paths, for systems that cannot work relative to an open folder."""

    def __init__(self, root: str, volume: int, leftovers: _Leftovers, meter: Meter) -> None:
        self._root = root
        self._volume = volume
        self._leftovers = leftovers
        self._meter = meter

    def run(self) -> None:
        """Delete folder by folder, the deepest first."""
        waiting = [(self._root, False)]
        while waiting:
            folder, is_emptied = waiting.pop()
            if is_emptied:
                self._leftovers.attempt(os.rmdir, folder, folder, lambda at=folder: _allow(at))
            else:
                waiting.append((folder, True))
                waiting += [(below, False) for below in self._delete_files(folder)]

    def _delete_files(self, folder: str) -> list[str]:
        try:
            names = os.listdir(folder)  # noqa: PTH208
        except OSError as error:
            self._leftovers.add(folder, error)
            return []
        below: list[str] = []
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118
            try:
                found = look_at(path, name)
            except FileNotFoundError:
                continue
            if found.kind is not Kind.FOLDER:
                self._leftovers.attempt(_unlink, path, path, lambda at=path: _allow(at))
                self._meter.add(1, name)
            elif found.device == self._volume:
                below.append(path)
            else:
                error = OSError(errno.EBUSY, "Another disk is mounted here", path)
                self._leftovers.add(path, error)
        return below


def _unlink(path: str) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except OSError:
        if os.name != "nt" or not os.path.isdir(path):  # noqa: PTH112
            raise
        os.rmdir(path)  # noqa: PTH106 - a link to a folder, or a junction


def _allow(path: str) -> None:
    """Take away the read-only mark that keeps Windows from deleting `path`."""
    with suppress(OSError):
        os.chmod(path, stat.S_IWRITE | stat.S_IREAD)  # noqa: PTH101


def _make_writable(folder: int) -> None:
    with suppress(OSError):
        os.fchmod(folder, stat.S_IMODE(os.fstat(folder).st_mode) | 0o700)


def _count(root: str) -> int:
    """Count the names to delete, so that progress has an end; folders are not counted."""
    count = 0
    waiting = [root]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    count += 1
    return count
