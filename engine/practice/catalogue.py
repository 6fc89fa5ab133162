"""Define what the two practice channels offer, apart from Python itself and pip."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from engine.practice.archives import (
    ArchiveFormat,
    CondaPackage,
    Noarch,
    PackagedFile,
    PlaceholderKind,
)
from engine.practice.wheels import Project, conda_package_of

TEXT_PLACEHOLDER = "/opt/practice_placeholder_" + "p" * 40
BINARY_PLACEHOLDER = ("/opt/practice_placeholder_" + "_placehold" * 25)[:255]

_NUMERALS = '''"""Write numbers in Roman numerals."""

__version__ = "{version}"

_SIGNS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)


def roman(number):
    text = ""
    for value, sign in _SIGNS:
        count, number = divmod(number, value)
        text += sign * count
    return text
'''

_TOOL = '''"""{summary}"""

import numerals

__version__ = "{version}"


def main():
    print("{name} " + __version__ + ", numerals " + numerals.__version__)
'''

_PLAIN = '''"""{summary}"""

__version__ = "{version}"
'''


def main_packages(subdir: str) -> tuple[CondaPackage, ...]:
    """Return the packages of `practice-main`, the newer channel, for the platform `subdir`."""
    return (
        numerals("1.4.2", "2025-11-03", build_number=1),
        numerals("2.0.1", "2026-02-16"),
        numerals("2.1.0", "2026-05-04"),
        tidepool("3.1.0", "2026-01-12", "numerals >=1.4"),
        tidepool("3.2.0", "2026-04-20", "numerals >=1.4"),
        starchart("1.8.0", "2026-03-09", "numerals >=2.0,<2.1"),
        _python("moonrise", "0.9.0", "2026-05-11", "When the moon rises.", ("numerals >=2.1",)),
        _python("almanac", "2025.3", "2025-03-03", "Days and seasons."),
        _python("almanac", "2026.1", "2026-01-05", "Days and seasons."),
        _python("almanac", "2026.2rc1", "2026-05-18", "Days and seasons."),
        _generic("firelily", "1.0.0", "2026-01-19", constrains=("icemoss <0",)),
        _generic("icemoss", "1.0.0", "2026-01-19"),
        _generic("kite", "1.0.0", "2026-01-19", depends=("wind >=1",)),
        _generic("furnace", "1.0.0", "2026-01-19", depends=("__cuda >=99",)),
        _glyphs(),
        _driftwood(subdir),
        _lodestone(subdir),
        _signpost(subdir),
        _bellringer(subdir),
        _compass(subdir),
        _lighthouse(),
        _generic("harbor-east", "1.0.0", "2026-02-02", _harbor("east")),
        _generic("harbor-west", "1.0.0", "2026-02-02", _harbor("west")),
        _generic("quarry", "1.2.0", "2026-02-09", (_rock("share/quarry/stone.bin", 4_000_000),)),
        _generic("mosaic", "1.0.0", "2026-02-23", _tiles(1500)),
    )


def extra_packages() -> tuple[CondaPackage, ...]:
    """Return the packages of `practice-extra`: older versions of some, and others of its own."""
    return (
        numerals("0.9.5", "2023-06-05"),
        numerals("1.0.0", "2024-02-05"),
        numerals("1.4.2", "2024-10-07"),
        tidepool("2.6.0", "2024-03-04", "numerals >=0.9,<2"),
        starchart("1.2.0", "2024-04-01", "numerals >=1.0,<2"),
        _python("almanac", "2023.2", "2023-09-04", "Days and seasons."),
        _python("harpstring", "0.3.0", "2024-05-06", "Tones and tunings.", ("numerals >=0.9",)),
        _tool("papyrus", "4.0.1", "2024-06-03", "Pages of notes.", ("harpstring", "numerals")),
        _python("meadow", "1.1.0", "2024-07-01", "Counts of flowers.", ("numerals <1",)),
        _generic(
            "sandglass",
            "0.4.0",
            "2023-01-09",
            (PackagedFile("share/sandglass/sand.txt", b"grain by grain\n"),),
            archive_format=ArchiveFormat.TAR_BZ2,
        ),
    )


def numerals(version: str, day: str, build_number: int = 0) -> CondaPackage:
    """Return a version of the package that many others depend on."""
    source = _NUMERALS.replace("{version}", version)
    project = Project(
        "numerals",
        version,
        "Numbers in Roman numerals.",
        modules=(("numerals/__init__.py", source),),
    )
    return _from_project(project, day, ("python >=3.8",), build_number)


def tidepool(version: str, day: str, needs: str) -> CondaPackage:
    """Return a version of a package with a command of its own."""
    return _tool("tidepool", version, day, "Tables of high and low water.", (needs,))


def starchart(version: str, day: str, needs: str) -> CondaPackage:
    """Return a version of the package that holds numerals back."""
    return _tool("starchart", version, day, "Maps of the night sky.", (needs, "tidepool"))


def _tool(
    name: str, version: str, day: str, summary: str, depends: tuple[str, ...]
) -> CondaPackage:
    values = {"name": name, "version": version, "summary": summary}
    project = Project(
        name,
        version,
        summary,
        requires=tuple(depends),
        scripts=(f"{name} = {name}:main",),
        modules=((f"{name}/__init__.py", _TOOL.format(**values)),),
    )
    return _from_project(project, day, ("python >=3.8", *depends))


def _python(
    name: str, version: str, day: str, summary: str, depends: tuple[str, ...] = ()
) -> CondaPackage:
    project = Project(
        name,
        version,
        summary,
        requires=depends,
        modules=((f"{name}/__init__.py", _PLAIN.format(version=version, summary=summary)),),
    )
    return _from_project(project, day, ("python >=3.8", *depends))


def _from_project(
    project: Project, day: str, depends: tuple[str, ...], build_number: int = 0
) -> CondaPackage:
    package = CondaPackage(
        name=project.name,
        version=project.version,
        build=f"pyh5eed0a1_{build_number}",
        build_number=build_number,
        subdir="noarch",
        depends=depends,
        summary=project.summary,
        timestamp=seconds(day),
    )
    return conda_package_of(project, package)


def _generic(
    name: str,
    version: str,
    day: str,
    files: tuple[PackagedFile, ...] = (),
    *,
    depends: tuple[str, ...] = (),
    constrains: tuple[str, ...] = (),
    archive_format: ArchiveFormat = ArchiveFormat.CONDA,
) -> CondaPackage:
    note = PackagedFile(f"share/{name}/about.txt", f"{name} {version}\n".encode())
    return CondaPackage(
        name=name,
        version=version,
        build="0",
        subdir="noarch",
        noarch=Noarch.GENERIC,
        depends=depends,
        constrains=constrains,
        summary=f"Practice package {name}.",
        timestamp=seconds(day),
        archive_format=archive_format,
        files=(note, *files),
    )


def _native(
    name: str, version: str, day: str, subdir: str, files: tuple[PackagedFile, ...]
) -> CondaPackage:
    return CondaPackage(
        name=name,
        version=version,
        build="h5eed0a1_0",
        subdir=subdir,
        summary=f"Practice package {name}.",
        timestamp=seconds(day),
        files=files,
    )


def _glyphs() -> CondaPackage:
    names = ("字/水.txt", "字/山 川.txt", "résumé.txt", "naïve café.txt", "empty.txt")
    files = tuple(
        PackagedFile(f"share/glyphs/{name}", b"" if name == "empty.txt" else name.encode())
        for name in names
    )
    return _generic("glyphs", "5.0.0", "2026-03-16", files)


def _driftwood(subdir: str) -> CondaPackage:
    text = b"drifting\n"
    files = (
        PackagedFile("share/driftwood/read-only.txt", text, 0o444),
        PackagedFile("share/driftwood/private.txt", text, 0o600),
        PackagedFile("share/driftwood/run.sh", b"#!/bin/sh\necho drifting\n", 0o755),
    )
    if not subdir.startswith("win-"):  # making a link needs a privilege there
        files += (
            PackagedFile("share/driftwood/link.txt", text, link_target="read-only.txt"),
            PackagedFile("share/driftwood/nowhere.txt", link_target="not-there.txt"),
            PackagedFile("share/driftwood/folder", link_target="../driftwood"),
        )
    return _native("driftwood", "2.0.0", "2026-03-23", subdir, files)


def _lodestone(subdir: str) -> CondaPackage:
    # A program's data: the prefix in a fixed field, which a shorter prefix must not move.
    field = f"{BINARY_PLACEHOLDER}/share/lodestone".encode() + b"\0"
    data = b"\x7fPRACTICE\0" + field + b"\0END\0" + _noise("lodestone", 512)
    file = PackagedFile(
        "lib/lodestone.bin",
        data,
        0o755,
        placeholder=BINARY_PLACEHOLDER,
        placeholder_kind=PlaceholderKind.BINARY,
    )
    return _native("lodestone", "2.5.0", "2026-03-30", subdir, (file,))


def _signpost(subdir: str) -> CondaPackage:
    script = f"#!/bin/sh\necho {TEXT_PLACEHOLDER}\n"
    settings = f"[signpost]\nprefix = {TEXT_PLACEHOLDER}\ndata = {TEXT_PLACEHOLDER}/share\n"
    files = (
        PackagedFile("bin/signpost", script.encode(), 0o755, placeholder=TEXT_PLACEHOLDER),
        PackagedFile("etc/signpost.ini", settings.encode(), placeholder=TEXT_PLACEHOLDER),
    )
    return _native("signpost", "1.3.0", "2026-04-06", subdir, files)


def _bellringer(subdir: str) -> CondaPackage:
    note = PackagedFile("share/bellringer/bell.txt", b"ding\n")
    if subdir.startswith("win-"):
        scripts = (
            PackagedFile(
                "Scripts/.bellringer-post-link.bat", b'@echo rung > "%PREFIX%\\bell-rung.txt"\r\n'
            ),
            PackagedFile(
                "Scripts/.bellringer-pre-unlink.bat", b'@del "%PREFIX%\\bell-rung.txt"\r\n'
            ),
        )
    else:
        scripts = (
            PackagedFile(
                "bin/.bellringer-post-link.sh",
                b'#!/bin/sh\necho rung > "$PREFIX/bell-rung.txt"\n',
                0o755,
            ),
            PackagedFile(
                "bin/.bellringer-pre-unlink.sh",
                b'#!/bin/sh\nrm -f "$PREFIX/bell-rung.txt"\n',
                0o755,
            ),
        )
    return _native("bellringer", "1.1.0", "2026-04-13", subdir, (note, *scripts))


def _compass(subdir: str) -> CondaPackage:
    files = (
        PackagedFile("etc/conda/activate.d/compass.sh", b"export COMPASS=north\n"),
        PackagedFile("etc/conda/deactivate.d/compass.sh", b"unset COMPASS\n"),
        PackagedFile("etc/conda/activate.d/compass.bat", b"@set COMPASS=north\r\n"),
        PackagedFile("etc/conda/deactivate.d/compass.bat", b"@set COMPASS=\r\n"),
        PackagedFile("etc/conda/env_vars.d/compass.json", b'{"COMPASS_NEEDLE": "steel"}\n'),
    )
    return _native("compass", "1.0.0", "2026-04-13", subdir, files)


def _lighthouse() -> CondaPackage:
    # The form of a shortcut is that of CEP 11 (menuinst).
    menu: dict[str, object] = {
        "$schema": "https://schemas.conda.org/menuinst-1-1-0.schema.json",
        "menu_name": "Lighthouse",
        "menu_items": [
            {
                "name": "Lighthouse",
                "description": "Look out to sea.",
                "command": ["{{ PREFIX }}/bin/python", "-V"],
                "activate": False,
                "platforms": {system: dict[str, str]() for system in ("linux", "osx", "win")},
            }
        ],
    }
    file = PackagedFile("Menu/lighthouse.json", json.dumps(menu, indent=1).encode())
    return _generic("lighthouse", "1.0.0", "2026-04-27", (file,))


def _harbor(side: str) -> tuple[PackagedFile, ...]:
    return (PackagedFile("share/harbor/chart.txt", f"the {side} side\n".encode() * 3),)


def _tiles(count: int) -> tuple[PackagedFile, ...]:
    return tuple(
        PackagedFile(
            f"share/mosaic/{number // 100:02}/{number:04}.txt", f"tile {number}\n".encode()
        )
        for number in range(count)
    )


def _rock(path: str, size: int) -> PackagedFile:
    return PackagedFile(path, _noise(path, size))


def _noise(seed: str, size: int) -> bytes:
    """Return bytes that no compression makes smaller, the same ones every time."""
    return hashlib.shake_256(seed.encode()).digest(size)


def seconds(day: str) -> int:
    """Return noon of an ISO date in seconds since 1970."""
    return int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp())
