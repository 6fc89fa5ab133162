"""The online check: what channels and the package index say today; only when it is asked for."""

from __future__ import annotations

from pathlib import Path

from engine.environments.describing import stamp_of
from engine.health.checks import vulnerable, withdrawn
from engine.health.quick import health_of, look_quickly, missing_health
from engine.health.scene import read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import Depth, Health


async def check_online(prefix: Path, around: Surroundings) -> Health:
    """Return what is wrong with the environment at `prefix`, as channels and index see it.

    Includes the quick check. What could not be asked is told in `unchecked`. Raises EngineError
    (prefix-missing, not-an-environment).
    """
    missing = missing_health(prefix, around)
    if missing is not None:
        return missing
    stamp = stamp_of(prefix)
    scene = read_scene(prefix, around)
    found = look_quickly(scene)
    found += await withdrawn.find(scene)
    found += await vulnerable.find(scene)
    return health_of(prefix, Depth.ONLINE, stamp, found, scene.unchecked)
