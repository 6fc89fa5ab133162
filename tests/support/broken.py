"""Say what a check must find in an environment that was broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.health.values import FindingCode as Code
from engine.health.values import Gravity
from tests.support.checking import TODAY
from tests.support.ward import Ward


@dataclass(frozen=True, slots=True)
class Broken:
    """Say what a check must find, and nothing else: codes with subjects, and more of the first.

    `expected` maps each code to its subject; `evidence` are ends of paths or words that the
    evidence of the first one must have. Its `ways` to be repaired are written `kind subject`, the
    steps of one joined by ` + `; `is_dated` tells whether it is known since when it is so. `deep`
    findings are looked for by the deep check alone.
    """

    expected: Mapping[Code, str]
    evidence: tuple[str, ...]
    gravity: Gravity
    ways: tuple[str, ...]
    is_dated: bool = True
    prefix: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    today: date = TODAY
    deep: frozenset[Code] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict[str, str])


Breaker = Callable[[Ward], Broken]
