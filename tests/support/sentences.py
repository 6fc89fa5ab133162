"""Requests, plans and tasks to find words for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.values import Choice, Preset
from engine.errors import ErrorCode, Failure
from engine.events import Progress, Task, TaskId, TaskState
from engine.plan import Figures, Plan
from engine.records import State
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    Request,
    affected_prefixes,
)

HOME = Path("/envs")
CREATE = CreateRequest(HOME / "数据分析", ("conda-forge",))
CLONE = CloneRequest(HOME / "course", HOME / "course-copy")
RENAME = RenameRequest(HOME / "course", HOME / "lecture")
MOVE = RenameRequest(HOME / "course", Path("/other/course"))
REMOVE = RemoveRequest(HOME / "old")
CHANGE = ChangeRequest(HOME / "course", ("conda-forge",), add=("numpy",))
CLEAN = CleanRequest(Choice(preset=Preset.SAFE), caches=(Path("/pkgs"),))
RELINK = RelinkRequest((HOME / "course", HOME / "old"))
REPAIR = RepairRequest(HOME / "course", ("conda-forge",))
REQUESTS: tuple[Request, ...] = (
    *(CREATE, CLONE, RENAME, MOVE, REMOVE, CHANGE, CLEAN, RELINK, REPAIR),
)
PLACE = re.compile(r"[{}]|%n|\(s\)")
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def task(state: TaskState, request: Request = CREATE, progress: Progress | None = None) -> Task:
    failure = Failure(ErrorCode.DISK_FULL, "") if state is TaskState.FAILED else None
    return Task(TaskId("1"), request, state, NOW, progress=progress, failure=failure)


def plan(request: Request, figures: Figures) -> Plan:
    prefix = affected_prefixes(request)[-1]
    return Plan(request, prefix, State(), State(), (), figures, (), "", NOW)
