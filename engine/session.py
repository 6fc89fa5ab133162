"""What a front end holds: every query, and every change, of one Envdesk."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from pathlib import Path

from engine import codec, opening, remembering, working_folders
from engine.asking import Asking
from engine.cache.values import DiskPicture, DiskProgress, EnvironmentParts, VolumeSpace
from engine.cache.volumes import volume_space
from engine.checking import Checking
from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.conda.history import Revision, read_revisions
from engine.environments.describing import describe
from engine.environments.details import quick_details
from engine.environments.discovering import discover, environments_in, gone_ones
from engine.environments.naming import NameProblem, check_name, conda_name
from engine.environments.outside import outside_pythons
from engine.environments.packages import read_packages
from engine.environments.watching import Surroundings, Watch, look_around
from engine.errors import EngineError, ErrorCode
from engine.events import (
    EngineEvent,
    EnvironmentsChanged,
    Settled,
    SizesFound,
    Task,
    TaskChanged,
    TaskId,
)
from engine.filing import Filing
from engine.health.values import Depth, Health, HealthProgress
from engine.messages import (
    HealthQuery,
    PlanQuery,
    SettledMessage,
    SizesMessage,
    VirtualPackagesQuery,
)
from engine.offering import Offering
from engine.places import Places
from engine.plan import Plan
from engine.records import (
    Details,
    Environment,
    Mark,
    OutsidePython,
    Record,
    Sizes,
)
from engine.requests import CleanRequest, RelinkRequest, Request
from engine.tasks import Leaving, TaskQueue

_log = logging.getLogger(__name__)
_BREATH_S = 0.005  # of every six or so: the window has the interpreter for the others


class Engine(Offering, Filing):
    """Answer questions and carry changes out for one front end.

    Every method is called on the event loop's thread, and listeners are called there. Reading
    happens in threads, everything long or native in worker processes. Methods raise EngineError.
    """

    def __init__(self, places: Places) -> None:
        super().__init__(places, Asking(places))
        self._listeners: list[Callable[[EngineEvent], None]] = []
        self._queue = TaskQueue(places, self._publish, self._settle)
        self._watch = Watch(self._look, self._on_change, self._on_touch, self._known_contents)
        self._sizes: dict[Path, Sizes] = {}
        self._damaged: set[Path] = set()
        self._sizing: asyncio.Task[None] | None = None
        self._checking = Checking(places, self._asking, self._publish)
        self._virtual_packages: tuple[str, ...] | None = None

    async def start(self) -> None:
        """Settle interrupted work, then begin to watch and to measure.

        What a first look at the list does not need comes last, as it would slow that look.
        """
        configuration, prefixes = await asyncio.to_thread(self._discover)
        folders = working_folders.folders_with_work(self.places, configuration, prefixes)
        await self._settle(folders, timeout=0)
        await self._watch.start()
        self._asking.prepare()
        await self._checking.start(prefixes)
        self._measure(prefixes)
        await asyncio.to_thread(codec.prepare, breathe=lambda: time.sleep(_BREATH_S))

    async def aclose(self, leaving: Leaving = Leaving.CANCEL) -> None:
        """Stop watching and measuring, and bring the tasks to the end that `leaving` names."""
        await self._watch.stop()
        await self._checking.aclose()
        if self._sizing is not None:
            self._sizing.cancel()
            await asyncio.gather(self._sizing, return_exceptions=True)
        await self._queue.aclose(leaving)
        await self._asking.aclose()

    def subscribe(self, listener: Callable[[EngineEvent], None]) -> Callable[[], None]:
        """Have `listener` called with every event; returns the call that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _publish(self, event: EngineEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)
        match event:
            case TaskChanged(Task(request=CleanRequest() | RelinkRequest(), state=state)):
                if state.is_final and self._sizing is not None:
                    self._measure(())  # what environments share with caches is another now
            case _:
                pass

    async def environments(self) -> tuple[Environment, ...]:
        """Return every environment that can be found; sizes only where they are known yet.

        Those on conda's list that are gone come last, with Mark.MISSING.
        """
        found = await asyncio.to_thread(self._describe_all)
        return tuple(self._complete(environment) for environment in found)

    async def outside_pythons(self) -> tuple[OutsidePython, ...]:
        """Return the Pythons that belong to no environment."""
        return await asyncio.to_thread(outside_pythons, self.places)

    async def packages(self, prefix: Path) -> tuple[Record, ...]:
        """Return the packages of an environment, whoever installed them."""

        def read() -> tuple[Record, ...]:
            return read_packages(prefix, read_configuration(self.places))

        return await asyncio.to_thread(read)

    async def details(self, prefix: Path) -> Details:
        """Return what is worth knowing about an environment."""
        if self._virtual_packages is None:
            names = await self._asking.names(VirtualPackagesQuery())
            self._virtual_packages = names
        virtual = self._virtual_packages

        def read() -> Details:
            return quick_details(prefix, self.places, read_configuration(self.places), virtual)

        return await asyncio.to_thread(read)

    async def history(self, prefix: Path) -> tuple[Revision, ...]:
        """Return what was done to an environment, oldest first."""
        return await asyncio.to_thread(read_revisions, prefix)

    async def configuration(self) -> CondaConfiguration:
        """Return the user's conda configuration as it is now."""
        return await asyncio.to_thread(read_configuration, self.places)

    async def folders(self) -> tuple[Path, ...]:
        """Return the folders where a new environment can be put, best first."""

        def read() -> tuple[Path, ...]:
            return working_folders.folders_for_new(self.places, read_configuration(self.places))

        return await asyncio.to_thread(read)

    async def added_folders(self) -> tuple[Path, ...]:
        """Return the folders that the user added to the list."""
        return await asyncio.to_thread(remembering.remembered_folders, self.places)

    async def add_folder(self, folder: Path) -> None:
        """List the environment at `folder`, or those in it, from now on.

        Raises EngineError (not-an-environment) when there is none.
        """
        if not await asyncio.to_thread(environments_in, folder):
            raise EngineError(
                ErrorCode.NOT_AN_ENVIRONMENT,
                "There is no environment in this folder.",
                cause="Neither it nor a folder in it has a folder conda-meta.",
                hint="Choose the folder of an environment, or the one that holds several.",
                path=str(folder),
            )
        await asyncio.to_thread(remembering.remember_folder, self.places, folder)
        self._publish(EnvironmentsChanged((folder,)))

    async def remove_folder(self, folder: Path) -> None:
        """Stop listing what is only there because `folder` was added."""
        await asyncio.to_thread(remembering.forget_folder, self.places, folder)
        self._publish(EnvironmentsChanged((folder,)))

    def check_name(self, name: str, folder: Path) -> tuple[NameProblem, ...]:
        """Return what speaks against `name` for an environment in `folder`; quick."""
        return check_name(name, folder)

    async def disk(self, *, fresh: bool = False) -> AsyncIterator[DiskProgress | DiskPicture]:
        """Look where the space went: yields how far that has come, and the picture as the last.

        What has not changed since an earlier look is remembered, unless `fresh` is asked for;
        plans are always made from a fresh look. Leaving the loop early stops the work.
        """
        async for message in self._asking.disk(fresh=fresh):
            yield message

    async def environment_parts(self, prefix: Path) -> EnvironmentParts:
        """Return what each package of the environment at `prefix` takes up, counted anew.

        Raises EngineError (prefix-missing, not-an-environment).
        """
        return await self._asking.parts(prefix)

    async def quick_health(self, prefix: Path) -> Health:
        """Return what a quick check of an environment finds, from memory if nothing changed.

        Raises EngineError (prefix-missing, not-an-environment).
        """
        health = await self._asking.health(HealthQuery(prefix))
        self._checking.know(health)
        return health

    async def health(
        self, prefix: Path, depth: Depth = Depth.DEEP
    ) -> AsyncIterator[HealthProgress | Health]:
        """Check an environment: yields how far that has come, and what was found as the last.

        Deep reads every file, online asks channels and the index; both include the quick check.
        Leaving the loop early stops the work. Raises EngineError.
        """
        async for answer in self._asking.examine(prefix, depth):
            yield answer

    def attend(self, prefix: Path | None) -> None:
        """Say which environment is looked at: damage to its files is noticed there soonest."""
        self._watch.attended = prefix

    def known_health(self, prefix: Path) -> Health | None:
        """Return what the last quick check of an environment found; None when there was none."""
        return self._checking.known(prefix)

    async def volume_space(self, path: Path) -> VolumeSpace:
        """Return what is free on the volume that `path` lies, or would lie, on."""
        return await asyncio.to_thread(volume_space, path)

    async def plan(self, request: Request) -> Plan:
        """Work a request out; cancelling the caller's task really stops the work.

        A process waits for the plan from then on: tell by `lay_aside` that it is not wanted.
        """
        plan = await self._asking.plan(PlanQuery(request))
        if not plan.is_blocked:
            self._queue.prepare()
        return plan

    def lay_aside(self) -> None:
        """Free what waits for a plan to be submitted: whoever looked at it has put it away."""
        self._queue.rest()

    def submit(self, plan: Plan) -> TaskId:
        """Queue a plan to be carried out; returns at once."""
        if plan.is_blocked:
            raise EngineError(ErrorCode.BAD_USAGE, "This plan cannot be carried out as it is.")
        return self._queue.submit(plan)

    def cancel(self, task_id: TaskId) -> None:
        """Stop a task; the environment is left as it was before."""
        self._queue.cancel(task_id)

    def tasks(self) -> tuple[Task, ...]:
        """Return every task since the start, oldest first."""
        return self._queue.tasks()

    def log(self, task_id: TaskId) -> tuple[str, ...]:
        """Return the log lines of a task."""
        return self._queue.log(task_id)

    async def open_terminal(self, prefix: Path) -> None:
        """Open a terminal in which the environment is active."""
        await asyncio.to_thread(opening.open_terminal, prefix, await self._name(prefix))

    async def open_python(self, prefix: Path) -> None:
        """Open the environment's Python in a terminal."""
        await asyncio.to_thread(opening.open_python, prefix, await self._name(prefix))

    async def open_folder(self, folder: Path) -> None:
        """Show the folder of an environment, or one inside of it, in the file manager."""
        await asyncio.to_thread(opening.open_folder, folder)

    async def activation_command(self, prefix: Path) -> str:
        """Return what to type in a terminal to work in the environment."""
        configuration = await self.configuration()
        name = await self._name(prefix)
        return await asyncio.to_thread(
            opening.activation_command, prefix, name, configuration, self.places
        )

    async def _name(self, prefix: Path) -> str:
        configuration = await self.configuration()
        return conda_name(prefix, configuration, self.places)

    def _discover(self) -> tuple[CondaConfiguration, tuple[Path, ...]]:
        configuration = read_configuration(self.places)
        added = remembering.remembered_folders(self.places)
        return configuration, discover(self.places, configuration, added)

    def _describe_all(self) -> list[Environment]:
        configuration, prefixes = self._discover()
        every = (*prefixes, *gone_ones(self.places))
        return [describe(prefix, self.places, configuration) for prefix in every]

    def _look(self) -> Surroundings:
        return look_around(self.places, remembering.remembered_folders(self.places))

    def _on_change(self, prefixes: tuple[Path, ...]) -> None:
        self._publish(EnvironmentsChanged(prefixes))
        self._checking.check(prefixes)
        self._measure(prefixes)

    def _on_touch(self, prefixes: tuple[Path, ...]) -> None:
        self._checking.check(prefixes)

    def _known_contents(self, prefix: Path) -> str:
        health = self._checking.known(prefix)
        return "" if health is None else health.contents

    def _measure(self, first: Iterable[Path]) -> None:
        """Measure every environment again in the background, those in `first` before others.

        All of them, because what one environment shares changes with the others.
        """
        if self._sizing is not None:
            self._sizing.cancel()
        self._sizing = asyncio.get_running_loop().create_task(self._measure_all(tuple(first)))

    async def _measure_all(self, first: tuple[Path, ...]) -> None:
        _, prefixes = await asyncio.to_thread(self._discover)
        wanted = frozenset(first)
        ordered = sorted(prefixes, key=lambda prefix: prefix not in wanted)
        try:
            async for message in self._asking.sizes(ordered):
                self._take(message)
        except EngineError as error:
            _log.warning("Sizes could not be worked out: %s", error.failure)

    def _take(self, message: SizesMessage) -> None:
        prefix = message.prefix
        if self._sizes.get(prefix) != message.sizes:
            self._sizes[prefix] = message.sizes
            self._publish(SizesFound(prefix, message.sizes))
        if (message.unreadable_records > 0) != (prefix in self._damaged):
            self._damaged ^= {prefix}
            self._publish(EnvironmentsChanged((prefix,)))

    def _complete(self, environment: Environment) -> Environment:
        """Return `environment` with what was found by looking through its files."""
        marks = environment.marks
        if environment.prefix in self._damaged and Mark.UNREADABLE not in marks:
            marks = (*marks, Mark.UNREADABLE)
        is_gone = Mark.MISSING in marks
        sizes = Sizes(0, 0, 0) if is_gone else self._sizes.get(environment.prefix)
        return replace(environment, marks=marks, sizes=sizes)

    async def _settle(
        self, folders: Iterable[Path], timeout: float = 20
    ) -> tuple[SettledMessage, ...]:
        """Settle interrupted work in `folders`, in a worker; tell about what was not ours."""
        settled = await self._asking.settle(tuple(folders), timeout)
        ours = {task.request for task in self.tasks()}
        for each in settled:
            if each.request not in ours:
                self._publish(Settled(each.prefix, each.request, each.settlement))
        return settled
