"""Find records of conda packages that cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from engine.health.conda_side import DamagedRecord
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.records import RecordProblem

_SAID = {
    RecordProblem.UNREADABLE: "cannot be opened",
    RecordProblem.NOT_JSON: "is empty, cut off or damaged",
    RecordProblem.FOREIGN: "is not a note about a package",
    RecordProblem.INCOMPLETE: "lacks what every note has",
}


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield meta-unreadable for each damaged record, and for a history that is gone."""
    for damaged in scene.conda.damaged:
        is_foreign = damaged.problem is RecordProblem.FOREIGN and not _is_known(scene, damaged)
        step = RepairKind.DELETE_FILES if is_foreign else RepairKind.REBUILD_RECORD
        subject = damaged.path.relative_to(scene.prefix).as_posix()
        yield scene.finding(
            FindingCode.META_UNREADABLE,
            Gravity.BROKEN,
            damaged.path.name,
            f"The file {damaged.path.name} {_SAID[damaged.problem]}.",
            values=(
                ("file", damaged.path.name),
                ("package", damaged.name),
                ("distribution", damaged.name),
                ("version", damaged.version),
                ("problem", damaged.problem),
            ),
            evidence=(Evidence(damaged.path, f"The file {_SAID[damaged.problem]}."),),
            repairs=((RepairStep(step, subject if is_foreign else damaged.path.name),),),
            since=damaged.path,
        )
    if not scene.conda.has_history:
        yield scene.finding(
            FindingCode.META_UNREADABLE,
            Gravity.RISKY,
            "history",
            "The history of this environment is gone, without which conda does not know it.",
            values=(("file", "history"), ("problem", "missing")),
            evidence=(Evidence(scene.prefix / "conda-meta" / "history"),),
            repairs=((RepairStep(RepairKind.REBUILD_RECORD, "history"),),),
            since=scene.prefix / "conda-meta",
        )


def _is_known(scene: Scene, damaged: DamagedRecord) -> bool:
    """Return whether the history tells that there is a package of this very name and build.

    (conda docs, "Managing environments": revisions are kept in `conda-meta/history`.)
    """
    with suppress(OSError):
        lines = (scene.prefix / "conda-meta" / "history").read_bytes().splitlines()
        name = os.fsencode(damaged.path.stem)
        added = [line[1:].rpartition(b"::")[2] for line in lines if line.startswith(b"+")]
        return name in added
    return False
