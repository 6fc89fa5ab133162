"""Find environments whose Python is gone or cannot be started."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.environments.looking import stat_or_none
from engine.health.conda_side import CondaPackage
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

REPAIR = ((RepairStep(RepairKind.RESTORE_CONDA, "python"),),)


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield interpreter-missing, or interpreter-broken where a look at the file is enough."""
    record = scene.python.record
    if record is None:
        return
    path = scene.interpreter
    status = stat_or_none(path)
    if status is None or not stat.S_ISREG(status.st_mode):
        target = f"-> {path.readlink()}" if path.is_symlink() else ""
        yield scene.finding(
            FindingCode.INTERPRETER_MISSING,
            Gravity.BROKEN,
            "python",
            f"Python {record.version} should be at {path}, and is not there.",
            values=(("version", record.version),),
            evidence=(Evidence(path, target), Evidence(record.record, record.spelled)),
            repairs=REPAIR,
            since=path.parent,
        )
        return
    if not status.st_size:
        yield broken(scene, record, "The file is empty.", since=path.resolve())
    elif scene.around.platform != "win32" and not status.st_mode & 0o111:
        yield broken(scene, record, "The file may not be started: it is not marked as a program.")


def broken(scene: Scene, record: CondaPackage, cause: str, since: Path | None = None) -> Finding:
    """Return interpreter-broken of the Python of `record`; `cause` is what was seen or said.

    `since` is the file that was changed, None where that is not known.
    """
    path = scene.interpreter
    return scene.finding(
        FindingCode.INTERPRETER_BROKEN,
        Gravity.BROKEN,
        "python",
        f"Python does not start. {cause}",
        values=(("version", record.version), ("cause", cause)),
        evidence=(Evidence(path, cause),),
        repairs=REPAIR,
        since=since,
    )
