"""Tell which PyPI packages could be newer, and what keeps others as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.planning.distributing import is_met, needs
from engine.planning.pypi_ground import Ground
from engine.planning.pypi_scene import Scene, is_local, work_out
from engine.pypi.outdated import newest_releases, offline
from engine.pypi.requirements import RequirementForm, Wanted
from engine.pypi.running import open_uv
from engine.records import Record
from engine.updates import Holding, Update

_TRIED: Final = 5  # of those that nobody is known to hold: each takes uv a moment
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


async def pypi_updates(
    ground: Ground, places: Places, *, from_cache: bool = False
) -> tuple[Update, ...]:
    """Return what there is newer of the PyPI packages of `ground`, sorted by name.

    `ground` is that of a request for everything to become as new as possible. With `from_cache`
    no index is asked: only what uv knows from earlier is told. What came from a folder or an
    address of its own has no newer one. Raises EngineError: index-unreachable, index-needs-login,
    timed-out, and what working the packages out raises.
    """
    mine = {each.name: each for each in ground.mine if not is_local(each)}
    if not mine or not ground.python_after:
        return ()
    uv = open_uv(places, site=ground.request.prefix, index=ground.request.index)
    scene = ground.scene(offline(uv) if from_cache else uv, places)
    others = {each.name for each in (*ground.conda_before, *ground.mine)}
    newest = await newest_releases(mine, others, scene.question.python, scene.uv)
    if not newest:
        return ()
    rest = frozenset(mine) - newest.keys()
    answer = await work_out(replace(scene, stuck=rest))
    will_be = scene.versions | {pin.name: pin.version for pin in answer.pins}
    found: list[Update] = []
    tried = 0
    for name, version in sorted(newest.items()):
        record, fitting = mine[name], _newer(will_be[name], mine[name].version)
        if fitting == version:
            found.append(Update(record.key, name, version, version))
            continue
        holding, by = _held(name, version, ground, scene)
        if holding is Holding.UNKNOWN and tried < _TRIED:
            tried += 1
            holding, by = await _needed(record, version, scene)
        found.append(Update(record.key, name, fitting, version, holding, by))
    return tuple(found)


def _newer(version: str, before: str) -> str:
    try:
        return version if Version(version) > Version(before) else ""
    except InvalidVersion:
        return ""


def _held(name: str, version: str, ground: Ground, scene: Scene) -> tuple[Holding, tuple[str, ...]]:
    """Return who asks for an older one of the distribution `name` than `version`."""
    there = {
        **{each.name: each.requires for each in ground.conda_now},
        **{each.name: each.depends for each in ground.mine},
    }
    holders = _excluding(name, version, there, scene.markers)
    return (Holding.PACKAGES, holders) if holders else (Holding.UNKNOWN, ())


def _excluding(
    name: str,
    version: str,
    there: Mapping[str, Iterable[str]],
    markers: Mapping[str, str],
) -> tuple[str, ...]:
    return tuple(
        sorted(
            user
            for user, requires in there.items()
            for _, requirement in needs(requires, markers)
            if canonicalize_name(requirement.name) == name
            and not is_met(requirement, {name: version})
        )
    )


async def _needed(record: Record, version: str, scene: Scene) -> tuple[Holding, tuple[str, ...]]:
    """Return which packages that are there do not go together with `version` of `record`."""
    exact = Wanted(RequirementForm.NAME, f"{record.name}=={version}", record.name)
    wish = replace(scene, wanted=(exact,), stuck=frozenset(each.name for each in scene.mine))
    try:
        await work_out(wish)
    except EngineError as error:
        if error.code is ErrorCode.PYPI_UNSATISFIABLE:
            words = {
                canonicalize_name(word.rstrip(".")) for word in _WORD.findall(error.failure.cause)
            }
            by = tuple(sorted((words - {record.name}) & scene.versions.keys()))
            return (Holding.NEEDS, by) if by else (Holding.UNKNOWN, ())
    return Holding.UNKNOWN, ()
