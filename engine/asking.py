"""Questions that worker processes answer, so that they can really be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from engine.cache.values import DiskPicture, DiskProgress, EnvironmentParts
from engine.codec import decode, decode_health, decode_look, encode
from engine.errors import EngineError, ErrorCode
from engine.files.assigned import Assignment
from engine.files.values import Reading
from engine.health.values import Depth, Health
from engine.launching import engine_command
from engine.messages import (
    AssignQuery,
    ErrorDocument,
    HealthAnswer,
    HealthQuery,
    Names,
    PackageNamesQuery,
    PackageVersions,
    PackageVersionsQuery,
    PartsQuery,
    PlanQuery,
    PypiReleases,
    PypiReleasesQuery,
    PythonVersionsQuery,
    Query,
    ReadAddressQuery,
    ReadFilesQuery,
    ReadTextQuery,
    SettledMessage,
    SizesMessage,
    UpdatesQuery,
    VirtualPackagesQuery,
)
from engine.places import Places
from engine.plan import Plan
from engine.records import PackageVersion, PypiRelease
from engine.transactions.journal import abandoned, unfinished
from engine.updates import Updates
from engine.workers import WorkerProcess

T = TypeVar("T")
READING_TIMEOUT = 30.0  # seconds; the worker's own limits are far below, but it has to start first


class Asking:
    """Ask worker processes; one is always kept ready, so that answers do not wait for imports."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._spares: list[WorkerProcess] = []

    def prepare(self, questions: int = 1) -> None:
        """Start workers that wait for the next `questions`."""
        while len(self._spares) < questions:
            self._spares.append(WorkerProcess(engine_command("ask", places=self._places)))

    async def aclose(self) -> None:
        """Stop the waiting workers."""
        spares, self._spares = self._spares, []
        for spare in spares:
            spare.kill()
            await spare.read()

    async def plan(self, query: PlanQuery) -> Plan:
        """Return the plan of a request."""
        data = await self._ask(query)
        return await asyncio.to_thread(decode, data, Plan)

    async def names(
        self, query: PythonVersionsQuery | PackageNamesQuery | VirtualPackagesQuery
    ) -> tuple[str, ...]:
        """Return the answer to a question for words."""
        data = await self._ask(query)
        return (await asyncio.to_thread(decode, data, Names)).names

    async def versions(self, query: PackageVersionsQuery) -> tuple[PackageVersion, ...]:
        """Return the builds of a package."""
        data = await self._ask(query)
        return (await asyncio.to_thread(decode, data, PackageVersions)).versions

    async def updates(self, query: UpdatesQuery) -> Updates:
        """Return what of an environment could be newer."""
        data = await self._ask(query)
        return await asyncio.to_thread(decode, data, Updates)

    async def assign(self, query: AssignQuery) -> Assignment:
        """Return who brings what a file asks for."""
        data = await self._ask(query)
        return await asyncio.to_thread(decode, data, Assignment)

    async def reading(self, query: ReadFilesQuery | ReadTextQuery | ReadAddressQuery) -> Reading:
        """Return what files or text want; whoever wrote them cannot hold us up."""
        try:
            async with asyncio.timeout(READING_TIMEOUT):
                data = await self._ask(query)
        except TimeoutError as error:
            raise EngineError(
                ErrorCode.TIMED_OUT,
                "Reading this file took too long and was given up.",
                hint="Choose the file that names the packages, not the data.",
            ) from error
        return await asyncio.to_thread(decode, data, Reading)

    async def releases(self, query: PypiReleasesQuery) -> tuple[PypiRelease, ...]:
        """Return the releases of a project on PyPI."""
        data = await self._ask(query)
        return (await asyncio.to_thread(decode, data, PypiReleases)).releases

    async def _ask(self, query: Query) -> bytes:
        self.prepare()
        worker = self._spares.pop(0)
        try:
            await worker.ask(await asyncio.to_thread(encode, query, Query))
            if isinstance(query, ReadFilesQuery | ReadTextQuery | ReadAddressQuery | UpdatesQuery):
                self.prepare()  # the next question comes with the answer, or before it
            answer = await worker.read()
        finally:
            worker.kill()
            self.prepare()
        return self._checked(worker, answer)

    def sizes(self, prefixes: Iterable[Path]) -> AsyncIterator[SizesMessage]:
        """Look through environments one by one, in that order."""
        names = Names(tuple(str(prefix) for prefix in prefixes))
        command = engine_command("sizes", places=self._places)
        return self._told(command, names, partial(decode, as_type=SizesMessage))

    def disk(self, *, fresh: bool) -> AsyncIterator[DiskProgress | DiskPicture]:
        """Look where the space went, in a worker; the picture comes last."""
        flags = ("--fresh",) if fresh else ()
        command = engine_command("scan", *flags, places=self._places)
        return self._told(command, None, decode_look, last=DiskPicture)

    async def parts(self, prefix: Path) -> EnvironmentParts:
        """Return what each package of an environment takes up."""
        data = await self._ask(PartsQuery(prefix))
        return await asyncio.to_thread(decode, data, EnvironmentParts)

    async def health(self, query: HealthQuery) -> Health:
        """Return what a quick check of one environment finds."""
        data = await self._ask(query)
        return await asyncio.to_thread(decode, data, Health)

    def healths(self, prefixes: Iterable[Path]) -> AsyncIterator[Health]:
        """Check environments quickly one by one, in that order; those that vanish are left out."""
        names = Names(tuple(str(prefix) for prefix in prefixes))
        command = engine_command("healths", places=self._places)
        return self._told(command, names, partial(decode, as_type=Health))

    def examine(self, prefix: Path, depth: Depth) -> AsyncIterator[HealthAnswer]:
        """Check one environment thoroughly, in a worker; what was found comes last."""
        command = engine_command("examine", str(prefix), depth.value, places=self._places)
        return self._told(command, None, decode_health, last=Health)

    async def _told(
        self,
        command: Sequence[str],
        names: Names | None,
        understand: Callable[[bytes], T],
        last: type[object] | None = None,
    ) -> AsyncIterator[T]:
        """Yield what a worker says line by line; it must end with a `last`, where one is given."""
        document = await asyncio.to_thread(encode, names) if names is not None else b""
        worker = WorkerProcess(command, document)
        try:
            has_ended = last is None
            async for line in worker:
                answer = await asyncio.to_thread(understand, self._checked(worker, line))
                yield answer
                has_ended = last is None or isinstance(answer, last)
            if not has_ended:
                self._checked(worker, b"")
        finally:
            worker.kill()

    async def settle(self, folders: tuple[Path, ...], timeout: float) -> tuple[SettledMessage, ...]:
        """Settle interrupted work in `folders`; waits `timeout` seconds for work still alive."""
        journals = await asyncio.to_thread(unfinished, folders)
        remains = await asyncio.to_thread(abandoned, folders)
        if not journals and not remains:
            return ()
        beside = (journal.prefix.parent for journal in journals)
        places = sorted({*map(str, beside), *(str(folder.parent.parent) for folder in remains)})
        command = engine_command("settle", "--timeout", str(timeout), *places, places=self._places)
        worker = WorkerProcess(command)
        lines = [line async for line in worker]
        return tuple(decode(self._checked(worker, line), SettledMessage) for line in lines)

    def _checked(self, worker: WorkerProcess, answer: bytes) -> bytes:
        """Return `answer` unless it tells of a failure, which is raised."""
        if not answer.strip():
            raise EngineError(
                ErrorCode.WORKER_DIED,
                "The answer never came: the helper program stopped.",
                hint="Try again. If it happens again, please report it with the details below.",
                detail=worker.errors(),
            )
        if answer.startswith(b'{"error":'):
            raise EngineError.from_failure(decode(answer, ErrorDocument).error)
        return answer
