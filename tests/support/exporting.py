"""Export an environment into a file; runs in a rattler worker."""

from __future__ import annotations

from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.files.values import Export, ExportFormat
from engine.files.writing import export, save_export
from engine.places import Places


async def exported(
    prefix: Path, export_format: ExportFormat, places: Places, channels: tuple[str, ...], to: Path
) -> Export:
    """Write the environment as a file into the folder `to`."""
    configuration = CondaConfiguration(channels=channels)
    written = await export(prefix, export_format, places, configuration)
    save_export(written, to / written.file_name)
    return written
