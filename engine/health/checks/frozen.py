"""Tell that an environment is not meant to be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.environments.freezing import MARK, frozen_message, is_own_mark
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield frozen (CEP 22: the file `conda-meta/frozen`).

    The mark is there on purpose: it is only for its owner to take away, and never among others.
    """
    if not scene.conda.is_frozen:
        return
    mark = scene.prefix / MARK
    message = frozen_message(scene.prefix)
    yield scene.finding(
        FindingCode.FROZEN,
        Gravity.NOTE,
        "frozen",
        "Whoever made this environment asks that it be left as it is.",
        values=(("message", message),),
        evidence=(Evidence(mark, message),),
        repairs=((RepairStep(RepairKind.UNFREEZE),),) if is_own_mark(scene.prefix) else (),
        since=mark,
    )
