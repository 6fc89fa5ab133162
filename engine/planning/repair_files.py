"""Which files of an environment a repair deletes, puts back and rewrites; nothing is touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.describing import JOURNAL_NAME, MOVED_AWAY, UNFINISHED_RECORD
from engine.environments.freezing import MARK
from engine.errors import EngineError
from engine.health.conda_side import distribution_name
from engine.health.entry_points import COMMAND_FOLDERS, not_startable
from engine.health.mending import Mend, MendKind
from engine.planning.repair_steps import Ground, Wishes
from engine.reading import read_whole
from engine.records import Record
from engine.replicas.copying import SourceError, sha256_of
from engine.replicas.ownership import PathEntry, decode_record, read_recorded
from engine.replicas.relocating import misplaced

_META: Final = "conda-meta"
_RECORD: Final = "RECORD"
_LINKED: Final = "easy-install.pth"  # setuptools' list of the folders that `.egg-link`s lead to
_INFOS: Final = (".dist-info", ".egg-info")
_LISTS: Final = ("installed-files.txt",)  # what setuptools left before RECORD


def plan_files(ground: Ground, wishes: Wishes) -> tuple[Mend, ...]:
    """Return what the steps do to files, in the order in which it happens.

    Files that another package has, too, stay. Blocks: hashes the files of packages that are put
    back, and reads every text file where the prefix is rewritten. Raises EngineError, OSError.
    """
    files = _Files(ground)
    found: dict[str, Mend] = {}
    for mend in (
        *files.opened(wishes),
        *files.rewritten(wishes),
        *files.of_copies(wishes),
        *files.of_dropped(wishes),
        *files.of_records(wishes),
        *files.of_interrupted(wishes),
        *(Mend(MendKind.DELETED, path) for path in files.there(wishes.deleted)),
        *(Mend(MendKind.DELETED, MARK) for _ in files.there((MARK,)) if wishes.thaws),
        *files.put_back(wishes),
        *files.written(wishes),
    ):
        found.setdefault(f"{mend.kind}:{mend.path}", mend)
    return tuple(found.values())


class _Files:
    """Know which files packages have, each list read once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._prefix = ground.prefix
        self._of_conda = dict(_conda_lists(ground.prefix))
        self._folders: set[str] = set()  # seen to be folders

    def there(self, paths: Iterable[str]) -> Iterator[str]:
        return (path for path in paths if os.path.lexists(self._prefix / path))

    def opened(self, wishes: Wishes) -> Iterator[Mend]:
        if wishes.opens:
            yield from (Mend(MendKind.OPENED, path) for path in closed(self._prefix))

    def rewritten(self, wishes: Wishes) -> Iterator[Mend]:
        for path in misplaced(self._prefix, wishes.elsewhere):
            yield Mend(MendKind.REWRITTEN, path)

    def of_copies(self, wishes: Wishes) -> Iterator[Mend]:
        """Yield the files of PyPI's copies that go, but for those that others have, too."""
        going = {
            path: path.rpartition("/")[2].partition("-")[0]
            for path in (
                *wishes.copies,
                *(path for path in wishes.deleted if path.endswith(_INFOS)),
                *(self._info(each) for record in wishes.restored for each in self._pips(record)),
                *(self._info(each) for each in wishes.reinstalled),
            )
            if path
        }
        if not going:
            return
        coming = {self._info(each) for each in wishes.reinstalled}
        kept = self._owned_by_conda(set()) | self._owned_by_pypi(going)
        for info, name in going.items():
            listed = list(_listed_by(self._prefix, info))
            below = [path for path in _below(self._prefix, info) if path not in listed]
            for path in listed:
                if obstacle := self._obstacle(path, is_folder=False):
                    yield Mend(MendKind.DELETED, obstacle)
            for path in self.there(dict.fromkeys((*listed, *below))):
                if path not in kept:
                    kind = MendKind.EXCHANGED if info in coming else MendKind.DELETED
                    yield Mend(kind, path, name)

    def _pips(self, record: Record) -> tuple[Record, ...]:
        return self._ground.copies_of(record)

    def _info(self, record: Record) -> str:
        return self._ground.inside(record.path) if record.path is not None else ""

    def of_dropped(self, wishes: Wishes) -> Iterator[Mend]:
        """Yield what is left of conda's files of packages that PyPI's copy takes over."""
        names = {self._meta_file(record) for record in wishes.dropped}
        if not names:
            return
        doubled = [info for record in wishes.dropped for info in self._doubled(record)]
        kept = self._owned_by_conda(names) | self._owned_by_pypi(doubled)
        for record in wishes.dropped:
            file = self._meta_file(record)
            for path in self.there(self._of_conda.get(file, ())):
                if path not in kept:
                    yield Mend(MendKind.DELETED, path, record.name)
            yield Mend(MendKind.DELETED, f"{_META}/{file}", record.name)

    def _doubled(self, record: Record) -> Iterator[str]:
        """Yield conda's own metadata folders of what PyPI's copy has another one of."""
        copies = {copy.name: self._info(copy) for copy in self._pips(record)}
        listed = self._of_conda.get(self._meta_file(record), ())
        for info in dict.fromkeys(path.rpartition("/")[0] for path in listed):
            if info.endswith(_INFOS) and copies.get(distribution_name(info), info) != info:
                yield info

    def of_records(self, wishes: Wishes) -> Iterator[Mend]:
        for record in wishes.rebuilt:
            if record.path is not None:
                yield Mend(MendKind.DELETED, f"{_META}/{record.path.name}", record.name)

    def of_interrupted(self, wishes: Wishes) -> Iterator[Mend]:
        """Yield what another program's interrupted change left, and what it had moved away.

        conda gives files that it is about to remove another ending, and takes it off again when
        it does not come that far (conda source, `UnlinkPathAction`).
        """
        if not wishes.settles:
            return
        for name in sorted(os.listdir(self._prefix / _META)):  # noqa: PTH208 - names are wanted
            if name.startswith(UNFINISHED_RECORD) or name == JOURNAL_NAME:
                yield Mend(MendKind.DELETED, f"{_META}/{name}")
        for folder, _, names in os.walk(self._prefix):
            for name in sorted(each for each in names if each.endswith(MOVED_AWAY)):
                path = Path(folder, name.removesuffix(MOVED_AWAY))
                if not os.path.lexists(path):
                    yield Mend(MendKind.PUT_BACK, self._ground.inside(path))

    def put_back(self, wishes: Wishes) -> Iterator[Mend]:
        """Yield the files of conda's packages that are missing or altered."""
        for record in wishes.restored:
            try:
                data = read_whole(str(self._prefix / _META / self._meta_file(record)))
            except OSError:
                continue
            installed = decode_record(data)
            if installed is None:
                continue
            for entry, path, _ in installed.real_paths():
                obstacle = self._obstacle(path, is_folder=entry.path_type == "directory")
                if obstacle:
                    yield Mend(MendKind.DELETED, obstacle)
                    yield Mend(MendKind.PUT_BACK, path, record.name)
                elif not os.path.lexists(self._prefix / path):
                    yield Mend(MendKind.PUT_BACK, path, record.name)
                elif _is_altered(self._prefix / path, _expected(entry)):
                    yield Mend(MendKind.RENEWED, path, record.name)

    def _obstacle(self, path: str, *, is_folder: bool) -> str:
        """Return the folder in the place of a file, or the file in that of a folder above it."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._folders:
            if os.path.lexists(self._prefix / folder) and not (self._prefix / folder).is_dir():
                return folder
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]
        place = self._prefix / path
        return path if not is_folder and place.is_dir() and not place.is_symlink() else ""

    def written(self, wishes: Wishes) -> Iterator[Mend]:
        if wishes.isolated:
            yield Mend(MendKind.WRITTEN, f"{_META}/state")
        links = [path for path in wishes.deleted if path.endswith(".egg-link")]
        lists = (f"{path.rpartition('/')[0]}/{_LINKED}" for path in links)
        yield from (Mend(MendKind.WRITTEN, path) for path in self.there(lists))
        if wishes.writes_history:
            yield Mend(MendKind.WRITTEN, f"{_META}/history")
        for record in wishes.rebuilt:
            if record.path is not None:
                yield Mend(MendKind.WRITTEN, f"{_META}/{record.path.name}", record.name)

    def _meta_file(self, record: Record) -> str:
        return record.path.name if record.path is not None else f"{record.spelled}.json"

    def _owned_by_conda(self, left_out: set[str]) -> set[str]:
        lists = self._of_conda.items()
        return {path for file, paths in lists if file not in left_out for path in paths}

    def _owned_by_pypi(self, left_out: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for folder in self._ground.site_packages:
            for info in sorted((self._prefix / folder).glob("*.*-info")):
                path = f"{folder}/{info.name}"
                if path not in left_out and (info / _RECORD).is_file():
                    found.update(_listed_by(self._prefix, path))
        return found


def closed(prefix: Path) -> Iterator[str]:
    """Yield folders and files of conda-meta that their owner may not change, files that it may not
    read, and commands that it may not start.
    """
    for folder, _, names in os.walk(prefix):
        inside = Path(folder).relative_to(prefix).as_posix()
        if not _has(Path(folder), stat.S_IRWXU):
            yield inside
        rights = stat.S_IRUSR | (stat.S_IWUSR if inside == _META else 0)
        commands = not_startable(folder) if inside in COMMAND_FOLDERS else ()
        for name in sorted(names):
            path = Path(folder, name)
            if str(path) in commands or (not path.is_symlink() and not _has(path, rights)):
                yield path.relative_to(prefix).as_posix()


def _has(path: Path, rights: int) -> bool:
    try:
        return path.stat().st_mode & rights == rights
    except OSError:
        return True


def _conda_lists(prefix: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted((prefix / _META).glob("*.json")):
        with suppress(OSError):
            record = decode_record(read_whole(str(path)))
            if record is not None:
                real = (place for _, place, _ in record.real_paths())
                yield path.name, tuple(dict.fromkeys((*(record.files or ()), *real)))


def _listed_by(prefix: Path, info: str) -> Iterator[str]:
    """Yield the files that the metadata folder `info` lists, those outside left out."""
    folder = info.rpartition("/")[0]
    with suppress(OSError):
        for path in read_recorded(prefix / info / _RECORD, folder):
            if not path.startswith(("../", "/")) and not os.path.isabs(path):  # noqa: PTH117
                yield path
                yield from _compiled(prefix, path)
    for name in _LISTS:
        with suppress(OSError, UnicodeDecodeError):
            for line in (prefix / info / name).read_text(encoding="utf-8").splitlines():
                path = os.path.normpath(f"{info}/{line.strip()}").replace("\\", "/")
                if line.strip() and not path.startswith(("../", "/")):
                    yield path


def _compiled(prefix: Path, path: str) -> Iterator[str]:
    folder, _, name = path.rpartition("/")
    if name.endswith(".py"):
        cached = prefix / folder / "__pycache__"
        with suppress(OSError):
            for entry in os.scandir(cached):
                if entry.name.startswith(f"{name.removesuffix('.py')}."):
                    yield f"{folder}/__pycache__/{entry.name}"


def _below(prefix: Path, info: str) -> Iterator[str]:
    root = prefix / info
    if root.is_symlink() or not root.is_dir():
        yield info
        return
    for folder, _, names in os.walk(root):
        inside = Path(folder).relative_to(prefix).as_posix()
        yield from (f"{inside}/{name}" for name in names)


def _expected(entry: PathEntry) -> str | None:
    """Return the hash of an unaltered file; None where none is known."""
    return entry.sha256_in_prefix or (None if entry.prefix_placeholder else entry.sha256)


def _is_altered(path: Path, sha256: str | None) -> bool:
    if not sha256 or path.is_symlink() or not path.is_file():
        return False
    with suppress(SourceError, EngineError):
        return sha256_of(os.fspath(path)) != sha256
    return True
