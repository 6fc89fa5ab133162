"""What is known of the health of each environment, and what the user does not want to hear of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from engine.events import Task, TaskId, TaskState
from engine.health.values import (
    Depth,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    Health,
    RepairStep,
    Unchecked,
)
from engine.plan import Plan
from engine.requests import RepairRequest
from gui.presenting.health import HealthState
from gui.settings import WindowSettings

_WORST_FIRST: Final = tuple(Gravity)
_ASKED_FOR: Final = (FindingCode.VULNERABLE, FindingCode.GONE_FROM_CHANNEL)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Hold what is to be shown of one environment: findings, worst first, and ignored ones.

    `depths` tells which checks stand behind it.
    """

    findings: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()
    depths: frozenset[Depth] = frozenset()
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def state(self) -> HealthState:
        """Return how the dot of the environment looks; notes alone leave it healthy."""
        if not self.depths:
            return HealthState.UNKNOWN
        gravities = {finding.gravity for finding in self.findings}
        if Gravity.BROKEN in gravities:
            return HealthState.BROKEN
        return HealthState.RISKY if Gravity.RISKY in gravities else HealthState.SOUND

    @property
    def repairable(self) -> tuple[Finding, ...]:
        """Return the findings that *Repair all* mends; what is a choice is made one by one."""
        return tuple(each for each in self.findings if each.repairs and not each.is_choice)


@dataclass(frozen=True, slots=True)
class _Repair:
    """Hold what a repair under way does, and which packages it changes."""

    task: TaskId
    steps: frozenset[RepairStep]
    changing: frozenset[str]

    def touches(self, finding: Finding) -> bool:
        """Return whether `finding` may be another one afterwards, or none."""
        is_mended = any(self.steps.issuperset(way) for way in finding.repairs)
        return is_mended or finding.value("package") in self.changing


class HealthBook(QObject):
    """Keep the latest checks of every environment; `changed` tells the prefix.

    What a thorough check found stands until the environment changes. What channels and the index
    told lasts longer: for as long as the package is there, or until they are asked again and
    answer. So does what a repair of something else leaves as it is.
    """

    changed = Signal(object)

    def __init__(self, settings: WindowSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._known: dict[Path, dict[Depth, Health]] = {}
        self._shown: dict[Path, Diagnosis] = {}
        self._lasting: dict[Path, tuple[Finding, ...]] = {}
        self._expected: dict[Path, list[_Repair]] = {}

    def take(self, health: Health) -> None:
        """Take in what a check found."""
        known = self._known.get(health.prefix, {})
        kept = {depth: each for depth, each in known.items() if each.stamp == health.stamp}
        self._lasting[health.prefix] = self._outliving(health, known)
        self._known[health.prefix] = {**kept, health.depth: health}
        self._tell(health.prefix)

    def expect_repair(self, plan: Plan, task: TaskId) -> None:
        """Expect the environment to change by a repair: what else was found stands after that."""
        if isinstance(plan.request, RepairRequest):
            changing = frozenset(change.name for change in plan.changes)
            expected = _Repair(task, frozenset(plan.request.steps), changing)
            self._expected.setdefault(plan.request.prefix, []).append(expected)

    def hear(self, task: Task) -> None:
        """Expect nothing more of a repair that came to nothing."""
        if task.state in (TaskState.FAILED, TaskState.CANCELLED):
            for repairs in self._expected.values():
                repairs[:] = [each for each in repairs if each.task != task.id]

    def _outliving(self, health: Health, known: Mapping[Depth, Health]) -> tuple[Finding, ...]:
        """Return what was found before `health` and still holds, though no check stands for it."""
        lasting = list(self._lasting.get(health.prefix, ()))
        thorough = [each for depth, each in known.items() if depth is not Depth.QUICK]
        changed = [each for each in thorough if each.stamp != health.stamp]
        is_changed = any(each.stamp != health.stamp for each in known.values())
        for each in changed:
            lasting += each.findings
        if is_changed:
            expected = self._expected.get(health.prefix, [])
            repair = expected.pop(0) if expected else None  # one after another, as they were asked
            quick = known.get(Depth.QUICK)
            lighter = {each.key for each in quick.findings} if quick is not None else set[str]()
            lasting = [each for each in lasting if _lasts(each, repair, lighter)]
        if health.depth is Depth.DEEP:
            lasting = [each for each in lasting if each.code in _ASKED_FOR]
        elif health.depth is Depth.ONLINE:
            before = known.get(Depth.ONLINE)
            lasting += before.findings if before is not None and before not in changed else ()
            lasting = [each for each in lasting if not _is_answered(each, health)]
        return tuple({each.key: each for each in lasting}.values())

    def of(self, prefix: Path) -> Diagnosis:
        """Return what is known of the environment at `prefix`."""
        return self._shown.get(prefix, Diagnosis())

    def stamp(self, prefix: Path) -> str | None:
        """Return the stamp of the environment when it was checked; None when it never was."""
        known = self._known.get(prefix)
        return next(iter(known.values())).stamp if known else None

    def ignore(self, prefix: Path, key: str) -> None:
        """Leave a finding out from now on, also after the next start."""
        ignored = self._settings.ignored_findings(prefix)
        self._settings.set_ignored_findings(prefix, (*ignored, key))
        self._tell(prefix)

    def heed(self, prefix: Path, key: str) -> None:
        """Show an ignored finding among the others again."""
        ignored = self._settings.ignored_findings(prefix)
        self._settings.set_ignored_findings(prefix, tuple(k for k in ignored if k != key))
        self._tell(prefix)

    def _tell(self, prefix: Path) -> None:
        known = self._known.get(prefix, {})
        ignored = frozenset(self._settings.ignored_findings(prefix))
        found: dict[str, Finding] = {}
        for findings in (
            *(each.findings for each in known.values()),
            self._lasting.get(prefix, ()),
        ):
            for finding in findings:
                found.setdefault(finding.key, finding)
        ordered = sorted(found.values(), key=lambda each: _WORST_FIRST.index(each.gravity))
        diagnosis = Diagnosis(
            tuple(each for each in ordered if each.key not in ignored),
            tuple(each for each in ordered if each.key in ignored),
            frozenset(known),
            tuple(dict.fromkeys(gap for each in known.values() for gap in each.unchecked)),
        )
        if self._shown.get(prefix) != diagnosis:
            self._shown[prefix] = diagnosis
            self.changed.emit(prefix)


def _lasts(finding: Finding, repair: _Repair | None, lighter: Collection[str]) -> bool:
    """Return whether what was found holds after the environment changed, by `repair` or unknown.

    What is asked for is about one release, whose folder or record is among its proofs: a look at
    a name or two, and only after a change. What a quick check finds, `lighter`, it finds again.
    """
    if finding.code in _ASKED_FOR:
        return any(proof.path is not None and proof.path.exists() for proof in finding.evidence)
    return repair is not None and finding.key not in lighter and not repair.touches(finding)


def _is_answered(finding: Finding, health: Health) -> bool:
    """Return whether who is asked about `finding` said something in an online check."""
    match finding.code:
        case FindingCode.VULNERABLE:
            return all(each.gap is not Gap.INDEX_SILENT for each in health.unchecked)
        case FindingCode.GONE_FROM_CHANNEL:
            silent = (each for each in health.unchecked if each.gap is Gap.CHANNEL_SILENT)
            return all(dict(each.values)["channel"] != finding.value("channel") for each in silent)
        case _:
            return False
