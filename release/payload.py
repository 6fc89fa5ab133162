"""What goes into the frozen application, on every system; `packaging/envdesk.spec` asks here."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath
from typing import Final

from engine.practice.bundled import BUNDLE, write_bundle
from engine.version import __version__
from release.places import BUILD, DIST, PACKAGING, PAYLOAD, SOURCE, ReleaseError, source_time

SPEC: Final = PACKAGING / "envdesk.spec"
BUNDLE_FILE: Final = BUILD / "inputs" / BUNDLE
ICONS: Final = BUILD / "inputs" / "icons"
LICENCES: Final = BUILD / "inputs" / "licences"

# What is never used, and what a build machine must not bring in by chance.
EXCLUDED_MODULES: Final = (
    *("tkinter", "idlelib", "lib2to3", "test", "unittest", "pydoc_data", "ensurepip", "venv"),
    *("pytest", "hypothesis", "setuptools", "pip", "PyInstaller", "numpy", "IPython", "jinja2"),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtTest", "PySide6.QtSql"),
    *("PySide6.QtOpenGL", "PySide6.QtHelp", "PySide6.QtPrintSupport", "PySide6.QtUiTools"),
)
# Parts of Qt by file name, on each system; everything else of Qt that was found is kept.
_UNUSED_QT: Final = (
    *("*Qt6Pdf*", "*Qt6Qml*", "*Qt6Quick*", "*Qt6VirtualKeyboard*", "*Qt6Eglfs*", "*Qt6EglF[Ss]*"),
    *("*Qt6Sql*", "*Qt6WaylandCompositor*", "*QtPdf.*", "*QtQml*", "*QtQuick*"),
    *("*/platforms/*eglfs*", "*/platforms/*linuxfb*", "*/platforms/*vnc*", "*/platforms/*vkkhr*"),
    *("*/platforms/*minimal*", "*/platforms/*direct2d*", "*/egldeviceintegrations/*"),
    *("*/generic/*", "*/networkinformation/*", "*/tls/*", "*/printsupport/*", "*/sqldrivers/*"),
    *("*/platforminputcontexts/*virtualkeyboard*", "*/imageformats/*pdf*", "*/imageformats/*tiff*"),
    *("*/imageformats/*webp*", "*/imageformats/*tga*", "*/imageformats/*wbmp*"),
    *("*/imageformats/*icns*", "*/qmltooling/*", "*/qmllint/*", "*/vectorimageformats/*"),
    *("*/platformthemes/*gtk3*", "*/wayland-decoration-client/*adwaita*"),
    *("*/wayland-graphics-integration-server/*", "*/opengl32sw.dll", "*/d3dcompiler_*.dll"),
)
_QT_TRANSLATIONS: Final = ("qt_zh_CN.qm", "qtbase_zh_CN.qm")
_LICENCE_NAMES: Final = ("licen[cs]e*", "copying*", "notice*", "authors*")


def prepare() -> None:
    """Make what the application carries besides code: practice channels, icons, licences."""
    from release.icons import write_icons

    write_bundle(BUNDLE_FILE)
    write_icons(ICONS)
    write_licences(LICENCES)


def build() -> Path:
    """Freeze the application into `dist/envdesk`; return that folder. Takes about a minute.

    Raises ReleaseError when PyInstaller fails.
    """
    prepare()
    shutil.rmtree(PAYLOAD, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += [f"--distpath={DIST}", f"--workpath={BUILD / 'pyinstaller'}", str(SPEC)]
    # The same bytes each time: PyInstaller manual, "Creating a Reproducible Build".
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "1",
        "SOURCE_DATE_EPOCH": str(source_time()),
    }
    if subprocess.run(command, cwd=SOURCE, env=environment, check=False).returncode:
        raise ReleaseError("PyInstaller failed; what it said stands above.")
    return PAYLOAD


def uv_program() -> Path:
    """Return the program uv, which lies beside the engine in the frozen application."""
    from uv import find_uv_bin

    return Path(find_uv_bin())


def interpreter() -> str:
    """Return the shared library of the running Python, or its program where there is none."""
    library = Path(
        str(sysconfig.get_config_var("LIBDIR")), str(sysconfig.get_config_var("LDLIBRARY"))
    )
    return str(
        library.resolve() if library.suffix != ".a" and library.is_file() else sys.executable
    )


def is_kept(name: str) -> bool:
    """Return whether a file with this place in the application is kept."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix == ".qm":
        return path.name in _QT_TRANSLATIONS
    return not any(fnmatch(f"/{path}", pattern) for pattern in _UNUSED_QT)


def info_plist() -> dict[str, object]:
    """Return the Info.plist of the macOS application, with the version filled in."""
    with (PACKAGING / "macos" / "Info.plist").open("rb") as file:
        read: dict[str, object] = plistlib.load(file)
    return {**read, "CFBundleShortVersionString": __version__, "CFBundleVersion": __version__}


def windows_version() -> tuple[int, int, int, int]:
    """Return the version as Windows stores it, in four numbers."""
    numbers = [int(part) for part in __version__.split(".")[:3] if part.isdecimal()]
    first, second, third, *_ = (*numbers, 0, 0, 0)
    return first, second, third, 0


def distributions() -> tuple[str, ...]:
    """Return the names of the distributions that are locked for the application, sorted."""
    from packaging.requirements import Requirement

    names: set[str] = set()
    for line in (SOURCE / "requirements" / "app.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#", "-")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                names.add(requirement.name)
    return tuple(sorted(names))


def write_licences(folder: Path) -> None:
    """Write Envdesk's licence and those of everything in the application into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PACKAGING / "licences", folder)
    shutil.copyfile(SOURCE / "LICENSE", folder / "Envdesk.txt")
    for place in (Path(os.__file__).parent / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt"):
        if place.is_file():
            shutil.copyfile(place, folder / "Python.txt")
    listed = ["Envdesk is made with the help of:", ""]
    for name in distributions():
        found = distribution(name)
        listed.append(f"{name} {found.version}: {licence_of(found)}")
        for file in found.files or ():
            # Their own folders hold the texts (PEP 639), at whatever depth.
            if ".dist-info/" in file.as_posix() and _is_licence(file.name):
                target = folder / name / "-".join(file.parts[2:] or file.parts[1:])
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(file.read_binary())
    (folder / "README.txt").write_text("\n".join([*listed, ""]), encoding="utf-8", newline="\n")


def licence_of(found: Distribution) -> str:
    """Return how a distribution names its licence (Core metadata 2.4), in one line."""
    for field in ("License-Expression", "License"):
        for told in found.metadata.get_all(field) or ():
            return str(told).splitlines()[0]
    return "see its text"


def _is_licence(name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in _LICENCE_NAMES)
