"""Find distributions that are there twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
        if not others:
            return ()
        package, release = from_conda[0].owner.name, from_conda[0].version
        restore = RepairStep(RepairKind.RESTORE_CONDA, package, release)
        hand = RepairStep(RepairKind.HAND_TO_PYPI, package, max(others, key=_age).version)
        return ((*_dropping(others), restore), (hand, *_keeping_newest(name, others)))
    return (_keeping_newest(name, copies),)


def _dropping(copies: Iterable[Distribution]) -> Iterator[RepairStep]:
    return (RepairStep(RepairKind.REMOVE_COPY, each.path.name) for each in copies)


def _keeping_newest(name: str, copies: Sequence[Distribution]) -> tuple[RepairStep, ...]:
    newest = max(copies, key=_age)
    again = RepairStep(RepairKind.REINSTALL_PYPI, name, newest.version)
    return (*_dropping(each for each in copies if each is not newest), again)


def _age(distribution: Distribution) -> float:
    moment = changed(distribution.path)
    return moment.timestamp() if moment is not None else 0.0


def _described(distribution: Distribution) -> str:
    owner = f"conda: {distribution.owner.spelled}" if distribution.owner is not None else ""
    return f"{distribution.name} {distribution.version} ({owner or distribution.installer})"
