"""Write what an environment holds as a file for somebody else; one writer for each format."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Final, assert_never

from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.files.headings import headed
from engine.files.values import Export, ExportFormat
from engine.files.writing.contents import Contents, lost_variables, missing, read_contents
from engine.files.writing.environment_yaml import environment_yaml, updated_lines, updated_yaml
from engine.files.writing.lists import explicit, requirements
from engine.files.writing.locks import conda_lock, pixi_lock
from engine.places import Places
from engine.replicas.compiling import interpreter_in

FILE_NAMES: Final = {
    ExportFormat.ENVIRONMENT_YAML: "environment.yml",
    ExportFormat.ENVIRONMENT_YAML_EXACT: "environment-exact.yml",
    ExportFormat.REQUIREMENTS: "requirements.txt",
    ExportFormat.EXPLICIT: "explicit.txt",
    ExportFormat.CONDA_LOCK: "conda-lock.yml",
    ExportFormat.PIXI_LOCK: "pixi.lock",
    ExportFormat.PYLOCK: "pylock.toml",
}
_YAML: Final = (ExportFormat.ENVIRONMENT_YAML, ExportFormat.ENVIRONMENT_YAML_EXACT)
_WITH_FILES: Final = (ExportFormat.EXPLICIT, ExportFormat.CONDA_LOCK, ExportFormat.PIXI_LOCK)


async def export(
    prefix: Path, export_format: ExportFormat, places: Places, configuration: CondaConfiguration
) -> Export:
    """Return the environment at `prefix` written in `export_format`.

    Formats that name files of PyPI ask the index for them. Raises EngineError: no-python, and
    what asking the index raises.
    """
    contents = await asyncio.to_thread(read_contents, prefix, configuration)
    if export_format in _WITH_FILES and contents.pypi:
        contents = await _with_files(contents, places)
    match export_format:
        case ExportFormat.ENVIRONMENT_YAML | ExportFormat.ENVIRONMENT_YAML_EXACT:
            text, left = environment_yaml(contents, export_format), ()
        case ExportFormat.REQUIREMENTS:
            text, left = requirements(contents)
        case ExportFormat.EXPLICIT:
            text, left = explicit(contents)
        case ExportFormat.CONDA_LOCK:
            text, left = conda_lock(contents)
        case ExportFormat.PIXI_LOCK:
            text, left = pixi_lock(contents)
        case ExportFormat.PYLOCK:
            return await _pylock(contents, places)
        case _:
            assert_never(export_format)
    left = left if export_format in _YAML else (*left, *lost_variables(contents))
    left_out = (*contents.left_out, *left)
    return Export(export_format, FILE_NAMES[export_format], text, left_out)


def updated(old: str, export: Export) -> str:
    """Return the text of `export`, with the order and comments of `old` if Envdesk wrote that."""
    try:
        if export.format in _YAML:
            return updated_yaml(old, export.text)
        if export.format is ExportFormat.REQUIREMENTS:
            return updated_lines(old, export.text)
    except ValueError:
        pass
    return export.text


def save_export(written: Export, path: Path) -> None:
    """Write `written` to `path`, all or nothing; raises EngineError (not-writable, disk-full)."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        text = updated(old, written) if old else written.text
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except UnicodeDecodeError:
        temporary.write_text(written.text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise from_os_error(error, path) from error


async def _with_files(contents: Contents, places: Places) -> Contents:
    from engine.pypi.exporting import files_in, pylock_of

    python = _python(contents)
    wanted = {each.name: each.version for each in contents.pypi}
    text, _ = await pylock_of(wanted, python, places, contents.prefix)
    return replace(contents, files=files_in(text))


async def _pylock(contents: Contents, places: Places) -> Export:
    from engine.pypi.exporting import pylock_of

    python = _python(contents)
    wanted = {name: version for name, version, _ in contents.distributions}
    wanted |= {each.name: each.version for each in contents.pypi}
    text, lost = await pylock_of(wanted, python, places, contents.prefix)
    owners = {conda for _, _, conda in contents.distributions}
    others = [each.record.name for each in contents.conda if each.record.name not in owners]
    left_out = (
        *contents.left_out,
        *(missing(name, "the index does not offer this version here") for name in lost),
        *(missing(name, "PyPI has no package for it") for name in others),
        *lost_variables(contents),
    )
    text = headed(text, contents.name)
    return Export(ExportFormat.PYLOCK, FILE_NAMES[ExportFormat.PYLOCK], text, left_out)


def _python(contents: Contents) -> Path:
    python = interpreter_in(contents.prefix)
    if python is None:
        raise EngineError(
            ErrorCode.NO_PYTHON,
            "There is no Python in this environment.",
            hint="Choose another format: this one is for Python packages.",
            prefix=str(contents.prefix),
        )
    return python
