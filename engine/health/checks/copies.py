"""Find distributions that are there twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.health.python_side import Distribution
from engine.health.scene import Scene, changed
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield two-copies; names that normalise alike (PEP 503) are one name."""
    for name, copies in scene.python.by_name.items():
        if len(copies) > 1:
            yield _twice(scene, name, copies)


def _twice(scene: Scene, name: str, copies: Sequence[Distribution]) -> Finding:
    from_conda = [each for each in copies if each.owner is not None]
    others = [each for each in copies if each.owner is None]
    versions = ", ".join(each.version for each in copies)
    kept = from_conda[0] if from_conda else max(copies, key=_age)
    return scene.finding(
        FindingCode.TWO_COPIES,
        Gravity.BROKEN,
        name,
        f"{name} is installed {len(copies)} times: {versions}.",
        values=(
            ("distribution", name),
            ("versions", versions),
            ("count", str(len(copies))),
            ("conda", from_conda[0].owner.name if from_conda and from_conda[0].owner else ""),
            ("kept_of_conda", kept.version if from_conda else ""),
            ("kept", kept.version),
        ),
        evidence=[Evidence(each.path, _described(each)) for each in copies],
        repairs=_repairs(name, copies, from_conda, others),
        since=max(copies, key=_age).path,
    )


def _repairs(
    name: str,
    copies: Sequence[Distribution],
    from_conda: Sequence[Distribution],
    others: Sequence[Distribution],
) -> tuple[tuple[RepairStep, ...], ...]:
    """Return the ways to be left with one copy, whose own files are then put back."""
    if from_conda and from_conda[0].owner is not None:
        package, release = from_conda[0].owner.name, from_conda[0].version
        drop = tuple(RepairStep(RepairKind.REMOVE_COPY, each.path.name) for each in others)
        keep_conda = (*drop, RepairStep(RepairKind.RESTORE_CONDA, package, release))
        if not others:
            return ()
        newest = max(others, key=_age).version
        keep_pypi = (
            RepairStep(RepairKind.HAND_TO_PYPI, package, newest),
            RepairStep(RepairKind.REINSTALL_PYPI, name),
        )
        return (keep_conda, keep_pypi)
    newest = max(copies, key=_age)
    drop = tuple(
        RepairStep(RepairKind.REMOVE_COPY, each.path.name) for each in copies if each is not newest
    )
    return ((*drop, RepairStep(RepairKind.REINSTALL_PYPI, name, newest.version)),)


def _age(distribution: Distribution) -> float:
    moment = changed(distribution.path)
    return moment.timestamp() if moment is not None else 0.0


def _described(distribution: Distribution) -> str:
    owner = f"conda: {distribution.owner.spelled}" if distribution.owner is not None else ""
    return f"{distribution.name} {distribution.version} ({owner or distribution.installer})"
