"""Make a second name for every file of an environment, to be changed and then put in its place.

Nothing inside of files changes, because the place stays the same. Files share their content with
the original; those that tools rewrite in place are copied, so that the original stays as it is
whatever happens to the mirror.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.events import Phase, ProgressUnit
from engine.removal import delete_tree
from engine.replicas.filling import (
    Filler,
    MountedError,
    Portion,
    UnreadableError,
    Waiting,
    link_or_copy,
    symlink,
    waiting_for,
)
from engine.replicas.hands import Ground, Hands
from engine.replicas.metering import Meter
from engine.replicas.trees import PRECISION, Folder, Tree, folder_of, look_through, told
from engine.transactions.reporting import Report, SilentReport

_META: Final = "conda-meta"
_COMPILED: Final = "__pycache__"
_NAMES: Final = 500  # put in place before progress is told


@dataclass(frozen=True, slots=True)
class Mirror:
    """Remember what was mirrored, so that what happened to the original since can be seen."""

    new: Path
    stamp: str
    tree: Tree

    @property
    def prefix(self) -> Path:
        """Return the environment that was mirrored."""
        return self.tree.root


def mirror(
    prefix: Path, new: Path, report: Report, hands: Hands | None = None, *, files: int = 0
) -> Mirror:
    """Mirror the environment at `prefix` into the new folder `new` on the same volume.

    Files are linked; those of conda-meta, of the lists that installers keep, `*.pth` files and
    small scripts are copied, and everything is where the file system has no links. Symbolic links
    are made anew, word for word. With `hands` other processes do it, as long as they can; they
    are gone when this returns or raises. Blocks; tells progress in files, of which there are
    about `files`. Raises EngineError: link-failed (something cannot be read), files-in-use
    (another disk is mounted inside), source-changed, disk-full, not-writable.
    """
    stamp = stamp_of(prefix)
    try:
        try:
            tree = _made(prefix, new, report, hands, files)
        finally:
            if hands is not None:
                hands.end()
    except (UnreadableError, MountedError) as trouble:
        raise told(prefix, trouble) from trouble
    except OSError as error:
        raise from_os_error(error) from error
    if stamp_of(prefix) != stamp:
        raise _changed(prefix)
    return Mirror(new, stamp, tree)


def catch_up(made: Mirror, report: Report) -> None:
    """Bring into the mirror what was written into the original since; for a last look.

    What others write among the packages cannot be brought together with the change. Raises
    EngineError: source-changed, disk-full, not-writable.
    """
    prefix = made.prefix
    if stamp_of(prefix) != made.stamp:
        raise _changed(prefix)
    try:
        now = look_through(prefix, made.tree)
        fresh, gone = _differences(made.tree, now)
        if spoilt := next((path for path in (*fresh, *gone) if _is_of_packages(path)), None):
            raise _changed(prefix, spoilt)
        for path in now.folders.keys() - made.tree.folders.keys():
            if not _is_of_packages(path) and not _is_cache(path):
                os.makedirs(made.new / path, exist_ok=True)  # noqa: PTH103
        for path, is_link in fresh.items():
            report.log(f"Written meanwhile, and kept: {path}")
            with suppress(FileNotFoundError):
                (made.new / path).unlink(missing_ok=True)
                _place(prefix, made.new, path, is_link=is_link)
        for path in gone:
            report.log(f"Deleted meanwhile: {path}")
            (made.new / path).unlink(missing_ok=True)
    except OSError as error:
        raise from_os_error(error) from error


def _differences(then: Tree, now: Tree) -> tuple[dict[str, bool], list[str]]:
    """Return the files that are new or others, with whether they are links, and those gone."""
    fresh: dict[str, bool] = {}
    gone: list[str] = []
    nothing = Folder((0, 0))
    for path in {**then.folders, **now.folders}:
        before, after = then.folders.get(path, nothing), now.folders.get(path, nothing)
        if before is after or _is_cache(path):
            continue
        head = f"{path}/" if path else ""
        known = {**before.files, **before.links}
        present = {**after.files, **after.links}
        for name, inode in present.items():
            if _is_fresh(then, head + name, known.get(name), inode):
                fresh[head + name] = name in after.links
        gone += [head + name for name in known if name not in present]
    return fresh, gone


def _is_fresh(then: Tree, path: str, known: int | None, inode: int) -> bool:
    if known == inode:
        return False
    if known is None:
        return True
    # Some file systems number a file anew when it gets a second name.
    with suppress(OSError):
        return os.lstat(then.root / path).st_mtime_ns >= then.began - PRECISION
    return False


def _is_cache(path: str) -> bool:
    return f"/{_COMPILED}/" in f"/{path}/"


def _is_of_packages(path: str) -> bool:
    return path.startswith(f"{_META}/") or "/site-packages/" in f"/{path}"


def _made(prefix: Path, new: Path, report: Report, hands: Hands | None, files: int) -> Tree:
    began = time.time_ns()
    seen = prefix.stat()
    first = waiting_for("", seen)
    made = _Making(Meter(report, Phase.PREPARING, ProgressUnit.FILES, files))
    ground = _make_top(prefix, new, seen)
    if hands is None or not hands.fill(ground, first, made.take):
        if hands is not None:  # whatever they did before they went
            delete_tree(new, SilentReport())
            made.folders.clear()
            made.late.clear()
            ground = _make_top(prefix, new, seen)
        for portion in _portions(ground, first):
            made.take(portion)
    for path, mode in sorted(made.late, key=lambda each: -each[0].count("/")):
        (new / path).chmod(mode)
    new.chmod(stat.S_IMODE(seen.st_mode) | 0o700)
    made.meter.finish()
    return Tree(prefix, began, made.folders)


def _make_top(prefix: Path, new: Path, seen: os.stat_result) -> Ground:
    new.mkdir(parents=True)
    allowed = stat.S_IMODE(new.stat().st_mode)
    return Ground(os.fspath(prefix), os.fspath(new), seen.st_dev, allowed)


def _portions(ground: Ground, first: Waiting) -> Iterator[Portion]:
    filler = Filler(*ground)
    waiting = [first]
    while waiting:
        portion = filler.fill(waiting, _NAMES)
        waiting = portion.waiting
        yield portion


class _Making:
    """Gather what is done of a mirror."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.folders: dict[str, Folder] = {}
        self.late: list[tuple[str, int]] = []

    def take(self, portion: Portion) -> None:
        """Remember a portion, and tell how far this is."""
        count, path = 0, ""
        for filled in portion.filled:
            path = filled[0][0]
            folder = self.folders[path] = folder_of(filled)
            count += len(folder.files) + len(folder.links)
        self.late += portion.late
        self.meter.add(count, path)


def _place(prefix: Path, new: Path, path: str, *, is_link: bool) -> None:
    try:
        if is_link:
            symlink(f"{prefix}/{path}", f"{new}/{path}")
        else:
            link_or_copy(os.fspath(prefix), os.fspath(new), path)
    except UnreadableError as trouble:
        raise told(prefix, trouble) from trouble


def _changed(prefix: Path, path: str = "") -> EngineError:
    return EngineError(
        ErrorCode.SOURCE_CHANGED,
        "Another program changed the packages of this environment at the same time.",
        cause=f"It wrote {path}." if path else "",
        hint="Wait until it is done, then look at the plan again.",
        prefix=str(prefix),
        path=path,
    )
