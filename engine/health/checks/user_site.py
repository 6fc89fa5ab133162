"""Find packages of the person, not of the environment, that every environment sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.health.checks.variables import importable, modules_of
from engine.health.requiring import requirement_of
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield user-site-leaks: packages that `pip install --user` of the same Python left (PEP 370).

    They come before those of the environment. What packages of here `needed`, and only they give,
    is installed before they are kept out.
    """
    personal = scene.personal
    leaking = {name: each.path for name, each in personal.packages.items()}
    told = {each.subject for each in found} | {each.value("distribution") for each in found}
    lent = {name: wants for name, wants in scene.lent.items() if name not in told}
    shadowed = tuple(name for name in leaking if name in scene.python.by_name)
    site = personal.folder
    hiding = dict.fromkeys(
        sorted(importable(site) & modules_of(scene)) if personal.is_used else (), site
    )
    if not shadowed and hiding:  # single files, which no package brought
        leaking |= hiding
        shadowed = tuple(hiding)
    if not leaking:
        return
    hidden = f", instead of the environment's own {', '.join(shadowed)}" if shadowed else ""
    only = f"; only there is {', '.join(lent)}" if lent else ""
    users = dict.fromkeys(want.by for wants in lent.values() for want in wants)
    install = [
        RepairStep(RepairKind.INSTALL, requirement_of(name, wants)) for name, wants in lent.items()
    ]
    yield scene.finding(
        FindingCode.USER_SITE_LEAKS,
        Gravity.RISKY if shadowed or lent else Gravity.NOTE,
        str(site),
        f"Python also uses {len(leaking)} packages from {site}{hidden}{only}.",
        values=(
            ("folder", str(site)),
            ("count", str(len(leaking))),
            ("names", ", ".join(leaking)),
            ("shadowed", ", ".join(shadowed)),
            ("needed", ", ".join(lent)),
            ("by", ", ".join(users)),
        ),
        evidence=[
            Evidence(leaking[name], name) for name in (dict.fromkeys((*lent, *shadowed)) or leaking)
        ],
        repairs=((*install, RepairStep(RepairKind.ISOLATE)),),
    )
