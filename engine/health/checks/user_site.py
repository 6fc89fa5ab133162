"""Find packages of the person, not of the environment, that every environment sees."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from engine.environments.outside import user_site
from engine.health.checks.variables import importable, modules_of
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield user-site-leaks: packages that `pip install --user` of the same Python left (PEP 370).

    They come before those of the environment. PYTHONNOUSERSITE, in the terminal or among the
    variables of the environment, keeps them out.
    """
    if not scene.python.version or scene.variables.get("PYTHONNOUSERSITE"):
        return
    if (scene.prefix / "pyvenv.cfg").is_file():
        return
    around = scene.around
    site = user_site(
        around.places.home,
        scene.python.version,
        around.environ,
        around.platform,
        scene.interpreter,
    )
    leaking = _distributions(site)
    shadowed = tuple(name for name in leaking if name in scene.python.by_name)
    hiding = dict.fromkeys(sorted(importable(site) & modules_of(scene)), site)
    if not shadowed and hiding:  # single files, which no package brought
        leaking |= hiding
        shadowed = tuple(hiding)
    if not leaking:
        return
    hidden = f", instead of the environment's own {', '.join(shadowed)}" if shadowed else ""
    yield scene.finding(
        FindingCode.USER_SITE_LEAKS,
        Gravity.RISKY if shadowed else Gravity.NOTE,
        str(site),
        f"Python also uses {len(leaking)} packages from {site}{hidden}.",
        values=(
            ("folder", str(site)),
            ("count", str(len(leaking))),
            ("names", ", ".join(leaking)),
            ("shadowed", ", ".join(shadowed)),
        ),
        evidence=[Evidence(leaking[name], name) for name in (shadowed or leaking)],
        repairs=((RepairStep(RepairKind.ISOLATE),),),
        since=site,
    )


def _distributions(site: Path) -> dict[str, Path]:
    try:
        names = sorted(os.listdir(site))  # noqa: PTH208 - names alone
    except OSError:
        return {}
    return {
        canonicalize_name(name.partition("-")[0].removesuffix(".egg-link")): site / name
        for name in names
        if name.endswith((".dist-info", ".egg-info", ".egg-link")) and not name.startswith("~")
    }
