"""The deep check: every file that a package claims is read and compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.health.checks import elsewhere, files, interrupted, shared_files, starting, unowned
from engine.health.checks.permissions import permissions_wrong, wrong_folders
from engine.health.checks.scripts import interpreters, prefix_of
from engine.health.claims import Claim, Claims
from engine.health.quick import health_of, look_quickly, missing_health
from engine.health.reading_files import COMMANDS, CheckCancelledError, FileReader, Odd, State
from engine.health.scene import Scene, read_scene, scripts_of
from engine.health.surroundings import Surroundings
from engine.health.values import Depth, Finding, FindingCode, Health, HealthProgress
from engine.replicas.ownership import owned_key

__all__ = ["CheckCancelledError", "check_deep"]

_FILES_OF_ONE: Final = 75  # package, as they are on average
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
    others = _other_prefixes(prefix, around.platform)
    with (
        FileReader(str(prefix), cancelled, others) as reader,
        ThreadPoolExecutor(1, "envdesk-start") as pool,
    ):
        reader.expect(_files_of(prefix))
        claims = Claims(reader.add)
        scene = read_scene(prefix, around, claims.take_conda)
        started = pool.submit(lambda: list(starting.find(scene)))
        claims.take_pypi(scene.python.distributions, prefix)
        found = look_quickly(scene)
        # All but the reading itself comes first: meanwhile the helper reads.
        strangers = list(unowned.find(scene, claims.files))
        folders = _folders_of(claims.files)
        aside = list(interrupted.find_more(scene, found, folders, claims.files))
        closed = _closed_folders(scene, found, folders)
        if not any(each.code is FindingCode.INTERPRETER_BROKEN for each in found):
            found += started.result()
        explained = _explained(found) | {each.name for each in scene.conda.surplus}
        twice = shared_files.claimed_twice(claims.several, explained)
        has_no_pip = any(each.code is FindingCode.PIP_ELSEWHERE for each in found)

        def is_wanted(claim: Claim) -> bool:
            is_explained = claim.package in explained or claim.has_lost
            if has_no_pip and claim.package == "pip":
                is_explained |= claim.path.startswith(COMMANDS)
            return not is_explained and owned_key(claim.path) not in twice

        odd = reader.read(is_wanted, told)
    more = [
        *files.missing(scene, odd),
        *files.altered(scene, odd),
        *files.links(scene, odd, claims.files),
        *shared_files.find(scene, twice),
        *elsewhere.find(scene, odd, others),
        *strangers,
        *aside,
        *_permissions(scene, closed, odd),
    ]
    # What a closer look tells of the same problem stands for both.
    keys = {each.key for each in more}
    found = [*(each for each in found if each.key not in keys), *more]
    return health_of(prefix, Depth.DEEP, stamp, found, scene.unchecked)


def _folders_of(claimed: AbstractSet[str]) -> list[str]:
    """Return the folders that hold files of packages, and those above them."""
    found: set[str] = set()
    for path in claimed:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(found)


def _files_of(prefix: Path) -> int:
    """Return roughly how many files conda lists, told by how many packages there are."""
    with suppress(OSError):
        return len(os.listdir(prefix / "conda-meta")) * _FILES_OF_ONE  # noqa: PTH208
    return 0


def _explained(found: Sequence[Finding]) -> frozenset[str]:
    names: set[str] = set()
    for each in found:
        if each.code in _EXPLAINS:
            names |= {each.subject, each.value("distribution"), each.value("conda")}
    return frozenset(names - {""})


def _other_prefixes(prefix: Path, platform: str) -> tuple[str, ...]:
    """Return the prefixes whose Python the commands of this environment start."""
    found: dict[str, None] = {}
    here = os.path.realpath(prefix)
    for _, interpreter in interpreters(scripts_of(prefix, platform), platform):
        other = prefix_of(interpreter, platform)
        if other and os.path.realpath(other) != here:
            found[other] = None
    return tuple(found)


def _closed_folders(
    scene: Scene, found: Sequence[Finding], folders: Sequence[str]
) -> list[str] | None:
    """Return the folders that their owner cannot use; None when it is known what is wrong."""
    if any(each.code is FindingCode.PERMISSIONS_WRONG for each in found):
        return None
    return wrong_folders(scene, [f"{scene.prefix}/{folder}" for folder in folders])


def _permissions(scene: Scene, closed: list[str] | None, odd: Sequence[Odd]) -> list[Finding]:
    if closed is None:
        return []
    unreadable = (each.claim.path for each in odd if each.state is State.UNREADABLE)
    wrong = [*closed, *(f"{scene.prefix}/{path}" for path in unreadable)]
    return [permissions_wrong(scene, wrong)] if wrong else []
