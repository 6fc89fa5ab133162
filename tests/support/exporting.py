"""Export an environment, read the file, and install what it asks for; runs in a rattler worker."""

from __future__ import annotations

from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.files.importing import Choices, chosen_lines, exact_request, request_of
from engine.files.reading import read_file
from engine.files.values import Export, ExportFormat
from engine.files.writing import export, save_export
from engine.messages import AssignQuery
from engine.places import Places
from engine.planning.assigning import assign_lines
from tests.support.changing import done


async def exported(
    prefix: Path, export_format: ExportFormat, places: Places, channels: tuple[str, ...], to: Path
) -> Export:
    """Write the environment as a file into the folder `to`."""
    configuration = CondaConfiguration(channels=channels)
    written = await export(prefix, export_format, places, configuration)
    save_export(written, to / written.file_name)
    return written


async def taken_in(
    file: Path, prefix: Path, places: Places, channels: tuple[str, ...]
) -> tuple[str, ...]:
    """Install what `file` asks for at `prefix`; return the codes of what of it was not kept."""
    configuration = CondaConfiguration(channels=channels)
    reading = chosen_lines(read_file(file), ())
    accepted = tuple(consent.key for consent in reading.consents)
    choices = Choices(prefix, channels, python="3", accepted=accepted)
    if reading.is_lock:
        request = exact_request(reading, choices)
    else:
        query = AssignQuery(channels, reading.wanted, reading.constraints, "", reading.python)
        answer = await assign_lines(query, configuration, places)
        request = request_of(reading, answer.lines, answer.limits, choices)
    await done(request, places, configuration)
    return tuple(remark.code for remark in reading.remarks)
