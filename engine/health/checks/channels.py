"""Find environments whose packages come from channels that were not built to go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

_ANACONDA: Final = frozenset(("defaults", "main", "pkgs/main", "pkgs/r", "pkgs/msys2", "anaconda"))
_FORGE: Final = "conda-forge"


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield channels-mixed: Anaconda's own channels beside conda-forge.

    Packages without programs of their own (noarch) go with either (conda-forge docs, "Channel
    priority").
    """
    counts = Counter(
        package.channel for package in scene.conda.packages if package.subdir != "noarch"
    )
    anaconda = {name: count for name, count in counts.items() if name in _ANACONDA}
    if not anaconda or not counts[_FORGE]:
        return
    fewer = _FORGE if counts[_FORGE] < sum(anaconda.values()) else ""
    odd = [
        package
        for package in scene.conda.packages
        if package.subdir != "noarch"
        and (package.channel == _FORGE if fewer else package.channel in _ANACONDA)
    ]
    yield scene.finding(
        FindingCode.CHANNELS_MIXED,
        Gravity.RISKY,
        _FORGE,
        f"Packages come from {', '.join(anaconda)} and from {_FORGE}, which do not go together.",
        values=(
            ("channels", ", ".join((*anaconda, _FORGE))),
            ("counts", ", ".join(str(counts[name]) for name in (*anaconda, _FORGE))),
            ("fewer", ", ".join(package.name for package in odd)),
        ),
        evidence=[Evidence(each.record, f"{each.name}: {each.channel}") for each in odd],
        repairs=(tuple(RepairStep(RepairKind.UPDATE, package.name) for package in odd),),
    )
