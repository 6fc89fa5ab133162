"""Find out what of an environment could be newer; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from engine.conda.condarc import CondaConfiguration
from engine.environments.packages import PackageTable, read_package_table
from engine.errors import EngineError
from engine.messages import UpdatesQuery
from engine.places import Places
from engine.planning.changing import standing_of
from engine.planning.holding import conda_updates
from engine.planning.holding_pypi import pypi_updates
from engine.planning.pypi_ground import Ground
from engine.planning.resolving import resolve
from engine.records import RecordKind, State
from engine.requests import ChangeRequest, UpdateScope
from engine.updates import Updates


async def find_updates(
    query: UpdatesQuery, places: Places, configuration: CondaConfiguration
) -> Updates:
    """Return what of an environment could be newer, and why other things stay; touches nothing.

    Unless the query `looks`, only lists that were read before are looked at, however old, and the
    network is left alone. What cannot be worked out is told among the problems. Raises EngineError
    (prefix-missing, not-an-environment).
    """
    known = configuration if query.looks else replace(configuration, offline=True)
    table = await asyncio.to_thread(read_package_table, query.prefix, configuration)
    request = ChangeRequest(query.prefix, query.channels, query.priority, UpdateScope.ALL)
    conda, pypi = await asyncio.gather(
        _of_conda(request, table, places, known),
        _of_pypi(request, table, places, known, from_cache=known.offline),
    )
    found = sorted((*conda.updates, *pypi.updates), key=lambda update: (update.name, update.key))
    old = (*conda.old, *pypi.old) if query.looks else ()
    problems, complete = (*conda.problems, *pypi.problems), (*conda.complete, *pypi.complete)
    return Updates(tuple(found), old, problems, complete)


async def _of_conda(
    request: ChangeRequest, table: PackageTable, places: Places, configuration: CondaConfiguration
) -> Updates:
    before = State(table.records)
    standing = await asyncio.to_thread(
        standing_of, request.prefix, before, places, configuration, table.meta
    )
    if not standing.installed:
        return Updates(complete=(RecordKind.CONDA,))
    try:
        resolution = await resolve(request, standing)
        updates = await conda_updates(request, standing, resolution.records)
    except EngineError as error:
        return Updates(problems=(error.failure,))
    opened = standing.opened.values()
    old = {
        address.name: None
        for repodata in opened
        for address in repodata.addresses
        if configuration.offline or address.name in repodata.old
    }
    return Updates(updates, tuple(old), complete=(RecordKind.CONDA,))


async def _of_pypi(
    request: ChangeRequest,
    table: PackageTable,
    places: Places,
    configuration: CondaConfiguration,
    *,
    from_cache: bool,
) -> Updates:
    before = State(table.records)
    if not before.of(RecordKind.PYPI):
        return Updates(complete=(RecordKind.PYPI,))
    states = (before, before.of(RecordKind.CONDA))
    try:
        ground = await asyncio.to_thread(
            Ground.of, request, states, places, configuration, table.meta
        )
        found = await pypi_updates(ground, places, from_cache=from_cache)
    except EngineError as error:
        return Updates(problems=(error.failure,))
    # uv does not tell what it never heard of from what is the newest
    return Updates(found, complete=() if from_cache else (RecordKind.PYPI,))
