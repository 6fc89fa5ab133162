"""Find Python packages that are missing or at a version that others cannot use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.health.python_side import Distribution
from engine.health.requiring import Want, requirement_of
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.pypi.names import conda_names

_OVERWRITTEN = (FindingCode.CONDA_OVERWRITTEN, FindingCode.CONDA_OVERWRITTEN_SAME)
_EXPLAINED_BY = (
    FindingCode.CONDA_OVERWRITTEN,
    FindingCode.CONDA_OVERWRITTEN_SAME,
    FindingCode.CONDA_DIST_INFO_GONE,
    FindingCode.DEPENDS_UNMET,
    FindingCode.META_UNREADABLE,
)


def find(scene: Scene, found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield requirement-missing, requirement-unmet and requirement-optional.

    The first two are what `pip check` finds; the last is what optional parts (extras) need: those
    that another package asks for, and those at hand that are installed at a wrong version. What a
    graver finding explains is not told twice, nor what the person's own packages give: that is a
    matter of user-site-leaks. What only conda's own packages need, of conda's own again, conda has
    `settled` by records that are complete: those who packed them left it out.
    """
    explained = {each.subject for each in found if each.code in _EXPLAINED_BY}
    explained |= {each.value("distribution") for each in found if each.code in _EXPLAINED_BY}
    lost = {each.subject for each in found if each.code is FindingCode.PIP_LEFTOVERS}
    # What these need is told with them: they are not meant to stay.
    passing = {each.value("distribution") for each in found if each.code in _OVERWRITTEN}
    for name, wants in sorted(scene.wants.needed.items()):
        if name in scene.lent:
            continue
        if not {name, *(answer.name for answer in conda_names(name))}.isdisjoint(explained):
            continue
        copies = scene.python.by_name.get(name, [])
        ordinary = [want for want in wants if not want.extra and want.by not in passing]
        optional = [want for want in wants if want.extra]
        if not copies:
            if name in lost:
                continue
            if ordinary:
                yield _missing(scene, name, ordinary)
            elif optional:
                yield _optional(scene, name, optional, None)
            continue
        unmet = _unmet(ordinary, copies)
        if unmet:
            yield _wrong_version(scene, name, unmet, wants, copies[0])
        elif unmet := _unmet(optional, copies):
            yield _optional(scene, name, unmet, copies[0])
    for name, wants in scene.wants.optional.items():
        copies = scene.python.by_name.get(name, [])
        unmet = _unmet(wants, copies)
        if unmet and name not in explained and not _unmet(scene.wants.of(name), copies):
            yield _optional(scene, name, unmet, copies[0])


def _unmet(wants: Sequence[Want], copies: Sequence[Distribution]) -> list[Want]:
    return [want for want in wants if not any(want.accepts(copy) for copy in copies)]


def _evidence(scene: Scene, wants: Sequence[Want]) -> Iterator[Evidence]:
    for want in wants:
        path = next((each.path for each in scene.python.by_name.get(want.by, ())), None)
        yield Evidence(path and path / "METADATA", f"{want.by}: {want.text}")


def _missing(scene: Scene, name: str, wants: Sequence[Want]) -> Finding:
    users = tuple(dict.fromkeys(want.by for want in wants))
    is_settled = all(want.from_conda for want in wants)
    return scene.finding(
        FindingCode.REQUIREMENT_MISSING,
        Gravity.NOTE if is_settled else Gravity.BROKEN,
        name,
        f"{', '.join(users)} {'asks for' if is_settled else 'cannot work without'} {name}, which is"
        " not installed.",
        values=(
            ("needed", name),
            ("by", ", ".join(users)),
            ("wants", requirement_of("", wants)),
            ("settled", ", ".join(users) if is_settled else ""),
        ),
        evidence=_evidence(scene, wants),
        repairs=(
            (RepairStep(RepairKind.INSTALL, requirement_of(name, wants)),),
            tuple(RepairStep(RepairKind.REMOVE, user) for user in users),
        ),
    )


def _wrong_version(
    scene: Scene,
    name: str,
    unmet: Sequence[Want],
    wants: Sequence[Want],
    installed: Distribution,
) -> Finding:
    users = tuple(dict.fromkeys(want.by for want in unmet))
    is_settled = not installed.is_pypi and all(want.from_conda for want in unmet)
    return scene.finding(
        FindingCode.REQUIREMENT_UNMET,
        Gravity.NOTE if is_settled else Gravity.BROKEN,
        name,
        f"{', '.join(users)} {'asks for another' if is_settled else 'cannot work with'} {name}"
        f"{'; there is' if is_settled else ''} {installed.version}.",
        values=(
            ("needed", name),
            ("version", installed.version),
            ("by", ", ".join(users)),
            ("wants", requirement_of("", unmet)),
            ("settled", ", ".join(users) if is_settled else ""),
        ),
        evidence=(
            Evidence(installed.path, f"{name} {installed.version}"),
            *_evidence(scene, unmet),
        ),
        repairs=(
            (RepairStep(RepairKind.INSTALL, requirement_of(name, wants)),),
            tuple(RepairStep(RepairKind.UPDATE, user) for user in users),
            tuple(RepairStep(RepairKind.REMOVE, user) for user in users),
        ),
        since=installed.path,
    )


def _optional(
    scene: Scene, name: str, unmet: Sequence[Want], installed: Distribution | None
) -> Finding:
    users = tuple(dict.fromkeys(want.by for want in unmet))
    parts = tuple(dict.fromkeys(want.extra for want in unmet))
    askers = dict.fromkeys(
        each.by
        for user in users
        for each in scene.wants.of(user)
        if not set(parts).isdisjoint(each.extras)
    )
    state = f"{name} {installed.version}" if installed is not None else f"no {name}"
    mending = RepairKind.UPDATE if installed is not None else RepairKind.INSTALL
    return scene.finding(
        FindingCode.REQUIREMENT_OPTIONAL,
        Gravity.NOTE if installed is not None else Gravity.RISKY,
        name,
        f"Parts of {', '.join(users)} ({', '.join(parts)}) do not work: there is {state}.",
        values=(
            ("needed", name),
            ("version", installed.version if installed is not None else ""),
            ("by", ", ".join(users)),
            ("parts", ", ".join(parts)),
            ("askers", ", ".join(askers)),
            ("wants", requirement_of("", unmet)),
        ),
        evidence=_evidence(scene, unmet),
        repairs=((RepairStep(mending, requirement_of(name, unmet)),),),
    )
