"""Make a faithful copy of an environment, file by file, without network."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.events import Phase, ProgressUnit
from engine.replicas import copying
from engine.replicas.bytecode import source_of
from engine.replicas.compiling import compile_missing
from engine.replicas.contents import COMPILED, Contents
from engine.replicas.copying import SourceError
from engine.replicas.metadata import Rewritten
from engine.replicas.metering import Meter
from engine.replicas.prefixes import (
    PrefixRewriter,
    is_macho,
)
from engine.replicas.surveying import Item, Survey, Treatment, survey, unreadable
from engine.replicas.values import ReplicaResult
from engine.transactions.reporting import Report

__all__ = ["ReplicaResult", "compile_missing", "replicate"]

_SMALL: Final = 256 * 2**10


def replicate(
    source: Path,
    staging: Path,
    final: Path,
    report: Report,
    *,
    moving: bool = False,
    platform: str = sys.platform,
) -> ReplicaResult:
    """Copy the environment at `source` into the new folder `staging`, to be renamed to `final`.

    Files of conda packages are linked from the package cache where it has them unaltered, all
    others are copied; the old prefix inside of files becomes `final`. `conda-meta/history` is left
    to the caller. With `moving` the source is given up afterwards, so that its files are linked
    rather than copied where nothing in them changes, and its history comes along. Blocks; tells
    progress in bytes.

    Raises EngineError: link-failed (a file cannot be read), name-invalid (`final` is too long for
    a package), source-changed, disk-full, not-writable.
    """
    stamp = stamp_of(source)
    try:
        staging.parent.mkdir(parents=True, exist_ok=True)
        found = survey(source, staging.parent, moving=moving)
        job = _Job(source, staging, final, report, found, moving, platform)
        result = job.run()
    except OSError as error:
        raise from_os_error(error) from error
    if stamp_of(source) != stamp:
        raise _changed(source)
    return result


def _changed(source: Path, path: str = "") -> EngineError:
    return EngineError(
        ErrorCode.SOURCE_CHANGED,
        "The environment was changed while it was being copied.",
        hint="Wait until nothing works on it any more, then try again.",
        prefix=str(source),
        path=path,
    )


@dataclass(slots=True)
class _Job:
    source: Path
    staging: Path
    final: Path
    report: Report
    survey: Survey
    moving: bool
    platform: str
    rewriter: PrefixRewriter = field(init=False)
    contents: Contents = field(init=False)
    meter: Meter = field(init=False)
    rewritten: dict[str, Rewritten] = field(default_factory=dict[str, Rewritten])
    placed: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    to_compile: dict[str, None] = field(default_factory=dict[str, None])
    linked: int = 0
    copied: int = 0

    def __post_init__(self) -> None:
        olds = dict.fromkeys((os.fspath(self.source), os.path.realpath(self.source)))
        self.rewriter = PrefixRewriter(
            tuple(olds), os.fspath(self.final), self.survey.kept, self.platform
        )
        self.contents = Contents(self.source, self.rewriter, self.rewritten, self.report)
        self.meter = Meter(self.report, Phase.COPYING, ProgressUnit.BYTES, self.survey.total_bytes)

    def run(self) -> ReplicaResult:
        self.report.log(f"Copying {self.source} to {self.final}")
        os.mkdir(self.staging, 0o777)  # noqa: PTH102 - texts from here on
        volume = os.stat(self.source).st_dev  # noqa: PTH116
        folders: list[Item] = []
        late: list[Item] = []
        for item in self.survey.items:
            if item.treatment is Treatment.FOLDER:
                os.mkdir(self._to(item), 0o700)  # noqa: PTH102
                folders.append(item)
                if item.found.device != volume:
                    self.report.log(f"Left empty, because it is another disk: {item.found.path}")
            elif self.contents.is_late(item):
                late.append(item)
            else:
                self._place(item)
        for item in sorted(late, key=_lateness):
            self._place(item)
        for item in reversed(folders):
            is_ours = item.found.path == "conda-meta"  # the caller goes on writing there
            os.chmod(self._to(item), item.found.mode | 0o700 * is_ours)  # noqa: PTH101
        os.chmod(self.staging, stat.S_IMODE(os.stat(self.source).st_mode) | 0o700)  # noqa: PTH101, PTH116
        self.meter.finish()
        return self._result()

    def _place(self, item: Item) -> None:
        found = item.found
        try:
            match item.treatment:
                case Treatment.SKIPPED | Treatment.FOLDER:
                    self.report.log(f"Left out, because it is no file: {found.path}")
                case Treatment.SYMLINK:
                    self._symlink(item)
                case Treatment.LINKED:
                    self._link_to_cache(item)
                case Treatment.COMPARED:
                    if not (self._is_as_recorded(item) and self._link_to_cache(item)):
                        self._copy(item)
                case Treatment.RECORD:
                    self._conda_record(item)
                case Treatment.COPIED:
                    self._copy(item)
        except SourceError as trouble:
            self._source_trouble(item, trouble.error)

    def _source_trouble(self, item: Item, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise unreadable(self.source / item.found.path, error) from error
        if item.owned is not None and not item.found.path.endswith(COMPILED):
            raise _changed(self.source, item.found.path) from error
        self.report.log(f"Gone before it could be copied: {item.found.path}")

    def _to(self, item: Item) -> str:
        return f"{self.staging}/{item.found.path}"

    def _symlink(self, item: Item) -> None:
        try:
            old = os.readlink(self.contents.place_of(item))  # noqa: PTH115
        except OSError as error:
            raise SourceError(error) from error
        new = self.rewriter.retarget(old)
        target = self._to(item)
        if new != old:
            self.rewritten[item.found.path] = _change(os.fsencode(old), os.fsencode(new))
        try:
            is_folder = self.platform == "win32" and os.path.isdir(self.contents.place_of(item))  # noqa: PTH112
            os.symlink(new, target, target_is_directory=is_folder)  # noqa: PTH211
        except OSError as error:
            if self.platform != "win32":
                raise
            self.report.log(
                f"Left out, because Windows allows no links: {item.found.path} ({error})"
            )
        self.meter.add(0, item.found.path)

    def _link_to_cache(self, item: Item) -> bool:
        assert item.owned is not None
        try:
            is_linked = copying.link(item.owned.cached, self._to(item))
        except FileNotFoundError:
            is_linked = False  # the cache was cleaned meanwhile
        if is_linked:
            self.linked += item.found.size
            self.meter.add(item.found.size, item.found.path)
        elif item.treatment is Treatment.LINKED:
            self._copy(item)
        return is_linked

    def _is_as_recorded(self, item: Item) -> bool:
        assert item.owned is not None
        try:
            if copying.sha256_of(item.owned.cached) != item.owned.sha256:
                return False
        except SourceError:
            return False
        return copying.sha256_of(self.contents.place_of(item)) == item.owned.sha256

    def _conda_record(self, item: Item) -> None:
        data = copying.read_source(self.contents.place_of(item))
        written = self.contents.rewrite(item, data)
        copying.write_new(self._to(item), written, item.found, keep_time=written is data)
        self.meter.add(item.found.size, item.found.path)

    def _copy(self, item: Item) -> None:
        found = item.found
        first = self.placed.get(found.identity) if found.links > 1 else None
        if first is not None and copying.link(f"{self.staging}/{first}", self._to(item)):
            if first in self.rewritten:
                self.rewritten[found.path] = self.rewritten[first]
            self.meter.add(found.size, found.path)
            return
        if found.path.endswith(COMPILED):
            self._copy_compiled(item)
            return
        data = self.contents.read(item)
        if data is None:
            self._copy_whole(item)
        else:
            written = self.contents.rewrite(item, data)
            if written is data:
                self._copy_unchanged(item, data)
            else:
                self._write(item, data, written)
        if found.links > 1:
            self.placed[found.identity] = found.path

    def _copy_compiled(self, item: Item) -> None:
        data = copying.read_source(self.contents.place_of(item))
        source = source_of(item.found.path)
        has_source = bool(source) and os.path.exists(f"{self.staging}/{source}")  # noqa: PTH110
        written = self.contents.rewrite_compiled(item, data)
        if written is data or (written is None and not has_source):
            self._copy_unchanged(item, data)
            return
        if written is None:
            self.to_compile[source] = None
        else:
            copying.write_new(self._to(item), written, item.found, keep_time=True)
            self.copied += len(written)
        self.meter.add(item.found.size, item.found.path)

    def _copy_unchanged(self, item: Item, data: bytes) -> None:
        if self.moving or len(data) > _SMALL:
            self._copy_whole(item)
            return
        copying.write_new(self._to(item), data, item.found, keep_time=True)
        self.copied += len(data)
        self.meter.add(len(data), item.found.path)

    def _copy_whole(self, item: Item) -> None:
        is_shared = self.moving and not item.found.path.startswith("conda-meta/")
        if is_shared and copying.link(self.contents.place_of(item), self._to(item)):
            self.linked += item.found.size
            self.meter.add(item.found.size, item.found.path)
            return

        def step(count: int) -> None:
            self.meter.add(count, item.found.path)

        copying.copy(self.contents.place_of(item), self._to(item), item.found, step)
        self.copied += item.found.size

    def _write(self, item: Item, data: bytes, written: bytes) -> None:
        target = self._to(item)
        copying.write_new(target, written, item.found, keep_time=False)
        if self.platform == "darwin" and is_macho(written):
            trouble = copying.sign_again(target)
            if trouble:
                self.report.log(f"Could not sign {item.found.path}: {trouble}")
            written = copying.read_source(target)
        self.rewritten[item.found.path] = _change(data, written)
        self.copied += len(written)
        self.meter.add(item.found.size, item.found.path)

    def _result(self) -> ReplicaResult:
        return ReplicaResult(
            files=self.survey.files,
            linked_bytes=self.linked,
            copied_bytes=self.copied,
            rewritten=tuple(self.rewritten),
            to_compile=tuple(self.to_compile),
            left_alone=tuple(self.contents.left_alone),
        )


def _lateness(item: Item) -> int:
    if item.found.path.endswith(COMPILED):
        return 0
    return 1 if item.treatment is not Treatment.RECORD else 2


def _change(old: bytes, new: bytes) -> Rewritten:
    return Rewritten(
        hashlib.sha256(old).hexdigest(), hashlib.sha256(new).hexdigest(), len(old), len(new)
    )
