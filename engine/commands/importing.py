"""Work out the request that files ask for, without a window: `plan import`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.asking import Asking
from engine.commands.file_reading import query_for
from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.files.importing import (
    Choices,
    channels_for,
    chosen_lines,
    exact_request,
    left_out,
    name_for,
    request_of,
)
from engine.files.values import FileKind, Reading, Remark
from engine.messages import AssignQuery, ReadAddressQuery, ReadFilesQuery
from engine.places import Places
from engine.plan import PlanWarning, Severity, WarningCode
from engine.planning.placing import place_named
from engine.requests import ChannelPriority, Request
from engine.working_folders import folders_for_new

ALL = "all"
_SHOWN = ("line", "file", "name", "option")  # values of remarks, the most telling first


async def import_request(
    arguments: argparse.Namespace, places: Places, configuration: CondaConfiguration
) -> tuple[Request, tuple[PlanWarning, ...]]:
    """Return the request for what the named files ask for, and what of them it does not keep.

    Raises EngineError.
    """
    kind = FileKind(arguments.file_kind) if arguments.file_kind else None
    whole = await _read(query_for(arguments.files, kind), places)
    reading = chosen_lines(whole, arguments.group, arguments.environment)
    choices = _choices(arguments, whole, places, configuration)
    if reading.is_lock and not arguments.anew:
        told = left_out(reading, (), choices)
        return exact_request(reading, choices), _warnings((*reading.remarks, *told))
    from engine.files.importing import reopened
    from engine.planning.assigning import assign_lines

    asked = reopened(reading)
    query = AssignQuery(
        choices.channels,
        asked.wanted,
        asked.constraints,
        choices.python,
        asked.python,
        lenient=reading.is_lock,
    )
    answer = await assign_lines(query, configuration, places)
    python = choices.python or answer.python
    choices = replace(choices, python=python)
    request = request_of(asked, answer.lines, answer.limits, choices)
    told = left_out(asked, answer.lines, choices)
    return request, _warnings((*reading.remarks, *told))


def _warnings(remarks: Iterable[Remark]) -> tuple[PlanWarning, ...]:
    return tuple(
        PlanWarning(
            WarningCode.FILE_NOT_KEPT,
            Severity.WARNING,
            each.summary,
            (
                ("code", each.code.value),
                ("file", each.place.file),
                ("line", str(each.place.line or "")),
                *((key, value) for key, value in each.values if key not in ("file", "line")),
                ("text", next((told for key in _SHOWN if (told := each.value(key))), "")),
            ),
        )
        for each in remarks
    )


async def _read(query: ReadFilesQuery | ReadAddressQuery, places: Places) -> Reading:
    """Return the reading, made by a process whose limits end with it."""
    asking = Asking(places)
    try:
        return await asking.reading(query)
    finally:
        await asking.aclose()


def _choices(
    arguments: argparse.Namespace,
    reading: Reading,
    places: Places,
    configuration: CondaConfiguration,
) -> Choices:
    channels = channels_for(reading, configuration.effective_channels, configuration)
    channels = tuple(arguments.channel) or channels
    accepted = tuple(arguments.accept)
    if ALL in accepted:
        accepted = tuple(consent.key for consent in reading.consents)
    priority = configuration.priority
    if arguments.strict:
        priority = ChannelPriority.STRICT
    if arguments.flexible:
        priority = ChannelPriority.FLEXIBLE
    python, prefix = arguments.python, arguments.into
    if prefix is not None:
        prefix = Path(os.path.abspath(prefix))
        python = python or _minor(describe(prefix, places, configuration).python_version)
    else:
        prefix = _target(arguments, reading, places, configuration)
    return Choices(
        prefix,
        channels,
        priority,
        into=arguments.into is not None,
        python=python,
        groups=tuple(arguments.group),
        environment=arguments.environment,
        accepted=accepted,
    )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _target(
    arguments: argparse.Namespace,
    reading: Reading,
    places: Places,
    configuration: CondaConfiguration,
) -> Path:
    if arguments.target is not None:
        return Path(os.path.abspath(arguments.target))
    name = arguments.name or name_for(reading)
    return place_named(name, folders_for_new(places, configuration)[0])
