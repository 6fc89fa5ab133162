"""Environments as checks look at them, read in the test's own process: without rattler."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.health.scene import Scene, read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import Finding, FindingCode, Gravity
from engine.places import places_below
from tests.support.checking import TODAY


def around(
    root: Path,
    environ: Mapping[str, str] | None = None,
    virtual_packages: tuple[str, ...] | None = (),
    platform: str = sys.platform,
) -> Surroundings:
    """Return what surrounds the environments below `root`."""
    return Surroundings(
        places_below(root),
        CondaConfiguration(),
        environ or {},
        virtual_packages=virtual_packages,
        platform=platform,
        today=TODAY,
    )


def scene_at(
    prefix: Path,
    root: Path,
    environ: Mapping[str, str] | None = None,
    platform: str = sys.platform,
) -> Scene:
    """Return the environment at `prefix` as it is now."""
    return read_scene(prefix, around(root, environ, platform=platform))


def told_before(code: FindingCode, subject: str, **values: str) -> Finding:
    """Return what an earlier check found."""
    return Finding(code, Gravity.BROKEN, subject, Path(), "Told.", tuple(values.items()))
