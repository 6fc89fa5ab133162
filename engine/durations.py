"""Remember how long transactions took, and tell from it how long a plan will take."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from typing import Final, assert_never

import msgspec

from engine.events import Phase, Progress
from engine.places import Places
from engine.plan import Plan
from engine.records import RecordKind
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
)
from engine.transactions.reporting import Report

_FILE: Final = "durations.json"
_REMEMBERED: Final = 40
_COUNTED: Final = 9  # the newest of one kind; older ones tell of another disk, another network
_FEW_FILES: Final = 2_000  # below that, what every transaction costs outweighs the files
_FEW_BYTES: Final = 1 << 18  # below that, a download tells about waiting, not about the rate
_BYTES_PER_FILE: Final = 24_000  # of unpacked packages whose files were not counted yet


@dataclass(frozen=True, slots=True)
class Work:
    """Count what a plan means: a kind of work, bytes to fetch, files to put in place."""

    kind: str
    download_bytes: int
    files: int


class _Run(msgspec.Struct, frozen=True):
    kind: str
    download_bytes: int
    download_seconds: float
    files: int
    other_seconds: float


class _Runs(msgspec.Struct, frozen=True):
    runs: tuple[_Run, ...] = ()


@dataclass(slots=True)
class Stopwatch:
    """Pass a report on, and note how long what it tells of takes; calls may come on any thread.

    `seconds` holds the time that went into each phase since the watch was made.
    """

    report: Report
    seconds: dict[Phase, float] = field(default_factory=dict[Phase, float])
    _phase: Phase = Phase.PREPARING
    _since: float = field(default_factory=monotonic)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def progress(self, progress: Progress) -> None:
        """Note which phase is at work from now on."""
        self.enter(progress.phase)
        self.report.progress(progress)

    def log(self, line: str) -> None:
        """Pass a line of the log on."""
        self.report.log(line)

    def settle_down(self) -> None:
        """Pass on that the work will be finished."""
        self.report.settle_down()

    def enter(self, phase: Phase) -> None:
        """Count the time since the last call for the phase that was at work."""
        now = monotonic()
        with self._guard:
            self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._since
            self._phase, self._since = phase, now


def work_of(plan: Plan) -> Work | None:
    """Return what carrying `plan` out means; None for what takes no time worth telling."""
    match plan.request:
        case CreateRequest() | ExactRequest():
            return Work("create", plan.figures.download_bytes, _new_files(plan))
        case ChangeRequest() | RepairRequest():
            conda = plan.before.of(RecordKind.CONDA)
            there = sum(record.installed_files or 0 for record in conda)
            return Work("change", plan.figures.download_bytes, there + _new_files(plan))
        case CloneRequest():
            return Work("clone", 0, _new_files(plan))
        case RenameRequest() | RemoveRequest() | CleanRequest() | RelinkRequest():
            return None
        case _:
            assert_never(plan.request)


def _new_files(plan: Plan) -> int:
    figures = plan.figures
    return figures.files or (figures.disk_bytes + figures.linked_bytes) // _BYTES_PER_FILE


def remember_duration(places: Places, work: Work, watch: Stopwatch) -> None:
    """Remember how long `work` took that was just finished; a full disk is no error."""
    watch.enter(Phase.FINISHING)
    fetching = watch.seconds.get(Phase.DOWNLOADING, 0.0)
    others = sum(watch.seconds.values()) - fetching
    if work.download_bytes < _FEW_BYTES:
        fetching, others = 0.0, others + fetching
    run = _Run(work.kind, work.download_bytes, fetching, work.files, others)
    runs = _Runs((*_read(places), run)[-_REMEMBERED:])
    temporary = places.state / f".{_FILE}.{os.getpid()}"
    with suppress(OSError):
        places.state.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(runs))
        temporary.replace(places.state / _FILE)


def expected_seconds(places: Places, plan: Plan) -> float | None:
    """Return how long `plan` will take if all goes as it did of late, None when nobody knows.

    Nobody does before the first transaction of its kind, or, where something is downloaded,
    before the first download worth measuring.
    """
    work = work_of(plan)
    is_nothing = isinstance(plan.request, ChangeRequest) and not plan.changes
    if work is None or plan.is_blocked or is_nothing:
        return None
    runs = _read(places)
    alike = [run for run in runs if run.kind == work.kind][-_COUNTED:]
    fetched = [run for run in runs if run.download_seconds > 0][-_COUNTED:]
    if not alike:
        return None
    scale = max(work.files, _FEW_FILES)
    seconds = median(run.other_seconds * scale / max(run.files, _FEW_FILES) for run in alike)
    if work.download_bytes < _FEW_BYTES:
        return seconds
    if not fetched:
        return None
    rate = median(run.download_bytes / run.download_seconds for run in fetched)
    return seconds + work.download_bytes / rate


def _read(places: Places) -> tuple[_Run, ...]:
    try:
        return msgspec.json.decode((places.state / _FILE).read_bytes(), type=_Runs).runs
    except (OSError, msgspec.MsgspecError):
        return ()
