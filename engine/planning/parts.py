"""The halves of a plan that one planner cannot work out alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.plan import Change, Figures, PlanWarning
from engine.records import Record


@dataclass(frozen=True, slots=True)
class PypiPart:
    """Hold what a change does to the PyPI packages of an environment.

    `records` are all PyPI records after it, `changes` those that differ from before, and `figures`
    count what the changes alone cost. `lock` is for the executor (see `engine.pypi.locking`).
    """

    records: tuple[Record, ...] = ()
    changes: tuple[Change, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    figures: Figures = field(default_factory=Figures)
    lock: str = ""
