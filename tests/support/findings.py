"""Findings of an environment that is not there, for what shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.health.values import (
    Depth,
    Evidence,
    Finding,
    FindingCode,
    Gravity,
    Health,
    RepairKind,
    RepairStep,
)

ENV = Path("/envs/course")
NOW = datetime(2026, 3, 4, tzinfo=UTC)
RESTORE = (RepairStep(RepairKind.RESTORE_CONDA, "numpy"),)
HAND = (RepairStep(RepairKind.HAND_TO_PYPI, "numpy"),)
OVERWRITTEN = Finding(
    FindingCode.CONDA_OVERWRITTEN,
    Gravity.RISKY,
    "numpy",
    ENV,
    "pip put numpy 2 in the place of conda's 1.",
    values=(
        ("installer", "pip"),
        ("package", "numpy"),
        ("conda_version", "1.0"),
        ("pypi_version", "2.0"),
    ),
    evidence=(Evidence(ENV / "conda-meta" / "numpy-1.0-0.json", "numpy 1.0"),),
    repairs=(RESTORE, HAND),
    since=NOW,
)
MISSING = replace(
    OVERWRITTEN,
    code=FindingCode.REQUIREMENT_MISSING,
    gravity=Gravity.BROKEN,
    subject="six",
    values=(("by", "dateutil"), ("needed", "six")),
    repairs=((RepairStep(RepairKind.INSTALL, "six"),),),
)
FROZEN = replace(
    OVERWRITTEN, code=FindingCode.FROZEN, gravity=Gravity.NOTE, subject="", repairs=(), evidence=()
)
HOLE = replace(
    OVERWRITTEN,
    code=FindingCode.VULNERABLE,
    subject="kite",
    values=(("distribution", "kite"), ("version", "1.0"), ("fixed", ""), ("partly", "")),
    repairs=((RepairStep(RepairKind.REMOVE, "kite"),),),
)
GONE = replace(
    OVERWRITTEN,
    code=FindingCode.GONE_FROM_CHANNEL,
    gravity=Gravity.NOTE,
    subject="wind",
    values=(("package", "wind"), ("version", "2.0"), ("channel", "sea")),
    repairs=(),
)


def health(*findings: Finding, depth: Depth = Depth.QUICK, stamp: str = "1") -> Health:
    return Health(ENV, depth, stamp, NOW, findings)
