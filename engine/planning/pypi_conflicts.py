"""When PyPI packages would change what conda owns: find out which, and what would work instead."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.distributing import Distribution, unmet
from engine.planning.pypi_scene import REFUSALS, Answer, Scene, work_out
from engine.pypi.locking import Pin
from engine.pypi.names import same_files
from engine.pypi.requirements import RequirementForm, Wanted
from engine.pypi.resolving import Release
from engine.requests import ChangeRequest

_MOST_CULPRITS: Final = 8
_MOST_VERSIONS: Final = 12


class Offers(Protocol):
    """Tell what the user's channels have."""

    async def versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of a conda package, the newest first."""
        ...

    async def can_be_had(self, request: ChangeRequest) -> bool:
        """Return whether conda can do its half of `request`."""
        ...


@dataclass(frozen=True, slots=True)
class _Culprit:
    """Pair a distribution of conda's with the version that the wish would bring; may be empty."""

    distribution: Distribution
    version: str


async def conflict_warning(scene: Scene, refusal: EngineError, offers: Offers) -> PlanWarning:
    """Return the warning that blocks a plan that failed with `refusal`, with what would work.

    The remedies come in this order: conda changes its packages first; another version that fits,
    or what conda has already; overwriting. Raises `refusal` when conda is not in the way.
    """
    culprits = await _culprits(scene)
    can_overwrite = bool(culprits)
    if not culprits:
        culprits = _named_in(scene, refusal)
    alternatives = [each async for each in _conda_first(scene, culprits, offers)]
    alternatives += [each async for each in _other_versions(scene, culprits)]
    if not culprits or not (alternatives or can_overwrite):
        raise _said_better(scene, refusal, culprits) from refusal
    names = tuple(each.distribution.name for each in culprits)
    broken = ()
    if can_overwrite:
        overwrite = tuple(dict.fromkeys((*scene.request.overwrite, *names)))
        broken = broken_by(scene, {each.distribution.name: each.version for each in culprits})
        values = (("packages", ", ".join(names)), ("broken", ", ".join(broken)))
        changed = replace(scene.request, overwrite=overwrite)
        alternatives.append(Alternative("overwrite", changed, values))
    wishes = ", ".join(each.shown for each in scene.wanted)
    return PlanWarning(
        WarningCode.PYPI_CHANGES_CONDA,
        Severity.BLOCKING,
        f"{wishes or 'This change'} from PyPI would replace packages that conda takes care of: "
        f"{', '.join(names)}.",
        (
            ("broken", ", ".join(broken)),
            ("detail", refusal.failure.detail),
            ("packages", ", ".join(names)),
            ("reason", "version"),
            ("versions", ", ".join(each.version for each in culprits)),
            ("wishes", wishes),
        ),
        tuple(alternatives),
    )


def _said_better(scene: Scene, refusal: EngineError, culprits: tuple[_Culprit, ...]) -> EngineError:
    """Return `refusal` with the names of those that cannot agree."""
    words = _words_of(refusal)
    blamed = [each for each in scene.wanted if each.name in words] or scene.wanted
    wishes = ", ".join(each.shown for each in blamed)
    if not culprits or not wishes or refusal.code is not ErrorCode.PYPI_UNSATISFIABLE:
        return refusal
    theirs = ", ".join(f"{each.distribution.name} {each.distribution.version}" for each in culprits)
    return EngineError(
        refusal.code,
        f"{wishes} from PyPI {'do' if len(blamed) > 1 else 'does'} not go with {theirs} from "
        "conda.",
        cause=refusal.failure.cause,
        hint="Choose another version, or make a new environment for it.",
        detail=refusal.failure.detail,
        packages=theirs,
        wishes=wishes,
    )


async def _culprits(scene: Scene) -> tuple[_Culprit, ...]:
    """Return the fewest of conda's distributions that must change, none when that does not help."""
    loose = await _tried(_without(scene, scene.held))
    if loose is None:
        return ()
    owned = {each.name: each for each in scene.held}
    moved = [pin for pin in loose.pins if pin.name in owned and _differs(pin, owned[pin.name])]
    found = {pin.name: _Culprit(owned[pin.name], pin.version) for pin in moved}
    best = loose
    for name in sorted(found)[:_MOST_CULPRITS]:
        rest = [each for each in scene.held if each.name in found and each.name != name]
        answer = await _tried(_without(scene, rest)) if rest else None
        if answer is not None:
            del found[name]
            best = answer
    chosen = {pin.name: pin.version for pin in best.pins}
    return tuple(replace(each, version=chosen.get(name, "")) for name, each in found.items())


