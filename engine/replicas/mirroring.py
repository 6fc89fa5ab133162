"""Make a second name for every file of an environment, to be changed and then put in its place.

Nothing inside of files changes, because the place stays the same. Files share their content with
the original; those that tools rewrite in place are copied, so that the original stays as it is
whatever happens to the mirror.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.events import Phase, ProgressUnit
from engine.replicas import copying
from engine.replicas.metering import Meter
from engine.replicas.surveying import unreadable
from engine.replicas.trees import PRECISION, Folder, Tree, look_through
from engine.replicas.walking import Kind, look_at
from engine.transactions.reporting import Report

_META: Final = "conda-meta"
_SCRIPTS: Final = ("bin", "Scripts")
_SMALL: Final = 256 * 2**10  # bytes; launchers and scripts are smaller, programs larger
_INSTALLED: Final = frozenset(("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"))
_COMPILED: Final = "__pycache__"
_RIGHTS: Final = 0o777


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


def mirror(prefix: Path, new: Path, report: Report) -> Mirror:
    """Mirror the environment at `prefix` into the new folder `new` on the same volume.

    Files are linked; those of conda-meta, of the lists that installers keep, `*.pth` files and
    small scripts are copied, and everything is where the file system has no links. Symbolic links
    are made anew, word for word. Blocks; tells progress in files. Raises EngineError: link-failed
    (something cannot be read), files-in-use (another disk is mounted inside), source-changed,
    disk-full, not-writable.
    """
    stamp = stamp_of(prefix)
    try:
        tree = look_through(prefix)
        _make(tree, new, report)
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
    nothing = Folder(0, (0, 0))
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


def _make(tree: Tree, new: Path, report: Report) -> None:
    meter = Meter(report, Phase.PREPARING, ProgressUnit.FILES, tree.count())
    new.mkdir(parents=True)
    allowed = stat.S_IMODE(new.stat().st_mode)
    source, target = os.fspath(tree.root), os.fspath(new)
    late: list[tuple[str, int]] = []
    for path, folder in tree.folders.items():
        if path:
            if _is_given(folder.mode, allowed):
                os.mkdir(f"{target}/{path}", folder.mode)  # noqa: PTH102
            else:
                os.mkdir(f"{target}/{path}", 0o700)  # noqa: PTH102
                late.append((path, folder.mode))
        _fill(source, target, path, folder)
        meter.add(len(folder.files) + len(folder.links), path)
    for path, mode in reversed(late):
        os.chmod(f"{target}/{path}", mode)  # noqa: PTH101
    new.chmod(tree.folders[""].mode | 0o700)
    meter.finish()


def _is_given(mode: int, allowed: int) -> bool:
    """Return whether a new folder gets `mode` by asking for it, and can be filled then.

    `allowed` is what was given to one that asked for every right: the user's mask shows in it.
    """
    return mode & 0o700 == 0o700 and mode & ~allowed == 0 and allowed & ~_RIGHTS == 0


def _fill(source: str, target: str, path: str, folder: Folder) -> None:
    """Put the files and links of a folder into its mirror."""
    head = f"{path}/" if path else ""
    copied = {name for name in folder.files if _is_rewritten(path, name)}
    linked = [name for name in folder.files if name not in copied] if copied else folder.files
    failed = list(linked)
    if linked:
        with suppress(OSError):
            failed = copying.link_all(f"{source}/{path}", f"{target}/{path}", linked)
    for name in failed:
        _link_or_copy(source, target, head + name)
    for name in copied:
        if path in _SCRIPTS:
            _copy_or_link(source, target, head + name)
        else:
            _copy(source, target, head + name)
    for name in folder.links:
        _symlink(f"{source}/{head}{name}", f"{target}/{head}{name}")


def _is_rewritten(folder: str, name: str) -> bool:
    """Return whether tools write into a file rather than put another in its place."""
    return (
        name.endswith(".pth")
        or folder in _SCRIPTS
        or (name in _INSTALLED and folder.endswith("-info"))
        or f"{folder}/".startswith(f"{_META}/")
    )


def _copy_or_link(source: str, target: str, path: str) -> None:
    found = look_at(f"{source}/{path}", path)
    if found.kind is Kind.FILE and found.size <= _SMALL:
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


def _changed(prefix: Path, path: str = "") -> EngineError:
    return EngineError(
        ErrorCode.SOURCE_CHANGED,
        "Another program changed the packages of this environment at the same time.",
        cause=f"It wrote {path}." if path else "",
        hint="Wait until it is done, then look at the plan again.",
        prefix=str(prefix),
        path=path,
    )
