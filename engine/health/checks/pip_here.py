"""Find environments in which `pip` means that of another Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.environments.looking import is_file
from engine.health.scene import Scene
from engine.health.surroundings import executable_names, which
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

_EXPLAINED_BY = (FindingCode.INTERPRETER_MISSING,)


def find(scene: Scene, found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield pip-missing, or pip-elsewhere where a terminal would start another one instead.

    Activation puts the environment's folder first, so another pip is only met without one here.
    """
    if not scene.python.version or any(each.code in _EXPLAINED_BY for each in found):
        return
    command = _own_command(scene)
    copies = scene.python.by_name.get("pip", ())
    if command is not None and copies:
        return
    if any(each.subject == "pip" for each in found):
        return
    elsewhere = which("pip", scene.around) if command is None else None
    step = RepairStep(RepairKind.ADD_PIP)
    if copies:  # all but its command is there
        again = RepairKind.REINSTALL_PYPI if copies[0].is_pypi else RepairKind.RESTORE_CONDA
        step = RepairStep(again, "pip")
    repairs = ((step,),)
    if elsewhere is not None:
        yield scene.finding(
            FindingCode.PIP_ELSEWHERE,
            Gravity.RISKY,
            "pip",
            f"`pip install` in this environment would use {elsewhere}, of another Python.",
            values=(("pip", str(elsewhere)), ("installed", copies[0].version if copies else "")),
            evidence=(Evidence(elsewhere), Evidence(scene.scripts)),
            repairs=repairs,
        )
    elif not copies:
        yield scene.finding(
            FindingCode.PIP_MISSING,
            Gravity.NOTE,
            "pip",
            "This environment has Python and no pip.",
            values=(("python", scene.python.version),),
            evidence=(Evidence(scene.python.site_packages),),
            repairs=repairs,
        )


def _own_command(scene: Scene) -> Path | None:
    names = executable_names(scene.around.platform, "pip")
    return next((path for name in names if is_file(path := scene.scripts / name)), None)