def _differs(pin: Pin, owned: Distribution) -> bool:
    return pin.version != owned.version or bool(pin.location)


def _without(scene: Scene, freed: Iterable[Distribution]) -> Scene:
    """Return the scene with some of conda's distributions free, if possible as they are."""
    names = {each.name for each in freed}
    return replace(
        scene,
        held=tuple(each for each in scene.held if each.name not in names),
        request=replace(scene.request, overwrite=(*scene.request.overwrite, *sorted(names))),
        question=replace(
            scene.question,
            preferred=tuple(
                Release(each.name, each.version) for each in scene.held if each.name in names
            ),
        ),
    )


async def _tried(scene: Scene) -> Answer | None:
    try:
        return await work_out(scene)
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        return None


def _named_in(scene: Scene, refusal: EngineError) -> tuple[_Culprit, ...]:
    """Return conda's distributions that uv's own explanation speaks of."""
    words = _words_of(refusal)
    asked = {each.name for each in scene.wanted if each.form is not RequirementForm.NAME}
    return tuple(
        _Culprit(each, "") for each in scene.held if each.name in words and each.name not in asked
    )[:_MOST_CULPRITS]


def _words_of(refusal: EngineError) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9][a-z0-9-]*", refusal.failure.detail.lower()))


async def _conda_first(
    scene: Scene, culprits: tuple[_Culprit, ...], offers: Offers
) -> AsyncIterator[Alternative]:
    """Yield the request with versions from the channels that what is wanted can live with."""
    async for found in _candidates(culprits, offers):
        if not await _fits(scene, found):
            continue
        specs = tuple(f"{each.conda} {version}" for each, version in found)
        names = {each.conda for each, _ in found}
        rest = tuple(each for each in scene.request.add_pypi if not _is_met_by(scene, each, found))
        changed = replace(
            scene.request,
            add=(*scene.request.add, *specs),
            update=tuple(name for name in scene.request.update if name not in names),
            add_pypi=rest,
        )
        if await offers.can_be_had(changed):
            yield Alternative("conda-first", changed, (("specs", ", ".join(specs)),))
            return


def _is_met_by(scene: Scene, text: str, found: Iterable[tuple[Distribution, str]]) -> bool:
    """Return whether a wish is nothing else but what conda is to bring now."""
    names = {each.name for each, _ in found}
    return any(
        wanted.name in names and not wanted.extras
        for wish, wanted in zip(scene.request.add_pypi, scene.wanted, strict=False)
        if wish == text
    )


async def _candidates(
    culprits: tuple[_Culprit, ...], offers: Offers
) -> AsyncIterator[tuple[tuple[Distribution, str], ...]]:
    """Yield which versions conda might change to: all at once as PyPI would, then one by one."""
    offered: dict[str, tuple[str, ...]] = {}
    try:
        for each in culprits:
            offered[each.distribution.name] = await offers.versions(each.distribution.conda)
    except EngineError:
        return  # a channel out of reach offers nothing
    together = tuple((each.distribution, each.version) for each in culprits)
    if culprits and all(version in offered[each.name] for each, version in together):
        yield together
    for each in culprits:
        for version in offered[each.distribution.name][:_MOST_VERSIONS]:
            candidate = ((each.distribution, version),)
            if version != each.distribution.version and candidate != together:
                yield candidate


async def _fits(scene: Scene, chosen: tuple[tuple[Distribution, str], ...]) -> bool:
    moved = {each.name: version for each, version in chosen}
    held = tuple(
        replace(each, version=moved[each.name], requires=()) if each.name in moved else each
        for each in scene.held
    )
    return await _tried(replace(scene, held=held)) is not None


