"""Use an environment: a terminal with it activated, its Python, its folder, its command."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from engine.conda.condarc import CondaConfiguration
from engine.environments.details import python_executable
from engine.environments.looking import is_file, is_folder
from engine.errors import EngineError, ErrorCode
from engine.opening import linux, macos, windows
from engine.opening.commands import activation_target, available, command
from engine.opening.sessions import Session, python_session, shell_session
from engine.opening.shells import Find, find_program, user_shell
from engine.opening.starting import Opening, Way, private_folder, start_first, write_files
from engine.opening.surroundings import own_surroundings
from engine.places import Places


class Desktop(Protocol):
    """Open things on one system; nothing is started or written here."""

    def terminal(
        self, session: Session, folder: Path, environ: Mapping[str, str], find: Find
    ) -> Opening:
        """Return how to run `session`, whose files will be in `folder`, in a terminal."""
        ...

    def file_manager(self, folder: str, environ: Mapping[str, str], find: Find) -> tuple[Way, ...]:
        """Return how to show `folder` in a file manager."""
        ...


def _desktop() -> Desktop:
    match sys.platform:
        case "win32":
            return windows
        case "darwin":
            return macos
        case _:
            return linux


def open_terminal(
    prefix: Path, name: str = "", *, environ: Mapping[str, str] | None = None
) -> None:
    """Open a terminal with the user's own shell, in which the environment at `prefix` is active.

    `name` is shown in the prompt. `environ` is what the terminal inherits: by default what this
    process inherited, without what belongs to Envdesk. Blocks for at most a second or so; call it
    in a thread. The terminal goes on when Envdesk ends.

    Raises EngineError (prefix-missing, no-terminal, disk-full, not-writable).
    """
    _require(prefix)
    inherited = own_surroundings() if environ is None else environ
    user = user_shell(inherited)
    _open(
        lambda folder: shell_session(prefix, name or prefix.name, user, folder, inherited),
        inherited,
    )


def open_python(prefix: Path, name: str = "", *, environ: Mapping[str, str] | None = None) -> None:
    """Open a terminal in which the Python of the environment at `prefix` waits for input.

    Raises EngineError (as `open_terminal`, and no-python).
    """
    _require(prefix)
    python = python_executable(prefix)
    if not is_file(python):
        raise EngineError(
            ErrorCode.NO_PYTHON,
            f"The environment at {prefix} has no Python.",
            hint="Choose an environment that has Python.",
            prefix=str(prefix),
        )
    inherited = own_surroundings() if environ is None else environ
    user = user_shell(inherited)
    _open(
        lambda folder: python_session(prefix, name or prefix.name, python, user, folder),
        inherited,
    )


def open_folder(folder: Path, *, environ: Mapping[str, str] | None = None) -> None:
    """Show `folder`, that of an environment or one inside of it, in the file manager.

    Raises EngineError (prefix-missing, no-file-manager).
    """
    _require(folder)
    inherited = own_surroundings() if environ is None else environ
    find = partial(find_program, environ=inherited)
    failures = start_first(_desktop().file_manager(str(folder), inherited, find), inherited)
    if failures is not None:
        raise EngineError(
            ErrorCode.NO_FILE_MANAGER,
            "No program that shows folders could be started.",
            hint="Install a file manager, or xdg-utils, or copy the address of the folder.",
            detail="\n".join(failures),
            prefix=str(folder),
        )


def activation_command(
    prefix: Path, name: str, configuration: CondaConfiguration, places: Places
) -> str:
    """Return what to type in a terminal of the user's to work in the environment at `prefix`.

    That is `conda activate` where it would work, and else a line that needs no conda.
    """
    environ: Mapping[str, str] = {} if places.isolated else os.environ
    shell = user_shell(os.environ).shell
    by = available(places.home, configuration, environ)
    return command(prefix, activation_target(prefix, name, configuration), shell, by)


def _require(prefix: Path) -> None:
    if not is_folder(prefix):
        raise EngineError(
            ErrorCode.PREFIX_MISSING,
            f"There is no folder {prefix} any more.",
            hint="Look whether it was moved, renamed or deleted.",
            prefix=str(prefix),
        )


def _open(make: Callable[[Path], Session], inherited: Mapping[str, str]) -> None:
    folder = None
    try:
        folder = private_folder(inherited)
        session = make(folder)
        find = partial(find_program, environ=inherited)
        opening = _desktop().terminal(session, folder, inherited, find)
        write_files(folder, opening.files, executable=opening.executable)
    except OSError as error:
        _discard(folder)
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise EngineError(
            ErrorCode.DISK_FULL if is_full else ErrorCode.NOT_WRITABLE,
            "The files that a terminal needs to start could not be written.",
            cause=error.strerror or "",
            detail=str(error),
        ) from error
    failures = start_first(opening.ways, {**inherited, **dict(session.variables)})
    if failures is not None:
        _discard(folder)
        raise EngineError(
            ErrorCode.NO_TERMINAL,
            "No terminal program could be started.",
            cause="" if failures else "None of the usual ones is installed.",
            hint="Install one, such as xterm, gnome-terminal or konsole.",
            detail="\n".join(failures),
        )


def _discard(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
