"""The deep check: every file that a package claims is read and compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.health.checks import elsewhere, files, interrupted, shared_files, starting, unowned
from engine.health.checks.permissions import permissions_wrong, wrong_folders
from engine.health.checks.scripts import interpreters, prefix_of
from engine.health.claims import Claim, claims_of
from engine.health.quick import health_of, look_quickly, missing_health
from engine.health.reading_files import COMMANDS, CheckCancelledError, FileReader, Odd, State
from engine.health.scene import Scene, read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import Depth, Finding, FindingCode, Health, HealthProgress
from engine.replicas.ownership import owned_key

__all__ = ["CheckCancelledError", "check_deep"]

_LISTED_BYTES: Final = 300  # in conda-meta for each file
# Findings after which every file of the package is wrong, and no news.
_EXPLAINS: Final = frozenset(
    (
        FindingCode.CONDA_OVERWRITTEN,
        FindingCode.CONDA_OVERWRITTEN_SAME,
        FindingCode.CONDA_DIST_INFO_GONE,
        FindingCode.TWO_COPIES,
        FindingCode.INTERPRETER_MISSING,
        FindingCode.INTERPRETER_BROKEN,
    )
)


def check_deep(
    prefix: Path,
    around: Surroundings,
    told: Callable[[HealthProgress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Health:
    """Return what is wrong with the environment at `prefix`, every file of it read.

    Includes the quick check. `told` hears how far it has come, on this thread; `cancelled` is
    asked often, on others. Nothing is changed; Python is started once, alone. Blocks for a second
    or so for each gigabyte. Raises CheckCancelledError and EngineError (prefix-missing,
    not-an-environment).
    """
    missing = missing_health(prefix, around)
    if missing is not None:
        return missing
    stamp = stamp_of(prefix)
    with (
        FileReader(str(prefix), cancelled) as reader,
        ThreadPoolExecutor(1, "envdesk-start") as pool,
    ):
        reader.expect(_files_of(prefix))
        scene = read_scene(prefix, around)
        reader.others = _other_prefixes(scene)
        started = pool.submit(lambda: list(starting.find(scene)))
        claims = claims_of(scene, reader.add)
        found = look_quickly(scene)
        if not any(each.code is FindingCode.INTERPRETER_BROKEN for each in found):
            found += started.result()
        found = _together(found, _look_at_files(scene, found, claims, reader, told))
    return health_of(prefix, Depth.DEEP, stamp, found, scene.unchecked)


def _together(quick: Sequence[Finding], deep: Sequence[Finding]) -> list[Finding]:
    """Return both; what a closer look tells of the same problem stands for both."""
    keys = {each.key for each in deep}
    return [*(each for each in quick if each.key not in keys), *deep]


def _look_at_files(
    scene: Scene,
    found: Sequence[Finding],
    claims: Mapping[str, Sequence[Claim]],
    reader: FileReader,
    told: Callable[[HealthProgress], None],
) -> list[Finding]:
    explained = _explained(found)
    twice = shared_files.claimed_twice(claims, explained)
    has_no_pip = any(each.code is FindingCode.PIP_ELSEWHERE for each in found)

    def is_wanted(claim: Claim) -> bool:
        is_explained = claim.package in explained or claim.has_lost
        if has_no_pip and claim.package == "pip":
            is_explained |= claim.path.startswith(COMMANDS)
        return not is_explained and owned_key(claim.path) not in twice

    odd = reader.read(is_wanted, told)
    claimed = frozenset(claims)
    folders = _folders_of(claims)
    return [
        *files.missing(scene, odd),
        *files.altered(scene, odd),
        *files.links(scene, odd, claimed),
        *shared_files.find(scene, twice),
        *elsewhere.find(scene, odd, reader.others),
        *unowned.find(scene, claimed),
        *interrupted.find_more(scene, found, folders, claimed),
        *_permissions(scene, found, folders, odd),
    ]


def _folders_of(claims: Mapping[str, Sequence[Claim]]) -> list[str]:
    """Return the folders that hold files of packages, and those above them."""
    found: set[str] = set()
    for path in claims:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(found)


def _files_of(prefix: Path) -> int:
    """Return roughly how many files conda lists, told by the size of its lists."""
    with suppress(OSError), os.scandir(prefix / "conda-meta") as entries:
        return sum(entry.stat().st_size for entry in entries) // _LISTED_BYTES
    return 0


def _explained(found: Sequence[Finding]) -> frozenset[str]:
    names: set[str] = set()
    for each in found:
        if each.code in _EXPLAINS:
            names |= {each.subject, each.value("distribution"), each.value("conda")}
    return frozenset(names - {""})


def _other_prefixes(scene: Scene) -> tuple[str, ...]:
    """Return the prefixes whose Python the commands of this environment start."""
    found: dict[str, None] = {}
    here = os.path.realpath(scene.prefix)
    for _, interpreter in interpreters(scene.scripts, scene.around.platform):
        other = prefix_of(interpreter, scene.around.platform)
        if other and os.path.realpath(other) != here:
            found[other] = None
    return tuple(found)


def _permissions(
    scene: Scene,
    found: Sequence[Finding],
    folders: Sequence[str],
    odd: Sequence[Odd],
) -> list[Finding]:
    if any(each.code is FindingCode.PERMISSIONS_WRONG for each in found):
        return []
    wrong = wrong_folders(scene, [f"{scene.prefix}/{folder}" for folder in folders])
    wrong += [f"{scene.prefix}/{each.claim.path}" for each in odd if each.state is State.UNREADABLE]
    return [permissions_wrong(scene, wrong)] if wrong else []
