"""Find files that are gone, altered, unreadable, or links to nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.health.claims import Claim
from engine.health.made_to_change import is_list, is_setting
from engine.health.reading_files import Odd, State
from engine.health.scene import Scene, few_names
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.reading import read_whole
from engine.records import RecordKind
from engine.replicas.ownership import owned_key

_SHOWN: Final = 50
_LAB_PAGE: Final = "share/jupyter/lab/static/index.html"


def missing(scene: Scene, odd: Sequence[Odd]) -> Iterator[Finding]:
    """Yield files-missing for each package."""
    for package, files in _by_package(_not_built_anew(odd), State.MISSING):
        yield _finding(
            scene,
            (FindingCode.FILES_MISSING, Gravity.BROKEN),
            files,
            f"{len(files)} files of {package} are gone.",
            since=(scene.prefix / files[0].claim.path).parent,
        )


def altered(scene: Scene, odd: Sequence[Odd]) -> Iterator[Finding]:
    """Yield files-altered for each package, and say whether the cache's copy is altered, too.

    Files that are there to be changed are left out.
    """
    wrong = [each for each in _not_built_anew(odd) if not _is_made_to_change(each.claim.path)]
    for package, files in _by_package(wrong, State.ALTERED):
        cached = {each.claim.path: _cached_state(each.claim) for each in files}
        states = set(cached.values())
        yield _finding(
            scene,
            (FindingCode.FILES_ALTERED, Gravity.RISKY),
            files,
            f"{len(files)} files of {package} are not as they were installed.",
            (("cache", next((s for s in ("altered", "absent") if s in states), "sound")),),
            since=scene.prefix / files[0].claim.path,
            evidence=lambda each, cached=cached: f"cache: {cached[each.claim.path]}",
        )


def links(scene: Scene, odd: Sequence[Odd], claimed: Container[str]) -> Iterator[Finding]:
    """Yield links-broken for each package.

    A link that its package brings although nothing is there is as it should be, and one whose
    target another finding misses needs no second one.
    """
    broken = [each for each in odd if not _is_shipped_so(scene, each, claimed)]
    for package, files in _by_package(broken, State.LINK_BROKEN):
        yield _finding(
            scene,
            (FindingCode.LINKS_BROKEN, Gravity.BROKEN),
            files,
            f"{len(files)} links of {package} lead nowhere.",
            evidence=lambda each: link_target(scene.prefix / each.claim.path),
        )


def _by_package(odd: Sequence[Odd], state: State) -> Iterator[tuple[str, list[Odd]]]:
    groups: dict[tuple[RecordKind, str], list[Odd]] = {}
    for each in odd:
        if each.state is state:
            groups.setdefault((each.claim.kind, each.claim.package), []).append(each)
    for (_, package), files in sorted(groups.items()):
        yield package, files


def _repairs(scene: Scene, kind: RecordKind, package: str) -> tuple[tuple[RepairStep, ...], ...]:
    """Return what puts a package's own files back."""
    if kind is RecordKind.CONDA:
        return ((RepairStep(RepairKind.RESTORE_CONDA, package),),)
    release = next((each.version for each in scene.python.by_name.get(package, ())), "")
    return ((RepairStep(RepairKind.REINSTALL_PYPI, package, release),),)


def _finding(
    scene: Scene,
    looks: tuple[FindingCode, Gravity],
    files: Sequence[Odd],
    summary: str,
    values: tuple[tuple[str, str], ...] = (),
    *,
    since: Path | None = None,
    evidence: Callable[[Odd], str] = lambda _: "",
) -> Finding:
    code, gravity = looks
    kind, package = files[0].claim.kind, files[0].claim.package
    return scene.finding(
        code,
        gravity,
        package,
        summary,
        values=(
            ("package", package),
            ("kind", kind),
            ("count", str(len(files))),
            ("first", files[0].claim.path),
            ("names", few_names([each.claim.path for each in files])),
            *values,
        ),
        evidence=[
            Evidence(scene.prefix / each.claim.path, evidence(each)) for each in files[:_SHOWN]
        ],
        repairs=_repairs(scene, kind, package),
        since=since,
    )


def _not_built_anew(odd: Sequence[Odd]) -> list[Odd]:
    """Leave out JupyterLab's pages where `jupyter lab build` made others (JupyterLab docs)."""
    is_built = any(each.claim.path == _LAB_PAGE and each.state is State.ALTERED for each in odd)
    folder = _LAB_PAGE.rpartition("/")[0]
    return [each for each in odd if not (is_built and each.claim.path.startswith(f"{folder}/"))]


def _is_made_to_change(path: str) -> bool:
    return is_setting(path) or is_list(path)


def _cached_state(claim: Claim) -> str:
    """Return whether the copy in the package cache is sound, altered or absent."""
    if not claim.cached or not claim.original:
        return "absent"
    try:
        digest = hashlib.sha256(read_whole(claim.cached)).hexdigest()
    except OSError:
        return "absent"
    return "sound" if digest == claim.original else "altered"


def _is_shipped_so(scene: Scene, odd: Odd, claimed: Container[str]) -> bool:
    """Return whether a dead link is explained: the package brings it so, or its target is gone."""
    if odd.state is not State.LINK_BROKEN:
        return False
    path = scene.prefix / odd.claim.path
    target = _resolved(path)
    with suppress(ValueError):
        inside = target.relative_to(scene.prefix).as_posix()
        if owned_key(inside) in claimed:
            return True
    text = link_target(path)
    if odd.claim.cached:
        cached = Path(odd.claim.cached)
        if cached.is_symlink():
            return link_target(cached) == text
    # rattler records the hash of the link's own text.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest() in (
        odd.claim.sha256,
        odd.claim.original,
    )


def link_target(path: Path) -> str:
    """Return what the link at `path` says; nothing where it is none. Raises nothing."""
    with suppress(OSError):
        return str(path.readlink())
    return ""


def _resolved(path: Path) -> Path:
    return Path(os.path.normpath(path.parent / link_target(path)))
