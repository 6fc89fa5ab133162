"""A practice world whose index has what conflicts are made of, and environments to try them on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from engine.conda.condarc import read_configuration
from engine.places import Places, places_below
from engine.plan import Plan, PlanWarning, WarningCode
from engine.practice.pypi_index import Release, practice_releases, write_index
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest
from tests.support.changing import carried_out, planned
from tests.support.environments import Package, write_record
from tests.support.pypi import install_with_uv, project

CPYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"
RELEASES = (
    *practice_releases(),
    *(
        Release(each)
        for each in (
            project("numerals", "1.9.0"),
            project("numerals", "2.0.1"),
            project("almanac", "2025.9"),
            project("copper-gauge", "1.0.0", "numerals>=2.1"),
            project("old-gauge", "1.0.0", "numerals<2"),
            project("tin-tool", "1.0.0"),
            project("tin-tool", "2.0.0", "numerals>=2.2"),
            project("notebook", "1.0.0", "numerals>=2.2; extra == 'roman'", extras=("roman",)),
            project("almanac-view", "1.0.0", "almanac<2026"),
            project("almanac-plus", "1.0.0", "almanac<2026"),
            project("almanac-plus", "2.0.0", "almanac>=2026"),
            project("harpstring", "1.0.0"),
            project("torch", "2.1.0"),
            project("torch", "2.2.0"),
            project("torch-tool", "1.0.0", "torch>=2.2"),
            project("opencv-python", "4.10.0", module="cv2"),
            project("opencv-python-headless", "4.10.0", module="cv2"),
            project("masquerade", "1.0.0", module="almanac"),
            project("driftnet", "1.0.0", "lanternfish>=1"),
            project("driftnet", "2.0.0", "lanternfish<1.1"),
            project("stuck", "1.0.0", tag=f"{CPYTHON}-none-any"),
            project("follower", "1.0.0"),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold a plan, the remedy of it that was planned next, and whether it was carried out."""

    plan: Plan
    remedy: Plan | None = None
    done: bool = False


def extend_index(world: PracticeWorld) -> None:
    """Write the index anew, with more in it."""
    write_index(world.simple.path, RELEASES)


def with_fake_conda(prefix: Path, *packages: Package) -> None:
    """Put conda packages in place that exist in no practice channel."""
    site = next(prefix.glob("lib/python3*/site-packages")).relative_to(prefix).as_posix()
    for package in packages:
        write_record(prefix, package, site, files=True)


def with_pypi(prefix: Path, index: str, *requirements: str) -> None:
    """Install PyPI packages as a user would have."""
    install_with_uv(prefix, index, *requirements)


async def tried(root: Path, request: ChangeRequest, remedy: str, *, apply: bool) -> Outcome:
    """Plan `request`, plan the remedy of that code if there is a code, and carry that plan out."""
    places = places_below(root)
    configuration = read_configuration(places)
    request = replace(request, channels=configuration.effective_channels)
    plan = await planned(request, places, configuration)
    chosen, other = plan, None
    if remedy:
        offered = {each.code: each.request for w in plan.warnings for each in w.alternatives}
        other = chosen = await planned(offered[remedy], places, configuration)
    if apply:
        await carried_out(chosen, places)
    return Outcome(plan, other, apply)


def warned(plan: Plan, code: WarningCode) -> PlanWarning:
    """Return the warning of that code."""
    return next(each for each in plan.warnings if each.code is code)


def places_of(world: PracticeWorld) -> Places:
    """Return the places of the world."""
    return places_below(world.root)
