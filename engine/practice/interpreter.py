"""Decide which files of an installed CPython make up a `python` package, on each platform."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

_QUERY = """
import json, platform, sys, sysconfig
stdlib = sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})
print(json.dumps({
    "version": platform.python_version(),
    "minor": "%d.%d" % sys.version_info[:2],
    "platform": sys.platform,
    "machine": platform.machine(),
    "base_prefix": sys.base_prefix,
    "stdlib": stdlib,
    "library_folder": sysconfig.get_config_var("LIBDIR") or "",
    "library": sysconfig.get_config_var("INSTSONAME") or "",
    "framework": bool(getattr(sys, "_framework", "")),
    "wheel_folder": sysconfig.get_config_var("WHEEL_PKG_DIR") or "",
}))
"""

# Test suites, demonstrations, what only building needs, and what belongs to the machine's own
# installation rather than to the interpreter.
_LEFT_OUT_FOLDERS = frozenset(
    {
        "__pycache__",
        "dist-packages",
        "idle_test",
        "idlelib",
        "lib2to3",
        "site-packages",
        "test",
        "tests",
        "turtledemo",
    }
)
_LEFT_OUT_FILES = frozenset({"EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py"})
_LEFT_OUT_SUFFIXES = frozenset({".a", ".lib", ".o", ".pdb", ".pyc", ".pyo"})
_TEST_EXTENSION = re.compile(r"_(test|xx)|xx")


class Layout(StrEnum):
    """Name the ways in which CPython lays itself out below its prefix."""

    POSIX = "posix"
    FRAMEWORK = "framework"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Describe an installed CPython; `stdlib` is the folder of its standard library."""

    version: str
    minor: str
    platform: str
    machine: str
    base_prefix: Path
    stdlib: Path
    library_folder: str = ""
    library: str = ""
    framework: bool = False
    wheel_folder: str = ""

    @property
    def layout(self) -> Layout:
        """Return how the files are laid out."""
        if self.platform == "win32":
            return Layout.WINDOWS
        return Layout.FRAMEWORK if self.framework else Layout.POSIX

    @property
    def subdir(self) -> str:
        """Return the conda subdir of packages for this interpreter's platform."""
        return conda_subdir(self.platform, self.machine)

    @property
    def site_packages(self) -> str:
        """Return the site-packages folder of conda packages, relative to a prefix."""
        if self.layout is Layout.WINDOWS:
            return "Lib/site-packages"
        return f"lib/python{self.minor}/site-packages"


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """Say that the file `source` belongs into a package at `path`, relative to the prefix."""

    path: str
    source: Path


def describe_interpreter(executable: Path) -> Interpreter:
    """Ask the Python at `executable` what it is and where its files are.

    Raises OSError or subprocess.SubprocessError when it cannot be asked.
    """
    answer = subprocess.run(
        [str(executable), "-I", "-c", _QUERY],
        capture_output=True,
        check=True,
        timeout=60,
        creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        stdin=subprocess.DEVNULL,
    )
    return msgspec.json.decode(answer.stdout, type=Interpreter, dec_hook=as_path)


def running_interpreter() -> Interpreter:
    """Return the description of the Python that runs this process."""
    return describe_interpreter(Path(sys.executable))


def conda_subdir(platform: str, machine: str) -> str:
    """Return conda's name of a platform, from what Python calls system and machine.

    The names are those of the conda documentation's list of "subdirs" (CEP 15).
    """
    system = {"win32": "win", "darwin": "osx"}.get(platform, "linux")
    arm = machine.lower() in {"arm64", "aarch64"}
    if arm:
        return f"{system}-{'aarch64' if system == 'linux' else 'arm64'}"
    if machine.lower() in {"x86_64", "amd64", ""}:
        return f"{system}-64"
    return f"{system}-{machine.lower()}"


def is_wanted(path: PurePosixPath, layout: Layout) -> bool:
    """Return whether the file at `path`, relative to the prefix, belongs into the package."""
    folders, name = path.parts[:-1], path.name
    if _LEFT_OUT_FOLDERS.intersection(folders):
        return False
    if any(part.startswith("config-") for part in folders):
        return False
    if name in _LEFT_OUT_FILES or _TEST_EXTENSION.match(name):
        return False
    if layout is Layout.WINDOWS and len(path.parts) == 1:
        return _is_wanted_beside_python_exe(name.lower())
    return path.suffix.lower() not in _LEFT_OUT_SUFFIXES


def choose_files(interpreter: Interpreter) -> Iterator[ChosenFile]:
    """Yield the files of the package in a stable order; links are followed, never kept."""
    base = interpreter.base_prefix
    roots: tuple[Path, ...]
    match interpreter.layout:
        case Layout.WINDOWS:
            roots = (base / "DLLs", interpreter.stdlib)
            singles = sorted(file for file in base.iterdir() if file.is_file())
        case Layout.FRAMEWORK:
            # The launcher finds `Resources/Python.app` beside the framework's library.
            roots = (base / "Resources", interpreter.stdlib)
            singles = [base / "Python", base / "bin" / f"python{interpreter.minor}"]
        case Layout.POSIX:
            roots = (interpreter.stdlib,)
            program = base / "bin" / f"python{interpreter.minor}"
            singles = [program, *_shared_library(interpreter, program)]
    for source in singles:
        chosen = _chosen(interpreter, source)
        if chosen is not None and source.is_file():
            yield chosen
    for root in roots:
        yield from _below(interpreter, root)


def program_links(interpreter: Interpreter) -> tuple[tuple[str, str], ...]:
    """Return the symbolic links that a prefix needs, as pairs of path and target."""
    if interpreter.layout is Layout.WINDOWS:
        return ()
    program = f"python{interpreter.minor}"
    return (("bin/python", program), ("bin/python3", program))


def as_path(wanted: type, value: object) -> Path:
    """Return the path that `value` names; for msgspec, which calls it. Raises TypeError."""
    if wanted is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"{value!r} is no path")


def _below(interpreter: Interpreter, root: Path) -> Iterator[ChosenFile]:
    folders = [root]
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            chosen = _chosen(interpreter, entry)
            if chosen is None:
                continue
            if entry.is_dir():
                if not entry.is_symlink():
                    folders.append(entry)
            elif entry.is_file():
                yield chosen


def _chosen(interpreter: Interpreter, source: Path) -> ChosenFile | None:
    path = source.relative_to(interpreter.base_prefix).as_posix()
    # The child stands for "anything in this folder" when `source` is a folder.
    inside = PurePosixPath(path, "x.py") if source.is_dir() else PurePosixPath(path)
    return ChosenFile(path, source) if is_wanted(inside, interpreter.layout) else None


def _shared_library(interpreter: Interpreter, program: Path) -> tuple[Path, ...]:
    # Distributions build a shared library that their own program does not use.
    if not interpreter.library or not program.is_file():
        return ()
    library = Path(interpreter.library_folder) / interpreter.library
    if not library.is_relative_to(interpreter.base_prefix):
        return ()
    return (library,) if interpreter.library.encode() in program.read_bytes() else ()


def _is_wanted_beside_python_exe(name: str) -> bool:
    if name in {"python.exe", "pythonw.exe", "license.txt"}:
        return True
    return name.endswith(".dll") and name.startswith(("python", "vcruntime"))
