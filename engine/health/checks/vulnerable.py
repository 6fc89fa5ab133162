"""Find releases with known security holes; asks the package index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.version import InvalidVersion, Version

from engine.health.scene import Scene
from engine.health.values import (
    Evidence,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    RepairKind,
    RepairStep,
    Unchecked,
)
from engine.pypi.vulnerabilities import Report, Vulnerability, vulnerabilities


async def find(scene: Scene) -> list[Finding]:
    """Return vulnerable for each distribution of which the index reports security holes.

    Of its values `fixed` is the first version that closes all of them, `partly` the one that
    closes those that are closed anywhere; without either there is nothing but to do without it.
    """
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
    return [_finding(scene, name, each) for name, each in by_name.items()]


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


def _finding(scene: Scene, name: str, known: Sequence[Vulnerability]) -> Finding:
    distribution = scene.python.by_name[name][0]
    ids = ", ".join(each.id for each in known)
    closing = [closed_in(each, distribution.version) for each in known]
    newest = max(filter(None, closing), default=None)
    fixed = str(newest) if newest is not None and all(closing) else ""
    partly = str(newest) if newest is not None and not fixed else ""
    mending = RepairStep(RepairKind.REMOVE, name)
    if newest is not None:
        mending = RepairStep(RepairKind.UPDATE, f"{name}>={newest}")
    return scene.finding(
        FindingCode.VULNERABLE,
        Gravity.RISKY,
        name,
        f"{name} {distribution.version} has known security holes: {ids}.",
        values=(
            ("distribution", name),
            ("version", distribution.version),
            ("ids", ids),
            ("fixed", fixed),
            ("partly", partly),
        ),
        evidence=(
            Evidence(distribution.path, f"{name} {distribution.version}"),
            *(Evidence(None, f"{each.id}: {each.summary} {each.link}".strip()) for each in known),
        ),
        repairs=((mending,),),
        since=distribution.path,
    )


def closed_in(known: Vulnerability, version: str) -> Version | None:
    """Return the first version after `version` without that hole, None when there is none.

    Where several series are looked after, the hole is closed in one version of each.
    """
    fixes = [parsed for each in known.fixed_in if (parsed := _parsed(each)) is not None]
    here = _parsed(version)
    return min((each for each in fixes if here is None or each > here), default=None)


def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None
