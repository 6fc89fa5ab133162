"""Find files that name another place as the environment's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.health.claims import Claim
from engine.health.reading_files import Odd, State
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.reading import read_whole

_SHOWN: Final = 50
_CONTEXT: Final = 16


def find(scene: Scene, odd: Sequence[Odd], others: Sequence[str]) -> Iterator[Finding]:
    """Yield prefix-elsewhere, one for each other place.

    Files that still hold the prefix they were installed with, which is not this one, belong to an
    environment that was moved or copied. `others` are prefixes that its commands name.
    """
    by_other: dict[str, list[Claim]] = {}
    for each in odd:
        if each.state is State.ELSEWHERE and not each.claim.path.startswith(("bin/", "Scripts/")):
            other = each.other or _installed_prefix(scene, each.claim, others)
            if other:
                by_other.setdefault(other, []).append(each.claim)
    for other, claims in by_other.items():
        yield scene.finding(
            FindingCode.PREFIX_ELSEWHERE,
            Gravity.RISKY,
            other,
            f"{len(claims)} files still name {other} as the place of this environment.",
            values=(
                ("other", other),
                ("count", str(len(claims))),
                ("first", claims[0].path),
                ("packages", ", ".join(dict.fromkeys(claim.package for claim in claims))),
            ),
            evidence=[Evidence(scene.prefix / claim.path, other) for claim in claims[:_SHOWN]],
            repairs=((RepairStep(RepairKind.REWRITE_PREFIX, other),),),
        )


def _installed_prefix(scene: Scene, claim: Claim, others: Sequence[str]) -> str:
    """Return the prefix that stands where the package has its placeholder; empty when unknown."""
    with suppress(OSError):
        data = read_whole(f"{scene.prefix}/{claim.path}")
        for other in others:
            if os.fsencode(other) in data:
                return other
        original = read_whole(claim.cached) if claim.cached else b""
        placeholder = os.fsencode(claim.placeholder)
        start = original.find(placeholder)
        rest = original[start + len(placeholder) :]
        after = rest.partition(placeholder)[0][:_CONTEXT]
        end = data.find(after, start) if start >= 0 and after else -1
        if end > start and data[:start] == original[:start]:
            other = os.fsdecode(data[start:end])
            if Path(other).is_absolute() and "\n" not in other:
                return other
    return ""
