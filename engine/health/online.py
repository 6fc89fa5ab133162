"""The online check: what channels and the package index say today; only when it is asked for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.conda.withdrawn import Installed, gone_from
from engine.environments.describing import stamp_of
from engine.environments.details import this_subdir
from engine.errors import EngineError, Failure
from engine.health.conda_side import CondaPackage
from engine.health.quick import health_of, look_quickly, missing_health
from engine.health.scene import Scene, read_scene
from engine.health.surroundings import Surroundings
from engine.health.values import (
    Depth,
    Evidence,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    Health,
    RepairKind,
    RepairStep,
    Unchecked,
)
from engine.pypi.vulnerabilities import Report, Vulnerability, vulnerabilities


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
    found += await _gone(scene)
    found += await _vulnerable(scene)
    return health_of(prefix, Depth.ONLINE, stamp, found, scene.unchecked)


async def _gone(scene: Scene) -> list[Finding]:
    """Return gone-from-channel for each package whose very build its channel has not any more."""
    by_channel: dict[str, list[CondaPackage]] = {}
    ours = ("noarch", this_subdir(scene.around.platform))
    for package in scene.conda.packages:
        address, _, name = package.url.rpartition("/")
        channel, _, subdir = address.rpartition("/")
        if "://" in channel and name and subdir in ours:
            by_channel.setdefault(channel, []).append(package)
    found: list[Finding] = []
    for channel, packages in by_channel.items():
        wanted = [Installed(each.name, _file_name(each.url)) for each in packages]
        try:
            gone = await gone_from(channel, wanted, scene.around.configuration, scene.around.places)
        except EngineError as error:
            scene.unchecked.append(_silent(packages[0].channel, error.failure))
            continue
        names = {each.name for each in gone}
        found += [_gone_finding(scene, each) for each in packages if each.name in names]
    return found


def _file_name(url: str) -> str:
    return unquote(posixpath.basename(urlsplit(url).path))


def _gone_finding(scene: Scene, package: CondaPackage) -> Finding:
    return scene.finding(
        FindingCode.GONE_FROM_CHANNEL,
        Gravity.NOTE,
        package.name,
        f"{package.channel} does not offer {package.name} {package.version} any more.",
        values=(
            ("package", package.name),
            ("version", package.version),
            ("channel", package.channel),
        ),
        evidence=(Evidence(package.record, package.spelled),),
        repairs=((RepairStep(RepairKind.UPDATE, package.name),),),
    )


async def _vulnerable(scene: Scene) -> list[Finding]:
    releases = {
        each.name: each.version
        for each in scene.python.distributions
        if not each.is_half and each.checkout is None
    }
    if not releases:
        return []
    report = await vulnerabilities(releases.items(), scene.around.places, scene.prefix)
    scene.unchecked += _unreported(report)
    by_name: dict[str, list[Vulnerability]] = {}
    for each in report.found:
        by_name.setdefault(each.name, []).append(each)
    return [_vulnerable_finding(scene, name, each) for name, each in by_name.items()]


def _silent(channel: str, failure: Failure) -> Unchecked:
    values = (("channel", channel), ("code", failure.code))
    return Unchecked(Gap.CHANNEL_SILENT, f"The channel {channel}: {failure.summary}", values)


def _unreported(report: Report) -> Iterator[Unchecked]:
    """Yield what the index did not tell."""
    if report.failure is not None:
        yield Unchecked(
            Gap.INDEX_SILENT,
            f"The package index could not be asked: {report.failure.summary}",
            (("code", report.failure.code),),
        )
    elif not report.is_reporting:
        summary = "The package index reports no vulnerabilities."
        yield Unchecked(Gap.INDEX_WITHOUT_REPORTS, summary)
    elif report.unknown:
        yield Unchecked(
            Gap.PACKAGES_UNREPORTED,
            f"{report.unknown} packages are not known to the package index.",
            (("count", str(report.unknown)),),
        )


def _vulnerable_finding(scene: Scene, name: str, known: list[Vulnerability]) -> Finding:
    distribution = scene.python.by_name[name][0]
    ids = ", ".join(each.id for each in known)
    fixed = tuple(dict.fromkeys(version for each in known for version in each.fixed_in))
    return scene.finding(
        FindingCode.VULNERABLE,
        Gravity.RISKY,
        name,
        f"{name} {distribution.version} has known security holes: {ids}.",
        values=(
            ("distribution", name),
            ("version", distribution.version),
            ("ids", ids),
            ("fixed", ", ".join(fixed)),
        ),
        evidence=(
            Evidence(distribution.path, f"{name} {distribution.version}"),
            *(Evidence(None, f"{each.id}: {each.summary} {each.link}".strip()) for each in known),
        ),
        repairs=((RepairStep(RepairKind.UPDATE, name),),),
        since=distribution.path,
    )
