"""What is known of the health of each environment, and what the user does not want to hear of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from engine.health.values import Depth, Finding, Gravity, Health, Unchecked
from gui.presenting.health import HealthState
from gui.settings import WindowSettings

_WORST_FIRST: Final = tuple(Gravity)


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


class HealthBook(QObject):
    """Keep the latest checks of every environment; `changed` tells the prefix.

    What a thorough check found stands until the environment changes.
    """

    changed = Signal(object)

    def __init__(self, settings: WindowSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._known: dict[Path, dict[Depth, Health]] = {}
        self._shown: dict[Path, Diagnosis] = {}

    def take(self, health: Health) -> None:
        """Take in what a check found."""
        known = self._known.get(health.prefix, {})
        kept = {depth: each for depth, each in known.items() if each.stamp == health.stamp}
        self._known[health.prefix] = {**kept, health.depth: health}
        self._tell(health.prefix)

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
        for health in known.values():
            for finding in health.findings:
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