async def _other_versions(
    scene: Scene, culprits: tuple[_Culprit, ...]
) -> AsyncIterator[Alternative]:
    """Yield the request with the version of each wish left open, or with what conda has."""
    names = {each.distribution.name for each in culprits}
    request = scene.request
    texts = list(request.add_pypi)
    wanted = list(scene.wanted)
    kept: list[str] = []
    for index, each in enumerate(scene.wanted[: len(texts)]):
        if each.name in names and each.form is RequirementForm.NAME:
            kept.append(each.name)
            wanted[index] = texts[index] = None  # type: ignore[call-overload]
        elif each.form is RequirementForm.NAME and each.specifier:
            wanted[index] = _unbound(each)
    answer = await _tried(replace(scene, wanted=tuple(each for each in wanted if each)))
    if answer is None:
        return
    versions = {pin.name: pin.version for pin in answer.pins}
    for index, each in enumerate(scene.wanted[: len(texts)]):
        if wanted[index] and wanted[index] != each and each.name in versions:
            extras = f"[{','.join(each.extras)}]" if each.extras else ""
            marker = f" ; {each.marker}" if each.marker else ""
            texts[index] = f"{each.name}{extras}=={versions[each.name]}{marker}"
    changed = replace(request, add_pypi=tuple(text for text in texts if text))
    if changed == request:
        return
    if kept:
        yield Alternative("keep-conda", changed, (("packages", ", ".join(kept)),))
    else:
        moved = [
            (each.name, versions[each.name])
            for each in scene.wanted
            if each.name in versions and each.specifier
        ]
        package, version = moved[0] if len(moved) == 1 else ("", "")
        named = ", ".join(text for text in texts if text)
        values = (("package", package), ("specs", named), ("version", version))
        found = tuple((key, value) for key, value in values if value)
        yield Alternative("other-version", changed, found)


def _unbound(wanted: Wanted) -> Wanted:
    extras = f"[{','.join(wanted.extras)}]" if wanted.extras else ""
    marker = f" ; {wanted.marker}" if wanted.marker else ""
    return replace(wanted, specifier="", text=f"{wanted.name}{extras}{marker}")


def broken_by(scene: Scene, moved: dict[str, str]) -> tuple[str, ...]:
    """Return the packages, of either side, that the new versions in `moved` would break."""
    before, after = {**scene.versions}, {**scene.versions, **moved}
    everyone = [(each.name, each.requires) for each in scene.held]
    everyone += [(record.name, record.depends) for record in scene.mine]
    return tuple(
        sorted(
            {
                name
                for name, requires in everyone
                if name not in moved
                and set(unmet(requires, after, scene.markers))
                - set(unmet(requires, before, scene.markers))
            }
        )
    )


def other_name_warning(
    request: ChangeRequest,
    pins: Iterable[Pin],
    held: Iterable[Distribution],
    wanted: tuple[Wanted, ...],
) -> PlanWarning | None:
    """Return the warning about distributions with the files of others that conda owns."""
    owned = {each.name: each for each in held}
    agreed = {canonicalize_name(name) for name in request.overwrite}
    pairs = [
        (pin.name, owned[other])
        for pin in pins
        for other in sorted(same_files(pin.name) & owned.keys())
        if pin.name not in agreed and other not in agreed
    ]
    if not pairs:
        return None
    names = {name for name, _ in pairs}
    left = tuple(
        text for text, each in zip(request.add_pypi, wanted, strict=False) if each.name not in names
    )
    alternatives: list[Alternative] = []
    packages = ", ".join(sorted({each.conda for _, each in pairs}))
    if left != request.add_pypi:
        keep = replace(request, add_pypi=left)
        alternatives.append(Alternative("keep-conda", keep, (("packages", packages),)))
    overwrite = (*request.overwrite, *sorted({each.name for _, each in pairs}))
    changed = replace(request, overwrite=tuple(dict.fromkeys(overwrite)))
    alternatives.append(Alternative("overwrite", changed, (("packages", packages),)))
    return PlanWarning(
        WarningCode.PYPI_CHANGES_CONDA,
        Severity.BLOCKING,
        f"{', '.join(sorted(names))} from PyPI has the same files as conda's {packages}.",
        (
            ("packages", packages),
            ("reason", "other-name"),
            ("wishes", ", ".join(sorted(names))),
        ),
        tuple(alternatives),
    )
