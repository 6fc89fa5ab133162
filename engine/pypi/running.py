"""Run uv: the one place that starts it, cleans its surroundings and understands its complaints."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import EngineError, ErrorCode, from_os_error
from engine.files.values import IndexOptions
from engine.places import Places
from engine.pypi.complaints import translated, without_logins
from engine.pypi.indexes import file_variables
from engine.pypi.settings import PipSettings, read_pip_settings, uv_variables
from engine.version import __version__

RESOLVE_SECONDS: Final = 300.0
INSTALL_SECONDS: Final = 3600.0

# sysconfig, which uv asks, gives other threads half an answer while it works out its first.
_one_at_a_time = threading.Lock()

_PASSED_ON: Final = (
    *("PATH", "PATHEXT", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "TMPDIR"),
    *("LANG", "LC_ALL", "LC_CTYPE", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
)
# What would send uv, or a build that it starts, to another Python or another environment.
_DROPPED: Final = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_PYTHON",
    "UV_LINK_MODE",
    "UV_COMPILE_BYTECODE",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
    "UV_REQUIRE_HASHES",
    "UV_NO_VERIFY_HASHES",
    "UV_WORKING_DIRECTORY",
)


@dataclass(frozen=True, slots=True)
class Uv:
    """Hold the program, the variables that it gets and the user's settings for indexes."""

    program: Path
    variables: tuple[tuple[str, str], ...]
    settings: PipSettings

    async def run(
        self,
        *arguments: str,
        folder: Path,
        timeout: float = RESOLVE_SECONDS,
        log: Callable[[str], None] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Run uv in `folder` and return its standard output; `log` gets what it says meanwhile.

        Cancelling the caller's task, and `timeout` seconds, end uv and what it started. Raises
        EngineError: timed-out, internal (there is no uv), and whatever `translated` makes of it.
        """
        environment = {**dict(self.variables), **(variables or {})}
        try:
            process = await asyncio.create_subprocess_exec(
                str(self.program),
                *arguments,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                limit=2**24,  # one line can hold all that a build said
                creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            )
        except FileNotFoundError as error:
            raise _lacking() from error
        except OSError as error:
            raise from_os_error(error, self.program) from error
        try:
            async with asyncio.timeout(timeout):
                output, complaints = await _both(process, log)
                status = await process.wait()
        except TimeoutError as error:
            raise EngineError(
                ErrorCode.TIMED_OUT,
                "Working with PyPI took too long and was stopped.",
                cause=f"Nothing was finished within {timeout:.0f} seconds.",
                hint="Look at your internet connection, then try again.",
            ) from error
        finally:
            await _end(process)
        if status != 0:
            raise translated(without_logins(complaints or output))
        return output


async def _both(
    process: asyncio.subprocess.Process, log: Callable[[str], None] | None
) -> tuple[str, str]:
    assert process.stdout is not None
    assert process.stderr is not None

    async def complaints(stream: asyncio.StreamReader) -> str:
        lines: list[str] = []
        async for line in stream:
            text = line.decode("utf-8", "replace")
            lines.append(text)
            if log is not None and text.strip():
                log(without_logins(text.rstrip()))
        return "".join(lines)

    output, said = await asyncio.gather(process.stdout.read(), complaints(process.stderr))
    return output.decode("utf-8", "replace"), said


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        import psutil

        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        process.kill()
    await process.wait()


def open_uv(
    places: Places,
    environ: Mapping[str, str] | None = None,
    site: Path | None = None,
    index: IndexOptions | None = None,
) -> Uv:
    """Return uv as it is run for `places`, with the user's settings translated for it.

    `environ` is the process's own unless given; isolated places use nothing of it but what a
    program needs to run at all. `site` is the environment whose own pip settings count, `index`
    what a file says about where to look, which comes on top of them. Raises EngineError
    (internal) when there is no uv.
    """
    outer = dict(os.environ)
    personal = dict(environ) if environ is not None else ({} if places.isolated else outer)
    variables = {
        key: value
        for key, value in ({} if places.isolated else outer).items()
        if key.upper() not in _DROPPED and not key.upper().startswith("PIP_")
    }
    variables |= {key: value for key, value in outer.items() if key.upper() in _PASSED_ON}
    variables |= {key: value for key, value in personal.items() if key.upper().startswith("UV_")}
    variables = {key: value for key, value in variables.items() if key.upper() not in _DROPPED}
    settings = read_pip_settings(places, personal, site)
    variables |= uv_variables(settings, places, personal)
    variables |= {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "UV_NO_COLOR": "1",
        "NO_COLOR": "1",
        "UV_BREAK_SYSTEM_PACKAGES": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "UV_PREVIEW": "0",
        "ENVDESK": __version__,
    }
    if places.isolated:
        variables |= {
            "HOME": str(places.home),
            "USERPROFILE": str(places.home),
            "APPDATA": str(places.home / "AppData" / "Roaming"),
            "LOCALAPPDATA": str(places.home / "AppData" / "Local"),
        }
        variables.setdefault("UV_CACHE_DIR", str(places.cache / "uv"))
        own = places.home / ".config" / "uv" / "uv.toml"
        if own.is_file():
            variables.setdefault("UV_CONFIG_FILE", str(own))
        else:
            variables.setdefault("UV_NO_CONFIG", "1")
    if index is not None:
        variables |= file_variables(index, variables)
    return Uv(find_uv(), tuple(variables.items()), settings)


def find_uv(frozen: bool | None = None) -> Path:
    """Return the uv program: beside a frozen application, else that of the installed package.

    Raises EngineError (internal) when there is none.
    """
    name = "uv.exe" if sys.platform == "win32" else "uv"
    is_frozen = bool(getattr(sys, "frozen", False)) if frozen is None else frozen
    if is_frozen:
        inside = getattr(sys, "_MEIPASS", "")
        folders = [Path(sys.executable).parent, *([Path(inside)] if inside else [])]
        for folder in folders:
            for place in (folder / name, folder / "bin" / name):
                if place.is_file():
                    return place
        raise _lacking()
    try:
        from uv import find_uv_bin

        with _one_at_a_time:
            return Path(find_uv_bin())
    except (ImportError, FileNotFoundError) as error:
        raise _lacking() from error


def _lacking() -> EngineError:
    return EngineError(
        ErrorCode.INTERNAL,
        "A part of Envdesk is missing: the program that works with PyPI.",
        cause="The program uv was not found where it was installed.",
        hint="Install Envdesk again.",
    )
