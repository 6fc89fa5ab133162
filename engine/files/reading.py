"""Read any file that says which packages somebody wants; one reader for each format.

Nothing here runs what a file says, fetches anything, or opens what lies outside of the folders of
the files that are named. For files of strangers these functions run in a worker process that can
be stopped and has limits of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.files.environment_yaml import read_environment_yaml
from engine.files.gathering import Gathering, Source
from engine.files.merging import merged
from engine.files.recognising import kind_by_name, recognise
from engine.files.requirements import read_requirements
from engine.files.taking import TEXT_LIMIT, Surroundings, take, too_large
from engine.files.targets import Target, aimed, fitting_python, this_target
from engine.files.values import FileKind, Place, Reading, RemarkCode

Reader = Callable[[Source, Gathering], None]

_READERS: Final[Mapping[FileKind, Reader]] = {
    FileKind.ENVIRONMENT_YAML: read_environment_yaml,
    FileKind.REQUIREMENTS: read_requirements,
    FileKind.CONSTRAINTS: read_requirements,
}


def read_file(path: Path, *, kind: FileKind | None = None, target: Target | None = None) -> Reading:
    """Return what the file at `path` asks for, read as `kind` or as what it is recognised for.

    Included files are read when they lie below the folder of the file. `applies` is worked out for
    `target`, by default this computer with a Python that the file allows.
    Raises EngineError (file-unreadable, file-too-large, file-not-recognised, file-malformed).
    """
    return _read_one(path, (path,), kind, target)


def read_files(
    paths: Sequence[Path], *, kind: FileKind | None = None, target: Target | None = None
) -> Reading:
    """Return what the files at `paths` ask for, read together; a folder stands for what it holds.

    With several files `kind` must be None. Raises EngineError as `read_file` does, and
    (files-do-not-mix) when one of several names exact packages.
    """
    named = tuple(dict.fromkeys(paths))
    readings = [_read_one(path, named, kind, target) for path in named]
    return merged(readings)


def read_text(
    text: str, *, name: str = "", kind: FileKind | None = None, target: Target | None = None
) -> Reading:
    """Return what pasted `text` asks for; `name` is what a file with it would be called.

    Raises EngineError as `read_file` does.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > TEXT_LIMIT:
        raise too_large(None, TEXT_LIMIT)
    source = Source(data, name, None, target or this_target(), Surroundings())
    return _read(source, kind, target)


def _read_one(
    path: Path, named: tuple[Path, ...], kind: FileKind | None, target: Target | None
) -> Reading:
    surroundings = Surroundings(named)
    source = Source(take(path), path.name, path, target or this_target(), surroundings)
    return _read(source, kind, target)


def _read(source: Source, kind: FileKind | None, target: Target | None) -> Reading:
    kinds = recognise(source.data, source.label)
    chosen = kind or next(iter(kinds), None)
    if chosen is None:
        raise not_recognised(source.path)
    found = Gathering(chosen, source.path, [source.path] if source.path else [])
    _READERS[chosen](source, found)
    if not (found.wanted or found.locked or found.constraints):
        found.remark(
            RemarkCode.NOTHING_FOUND, Place(source.label), "Nothing in this file can be installed."
        )
    others = tuple(each for each in kinds if each is not chosen)
    is_certain = bool(kind) or not others or kind_by_name(source.label.lower()) is chosen
    reading = replace(found.reading(), certain=is_certain, could_be=others)
    return reading if target is not None else aimed(reading, _usual_target(reading))


def _usual_target(reading: Reading) -> Target:
    return this_target(fitting_python(reading.python) if reading.python else "")


def not_recognised(path: Path | None) -> EngineError:
    """Return the failure of a file that is none of the kinds that can be read."""
    return EngineError(
        ErrorCode.FILE_NOT_RECOGNISED,
        "Envdesk does not know what kind of file this is.",
        cause="Nothing in it looks like a list of packages.",
        hint="Choose a requirements.txt, an environment.yml, a pyproject.toml or a lock file.",
        path=str(path or ""),
    )
