"""Plan to share what was copied: which files of environments can be links into a cache."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.records import SharableFile, linked_packages, sharable_files
from engine.cache.remembering import look_for_plan
from engine.cache.values import Duplicate, Relinking
from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.environments.discovering import is_environment
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Figures, Plan
from engine.records import Mark, State
from engine.replicas.copying import sha256_of
from engine.requests import RelinkRequest


async def plan_relink(
    request: RelinkRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of sharing copies, for which every file in question is read.

    `freed_bytes` is what the volumes give back: only files count that are, here and in the cache,
    what their package brought. Raises EngineError (bad-usage, not-an-environment,
    protected-frozen).
    """
    return await asyncio.to_thread(_plan, request, places, configuration)


def _plan(request: RelinkRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    if not request.prefixes:
        raise EngineError(ErrorCode.BAD_USAGE, "No environment was chosen.")
    for prefix in request.prefixes:
        _check(prefix, places, configuration)
    picture = look_for_plan(places, configuration)
    found: list[Duplicate] = []
    for duplicate in picture.duplicates:
        if duplicate.prefix in request.prefixes:
            files = [file for file in files_of(duplicate) if is_unaltered(file)]
            if files:
                saved = sum(file.allocated for file in files)
                found.append(replace(duplicate, files=len(files), saved_bytes=saved))
    count = sum(each.files for each in found)
    return Plan(
        request=request,
        prefix=request.prefixes[0],
        before=State(),
        after=State(),
        changes=(),
        figures=Figures(
            freed_bytes=sum(each.saved_bytes for each in found), packages=len(found), files=count
        ),
        warnings=(),
        stamp="",
        created=datetime.now(UTC),
        relinking=Relinking(tuple(found), count),
    )


def _check(prefix: Path, places: Places, configuration: CondaConfiguration) -> None:
    if not is_environment(prefix):
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            f"{prefix} is not a conda environment.",
            prefix=str(prefix),
        )
    if Mark.FROZEN in describe(prefix, places, configuration).marks:
        raise EngineError(
            ErrorCode.PROTECTED_FROZEN,
            "This environment is frozen: nothing in it must be changed.",
            prefix=str(prefix),
        )


def files_of(duplicate: Duplicate) -> Iterator[SharableFile]:
    """Yield the files of `duplicate` that could be shared, by what is recorded."""
    for package in linked_packages(str(duplicate.prefix)):
        if (package.name, package.version, package.build) == (
            duplicate.name,
            duplicate.version,
            duplicate.build,
        ):
            yield from sharable_files(str(duplicate.prefix), package, str(duplicate.item))


def is_unaltered(file: SharableFile) -> bool:
    """Return whether the file and the one in the cache are both what the package brought."""
    try:
        return sha256_of(file.path) == file.sha256 == sha256_of(file.cached)
    except (OSError, EngineError):
        return False


def duplicates_of(duplicates: Collection[Duplicate], prefix: Path) -> tuple[Duplicate, ...]:
    """Return those of `duplicates` that lie in the environment at `prefix`."""
    return tuple(each for each in duplicates if each.prefix == prefix)
