"""Find environments that conda's list names and that are not there."""

from __future__ import annotations

from pathlib import Path

from engine.environments.discovering import is_environment
from engine.environments.registering import environments_file
from engine.health.surroundings import Surroundings
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def prefix_gone(prefix: Path, around: Surroundings) -> Finding | None:
    """Return prefix-gone if `prefix` is on the list and no environment is there any more."""
    if prefix not in around.registered or is_environment(prefix):
        return None
    return Finding(
        FindingCode.PREFIX_GONE,
        Gravity.RISKY,
        str(prefix),
        prefix,
        f"{prefix} is on conda's list of environments and is not there.",
        evidence=(Evidence(prefix), Evidence(environments_file(around.places), str(prefix))),
        repairs=((RepairStep(RepairKind.FORGET, str(prefix)),),),
    )
