"""Find variables that lead Python or pip out of every environment."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.looking import is_file
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

_TARGETS: Final = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")  # where pip puts what it installs
_FOLDERS: Final = (*_TARGETS, "PYTHONHOME")
_SWITCHES: Final = ("PIP_USER",)
_ARCHIVES: Final = (".zip", ".egg")
_LIBRARY: Final = sys.stdlib_module_names - {"test"}  # a name that everybody uses
_PACKAGE: Final = "/__init__.py"
_FALSE: Final = ("", "0", "no", "false", "off", "n", "f")


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield path-leaks, one for each variable, with the packages of here that it hides.

    `target` among its values is where pip would put packages instead, `shared` the folder for all
    environments that it would put them into.

    (Python docs, "Environment variables"; pip docs, "Configuration".)
    """
    if not scene.python.version:
        return
    variables = scene.variables
    for name in _FOLDERS:
        if value := variables.get(name):
            folders = (Path(value),) if os.path.isdir(value) else ()  # noqa: PTH112 - no Path yet
            told = (("target", value),) if name in _TARGETS else ()
            yield _leak(scene, name, value, folders=folders, told=told)
    for name in _SWITCHES:
        if variables.get(name, "").lower() not in _FALSE:
            yield _leak(
                scene, name, variables[name], told=(("shared", str(scene.personal.folder)),)
            )
    path = variables.get("PYTHONPATH", "")
    separator = ";" if scene.around.platform == "win32" else ":"
    folders = [Path(each) for each in path.split(separator) if each]
    visible = {folder: names for folder in folders if (names := importable(folder))}
    if visible:
        here = modules_of(scene) | _LIBRARY  # which these folders come before, too
        shadowed = sorted({name for names in visible.values() for name in names if name in here})
        gravity = Gravity.RISKY if shadowed else Gravity.NOTE
        yield _leak(scene, "PYTHONPATH", path, tuple(shadowed), tuple(visible), gravity=gravity)


def modules_of(scene: Scene) -> frozenset[str]:
    """Return the names in site-packages that code in this environment can import."""
    return frozenset(
        name.partition(".")[0]
        for name in scene.python.names
        if not name.endswith((".dist-info", ".egg-info", ".pth")) and name != "__pycache__"
    )


def importable(folder: Path) -> frozenset[str]:
    """Return the modules in a folder, or in an archive of them (Python docs, `zipimport`)."""
    if folder.suffix in _ARCHIVES:
        with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(folder) as archive:
            names = archive.namelist()
            packages = {name.partition("/")[0] for name in names if name.endswith(_PACKAGE)}
            return frozenset(packages | {name[:-3] for name in names if _is_module(name)})
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone
    except OSError:
        return frozenset()
    found = {
        name.partition(".")[0]
        for name in names
        if name.endswith((".py", ".so", ".pyd")) or is_file(folder / name / "__init__.py")
    }
    return frozenset(found)


def _is_module(name: str) -> bool:
    return name.endswith(".py") and "/" not in name


def _leak(
    scene: Scene,
    name: str,
    value: str,
    shadowed: tuple[str, ...] = (),
    folders: tuple[Path, ...] = (),
    *,
    gravity: Gravity = Gravity.RISKY,
    told: tuple[tuple[str, str], ...] = (),
) -> Finding:
    hidden = f" It hides {', '.join(shadowed)} of this environment." if shadowed else ""
    return scene.finding(
        FindingCode.PATH_LEAKS,
        gravity,
        name,
        f"The variable {name} is set to {value}.{hidden}",
        values=(("variable", name), ("value", value), ("shadowed", ", ".join(shadowed)), *told),
        evidence=(Evidence(None, f"{name}={value}"), *(Evidence(folder) for folder in folders)),
        repairs=((RepairStep(RepairKind.ISOLATE, name),),),
    )
