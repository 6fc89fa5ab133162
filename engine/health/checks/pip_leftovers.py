"""Find what interrupted pip and uv runs left behind in site-packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.health.python_side import Distribution
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield pip-leftovers: what pip moved to a name with `~`, and metadata that is half written."""
    if scene.python.set_aside:
        yield _set_aside(scene, scene.python.set_aside)
    for each in scene.python.distributions:
        if each.is_half and each.owner is None:
            yield _half(scene, each)


def _set_aside(scene: Scene, paths: Sequence[Path]) -> Finding:
    names = ", ".join(path.name for path in paths)
    return scene.finding(
        FindingCode.PIP_LEFTOVERS,
        Gravity.NOTE,
        "~",
        f"pip was interrupted and left files behind: {names}.",
        values=(("names", names), ("count", str(len(paths)))),
        evidence=[Evidence(path) for path in paths],
        repairs=(
            [
                RepairStep(RepairKind.DELETE_FILES, path.relative_to(scene.prefix).as_posix())
                for path in paths
            ],
        ),
    )


def _half(scene: Scene, half: Distribution) -> Finding:
    delete = (RepairStep(RepairKind.DELETE_FILES, half.inside),)
    other = scene.python.by_name.get(half.name)
    again = (
        RepairStep(RepairKind.DELETE_FILES, half.inside),
        RepairStep(RepairKind.INSTALL, f"{half.name}=={half.version}"),
    )
    return scene.finding(
        FindingCode.PIP_LEFTOVERS,
        Gravity.RISKY,
        half.name,
        f"{half.name} {half.version} is only half installed.",
        values=(("distribution", half.name), ("version", half.version)),
        evidence=(Evidence(half.path, f"{half.name} {half.version}"),),
        repairs=(delete,) if other or not half.version else (again, delete),
        since=half.path,
    )
