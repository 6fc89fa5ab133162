"""Say what a check must find in an environment that was broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.health.values import FindingCode as Code
from tests.support.checking import TODAY
from tests.support.ward import Ward


@dataclass(frozen=True, slots=True)
class Broken:
    """Say what a check must find, and nothing else: codes with subjects, and some evidence.

    `expected` maps each code to its subject; `evidence` are ends of paths or words that the
    evidence of the first one must have. `deep` findings are looked for by the deep check alone.
    """

    expected: Mapping[Code, str]
    evidence: tuple[str, ...]
    prefix: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    today: date = TODAY
    deep: frozenset[Code] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict[str, str])


Breaker = Callable[[Ward], Broken]
