"""Find files that two packages claim with different contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from engine.health.claims import Claim
from engine.health.made_to_change import is_list
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.reading import read_head
from engine.records import RecordKind

_SHOWN: Final = 50
_NAMESPACE: Final = 2048  # bytes that saying so takes at most, a licence included
_SHARES: Final = re.compile(rb"\b(?:extend_path|declare_namespace)\s*\(")


def claimed_twice(
    claims: Mapping[str, Sequence[Claim]], explained: frozenset[str]
) -> dict[str, Sequence[Claim]]:
    """Return the files with claims that differ; `explained` packages and equal files left out.

    Lists that are written anew for each package are left out, too.
    """
    found: dict[str, Sequence[Claim]] = {}
    for key, several in claims.items():
        if len(several) < 2 or is_list(several[0].path):
            continue
        counted = [claim for claim in several if claim.package not in explained]
        # The same file from two packages, such as that of a namespace, is nobody's trouble.
        hashes = {claim.original or claim.sha256 for claim in counted} - {""}
        if len({claim.package for claim in counted}) > 1 and len(hashes) > 1:
            found[key] = counted
    return found


def find(scene: Scene, twice: Mapping[str, Sequence[Claim]]) -> Iterator[Finding]:
    """Yield files-owned-twice, one for each set of packages."""
    groups: dict[tuple[str, ...], list[Sequence[Claim]]] = {}
    for claims in twice.values():
        if _is_namespace(scene, claims):
            continue
        packages = tuple(sorted({claim.package for claim in claims}))
        groups.setdefault(packages, []).append(claims)
    for packages, files in sorted(groups.items()):
        first = files[0]
        kinds = {claim.package: claim.kind for claim in first}
        conda = [name for name in packages if kinds[name] is RecordKind.CONDA]
        pypi = [name for name in packages if kinds[name] is RecordKind.PYPI]
        spoiled = _spoiled(conda, pypi, first)
        yield scene.finding(
            FindingCode.FILES_OWNED_TWICE,
            Gravity.RISKY if pypi else Gravity.NOTE,
            "+".join(packages),
            f"{' and '.join(packages)} both bring {len(files)} files, with different contents.",
            values=(
                ("packages", ", ".join(packages)),
                ("conda", ", ".join(conda)),
                ("pypi", ", ".join(pypi)),
                ("spoiled", ", ".join(sorted(spoiled))),
                ("whole", ", ".join(sorted(set(packages) - spoiled))),
                ("count", str(len(files))),
                ("first", first[0].path),
            ),
            evidence=[
                Evidence(
                    scene.prefix / claims[0].path,
                    ", ".join(f"{claim.package} ({claim.kind})" for claim in claims),
                )
                for claims in files[:_SHOWN]
            ],
            repairs=_repairs(conda, pypi, first),
        )


def _spoiled(conda: Sequence[str], pypi: Sequence[str], claims: Sequence[Claim]) -> set[str]:
    """Return which packages have another's file in the place of their own, as far as is known."""
    if conda and pypi:
        return set(conda)
    return {claim.package for claim in claims if claim.has_lost}


def _is_namespace(scene: Scene, claims: Sequence[Claim]) -> bool:
    """Return whether the file only says that several packages share its folder.

    Packages word that differently, and whichever is there does for all of them (PyPA, "Packaging
    namespace packages").
    """
    path = claims[0].path
    if not path.endswith("/__init__.py") or any(claim.size > _NAMESPACE for claim in claims):
        return False
    with suppress(OSError):
        return _SHARES.search(read_head(f"{scene.prefix}/{path}", _NAMESPACE)) is not None
    return False


def _repairs(
    conda: Sequence[str], pypi: Sequence[str], claims: Sequence[Claim]
) -> tuple[tuple[RepairStep, ...], ...]:
    """Return the removal of one side, whereupon the other's files are put back."""
    if conda and pypi:
        drop = tuple(RepairStep(RepairKind.REMOVE, name) for name in pypi)
        restore = tuple(RepairStep(RepairKind.RESTORE_CONDA, name) for name in conda)
        return ((*drop, *restore),)
    losers = {claim.package for claim in claims if claim.has_lost} or {claims[0].package}
    ways: list[tuple[RepairStep, ...]] = []
    for name in (*sorted(losers), *sorted({claim.package for claim in claims} - losers)):
        others = [claim.package for claim in claims if claim.package != name]
        kind = RepairKind.RESTORE_CONDA if conda else RepairKind.REINSTALL_PYPI
        back = tuple(RepairStep(kind, other) for other in dict.fromkeys(others))
        ways.append((RepairStep(RepairKind.REMOVE, name), *back))
    return tuple(ways)
