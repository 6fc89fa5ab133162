"""Find what interrupted pip and uv runs left behind in site-packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from engine.health.python_side import Distribution
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.pypi.distributions import read_headers
from engine.replicas.ownership import read_recorded

_INFO: Final = ".dist-info"


def find(scene: Scene, found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield pip-leftovers: what pip moved to a name with `~`, and metadata that is half written.

    What pip moved and put nothing in the place of is lost, which is more than a left-over.
    """
    explained = {each.value("distribution") for each in found}
    explained |= {each.name for each in scene.python.distributions}
    aside = list(scene.python.set_aside)
    for info in scene.python.set_aside:
        release = _release(info)
        if release is not None and release[0] not in explained:
            paths = [path for path in aside if path == info or path.name in _moved(info)]
            aside = [path for path in aside if path not in paths]
            explained.add(release[0])
            yield _lost(scene, *release, paths)
    if aside:
        yield _set_aside(scene, aside)
    for each in scene.python.distributions:
        if each.is_half and each.owner is None:
            yield _half(scene, each)


def _release(info: Path) -> tuple[str, str] | None:
    """Return name and version of a distribution that was moved away."""
    if not info.name.endswith(_INFO):
        return None
    with suppress(OSError):
        headers = read_headers(str(info / "METADATA"))
        if headers.name and headers.version:
            return canonicalize_name(headers.name), headers.version
    return None


def _moved(info: Path) -> frozenset[str]:
    """Return what pip would call the files and folders of a distribution that it moves away.

    It writes `~` over the first letter (pip source, `AdjacentTempDirectory`).
    """
    with suppress(OSError):
        listed = read_recorded(info / "RECORD", "")
        return frozenset(f"~{path.partition('/')[0][1:]}" for path in listed)
    return frozenset()


def _lost(scene: Scene, name: str, version: str, paths: Sequence[Path]) -> Finding:
    delete = _deleting(scene, paths)
    return scene.finding(
        FindingCode.PIP_LEFTOVERS,
        Gravity.BROKEN,
        name,
        f"pip took {name} {version} away and was interrupted before anything took its place.",
        values=(
            ("lost", name),
            ("distribution", name),
            ("version", version),
            ("names", ", ".join(path.name for path in paths)),
            ("count", str(len(paths))),
        ),
        evidence=[Evidence(path, f"{name} {version}") for path in paths],
        repairs=_ways(scene, name, delete, RepairStep(RepairKind.INSTALL, f"{name}=={version}")),
    )


def _set_aside(scene: Scene, paths: Sequence[Path]) -> Finding:
    names = ", ".join(path.name for path in paths)
    return scene.finding(
        FindingCode.PIP_LEFTOVERS,
        Gravity.NOTE,
        "~",
        f"pip was interrupted and left files behind: {names}.",
        values=(("names", names), ("count", str(len(paths)))),
        evidence=[Evidence(path) for path in paths],
        repairs=(_deleting(scene, paths),),
    )


def _deleting(scene: Scene, paths: Iterable[Path]) -> tuple[RepairStep, ...]:
    return tuple(
        RepairStep(RepairKind.DELETE_FILES, path.relative_to(scene.prefix).as_posix())
        for path in paths
    )


def _ways(
    scene: Scene, name: str, delete: tuple[RepairStep, ...], again: RepairStep
) -> tuple[tuple[RepairStep, ...], ...]:
    """Return the ways to mend it: what others need is not only taken away."""
    return ((*delete, again),) if scene.wants.of(name) else ((*delete, again), delete)


def _half(scene: Scene, half: Distribution) -> Finding:
    delete = (RepairStep(RepairKind.DELETE_FILES, half.inside),)
    other = scene.python.by_name.get(half.name)
    again = RepairStep(RepairKind.INSTALL, f"{half.name}=={half.version}")
    return scene.finding(
        FindingCode.PIP_LEFTOVERS,
        Gravity.RISKY,
        half.name,
        f"{half.name} {half.version} is only half installed.",
        values=(("distribution", half.name), ("version", half.version)),
        evidence=(Evidence(half.path, f"{half.name} {half.version}"),),
        repairs=(
            (delete,) if other or not half.version else _ways(scene, half.name, delete, again)
        ),
        since=half.path,
    )
