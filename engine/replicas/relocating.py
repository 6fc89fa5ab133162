"""Make an environment that was moved or copied by hand name its own folder again, file by file."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.replicas import copying
from engine.replicas.bytecode import source_of
from engine.replicas.compiling import compile_missing
from engine.replicas.contents import COMPILED, Contents
from engine.replicas.metadata import Rewritten
from engine.replicas.prefixes import PrefixRewriter, is_macho
from engine.replicas.surveying import Item, Treatment, survey, unreadable
from engine.replicas.values import ReplicaResult
from engine.transactions.reporting import Report, SilentReport

_OURS: Final = ("bin/", "Scripts/", "conda-meta/", "etc/", "share/")
_HISTORY: Final = "conda-meta/history"  # tells what was done, where it was done


def misplaced(prefix: Path, others: Iterable[str]) -> tuple[str, ...]:
    """Return the files below `prefix` that name one of the `others` as their own place, sorted.

    Looked at are the files of packages and those that tools make for an environment; what the
    user wrote stays as it is. Reads every text file: blocks. Raises EngineError, OSError.
    """
    job = _Relocation(prefix, prefix, tuple(others), SilentReport())
    return tuple(sorted(path for path, _ in job.work()))


def relocate(
    root: Path, final: Path, others: Iterable[str], paths: Iterable[str], report: Report
) -> None:
    """Write `final` into the files `paths` of the mirror `root` in place of the prefixes `others`.

    Every file is replaced, never written into: others may share it. Lists of hashes in conda-meta
    and RECORD files are brought up to date. Raises EngineError (name-invalid where `final` is too
    long for a program), OSError.
    """
    job = _Relocation(root, final, tuple(others), report)
    meant = frozenset(paths)
    for path, data in job.work():
        if path in meant:
            job.put(path, data)
    sources = tuple(job.to_compile)
    compile_missing(root, final, ReplicaResult(len(meant), 0, 0, to_compile=sources), report)


@dataclass(slots=True)
class _Relocation:
    root: Path
    final: Path
    others: tuple[str, ...]
    report: Report
    rewritten: dict[str, Rewritten] = field(default_factory=dict[str, Rewritten])
    to_compile: dict[str, None] = field(default_factory=dict[str, None])

    def work(self) -> Iterator[tuple[str, bytes | str | None]]:
        """Yield each file that differs with what it is to hold; text for a link, None to drop it.

        What `put` tells meanwhile counts for those that come later.
        """
        olds = tuple(dict.fromkeys(each for each in self.others if each != os.fspath(self.final)))
        if not olds:
            return
        rewriter = PrefixRewriter(olds, os.fspath(self.final))
        contents = Contents(self.root, rewriter, self.rewritten, self.report)
        items = [
            each
            for each in survey(self.root, self.root.parent, moving=True).items
            if _is_ours(each)
        ]
        early = [each for each in items if not contents.is_late(each)]
        late = [each for each in items if contents.is_late(each)]
        for item in (*early, *sorted(late, key=_lateness)):
            try:
                yield from self._look_at(item, contents, rewriter)
            except copying.SourceError as trouble:
                raise unreadable(self.root / item.found.path, trouble.error) from trouble

    def _look_at(
        self, item: Item, contents: Contents, rewriter: PrefixRewriter
    ) -> Iterator[tuple[str, bytes | str | None]]:
        path = item.found.path
        if item.treatment is Treatment.SYMLINK:
            old = os.readlink(contents.place_of(item))  # noqa: PTH115
            if (new := rewriter.retarget(old)) != old:
                yield path, new
        elif path.endswith(COMPILED):
            data = copying.read_source(contents.place_of(item))
            written = contents.rewrite_compiled(item, data)
            if written is not data:
                yield path, written
        elif (data := contents.read(item)) is not None:
            written = contents.rewrite(item, data)
            if written is not data and written != data:
                self._note(path, data, written)
                yield path, written

    def _note(self, path: str, old: bytes, new: bytes) -> None:
        self.rewritten[path] = Rewritten(
            hashlib.sha256(old).hexdigest(), hashlib.sha256(new).hexdigest(), len(old), len(new)
        )

    def put(self, path: str, data: bytes | str | None) -> None:
        """Give the file at `path` its new content, with its mode."""
        target = self.root / path
        if data is None:
            target.unlink()
            if (source := source_of(path)) and (self.root / source).exists():
                self.to_compile[source] = None
            return
        aside = target.with_name(f".envdesk-{target.name}"[:200])
        if isinstance(data, str):
            os.symlink(data, aside, target_is_directory=target.is_dir())  # noqa: PTH211
            aside.replace(target)
            return
        mode = target.stat().st_mode
        aside.write_bytes(data)
        aside.chmod(mode & 0o7777)
        if sys.platform == "darwin" and is_macho(data):
            trouble = copying.sign_again(os.fspath(aside))
            if trouble:
                self.report.log(f"Could not sign {path}: {trouble}")
        aside.replace(target)


def _is_ours(item: Item) -> bool:
    path = item.found.path
    if path == _HISTORY or item.treatment in (Treatment.FOLDER, Treatment.SKIPPED):
        return False
    is_listed = item.owned is not None or path.startswith(_OURS) or "/site-packages/" in f"/{path}"
    return is_listed and not path.endswith(".ipynb")


def _lateness(item: Item) -> int:
    if item.found.path.endswith(COMPILED):
        return 0
    return 1 if item.treatment is not Treatment.RECORD else 2
