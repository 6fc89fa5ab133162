"""What a file of the source holds in a copy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.replicas.bytecode import rewrite_bytecode, source_of
from engine.replicas.copying import contains, read_source, read_start
from engine.replicas.launchers import is_program, rewrite_launcher
from engine.replicas.metadata import Rewritten, rewrite_conda_record, rewrite_record_file
from engine.replicas.prefixes import (
    TEXT_LIMIT,
    PrefixRewriter,
    PrefixTooLongError,
    is_native_binary,
    looks_like_text,
)
from engine.replicas.surveying import Item, Treatment
from engine.transactions.reporting import Report

COMPILED: Final = (".pyc", ".pyo")
_START: Final = 8192
_LAUNCHER_LIMIT: Final = 8 * 2**20
_RECORD_FILE: Final = ".dist-info/RECORD"


@dataclass(slots=True)
class Contents:
    """Read the files of `source` and work out what they hold in the copy.

    `rewritten` tells, by path, what became of other files; it is read only. `left_alone` gathers
    the programs that keep the old prefix.
    """

    source: Path
    rewriter: PrefixRewriter
    rewritten: Mapping[str, Rewritten]
    report: Report
    left_alone: list[str] = field(default_factory=list[str])

    def is_late(self, item: Item) -> bool:
        """Return whether what `item` holds depends on what becomes of other files."""
        return item.treatment is Treatment.RECORD or (
            item.treatment in (Treatment.COPIED, Treatment.COMPARED)
            and item.found.path.endswith((_RECORD_FILE, *COMPILED))
        )

    def place_of(self, item: Item) -> str:
        """Return the full path of `item` in the source."""
        return f"{self.source}/{item.found.path}"

    def read(self, item: Item) -> bytes | None:
        """Return the content of a file that may hold the prefix; None for one to copy unseen.

        Raises SourceError.
        """
        owned, size, path = item.owned, item.found.size, self.place_of(item)
        if owned is not None and owned.placeholder:
            return read_source(path)
        start = read_start(path, _START)
        if looks_like_text(start):
            is_wanted = size <= TEXT_LIMIT
        elif is_native_binary(start):
            is_ours = owned is None or owned.size != size
            is_wanted = is_ours and contains(path, self.rewriter.needles)
        else:
            is_wanted = is_program(start) and size <= _LAUNCHER_LIMIT
        if not is_wanted:
            return None
        return start if size == len(start) < _START else read_source(path)

    def rewrite(self, item: Item, data: bytes) -> bytes:
        """Return what the file with the content `data` holds in the copy.

        The same object comes back when that is the same. Raises EngineError (name-invalid) when
        the new prefix does not fit.
        """
        owned, path = item.owned, item.found.path
        if item.treatment is Treatment.RECORD:
            return rewrite_conda_record(data, self.rewritten)
        suffix = ".json" if path == "conda-meta/state" else os.path.splitext(path)[1]  # noqa: PTH122
        is_recorded = owned is not None and bool(owned.placeholder)
        if is_program(data):
            folder = os.path.dirname(self.place_of(item))  # noqa: PTH120
            return rewrite_launcher(data, folder.replace("/", os.sep), self.rewriter.retarget)
        if is_recorded and owned is not None and owned.is_binary and not self._is_other(item):
            return self._rewritten_binary(item, data, len(os.fsencode(owned.placeholder)))
        if is_native_binary(data):
            written = self._rewritten_binary(item, data, None)
            if self.rewriter.occurs_in(written):
                self.left_alone.append(path)
                self.report.log(f"Still names {self.source}: {path}")
            return written
        written = self.rewriter.rewrite_text(data, suffix, recorded=is_recorded)
        if path.endswith(_RECORD_FILE):
            written = rewrite_record_file(written, path.rsplit("/", 2)[0], self.rewritten)
        if written is not data and not is_recorded and self._is_unaltered(item, data):
            return data
        return written

    def _is_other(self, item: Item) -> bool:
        """Return whether something else stands now where a program was recorded."""
        return item.owned is not None and item.owned.size not in (None, item.found.size)

    def _is_unaltered(self, item: Item, data: bytes) -> bool:
        """Return whether `data` is what the package brought, in which no prefix is ours."""
        owned = item.owned
        if owned is None or not owned.cached or not owned.sha256:
            return False
        return hashlib.sha256(data).hexdigest() == owned.sha256

    def _rewritten_binary(self, item: Item, data: bytes, length: int | None) -> bytes:
        if self.rewriter.platform == "win32":
            return data  # conda writes no prefix into programs there
        try:
            written = self.rewriter.rewrite_binary(data, length)
        except PrefixTooLongError as error:
            raise too_long(
                Path(self.rewriter.new), error.longest, item.owned.package if item.owned else ""
            ) from error
        return data if written == data else written

    def rewrite_compiled(self, item: Item, data: bytes) -> bytes | None:
        """Return what the compiled Python file `data` holds in the copy, None if it is of no use.

        The same object comes back when that is the same.
        """
        if source_of(item.found.path) in self.rewritten:
            return None
        return rewrite_bytecode(data, self.rewriter)


def too_long(final: Path, longest: int, package: str) -> EngineError:
    """Return the EngineError for a prefix that does not fit into the programs of a package."""
    return EngineError(
        ErrorCode.NAME_INVALID,
        f"This place is too long for the package {package}.",
        cause=f"Its programs have room for a path of {longest} bytes.",
        hint="Choose a shorter name, or a folder nearer to the top of the disk.",
        prefix=str(final),
        package=package,
        longest=str(longest),
    )
