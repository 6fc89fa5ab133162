"""Find conda packages whose Python part pip replaced or took away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.conda.matching import matches
from engine.environments.looking import is_gone
from engine.health.conda_side import CondaPackage, distribution_name, distribution_version
from engine.health.python_side import Distribution
from engine.health.requiring import fits
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield conda-overwritten, conda-overwritten-same and conda-dist-info-gone."""
    present = {each.inside: each for each in scene.python.distributions}
    for package in scene.conda.packages:
        for metadata in package.metadata:
            there = present.get(metadata)
            if there is not None and there.owner is package:
                if there.is_replaced:
                    yield _overwritten(scene, package, there, there.version)
                elif there.is_half:
                    yield _gone(scene, package, metadata)
            elif there is None and _is_in_site(scene, metadata):
                name = distribution_name(metadata)
                others = [d for d in scene.python.by_name.get(name, ()) if d.owner is None]
                if others:
                    version = distribution_version(metadata) or package.version
                    yield _overwritten(scene, package, others[0], version)
                elif not scene.python.by_name.get(name):
                    yield _gone(scene, package, metadata)


def _is_in_site(scene: Scene, metadata: str) -> bool:
    """Return whether `metadata` would be seen by this Python, and really is not there."""
    site = scene.python.site_packages
    return site is not None and is_gone(scene.prefix / metadata)


def _overwritten(
    scene: Scene, package: CondaPackage, by: Distribution, conda_version: str
) -> Finding:
    is_same = by.version == conda_version
    breaks_now = tuple(dict.fromkeys(w.by for w in scene.wants.of(by.name) if not w.accepts(by)))
    back = (RepairStep(RepairKind.RESTORE_CONDA, package.name, conda_version),)
    hand = (RepairStep(RepairKind.HAND_TO_PYPI, package.name, by.version),)
    conda_fits = all(fits(w.specifier, conda_version) for w in scene.wants.of(by.name))
    lacks = tuple(_lacks(scene, by.name))
    pypi_fits = not breaks_now and not lacks and _conda_takes(scene, package.name, by.version)
    installer = by.installer or "pip"
    return scene.finding(
        FindingCode.CONDA_OVERWRITTEN_SAME if is_same else FindingCode.CONDA_OVERWRITTEN,
        Gravity.BROKEN if breaks_now or lacks else Gravity.RISKY,
        package.name,
        f"{installer} put {by.name} {by.version} in the place of conda's {conda_version}.",
        values=(
            ("package", package.name),
            ("distribution", by.name),
            ("conda_version", conda_version),
            ("pypi_version", by.version),
            ("installer", installer),
            ("breaks", ", ".join(breaks_now)),
            ("lacks", ", ".join(lacks)),
        ),
        evidence=(
            Evidence(package.record, f"{package.name} {conda_version}"),
            Evidence(by.path, f"{by.name} {by.version}, {installer}"),
            *(Evidence(by.path / "METADATA", f"{by.name}: {text}") for text in lacks),
        ),
        repairs=(hand, back) if pypi_fits and not conda_fits else (back, hand),
        since=by.path,
    )


def _lacks(scene: Scene, name: str) -> Iterator[str]:
    """Yield the requirements of a distribution that are not met."""
    for needed, wants in scene.wants.needed.items():
        copies = scene.python.by_name.get(needed, ())
        for want in wants:
            if want.by == name and not want.extra and not any(map(want.accepts, copies)):
                yield want.text


def _conda_takes(scene: Scene, name: str, version: str) -> bool:
    """Return whether every conda package that needs `name` would be content with `version`."""
    return all(
        matches(spec, name, version)
        for package in scene.conda.packages
        for spec in package.depends
        if spec.partition(" ")[0] == name
    )


def _gone(scene: Scene, package: CondaPackage, metadata: str) -> Finding:
    name = distribution_name(metadata)
    return scene.finding(
        FindingCode.CONDA_DIST_INFO_GONE,
        Gravity.BROKEN,
        package.name,
        f"conda lists {package.name} {package.version}, and its Python package is gone.",
        values=(
            ("package", package.name),
            ("distribution", name),
            ("version", package.version),
            ("breaks", ", ".join(dict.fromkeys(want.by for want in scene.wants.of(name)))),
        ),
        evidence=(
            Evidence(package.record, f"{package.name} {package.version}"),
            Evidence(scene.prefix / metadata),
        ),
        repairs=(
            (RepairStep(RepairKind.RESTORE_CONDA, package.name),),
            (RepairStep(RepairKind.REMOVE, package.name),),
        ),
    )
