"""Read any file that says which packages somebody wants; one reader for each format.

Nothing here runs what a file says, fetches anything, or opens what lies outside of the folders of
the files that are named. For files of strangers these functions run in a worker process that can
be stopped and has limits of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.environments.looking import is_folder
from engine.errors import EngineError, ErrorCode
from engine.files.archives import read_conda_package, read_wheel
from engine.files.conda_list import read_conda_list
from engine.files.conda_lock import read_conda_lock
from engine.files.environment_yaml import read_environment_yaml
from engine.files.explicit import read_explicit
from engine.files.folders import find_in_folder
from engine.files.gathering import Gathering, Source
from engine.files.headings import name_for_conda, name_in_head
from engine.files.merging import merged
from engine.files.pip_freeze import read_pip_freeze
from engine.files.pipfile import read_pipfile
from engine.files.pixi_lock import read_pixi_lock
from engine.files.pylocks import read_pylock
from engine.files.pyproject import read_pyproject
from engine.files.recognising import HEAD, kind_by_name, recognise
from engine.files.requirements import read_requirements
from engine.files.scripts import read_notebook, read_script
from engine.files.setup_cfg import read_setup_cfg
from engine.files.taking import TEXT_LIMIT, Surroundings, take, take_head, too_large
from engine.files.targets import Target, aimed, fitting_python, this_target
from engine.files.values import FileKind, Part, Place, Reading, Remark, RemarkCode
from engine.files.yaml_nodes import malformed

Reader = Callable[[Source, Gathering], None]

_READERS: Final[Mapping[FileKind, Reader]] = {
    FileKind.ENVIRONMENT_YAML: read_environment_yaml,
    FileKind.REQUIREMENTS: read_requirements,
    FileKind.CONSTRAINTS: read_requirements,
    FileKind.PYPROJECT: read_pyproject,
    FileKind.SETUP_CFG: read_setup_cfg,
    FileKind.PIPFILE: read_pipfile,
    FileKind.PYLOCK: read_pylock,
    FileKind.CONDA_LOCK: read_conda_lock,
    FileKind.PIXI_LOCK: read_pixi_lock,
    FileKind.EXPLICIT: read_explicit,
    FileKind.CONDA_LIST: read_conda_list,
    FileKind.PIP_FREEZE: read_pip_freeze,
    FileKind.SCRIPT: read_script,
    FileKind.NOTEBOOK: read_notebook,
}
_ARCHIVES: Final = {
    FileKind.CONDA_PACKAGE: read_conda_package,
    FileKind.WHEEL: read_wheel,
}
_HEAD: Final = 1 << 12  # bytes
_LONG_NUMBER: Final = re.compile(rb"[0-9]{4000}")


def read_file(path: Path, *, kind: FileKind | None = None, target: Target | None = None) -> Reading:
    """Return what the file at `path` asks for, read as `kind` or as what it is recognised for.

    Included files are read when they lie below the folder of the file. `applies` is worked out for
    `target`, by default this computer with a Python that the file allows.
    Raises EngineError (file-unreadable, file-too-large, file-not-recognised, file-malformed).
    """
    path = Path(os.path.abspath(path))
    return _read_one(path, (path,), kind, target)


def read_files(
    paths: Sequence[Path],
    *,
    kind: FileKind | None = None,
    kinds: Mapping[Path, FileKind] = MappingProxyType({}),
    target: Target | None = None,
) -> Reading:
    """Return what the files at `paths` ask for, read together; a folder stands for what it holds.

    `kind` is what all of them are, `kinds` what some of them are, where that was corrected.
    Raises EngineError as `read_file` does, and (files-do-not-mix) when one of several names exact
    packages.
    """
    named = tuple(dict.fromkeys(Path(os.path.abspath(path)) for path in paths))
    said = {Path(os.path.abspath(path)): each for path, each in kinds.items()}
    readings: list[Reading] = []
    for path in named:
        try:
            readings.append(_read_one(path, named, said.get(path, kind), target))
        except EngineError as error:
            if len(named) == 1:
                raise
            values = (*error.failure.values, ("file", path.name))
            raise EngineError.from_failure(replace(error.failure, values=values)) from error
    parts = [
        Part(path, each.kind, each.certain, each.could_be)
        for path, each in zip(named, readings, strict=True)
    ]
    whole = merged(readings)
    return replace(whole, parts=tuple(parts)) if len(parts) > 1 else whole


def read_text(
    text: str, *, name: str = "", kind: FileKind | None = None, target: Target | None = None
) -> Reading:
    """Return what pasted `text` asks for; `name` is what a file with it would be called.

    Raises EngineError as `read_file` does.
    """
    return read_data(text.encode("utf-8", "replace"), name=name, kind=kind, target=target)


def read_data(
    data: bytes, *, name: str = "", kind: FileKind | None = None, target: Target | None = None
) -> Reading:
    """Return what the bytes of a file called `name` ask for, which has nothing beside it.

    Raises EngineError as `read_file` does.
    """
    if len(data) > TEXT_LIMIT:
        raise too_large(None, TEXT_LIMIT)
    source = Source(data, name, None, target or this_target(), Surroundings())
    return _read(source, kind, target)


def _read_one(
    path: Path, named: tuple[Path, ...], kind: FileKind | None, target: Target | None
) -> Reading:
    path = Path(os.path.abspath(path))
    if is_folder(path):
        return _read_folder(path, named, kind, target)
    head = take_head(path, HEAD)
    kinds = recognise(head, path.name)
    chosen = kind or next(iter(kinds), None)
    if chosen is not None and chosen in _ARCHIVES:
        if not head.startswith((b"PK", b"BZh")):
            raise not_recognised(path)
        found = Gathering(chosen, path, [path])
        with _numbers_in_reason(b""):
            _ARCHIVES[chosen](path, target or this_target(), found)
            return _finished(found, path.name, kinds, kind, target)
    data = head if len(head) < HEAD else take(path)
    source = Source(data, path.name, path, target or this_target(), Surroundings(named))
    return _read(source, kind, target)


def _read_folder(
    folder: Path, named: tuple[Path, ...], kind: FileKind | None, target: Target | None
) -> Reading:
    best, *others = find_in_folder(folder)
    inside = tuple(best if path == folder else path for path in named)
    reading = _read_one(best, inside, kind, target)
    unread = [path for path in others if path not in reading.files]
    remarks = tuple(
        Remark(
            RemarkCode.FILE_NOT_READ,
            Place(path.name),
            f"{path.name} lies in the same folder and was not read.",
            (("file", path.name), ("read", best.name)),
        )
        for path in unread
    )
    return replace(reading, remarks=(*reading.remarks, *remarks))


def _read(source: Source, kind: FileKind | None, target: Target | None) -> Reading:
    kinds = recognise(source.data, source.label)
    chosen = kind or next(iter(kinds), None)
    if chosen is None:
        raise not_recognised(source.path)
    if chosen in _ARCHIVES:
        raise not_recognised(source.path)
    found = Gathering(chosen, source.path, [source.path] if source.path else [])
    with _numbers_in_reason(source.data):
        _READERS[chosen](source, found)
        name = name_in_head(source.data[:_HEAD].decode("utf-8", "replace"))
        if name and found.name in ("", name_for_conda(name)):
            found.name = name
        return _finished(found, source.label, kinds, kind, target)


@contextmanager
def _numbers_in_reason(data: bytes) -> Generator[None]:
    """Refuse a file for a number that Python will not read (docs.python.org, int_max_str_digits).

    Whichever reader or library meets it, in a version mostly, gives up with the same ValueError.
    """
    try:
        yield
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        found = _LONG_NUMBER.search(data)
        line = data.count(b"\n", 0, found.start()) + 1 if found else 0
        raise malformed("file", "A number in it has thousands of digits.", line) from error


def _finished(
    found: Gathering,
    label: str,
    kinds: tuple[FileKind, ...],
    kind: FileKind | None,
    target: Target | None,
) -> Reading:
    """Return the value of what was gathered, with what else the file could be."""
    chosen = found.kind
    if not (found.wanted or found.locked or found.constraints):
        found.remark(
            RemarkCode.NOTHING_FOUND, Place(label), "Nothing in this file can be installed."
        )
    others = tuple(each for each in kinds if each is not chosen)
    rivals = [each for each in others if each is not FileKind.CONSTRAINTS]
    is_certain = bool(kind) or not rivals or kind_by_name(label.lower()) is chosen
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
