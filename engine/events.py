"""What the engine tells a front end while things happen, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType

from engine.cache.values import Skipped
from engine.errors import Failure
from engine.health.values import Health
from engine.records import Sizes
from engine.requests import Request

TaskId = NewType("TaskId", str)


class TaskState(StrEnum):
    """Say where a task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Return whether the task will never change again."""
        return self in (TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED)


class Phase(StrEnum):
    """Name the stretches of a transaction; the front end has a verb for each."""

    WAITING = "waiting"
    PREPARING = "preparing"
    DOWNLOADING = "downloading"
    LINKING = "linking"
    COPYING = "copying"
    COMPILING = "compiling"
    FINISHING = "finishing"
    REMOVING = "removing"
    PUTTING_BACK = "putting-back"


class ProgressUnit(StrEnum):
    """Say what progress counts."""

    BYTES = "bytes"
    PACKAGES = "packages"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Progress:
    """Say how far a phase has come; `total` is 0 while unknown, `item` names what is at work."""

    phase: Phase
    done: int
    total: int
    unit: ProgressUnit
    item: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Describe one unit of the queue as it stands now; times are aware, in UTC.

    `skipped` is what a cleaning left although it was planned.
    """

    id: TaskId
    request: Request
    state: TaskState
    submitted: datetime
    started: datetime | None = None
    ended: datetime | None = None
    progress: Progress | None = None
    failure: Failure | None = None
    can_cancel: bool = True
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """Tell that a task was added, advanced, or ended."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskLog:
    """Tell one line of a task's log."""

    task_id: TaskId
    line: str


@dataclass(frozen=True, slots=True)
class EnvironmentsChanged:
    """Tell that the list should be asked for again: some came, went, or differ."""

    prefixes: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class SizesFound:
    """Tell the sizes of one environment, worked out in the background."""

    prefix: Path
    sizes: Sizes


@dataclass(frozen=True, slots=True)
class HealthFound:
    """Tell the health of one environment, checked quickly in the background.

    A prefix that is on conda's list and gone is told of in the same way.
    """

    prefix: Path
    health: Health


class Settlement(StrEnum):
    """Say how interrupted work was settled."""

    FINISHED = "finished"
    PUT_BACK = "put-back"


@dataclass(frozen=True, slots=True)
class Settled:
    """Tell that work interrupted by a crash was found and settled."""

    prefix: Path
    request: Request
    settlement: Settlement


EngineEvent = TaskChanged | TaskLog | EnvironmentsChanged | SizesFound | HealthFound | Settled
