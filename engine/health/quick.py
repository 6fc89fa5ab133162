"""The quick check: what conda-meta, the dist-info folders and a few stats tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from engine.environments.describing import stamp_of
from engine.health.checks import (
    channels,
    copies,
    depends,
    editables,
    frozen,
    interpreter,
    interrupted,
    overwritten,
    permissions,
    pip_here,
    pip_leftovers,
    python_age,
    requirements,
    scripts,
    unfit,
    unreadable,
    user_site,
    variables,
)
from engine.health.checks.registry import prefix_gone
from engine.health.scene import Scene, read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import Depth, Finding, Gravity, Health, Unchecked

Check = Callable[[Scene, Sequence[Finding]], Iterator[Finding]]

# In this order, because some leave out what an earlier one explains.
CHECKS: Final[tuple[Check, ...]] = (
    interrupted.find,
    unreadable.find,
    interpreter.find,
    overwritten.find,
    copies.find,
    pip_leftovers.find,
    depends.find,
    requirements.find,
    unfit.find,
    scripts.find,
    editables.find,
    pip_here.find,
    user_site.find,
    variables.find,
    permissions.find,
    channels.find,
    python_age.find,
    frozen.find,
)
_WORST_FIRST: Final = tuple(Gravity)


def check_quick(prefix: Path, around: Surroundings) -> Health:
    """Return what is wrong with the environment at `prefix`, as far as a quick look tells.

    Reads and changes nothing. Takes some ten milliseconds for 150 packages; loads rattler: for
    worker processes. Raises EngineError (prefix-missing, not-an-environment).
    """
    missing = missing_health(prefix, around)
    if missing is not None:
        return missing
    stamp = stamp_of(prefix)
    scene = read_scene(prefix, around)
    return health_of(prefix, Depth.QUICK, stamp, look_quickly(scene), scene.unchecked)


def missing_health(prefix: Path, around: Surroundings) -> Health | None:
    """Return what there is to say of a prefix that is only on a list; None when there is more."""
    gone = prefix_gone(prefix, around)
    return None if gone is None else health_of(prefix, Depth.QUICK, "", (gone,), ())


def look_quickly(scene: Scene) -> list[Finding]:
    """Return what the quick checks find, in their order."""
    found: list[Finding] = []
    for check in CHECKS:
        found += check(scene, tuple(found))
    return found


def health_of(
    prefix: Path, depth: Depth, stamp: str, found: Sequence[Finding], unchecked: Sequence[Unchecked]
) -> Health:
    """Return the findings as one value, worst first, otherwise in the order of the checks."""
    ordered = sorted(found, key=lambda finding: _WORST_FIRST.index(finding.gravity))
    return Health(prefix, depth, stamp, datetime.now(UTC), tuple(ordered), tuple(unchecked))
