"""The queue: one writer per prefix, others side by side, each in a worker process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from engine.codec import decode_message, encode
from engine.errors import EngineError, ErrorCode, Failure
from engine.events import (
    EngineEvent,
    EnvironmentsChanged,
    Phase,
    Progress,
    ProgressUnit,
    Settlement,
    Task,
    TaskChanged,
    TaskId,
    TaskLog,
    TaskState,
)
from engine.launching import engine_command
from engine.messages import (
    SettledMessage,
    WorkDone,
    WorkFailed,
    WorkLog,
    WorkMessage,
    WorkProgress,
    WorkSettling,
    WorkSkipped,
    WorkWaiting,
)
from engine.places import Places
from engine.plan import Plan
from engine.requests import ChangeRequest, RepairRequest, affected_prefixes
from engine.workers import WorkerProcess

LOG_LINES = 2_000
_SPARE_SECONDS = 300
_WAITING = Progress(Phase.WAITING, 0, 0, ProgressUnit.PACKAGES)


class Leaving(StrEnum):
    """Say what happens to work under way when the front end leaves."""

    WAIT = "wait"
    CANCEL = "cancel"
    DETACH = "detach"


@dataclass(slots=True)
class _Entry:
    task: Task
    plan: Plan
    runner: asyncio.Task[None] | None = None
    worker: WorkerProcess | None = None
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    log: list[str] = field(default_factory=list[str])


class TaskQueue:
    """Run plans in worker processes and tell how they fare; all calls on the loop's thread."""

    def __init__(
        self,
        places: Places,
        publish: Callable[[EngineEvent], None],
        settle: Callable[[Iterable[Path]], Awaitable[tuple[SettledMessage, ...]]],
    ) -> None:
        self._places = places
        self._publish = publish
        self._settle = settle
        self._spare: WorkerProcess | None = None
        self._end_of_spare: asyncio.TimerHandle | None = None
        self._entries: dict[TaskId, _Entry] = {}
        self._locks: dict[Path, asyncio.Lock] = {}

    def tasks(self) -> tuple[Task, ...]:
        """Return every task of this queue, oldest first."""
        return tuple(entry.task for entry in self._entries.values())

    def log(self, task_id: TaskId) -> tuple[str, ...]:
        """Return the log lines of a task so far."""
        return tuple(self._entries[task_id].log)

    def prepare(self) -> None:
        """Start a worker ahead of the plan that somebody is reading, so that it can begin at once.

        It waits for a few minutes, or until `rest`.
        """
        if self._end_of_spare is not None:
            self._end_of_spare.cancel()
        loop = asyncio.get_running_loop()
        self._end_of_spare = loop.call_later(_SPARE_SECONDS, self.rest)
        if self._spare is None or self._spare.has_ended:
            self._spare = WorkerProcess(self._command("--ahead"))

    def rest(self) -> None:
        """Stop the worker that waits for a plan, if any does: nobody reads one any more."""
        if self._end_of_spare is not None:
            self._end_of_spare.cancel()
        if self._spare is not None:
            self._spare.kill()
        self._spare = self._end_of_spare = None

    def _command(self, *options: str) -> list[str]:
        return engine_command("apply", "--guarded", *options, "-", places=self._places)

    def submit(self, plan: Plan) -> TaskId:
        """Queue `plan` and return at once."""
        task_id = TaskId(secrets.token_hex(8))
        task = Task(task_id, plan.request, TaskState.WAITING, datetime.now(UTC))
        entry = _Entry(task, plan)
        self._entries[task_id] = entry
        self._publish(TaskChanged(task))
        entry.runner = asyncio.get_running_loop().create_task(self._run(entry))
        entry.runner.add_done_callback(lambda runner: self._close(entry, runner))
        return task_id

    def cancel(self, task_id: TaskId) -> None:
        """Stop a task; what it had begun is put back. A task that cannot stop any more goes on."""
        entry = self._entries[task_id]
        if entry.task.state.is_final or not entry.task.can_cancel:
            return
        entry.cancelled.set()
        self._set(entry, state=TaskState.CANCELLING, can_cancel=False)
        if entry.worker is not None:
            entry.worker.kill()

    async def aclose(self, leaving: Leaving) -> None:
        """Bring every task to an end, or let the workers go on without us."""
        spare = self._spare
        self.rest()
        if spare is not None:
            await spare.read()
        match leaving:
            case Leaving.WAIT:
                pass
            case Leaving.CANCEL:
                for task_id in self._entries:
                    self.cancel(task_id)
            case Leaving.DETACH:
                for entry in self._entries.values():
                    await self._let_go(entry)
            case _:
                assert_never(leaving)
        runners = [entry.runner for entry in self._entries.values() if entry.runner is not None]
        await asyncio.gather(*runners, return_exceptions=True)

    async def _let_go(self, entry: _Entry) -> None:
        """Leave a task to its worker; one still waiting gets a worker, which waits by itself."""
        if entry.task.state.is_final or entry.runner is None:
            return
        worker = entry.worker or await self._start(entry)
        await worker.release()
        entry.runner.cancel()

    async def _start(self, entry: _Entry) -> WorkerProcess:
        document = await asyncio.to_thread(encode, entry.plan, Plan)
        worker, self._spare = self._spare, None
        if worker is None or worker.has_ended:
            entry.worker = WorkerProcess(self._command(), document)
        else:
            entry.worker = worker
            await worker.ask(document)
        return entry.worker

    async def _run(self, entry: _Entry) -> None:
        """Take the locks of every affected prefix in one order, then work."""
        prefixes = sorted(affected_prefixes(entry.plan.request))
        held: list[asyncio.Lock] = []
        try:
            for prefix in prefixes:
                lock = self._locks.setdefault(prefix, asyncio.Lock())
                taking = asyncio.ensure_future(lock.acquire())
                stopping = asyncio.ensure_future(entry.cancelled.wait())
                await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                if not taking.done():
                    taking.cancel()
                    break
                held.append(lock)
            if entry.cancelled.is_set():
                self._set(entry, state=TaskState.CANCELLED)
                return
            await self._work(entry)
        finally:
            for lock in held:
                lock.release()

    async def _work(self, entry: _Entry) -> None:
        worker = await self._start(entry)
        if entry.cancelled.is_set():
            worker.kill()
        else:
            self._set(entry, state=TaskState.RUNNING, started=datetime.now(UTC))
        outcome: WorkDone | WorkFailed | None = None
        async for line in worker:
            message = decode_message(line)
            match message:
                case WorkDone() | WorkFailed():
                    outcome = message
                case _:
                    self._take(entry, message)
        await self._conclude(entry, outcome)

    def _take(self, entry: _Entry, message: WorkMessage) -> None:
        match message:
            case WorkProgress(progress=progress):
                self._set(entry, progress=progress)
            case WorkLog(line=line):
                if len(entry.log) < LOG_LINES:
                    entry.log.append(line)
                self._publish(TaskLog(entry.task.id, line))
            case WorkWaiting():
                self._set(entry, progress=_WAITING)
            case WorkSettling():
                if not entry.cancelled.is_set():
                    self._set(entry, can_cancel=False)
                request = entry.plan.request
                if isinstance(request, ChangeRequest | RepairRequest):
                    # It is in place; what is left to do is deleting the files that it had before.
                    self._publish(EnvironmentsChanged(affected_prefixes(request)))
            case WorkSkipped(skipped=skipped):
                entry.task = replace(entry.task, skipped=(*entry.task.skipped, skipped))
                self._publish(TaskChanged(entry.task))
            case WorkDone() | WorkFailed():
                pass
            case _:
                assert_never(message)

    async def _conclude(self, entry: _Entry, outcome: WorkDone | WorkFailed | None) -> None:
        match outcome:
            case WorkDone():
                self._set(entry, state=TaskState.SUCCEEDED)
            case WorkFailed(failure=failure):
                self._set(entry, state=TaskState.FAILED, failure=failure)
            case None:
                await self._put_back(entry)

    async def _put_back(self, entry: _Entry) -> None:
        """Settle what a worker left that was killed, by us or by anybody."""
        self._set(
            entry,
            can_cancel=False,
            progress=Progress(Phase.PUTTING_BACK, 0, 0, ProgressUnit.FILES),
        )
        folders = {prefix.parent for prefix in affected_prefixes(entry.plan.request)}
        settled = await self._settle(folders)
        mine = [each for each in settled if each.request == entry.plan.request]
        if any(each.settlement is Settlement.FINISHED for each in mine):
            self._set(entry, state=TaskState.SUCCEEDED)
        elif entry.cancelled.is_set():
            self._set(entry, state=TaskState.CANCELLED)
        else:
            failure = Failure(
                ErrorCode.WORKER_DIED,
                "The work stopped unexpectedly; everything was put back as it was.",
                hint="Try again. If it happens again, look at the log.",
                detail=entry.worker.errors() if entry.worker is not None else "",
            )
            self._set(entry, state=TaskState.FAILED, failure=failure)

    def _close(self, entry: _Entry, runner: asyncio.Task[None]) -> None:
        """Give a task its last state, also when it never ran a step or ended in an error."""
        if not runner.cancelled() and (error := runner.exception()) is not None:
            failure = (
                error.failure
                if isinstance(error, EngineError)
                else Failure(ErrorCode.INTERNAL, "Something unexpected happened.", str(error))
            )
            self._set(entry, state=TaskState.FAILED, failure=failure)
        elif not entry.task.state.is_final:
            self._set(entry, state=TaskState.CANCELLED)

    def _set(
        self,
        entry: _Entry,
        *,
        state: TaskState | None = None,
        started: datetime | None = None,
        progress: Progress | None = None,
        failure: Failure | None = None,
        can_cancel: bool | None = None,
    ) -> None:
        task = entry.task
        if task.state.is_final:
            return
        final = state is not None and state.is_final
        entry.task = replace(
            task,
            state=state or task.state,
            started=started or task.started,
            ended=datetime.now(UTC) if final else None,
            progress=None if final else progress or task.progress,
            failure=failure or task.failure,
            can_cancel=False if final else task.can_cancel if can_cancel is None else can_cancel,
        )
        self._publish(TaskChanged(entry.task))
        if final:
            self._publish(EnvironmentsChanged(affected_prefixes(task.request)))
