"""What a front end asks about files: read them, assign what they want, write them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from engine.asking import Asking
from engine.conda.condarc import read_configuration
from engine.files.assigned import Assignment
from engine.files.values import Export, ExportFormat, FileKind, Reading
from engine.files.writing import export, save_export
from engine.messages import AssignQuery, ReadAddressQuery, ReadFilesQuery, ReadTextQuery
from engine.places import Places


class Filing:
    """Answer questions about files; a part of `Engine`."""

    def __init__(self, places: Places, asking: Asking) -> None:
        self.places = places
        self._asking = asking

    def expect_files(self) -> None:
        """Get ready to read files and to assign what they want, both without waiting."""
        self._asking.prepare(2)

    async def read_files(
        self,
        paths: Iterable[Path],
        *,
        kind: FileKind | None = None,
        kinds: Mapping[Path, FileKind] = MappingProxyType({}),
    ) -> Reading:
        """Return what files ask for, several read together.

        `kind` corrects what they were taken for, `kinds` what some of several were. A worker with
        limits on time and memory reads them. Raises EngineError (file-...).
        """
        return await self._asking.reading(ReadFilesQuery(tuple(paths), kind, tuple(kinds.items())))

    async def read_text(self, text: str, *, kind: FileKind | None = None) -> Reading:
        """Return what pasted text asks for; raises EngineError (file-...)."""
        return await self._asking.reading(ReadTextQuery(text, kind))

    async def read_addresses(
        self,
        addresses: Iterable[str],
        paths: Iterable[Path] = (),
        *,
        kind: FileKind | None = None,
        kinds: Mapping[Path, FileKind] = MappingProxyType({}),
    ) -> Reading:
        """Return what files at web addresses, and those at `paths`, ask for, read together.

        A worker fetches them, within limits. Only for addresses that the user gave. Raises
        EngineError (file-...).
        """
        query = ReadAddressQuery(tuple(addresses), kind, tuple(paths), tuple(kinds.items()))
        return await self._asking.reading(query)

    async def assign(
        self,
        reading: Reading,
        channels: tuple[str, ...],
        *,
        python: str = "",
        lenient: bool = False,
    ) -> Assignment:
        """Return who brings each line of what a file asks for.

        `python` is the version that is meant, empty for a usual one that the file allows. With
        `lenient` the lines come from another computer's list. Raises EngineError about a channel.
        """
        query = AssignQuery(
            channels, reading.wanted, reading.constraints, python, reading.python, lenient
        )
        return await self._asking.assign(query)

    async def export(self, prefix: Path, export_format: ExportFormat) -> Export:
        """Return the environment at `prefix` as a file for somebody else.

        Formats that name files of PyPI ask its index. Raises EngineError.
        """
        configuration = await asyncio.to_thread(read_configuration, self.places)
        return await export(prefix, export_format, self.places, configuration)

    async def save_export(self, written: Export, path: Path) -> None:
        """Write `written` to `path`; a file that Envdesk wrote keeps its order and comments.

        Raises EngineError (not-writable, disk-full).
        """
        await asyncio.to_thread(save_export, written, path)
