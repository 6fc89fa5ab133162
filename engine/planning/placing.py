"""Say whether an environment can be put where a request wants it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from engine.environments.naming import NameProblem, NameProblemCode, check_name
from engine.errors import EngineError, ErrorCode
from engine.plan import PlanWarning, Severity, WarningCode

SPARE: Final = 32 * 2**20  # bytes that stay free on a disk beyond what is put there
_CAUSES: Final = {
    NameProblemCode.EMPTY: "The name is empty.",
    NameProblemCode.RESERVED_BY_CONDA: "conda keeps this name for itself.",
    NameProblemCode.RESERVED_BY_WINDOWS: "Windows keeps this name for itself.",
    NameProblemCode.FORBIDDEN_CHARACTER: "Not every system allows these characters: {value}",
    NameProblemCode.INVISIBLE_CHARACTER: "It has characters that cannot be seen: {value}.",
    NameProblemCode.STARTS_WITH_SPACE: "It begins with a space.",
    NameProblemCode.STARTS_WITH_DOT: "It begins with a dot, which hides a folder.",
    NameProblemCode.STARTS_WITH_DASH: "It begins with a dash, which commands take for an option.",
    NameProblemCode.ENDS_WITH_SPACE: "It ends with a space, which Windows drops.",
    NameProblemCode.ENDS_WITH_DOT: "It ends with a dot, which Windows drops.",
    NameProblemCode.TOO_LONG: "It is too long.",
    NameProblemCode.PATH_TOO_LONG: "The folder and the name together are too long for programs.",
}


def check_target(prefix: Path, renamed: Path | None = None) -> tuple[NameProblem, ...]:
    """Return what is odd about the name of an environment that is to come to `prefix`.

    `renamed` is the environment that moves there, whose own name may differ in case only. Raises
    EngineError (name-invalid, prefix-exists, not-writable) when it cannot be there.
    """
    problems = check_name(prefix.name, prefix.parent)
    for problem in problems:
        if problem.code is NameProblemCode.EXISTS:
            is_itself = renamed is not None and renamed == prefix.parent / problem.value
            if not is_itself:
                _refuse_existing(prefix.parent / problem.value, prefix.name)
        elif problem.is_blocking:
            raise _refused(prefix.name, problem)
    if os.path.lexists(prefix):
        _refuse_existing(prefix, prefix.name)
    check_writable(prefix.parent)
    return tuple(problem for problem in problems if not problem.is_blocking)


def place_named(name: str, folder: Path) -> Path:
    """Return where in `folder` an environment called `name` is to come.

    Raises EngineError (name-invalid); whether the place is free is for `check_target` to say.
    """
    for problem in check_name(name, folder):
        if problem.is_blocking and problem.code is not NameProblemCode.EXISTS:
            raise _refused(name, problem)
    return folder / name


def _refused(name: str, problem: NameProblem) -> EngineError:
    return EngineError(
        ErrorCode.NAME_INVALID,
        f"An environment cannot be called “{name}”.",
        cause=_CAUSES[problem.code].format(value=problem.value),
        hint="Choose a short name of letters, digits, - and _.",
        name=name,
        problem=problem.code,
        value=problem.value,
    )


def _refuse_existing(found: Path, name: str) -> None:
    raise EngineError(
        ErrorCode.PREFIX_EXISTS,
        f"There is already something called {found.name} in this folder.",
        hint="Choose another name or another folder.",
        prefix=str(found),
        name=name,
    )


def check_writable(folder: Path) -> None:
    """Raise EngineError (not-writable) when nothing can be made in, or taken from, `folder`."""
    part = existing_part(folder)
    if not part.is_dir():
        raise EngineError(
            ErrorCode.NOT_WRITABLE,
            f"{part} is a file, not a folder.",
            hint="Choose another folder.",
            path=str(part),
        )
    if not os.access(part, os.W_OK | os.X_OK):
        raise EngineError(
            ErrorCode.NOT_WRITABLE,
            f"Envdesk may not write into the folder {part}.",
            cause="The folder is read-only, or belongs to somebody else.",
            hint="Choose another folder, or ask for the right to write there.",
            path=str(part),
        )


def existing_part(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that exists."""
    while not os.path.lexists(path) and path.parent != path:
        path = path.parent
    return path


def name_warning(prefix: Path, problems: Iterable[NameProblem]) -> Iterator[PlanWarning]:
    """Warn, once, about everything that is merely odd about the name of `prefix`."""
    codes = [problem.code.value for problem in problems]
    if codes:
        yield PlanWarning(
            WarningCode.NAME_ODD,
            Severity.NOTE,
            f"Some packages do not work in a folder called “{prefix.name}”.",
            (("name", prefix.name), ("problem", ", ".join(codes))),
        )


def space_warning(prefix: Path, needed: int) -> Iterator[PlanWarning]:
    """Warn, so that the plan cannot be carried out, when `needed` bytes do not fit."""
    part = existing_part(prefix.parent)
    free = shutil.disk_usage(part).free
    if needed + SPARE > free:
        yield PlanWarning(
            WarningCode.DISK_SPACE_SHORT,
            Severity.BLOCKING,
            f"The disk of {part} has {free} bytes free, and {needed + SPARE} are needed.",
            (
                ("free_bytes", str(free)),
                ("needed_bytes", str(needed + SPARE)),
                ("path", str(part)),
            ),
        )
