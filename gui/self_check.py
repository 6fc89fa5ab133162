"""Do the main job once without a display, on practice channels in a folder that is thrown away."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from engine.cache.values import DiskPicture
from engine.codec import decode
from engine.errors import EngineError, ErrorCode
from engine.events import EngineEvent, Phase, Task, TaskChanged, TaskState
from engine.launching import engine_command, is_frozen
from engine.messages import ErrorDocument
from engine.places import places_below
from engine.plan import Plan, Severity
from engine.records import RecordKind
from engine.requests import ChangeRequest, CreateRequest, RemoveRequest, Request
from engine.session import Engine
from engine.version import __version__
from engine.workers import WorkerProcess

_TASK_SECONDS = 180.0
_PROGRAM_SECONDS = 60.0
_SIZE = "900x600"
_PNG = b"\x89PNG\r\n\x1a\n"
# Names beyond ASCII are what breaks programs on the computers of many.
_WORLD = "practice-练习"
_NAME = "self-check"


class _UnexpectedError(Exception):
    """Something went another way than it must."""


def run_self_check() -> int:
    """Check everything, print a line for each part, and return the exit status: 0 all well, 1 not.

    Takes some 10 to 40 seconds. Nothing outside of a temporary folder is read or written.
    """
    folder = Path(tempfile.mkdtemp(prefix="envdesk-self-check-"))
    try:
        return asyncio.run(_SelfCheck(folder / _WORLD).run())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _SelfCheck:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._places = places_below(root)
        self._engine = Engine(self._places)
        self._prefix = self._places.envs / _NAME
        self._channels: tuple[str, ...] = ()
        self._ended: asyncio.Queue[Task] = asyncio.Queue()
        self._engine.subscribe(self._hear)
        self._cancel_at: Phase | None = None

    async def run(self) -> int:
        form = "frozen" if is_frozen() else "from source"
        _say(f"Envdesk {__version__} ({form}, Python {sys.version.split()[0]}, {sys.platform})")
        began = time.monotonic()
        steps: tuple[tuple[str, Callable[[], Awaitable[str]]], ...] = (
            ("practice channels and environments", self._practise),
            ("create an environment", self._create),
            ("list environments and packages", self._list),
            ("add a package from PyPI", self._add_from_pypi),
            ("add Python and a PyPI package in one go", self._add_both),
            ("find a conflict of conda packages", self._find_conda_conflict),
            ("find a conflict with a PyPI package", self._find_pypi_conflict),
            ("cancel", self._cancel),
            ("figures of disk and caches", self._measure),
            ("remove the environment", self._remove),
            ("paint the window", self._paint),
        )
        try:
            for title, step in steps:
                await self._step(title, step)
        except EngineError as error:
            failure = error.failure
            _say(f"        {failure.summary} {failure.cause} {failure.hint} [{failure.code}]")
            _say(failure.detail)
        except Exception as error:  # noqa: BLE001 - whatever it is, the report says it
            _say(f"        {type(error).__name__}: {error}")
        else:
            _say(f"All {len(steps)} checks passed in {time.monotonic() - began:.1f} s.")
            return 0
        finally:
            await self._engine.aclose()
        _say("The self-check FAILED.")
        return 1

    async def _step(self, title: str, step: Callable[[], Awaitable[str]]) -> None:
        began = time.monotonic()
        try:
            note = await step()
        except BaseException:
            _say(f"FAILED  {title}")
            raise
        _say(f"ok {time.monotonic() - began:5.1f} s  {title}: {note}")

    async def _practise(self) -> str:
        worker = WorkerProcess(engine_command("practice", str(self._root), places=self._places))
        answer = await worker.read()
        if worker.returncode != 0:
            if answer.strip():
                raise EngineError.from_failure(decode(answer, ErrorDocument).error)
            raise _UnexpectedError(worker.errors() or "The worker process said nothing.")
        self._channels = (await self._engine.configuration()).channels
        _demand(bool(self._channels), "no channel is set up")
        return ", ".join(channel.rsplit("/", 1)[-1] for channel in self._channels)

    async def _create(self) -> str:
        versions = await self._engine.python_versions(self._channels)
        _demand(bool(versions), "the channels have no Python")
        plan = await self._carry_out(self._creation(self._prefix, "tidepool", "starchart"))
        _demand((self._prefix / "conda-meta" / "history").is_file(), "the history was not written")
        said = await self._run_program("tidepool")
        _demand("tidepool" in said, f"its command said {said!r}")
        return f"Python {versions[0]}, {len(plan.changes)} packages"

    async def _list(self) -> str:
        found = await self._engine.environments()
        _demand(self._prefix in {each.prefix for each in found}, "the new one is not listed")
        names = {record.name for record in await self._engine.packages(self._prefix)}
        _demand({"python", "pip", "tidepool", "starchart"} <= names, f"packages are {names}")
        return f"{len(found)} environments, {len(names)} packages in the new one"

    async def _add_from_pypi(self) -> str:
        await self._carry_out(self._change(add_pypi=("inkwell",)))
        records = await self._engine.packages(self._prefix)
        added = {each.name: each.version for each in records if each.kind is RecordKind.PYPI}
        _demand({"inkwell", "lanternfish"} <= added.keys(), f"from PyPI there is {added}")
        said = await self._run_program("inkwell")
        _demand(added["inkwell"] in said, f"its command said {said!r}")
        return f"inkwell {added['inkwell']} and what it needs"

    async def _add_both(self) -> str:
        prefix = self._places.envs / "tiny"
        await self._carry_out(
            ChangeRequest(prefix, self._channels, add=("python",), add_pypi=("lanternfish",))
        )
        records = await self._engine.packages(prefix)
        _demand({"python", "lanternfish"} <= {each.name for each in records}, "they are not there")
        return "to an environment that had no Python"

    async def _find_conda_conflict(self) -> str:
        return await self._refused(self._change(add=("moonrise",)), ErrorCode.UNSATISFIABLE)

    async def _find_pypi_conflict(self) -> str:
        request = self._change(add_pypi=("brass-gauge",))
        return await self._refused(request, ErrorCode.PYPI_UNSATISFIABLE)

    async def _cancel(self) -> str:
        prefix = self._places.envs / "cancelled"
        plan = await self._engine.plan(self._creation(prefix, "mosaic", "quarry"))
        self._cancel_at = Phase.LINKING
        task = await self._ended_task(plan)
        self._cancel_at = None
        if task.state is TaskState.SUCCEEDED:  # done before it could be stopped: then it is whole
            _demand((prefix / "conda-meta" / "history").is_file(), "it is only half there")
            return "it was done before it could be stopped"
        _demand(task.state is TaskState.CANCELLED, f"it ended as {task.state}")
        _demand(not prefix.exists(), "something was left")
        return "nothing was left"

    async def _measure(self) -> str:
        picture: DiskPicture | None = None
        async for message in self._engine.disk(fresh=True):
            if isinstance(message, DiskPicture):
                picture = message
        _demand(picture is not None and bool(picture.caches), "no cache was found")
        assert picture is not None
        megabytes = sum(cache.allocated_bytes for cache in picture.caches) / 1e6
        _demand(megabytes > 1, "the caches seem empty")
        return f"{len(picture.caches)} caches, {megabytes:.0f} MB"

    async def _remove(self) -> str:
        await self._carry_out(RemoveRequest(self._prefix))
        _demand(not self._prefix.exists(), "its folder is still there")
        left = [each.prefix for each in await self._engine.environments()]
        _demand(self._prefix not in left, "it is still listed")
        return f"{len(left)} environments are left"

    async def _paint(self) -> str:
        picture = self._root / "window.png"
        started = [sys.executable] if is_frozen() else [sys.executable, "-m", "gui"]
        arguments = ("--offscreen", "--root", str(self._root), "--size", _SIZE)
        said = await self._run([*started, *arguments, "--screenshot", str(picture)])
        _demand(picture.is_file(), f"no picture was made: {said}")
        data = picture.read_bytes()
        _demand(data.startswith(_PNG) and len(data) > 10_000, "the picture is empty")
        return f"a picture of {len(data) // 1000} kB"

    def _creation(self, prefix: Path, *specs: str) -> CreateRequest:
        return CreateRequest(prefix, self._channels, python="3", specs=specs)

    def _change(self, add: tuple[str, ...] = (), add_pypi: tuple[str, ...] = ()) -> ChangeRequest:
        return ChangeRequest(self._prefix, self._channels, add=add, add_pypi=add_pypi)

    async def _refused(self, request: Request, code: ErrorCode) -> str:
        """Return the reason for which planning refuses `request`, which it must."""
        try:
            plan = await self._engine.plan(request)
        except EngineError as error:
            if error.failure.code is code:
                return error.failure.summary
            raise
        blocking = [each for each in plan.warnings if each.severity is Severity.BLOCKING]
        _demand(bool(blocking), "what cannot be was planned")
        return blocking[0].summary

    async def _carry_out(self, request: Request) -> Plan:
        plan = await self._engine.plan(request)
        task = await self._ended_task(plan)
        if task.failure is not None:
            raise EngineError.from_failure(task.failure)
        _demand(task.state is TaskState.SUCCEEDED, f"the task ended as {task.state}")
        return plan

    async def _ended_task(self, plan: Plan) -> Task:
        wanted = self._engine.submit(plan)
        async with asyncio.timeout(_TASK_SECONDS):
            while (task := await self._ended.get()).id != wanted:
                pass
        return task

    def _hear(self, event: EngineEvent) -> None:
        if not isinstance(event, TaskChanged):
            return
        task = event.task
        if task.state.is_final:
            self._ended.put_nowait(task)
        elif (
            task.state is TaskState.RUNNING
            and task.progress is not None
            and task.progress.phase is self._cancel_at
        ):
            self._engine.cancel(task.id)

    async def _run_program(self, name: str) -> str:
        """Run a command of the new environment; return what it printed."""
        folder = "Scripts" if sys.platform == "win32" else "bin"
        suffix = ".exe" if sys.platform == "win32" else ""
        return await self._run([str(self._prefix / folder / f"{name}{suffix}")])

    async def _run(self, command: list[str]) -> str:
        def work() -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                command,
                cwd=None if is_frozen() else Path(__file__).parents[1],
                env={**os.environ, "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROGRAM_SECONDS,
                creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
                check=False,
            )

        done = await asyncio.to_thread(work)
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        _demand(done.returncode == 0, f"{Path(command[0]).name} failed: {said}")
        return said


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _UnexpectedError(otherwise)


def _say(line: str) -> None:
    if line:
        print(line, flush=True)  # noqa: T201 - the report is what this is for
