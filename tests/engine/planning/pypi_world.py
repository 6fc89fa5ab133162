"""A practice world whose index and channels have what conflicts are made of."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ruamel.yaml import YAML

from engine.conda.condarc import read_configuration
from engine.places import Places, places_below
from engine.plan import Plan, PlanWarning, WarningCode
from engine.practice import MAIN_CHANNEL
from engine.practice.archives import CondaPackage, Noarch, PackagedFile, write_package
from engine.practice.pypi_index import Release, practice_releases, write_index
from engine.practice.rattling import index_channels
from engine.practice.wheels import conda_package_of
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest
from tests.support.changing import done, planned
from tests.support.environments import Package, write_record
from tests.support.pypi import install_with_uv, project

CPYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"
OLD_LAB, LAB, VAST = "old-lab", "lab", "vast"
FORGE, DEFAULTS = "conda-forge", "main"
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
            project("level-gauge", "1.0.0", "numerals==2.0.1"),
            project("deep-gauge", "1.0.0", "silver-gauge"),
            project("tin-tool", "1.0.0"),
            project("tin-tool", "2.0.0", "numerals>=2.2"),
            project("notebook", "1.0.0", "numerals>=2.2; extra == 'roman'", extras=("roman",)),
            project("sketchbook", "1.0.0"),
            project("sketchbook", "1.1.0", "pigment; extra == 'colour'", extras=("colour",)),
            project("almanac-view", "1.0.0", "almanac<2026"),
            project("almanac-plus", "1.0.0", "almanac<2026"),
            project("almanac-plus", "2.0.0", "almanac>=2026"),
            project("tidepool", "3.1.0"),
            project("harpstring", "0.3.0"),
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
            project("latecomer", "1.0.0", tag=f"{CPYTHON}-none-any"),
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


def extend_channels(world: PracticeWorld) -> None:
    """Add channels: other names of conda's and PyPI's, a package too large for any disk, and the
    practice channel once more under names of channels that are not to be mixed.
    """
    folder = world.channels[0].path.parent
    for package in (*_named_otherwise("2.1.0"), *_pair("1.0")):
        write_package(package, folder / OLD_LAB)
    for version in ("2.1.0", "2.2.0"):
        for package in _named_otherwise(version):
            write_package(package, folder / LAB)
    for package in (*_pair("1.0"), *_pair("2.0")):
        write_package(package, folder / LAB)
    index_channels((folder / OLD_LAB, folder / LAB))
    _write_vast(folder / VAST)
    for alias in (FORGE, DEFAULTS):
        (folder / alias).symlink_to(MAIN_CHANNEL)
    named_channel(world, OLD_LAB, LAB, VAST, FORGE, DEFAULTS)


def named_channel(world: PracticeWorld, *names: str) -> None:
    """Let channels beside the practice channels be called by their own names."""
    condarc = world.home / ".condarc"
    yaml = YAML(typ="safe")
    settings = yaml.load(condarc)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for name in names:
        settings["custom_channels"][name] = world.channels[0].path.parent.as_uri()
    with condarc.open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)  # pyright: ignore[reportUnknownMemberType]


def _named_otherwise(version: str) -> tuple[CondaPackage, ...]:
    """Return packages whose Python distributions have names of their own."""
    opencv = {"2.1.0": "4.9.0", "2.2.0": "4.11.0"}[version]
    easel = project(
        "easel", version, "pigment; extra == 'colour'", extras=("colour",), module="easel"
    )
    return (
        conda_package_of(easel, _package("easel", version)),
        conda_package_of(project("torch", version), _package("pytorch", version)),
        conda_package_of(
            project("opencv-python", opencv, module="cv2"), _package("py-opencv", opencv)
        ),
    )


def _pair(version: str) -> tuple[CondaPackage, ...]:
    """Return two packages that only go together in one version."""
    hare = conda_package_of(project("hare", version), _package("hare", version))
    needs = _package("tortoise", version, f"hare =={version}")
    return hare, conda_package_of(project("tortoise", version), needs)


def _package(name: str, version: str, *depends: str) -> CondaPackage:
    return CondaPackage(name, version, "py_0", "noarch", depends=("python >=3.8", *depends))


def _write_vast(channel: Path) -> None:
    """Write a channel with one package of which its index says that it is larger than any disk."""
    package = replace(
        _package("vast", "1.0.0"),
        depends=(),
        noarch=Noarch.GENERIC,
        files=(PackagedFile("share/vast/about.txt", b"vast\n"),),
    )
    archive = write_package(package, channel)
    entry: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": 0,
        "depends": [],
        "noarch": "generic",
        "subdir": "noarch",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "size": 10**16,
    }
    packages = {package.file_name: entry}
    document = {"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": packages}
    (channel / "noarch" / "repodata.json").write_text(json.dumps(document))


def with_fake_conda(prefix: Path, *packages: Package) -> None:
    """Put conda packages in place that exist in no channel."""
    site = next(prefix.glob("lib/python3*/site-packages")).relative_to(prefix).as_posix()
    for package in packages:
        write_record(prefix, package, site, files=True)


def with_pypi(prefix: Path, index: str, *requirements: str) -> None:
    """Install PyPI packages as a user would have."""
    install_with_uv(prefix, index, *requirements)


async def tried(root: Path, request: ChangeRequest, remedy: str, *, apply: bool) -> Outcome:
    """Plan `request`, plan the remedy of that code if there is a code, and carry that plan out.

    A plan that is blocked, with no remedy for it, is not carried out.
    """
    places = places_below(root)
    configuration = read_configuration(places)
    request = replace(request, channels=request.channels or configuration.effective_channels)
    plan = await planned(request, places, configuration)
    chosen, other = plan, None
    if remedy:
        offered = {each.code: each.request for w in plan.warnings for each in w.alternatives}
        other = chosen = await planned(offered[remedy], places, configuration)
    can_be_done = apply and not (chosen.is_blocked and not remedy)
    if can_be_done:
        await done(chosen.request, places, configuration, chosen)
    return Outcome(plan, other, can_be_done)


def warned(plan: Plan, code: WarningCode) -> PlanWarning:
    """Return the warning of that code."""
    return next(each for each in plan.warnings if each.code is code)


def places_of(world: PracticeWorld) -> Places:
    """Return the places of the world."""
    return places_below(world.root)
