"""The environment variables that a program gets which is opened on its own, apart from Envdesk."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from engine.opening.activation import environment_variables, path_folders

# What the desktop session sets for every Qt program, among them the way to type Chinese.
_OF_THE_SESSION = frozenset(
    (
        "QT_ACCESSIBILITY",
        "QT_AUTO_SCREEN_SCALE_FACTOR",
        "QT_ENABLE_HIGHDPI_SCALING",
        "QT_FONT_DPI",
        "QT_IM_MODULE",
        "QT_IM_MODULES",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON",
        "QT_QPA_PLATFORMTHEME",
        "QT_SCALE_FACTOR",
        "QT_SCREEN_SCALE_FACTORS",
        "QT_STYLE_OVERRIDE",
        "QT_WAYLAND_DECORATION",
        "QT_WAYLAND_FORCE_DPI",
    )
)
_OURS = re.compile(
    r"(?:QT_.*|QML.*|PYTHONHOME|PYTHONEXECUTABLE|__PYVENV_LAUNCHER__|VIRTUAL_ENV(?:_PROMPT)?"
    r"|_MEIPASS2?|_PYI_.*|PYINSTALLER_.*)\Z"
)
_OF_CONDA = re.compile(
    r"(?:CONDA_(?:PREFIX|STACKED)(?:_[0-9]+)?|CONDA_DEFAULT_ENV|CONDA_PROMPT_MODIFIER"
    r"|CONDA_SHLVL|__CONDA_SHLVL_.*)\Z"
)
_PREFIXES = re.compile(r"CONDA_PREFIX(?:_[0-9]+)?\Z")
# PyInstaller's starter points these at its own folder and keeps the user's under another name.
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")


def fresh_environment(
    environ: Mapping[str, str],
    platform: str = sys.platform,
    *,
    own_folder: Path | None = None,
    is_frozen: bool = False,
) -> dict[str, str]:
    """Return `environ` as it was before Envdesk, a virtual or a conda environment changed it.

    `own_folder` is the virtual environment that Envdesk itself runs from, whose programs must not
    be found; `is_frozen` says that a bundled interpreter set the search path for libraries.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name in _OF_THE_SESSION or not (_OURS.match(name) or _OF_CONDA.match(name))
    }
    for name in _LIBRARY_PATHS:
        original = kept.pop(f"{name}_ORIG", None)
        if original:
            kept[name] = original
        elif original is not None or is_frozen:
            kept.pop(name, None)
    left = [value for name, value in environ.items() if _PREFIXES.match(name) and value]
    for prefix in left:
        for name, value in environment_variables(Path(prefix)).items():
            if kept.get(name) == value:
                del kept[name]
    gone = [folder for prefix in left for folder in path_folders(prefix, platform)]
    virtual = (environ.get("VIRTUAL_ENV"), str(own_folder) if own_folder else None)
    programs = "\\Scripts" if platform == "win32" else "/bin"
    gone += [f"{folder}{programs}" for folder in virtual if folder]
    separator = ";" if platform == "win32" else ":"
    unwanted = {_folded(folder, platform) for folder in gone}
    if "PATH" in kept and unwanted:
        kept["PATH"] = separator.join(
            folder
            for folder in kept["PATH"].split(separator)
            if _folded(folder, platform) not in unwanted
        )
    return kept


def own_surroundings() -> dict[str, str]:
    """Return what `fresh_environment` makes of the variables of this process."""
    is_virtual = sys.prefix != sys.base_prefix
    return fresh_environment(
        os.environ,
        own_folder=Path(sys.prefix) if is_virtual else None,
        is_frozen=bool(getattr(sys, "frozen", False)),
    )


def _folded(folder: str, platform: str) -> str:
    if platform == "win32":
        return folder.rstrip("\\/").replace("/", "\\").lower()
    return folder.rstrip("/") or folder
