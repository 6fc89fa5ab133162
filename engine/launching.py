"""How this program starts itself again, and what it leaves to the programs that it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

from engine.places import Places

_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from engine.__main__ import main; sys.exit(main())"
)
_SERVE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import serve; serve()"
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
_OF_THE_BUNDLE = ("_PYI_", "_MEIPASS", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def engine_command(*arguments: str, places: Places) -> list[str]:
    """Return the command line that runs the headless front end with `arguments`.

    A frozen application starts itself with a hidden first argument. From source, the folder that
    holds the package travels as an argument: a variable such as PYTHONPATH would be inherited by
    every program that the worker starts.
    """
    root = ["--root", str(places.home.parent)] if places.isolated else []
    return own_command(*root, *arguments)


def own_command(*arguments: str) -> list[str]:
    """Return the command line of the headless front end, wherever it is to work."""
    if is_frozen():
        return [sys.executable, "--engine", *arguments]
    source = Path(__file__).resolve().parent.parent
    return [sys.executable, "-X", "utf8", "-c", _START, str(source), *arguments]


def walker_command() -> list[str]:
    """Return the command line of the process that helps with walks: the quickest one to start."""
    return _helper_command("walk", "engine.cache.lending")


def hasher_command() -> list[str]:
    """Return the command line of the process that helps to compare files."""
    return _helper_command("hash", "engine.health.comparing")


def linker_command() -> list[str]:
    """Return the command line of a process that helps to make mirrors."""
    return _helper_command("link", "engine.replicas.handing")


def _helper_command(word: str, module: str) -> list[str]:
    if is_frozen():
        return own_command(word)
    source = Path(__file__).resolve().parent.parent
    # The standard library is all it needs, so nothing that is installed is looked for.
    code = _SERVE.format(module=module)
    return [sys.executable, "-X", "utf8", "-I", "-S", "-c", code, str(source)]


def begin_again_in_utf8() -> None:
    """Start this process again where it could not tell every file name; returns where it can.

    In a locale without Unicode, names of files that are not in its alphabet cannot even be asked
    for. Only POSIX has such locales (PEP 529, PEP 540); the bundle is in UTF-8 mode anyway.
    """
    if sys.getfilesystemencoding() != "utf-8" and not is_frozen():
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def is_frozen() -> bool:
    """Return whether this is the frozen application, which has no Python beside it."""
    return bool(getattr(sys, "frozen", False))


def bundle_folder() -> Path | None:
    """Return the folder of the frozen application's own files, None from source.

    PyInstaller names it (PyInstaller manual, "Run-time Information").
    """
    inside = getattr(sys, "_MEIPASS", "")
    return Path(inside) if is_frozen() and inside else None


def leave_bundle(environ: MutableMapping[str, str]) -> None:
    """Take out of `environ` what a frozen application's starter put there for itself alone.

    Other programs would load the bundle's libraries instead of their own; this process has loaded
    its starter already, and one that it starts of its own gets all of it again (PyInstaller
    manual, "Launching External Programs from the Frozen Application").
    """
    for name in tuple(environ):
        if name.startswith(_OF_THE_BUNDLE):
            del environ[name]
    for name in _LIBRARY_PATHS:
        original = environ.get(f"{name}_ORIG")
        if original:
            environ[name] = original
        else:
            environ.pop(name, None)
    inside = bundle_folder()
    if sys.platform == "win32" and inside is not None:
        _leave_windows_bundle(inside, environ)


def _leave_windows_bundle(inside: Path, environ: MutableMapping[str, str]) -> None:
    """Look for libraries in the bundle from this process only."""
    if sys.platform != "win32":
        return
    import ctypes

    os.add_dll_directory(str(inside))
    ctypes.windll.kernel32.SetDllDirectoryW(None)
    kept = [part for part in environ.get("PATH", "").split(";") if part != str(inside)]
    environ["PATH"] = ";".join(kept)
