"""Find packages that are used from a folder which is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.environments.looking import is_folder
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield editable-gone (PEP 610: `direct_url.json`; setuptools: `.egg-link`)."""
    for each in scene.python.distributions:
        if each.checkout is None or is_folder(each.checkout):
            continue
        yield scene.finding(
            FindingCode.EDITABLE_GONE,
            Gravity.BROKEN,
            each.name,
            f"{each.name} is used from the folder {each.checkout}, which is gone.",
            values=(
                ("distribution", each.name),
                ("version", each.version),
                ("folder", str(each.checkout)),
            ),
            evidence=(Evidence(each.path), Evidence(each.checkout)),
            repairs=((RepairStep(RepairKind.REMOVE, each.name),),),
        )
