"""Find packages from PyPI that were made for another Python or another kind of computer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.health.fitting import can_use
from engine.health.python_side import Distribution
from engine.health.requiring import fits
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

PLATFORM = "platform"
PYTHON = "python"


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield python-unfit: wheels whose tags do not fit, and Requires-Python that is not met.

    (PyPA, "Platform compatibility tags" and "Core metadata".) conda's own packages are left out:
    what they are for is told by their records.
    """
    side = scene.python
    record = side.record
    subdir, build = (record.subdir, record.build) if record is not None else ("", "")
    for each in side.distributions:
        if each.is_half or not side.version:
            continue
        tags = each.tags
        if tags is not None and (
            can_use(tags, side.version, subdir, build, scene.around.platform) is False
        ):
            yield _unfit(scene, each, PLATFORM, ", ".join(tags))
        elif each.requires_python and not _fits_python(each.requires_python, side.version):
            yield _unfit(scene, each, PYTHON, each.requires_python)


def _fits_python(wanted: str, version: str) -> bool:
    """Return whether a Python will do; of one known as `3.12` only, whether any 3.12 will."""
    if version.count(".") >= 2:
        return fits(wanted, version)
    return fits(wanted, f"{version}.0") or fits(wanted, f"{version}.99")


def _unfit(scene: Scene, distribution: Distribution, reason: str, wants: str) -> Finding:
    name = distribution.name
    python = scene.python.version
    what = (
        f"Python {wants}" if reason == PYTHON else f"another kind of computer or Python ({wants})"
    )
    again = RepairKind.UPDATE if reason == PYTHON else RepairKind.REINSTALL_PYPI
    release = distribution.version if again is RepairKind.REINSTALL_PYPI else ""
    return scene.finding(
        FindingCode.PYTHON_UNFIT,
        Gravity.RISKY if reason == PYTHON else Gravity.BROKEN,
        name,
        f"{name} {distribution.version} was made for {what}; here is Python {python}.",
        values=(
            ("distribution", name),
            ("version", distribution.version),
            ("reason", reason),
            ("needs", wants if reason == PYTHON else ""),
            ("python", python),
        ),
        evidence=(
            Evidence(
                distribution.path / ("METADATA" if reason == PYTHON else "WHEEL"),
                f"Requires-Python: {wants}" if reason == PYTHON else f"Tag: {wants}",
            ),
        ),
        repairs=((RepairStep(again, name, release),), (RepairStep(RepairKind.REMOVE, name),)),
        since=distribution.path,
    )
