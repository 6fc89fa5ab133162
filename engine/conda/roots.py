"""Where conda, mamba and micromamba are usually installed, and which of these places are taken."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from engine.environments.looking import is_folder

INSTALLER_FOLDERS = (
    "miniforge3",
    "miniconda3",
    "anaconda3",
    "mambaforge",
    "miniforge",
    "miniconda",
    "anaconda",
    "miniforge-pypy3",
    "mambaforge-pypy3",
)
CASKS = ("miniforge", "miniconda", "anaconda", "mambaforge")


def usual_roots(platform: str, home: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that installers offer by default on `platform` (a `sys.platform`).

    Nothing is looked at: most of the folders will not exist. Sources: the installers of Anaconda
    and Miniforge, the Homebrew casks, Chocolatey, Scoop, and "Root prefix" in the mamba docs.
    """
    if platform == "win32":
        roots = _usual_on_windows(home, environ)
    else:
        roots = _usual_on_posix(platform, home, environ)
    return tuple(dict.fromkeys(roots))


def _usual_on_windows(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    shared = Path(environ.get("PROGRAMDATA") or environ.get("ProgramData") or "C:/ProgramData")
    drive = Path((environ.get("SYSTEMDRIVE") or "C:") + "/")
    tools = Path(environ.get("CHOCOLATEYTOOLSLOCATION") or drive / "tools")
    for folder in (home, local, local / "Continuum", shared, drive, tools):
        for name in INSTALLER_FOLDERS:
            yield folder / name
    for name in ("miniforge", "miniconda3", "anaconda3"):
        yield home / "scoop" / "apps" / name / "current"
    for folder in (home / "micromamba", local / "micromamba", roaming / "mamba", local / "mamba"):
        yield folder


def _usual_on_posix(platform: str, home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    folders = [home, Path("/opt"), Path("/usr/local")]
    if platform == "darwin":
        folders += [home / "opt", Path("/opt/homebrew")]
    for folder in folders:
        for name in INSTALLER_FOLDERS:
            yield folder / name
    yield Path("/opt/conda")
    yield Path("/srv/conda")
    if platform == "darwin":
        for brew in (Path("/opt/homebrew"), Path("/usr/local")):
            for cask in CASKS:
                yield brew / "Caskroom" / cask / "base"
    data = environ.get("XDG_DATA_HOME")
    if data:
        yield Path(data) / "mamba"
    for folder in (".local/share/mamba", "micromamba", ".micromamba"):
        yield home / folder


def named_roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the installations that the variables of an activated shell point to, nearest first."""
    roots: list[Path] = []
    for key in ("CONDA_ROOT", "CONDA_ROOT_PREFIX", "_CONDA_ROOT"):
        roots += _absolute(environ.get(key))
    for program in _absolute(environ.get("CONDA_EXE")):
        roots.append(program.parent.parent)  # bin/conda, Scripts/conda.exe, condabin/conda.bat
    roots += _absolute(environ.get("MAMBA_ROOT_PREFIX"))
    return tuple(dict.fromkeys(roots))


def _absolute(text: str | None) -> list[Path]:
    path = Path(text) if text else None
    return [path] if path is not None and path.is_absolute() else []


def is_root(path: Path) -> bool:
    """Return whether an installation is there: an environment, or the root of micromamba."""
    return is_folder(path / "conda-meta") or is_folder(path / "envs")


def existing_roots(candidates: Iterable[Path]) -> tuple[Path, ...]:
    """Return those of `candidates` where an installation is, each once however it is spelled."""
    found: dict[str, Path] = {}
    for path in candidates:
        if is_root(path):
            found.setdefault(os.path.normcase(os.path.realpath(path)), path)
    return tuple(found.values())


def oddly_named_roots(platform: str = sys.platform) -> tuple[Path, ...]:
    """Return what is called `*conda3` in /opt, where administrators like to put installations."""
    if platform == "win32":
        return ()
    try:
        return tuple(sorted(Path("/opt").glob("*conda3")))
    except OSError:
        return ()
