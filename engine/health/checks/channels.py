"""Find environments whose packages come from channels that were not built to go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from engine.conda.channels import without_credentials
from engine.health.conda_side import CondaPackage
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

_ANACONDA: Final = frozenset(("defaults", "main", "pkgs/main", "pkgs/r", "pkgs/msys2", "anaconda"))
_FORGE: Final = "conda-forge"


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield channels-mixed: Anaconda's own channels beside conda-forge.

    Packages without programs of their own (noarch) go with either (conda-forge docs, "Channel
    priority").
    """
    native = [package for package in scene.conda.packages if package.subdir != "noarch"]
    counts = Counter(package.channel for package in native)
    anaconda = {name: count for name, count in counts.items() if name in _ANACONDA}
    if not anaconda or not counts[_FORGE]:
        return
    fewer = _FORGE if counts[_FORGE] < sum(anaconda.values()) else ""
    of_forge = [package for package in native if package.channel == _FORGE]
    of_anaconda = [package for package in native if package.channel in _ANACONDA]
    odd, others = (of_forge, of_anaconda) if fewer else (of_anaconda, of_forge)
    home = _home(others)
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
        repairs=(tuple(RepairStep(RepairKind.UPDATE, f"{home}{package.name}") for package in odd),),
    )


def _home(packages: Sequence[CondaPackage]) -> str:
    """Return where most of `packages` came from, as a spec begins that names its channel.

    The address leads to the mirror that was used, which the channel's name need not.
    """
    addresses = (
        without_credentials(package.url).rsplit("/", 2)[0]
        for package in packages
        if "://" in package.url
    )
    common = Counter(addresses).most_common(1)
    return f"{common[0][0]}::" if common else ""
