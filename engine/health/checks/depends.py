"""Find conda packages whose `depends` are unmet or whose `constrains` are violated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from engine.conda.matching import matches
from engine.environments.details import this_subdir
from engine.health.conda_side import CondaPackage
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

_NAME: Final = re.compile(r"\s*([\w.-]*)")
# The virtual packages whose version means something to people.
_COUNTED: Final = frozenset(("__cuda", "__glibc", "__linux", "__musl", "__osx", "__win"))
_Broken = dict[str, list[tuple[CondaPackage, str]]]


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield depends-unmet and constrains-violated, one for each package that is needed or unfit.

    A PyPI distribution stands for the conda package that it is called there, at its version.
    """
    lacking: _Broken = {}
    violated: _Broken = {}
    answer = _virtual(scene)
    virtual = answer or {}
    unreadable = {each.name for each in scene.conda.damaged}
    for package in scene.conda.packages:
        for spec in package.depends:
            name = _name_of(spec)
            if name in unreadable or (name.startswith("__") and answer is None):
                continue
            if not _is_met(scene, spec, name, virtual):
                lacking.setdefault(name, []).append((package, spec))
        for spec in package.constrains:
            name = _name_of(spec)
            there = scene.packages.get(name)
            is_unfit = there is not None and not _fits(spec, there)
            if is_unfit or (name in virtual and not matches(spec, name, *virtual[name])):
                violated.setdefault(name, []).append((package, spec))
    for name, users in lacking.items():
        yield _unmet(scene, name, users, virtual)
    for name, users in violated.items():
        yield _violated(scene, name, users)


def _name_of(spec: str) -> str:
    found = _NAME.match(spec.rpartition("::")[2])
    return found[1].lower() if found is not None else ""


def _fits(spec: str, package: CondaPackage) -> bool:
    return matches(
        spec, package.name, package.version, package.build, package.build_number, package.subdir
    )


def _is_met(scene: Scene, spec: str, name: str, virtual: dict[str, tuple[str, str]]) -> bool:
    if name.startswith("__"):
        return name in virtual and matches(spec, name, *virtual[name])
    package = scene.packages.get(name)
    if package is not None:
        return len(spec) == len(name) or _fits(spec, package)
    version = scene.from_pypi_by_conda_name.get(name)
    if version is None:
        return False
    ranges = " ".join(spec.split()[:2])  # the build of a package that is not conda's says nothing
    return matches(ranges, name, version)


def _virtual(scene: Scene) -> dict[str, tuple[str, str]] | None:
    """Return version and build of what this computer offers; None where that does not count."""
    subdirs = {package.subdir for package in scene.conda.packages} - {"", "noarch"}
    if scene.around.virtual_packages is None or subdirs - {this_subdir(scene.around.platform)}:
        if any(spec.startswith("__") for each in scene.conda.packages for spec in each.depends):
            scene.unchecked.append(
                Unchecked(
                    Gap.SYSTEM_OTHER,
                    "What packages need of this computer was not looked at: they are for another"
                    " kind.",
                )
                if subdirs
                else Unchecked(
                    Gap.SYSTEM_UNKNOWN,
                    "What packages need of this computer was not looked at.",
                )
            )
        return None
    found: dict[str, tuple[str, str]] = {}
    for text in scene.around.virtual_packages:
        name, _, rest = text.partition("=")
        version, _, build = rest.partition("=")
        found[name] = (version, build)
    return found


def _unmet(
    scene: Scene,
    name: str,
    users: Sequence[tuple[CondaPackage, str]],
    virtual: dict[str, tuple[str, str]],
) -> Finding:
    names = tuple(dict.fromkeys(package.name for package, _ in users))
    there = scene.packages.get(name)
    is_virtual = name.startswith("__")
    from_pypi = scene.from_pypi_by_conda_name.get(name, "")
    known = virtual.get(name, ("", ""))[0] if is_virtual else from_pypi
    version = there.version if there is not None else known
    specs = tuple(dict.fromkeys(spec for _, spec in users))
    removal = tuple(RepairStep(RepairKind.REMOVE, user) for user in names)
    install = tuple(RepairStep(RepairKind.INSTALL_CONDA, spec) for spec in specs)
    state = f"{name} {version}" if version else f"no {name}"
    return scene.finding(
        FindingCode.DEPENDS_UNMET,
        Gravity.RISKY if version or is_virtual else Gravity.BROKEN,
        name,
        f"{', '.join(names)} need {' and '.join(specs)}; there is {state}.",
        values=(
            ("needed", name),
            ("version", version),
            ("by", ", ".join(names)),
            ("wants", ", ".join(specs)),
            ("virtual", "yes" if is_virtual else ""),
            ("system", ", ".join(specs) if is_virtual else ""),
            ("has", version if name in _COUNTED and version != "0" else ""),
        ),
        evidence=(
            *((Evidence(there.record, there.spelled),) if there else ()),
            *(Evidence(package.record, f"{package.name}: {spec}") for package, spec in users),
        ),
        repairs=(removal,) if is_virtual else (install, removal),
    )


def _violated(scene: Scene, name: str, users: Sequence[tuple[CondaPackage, str]]) -> Finding:
    names = tuple(dict.fromkeys(package.name for package, _ in users))
    there = scene.packages.get(name)
    specs = tuple(dict.fromkeys(spec for _, spec in users))
    return scene.finding(
        FindingCode.CONSTRAINS_VIOLATED,
        Gravity.RISKY,
        name,
        f"{', '.join(names)} do not go together with {name} {there.version if there else ''}.",
        values=(
            ("needed", name),
            ("version", there.version if there else ""),
            ("by", ", ".join(names)),
            ("wants", ", ".join(specs)),
        ),
        evidence=(
            *((Evidence(there.record, there.spelled),) if there else ()),
            *(Evidence(package.record, f"{package.name}: {spec}") for package, spec in users),
        ),
        repairs=(
            (RepairStep(RepairKind.UPDATE, name),),
            (RepairStep(RepairKind.REMOVE, name),),
            tuple(RepairStep(RepairKind.REMOVE, user) for user in names),
        ),
    )
