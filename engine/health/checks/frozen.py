"""Tell that an environment is not meant to be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield frozen (CEP 22: the file `conda-meta/frozen`)."""
    if scene.conda.is_frozen:
        marker = scene.prefix / "conda-meta" / "frozen"
        yield scene.finding(
            FindingCode.FROZEN,
            Gravity.NOTE,
            "frozen",
            "Whoever made this environment asks that it be left as it is.",
            evidence=(Evidence(marker),),
            since=marker,
        )
