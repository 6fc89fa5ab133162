from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from engine.environments.outside import (
    library_folders,
    outside_pythons,
    user_site,
    version_by_path,
)
from engine.places import Places
from engine.records import OutsidePython, RecordKind
from tests.support.environments import make_environment, write_distribution

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stands Pythons up as POSIX does")

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = ".".join(map(str, sys.version_info[:3]))
REAL = Path(os.path.realpath(sys.executable))


def install_python(base: Path, version: str = "", *, name: str = "python3.12") -> Path:
    """Put a program at `base`/bin that says that its version is `version`, or does not answer."""
    program = base / "bin" / name
    program.parent.mkdir(parents=True)
    program.write_bytes(b"\x7fELF that cannot run")
    program.chmod(0o755)
    (program.parent / "python3").symlink_to(name)
    if version:
        header = base / "include" / name / "patchlevel.h"
        header.parent.mkdir(parents=True)
        header.write_text(f'#define PY_VERSION              "{version}"\n', encoding="utf-8")
    return program.parent / "python3"


def look(places: Places, *folders: Path, **variables: str) -> dict[Path, OutsidePython]:
    environ = {"PATH": os.pathsep.join(map(str, folders)), **variables}
    return {each.executable: each for each in outside_pythons(places, environ)}


def test_that_a_python_is_described_by_its_paths_alone(places: Places, tmp_path: Path) -> None:
    python = install_python(tmp_path / "usr", "3.12.4")
    write_distribution(tmp_path / "usr/lib/python3.12/site-packages", "pip", "24.0")
    site = places.home / ".local/lib/python3.12/site-packages"
    write_distribution(site, "requests", "2.32.0")
    write_distribution(site, "black", "24.1.0")
    found = look(places, tmp_path / "empty", python.parent)[python]
    assert (found.version, found.pip_version, found.user_site) == ("3.12.4", "24.0", site)
    assert [(each.name, each.version, each.kind) for each in found.user_packages] == [
        ("black", "24.1.0", RecordKind.PYPI),
        ("requests", "2.32.0", RecordKind.PYPI),
    ]


def test_that_pip_of_the_user_site_is_the_one_that_runs(places: Places, tmp_path: Path) -> None:
    python = install_python(tmp_path / "usr", "3.12.4")
    write_distribution(tmp_path / "usr/lib/python3.12/site-packages", "pip", "23.0")
    write_distribution(places.home / ".local/lib/python3.12/site-packages", "pip", "25.0")
    assert look(places, python.parent)[python].pip_version == "25.0"


def test_that_a_python_without_pip_and_user_site_says_so(places: Places, tmp_path: Path) -> None:
    python = install_python(tmp_path / "usr", "3.12.4")
    found = look(places, python.parent)[python]
    assert (found.pip_version, found.user_site, found.user_packages) == ("", None, ())


@pytest.mark.parametrize("marker", ["conda-meta", "pyvenv.cfg"])
def test_that_pythons_of_environments_are_left_out(
    places: Places, tmp_path: Path, marker: str
) -> None:
    if marker == "conda-meta":
        make_environment(tmp_path / "env")
    python = install_python(tmp_path / "env", "3.12.4")
    if marker == "pyvenv.cfg":
        (tmp_path / "env" / marker).touch()
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "python3").symlink_to(python)
    links = [] if marker == "pyvenv.cfg" else [tmp_path / "links"]
    assert python not in look(places, python.parent, *links)
    assert tmp_path / "links" / "python3" not in look(places, python.parent, *links)


def test_that_a_python_with_several_names_is_listed_once(places: Places, tmp_path: Path) -> None:
    python = install_python(tmp_path / "usr", "3.12.4")
    (python.parent / "python").symlink_to("python3.12")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "python3").symlink_to(python)
    found = look(places, python.parent, tmp_path / "other", python.parent)
    assert {each for each in found if each.is_relative_to(tmp_path)} == {python}


def test_that_a_shim_of_pyenv_is_seen_through(places: Places, tmp_path: Path) -> None:
    root = tmp_path / ".pyenv"
    for version in ("3.11.9", "3.12.1"):
        install_python(root / "versions" / version, name=f"python{version.rpartition('.')[0]}")
    shim = root / "shims" / "python3"
    shim.parent.mkdir()
    shim.write_text("#!/usr/bin/env bash\nexit 1\n", encoding="utf-8")
    (root / "version").write_text("3.12.1\n3.11.9\nsystem\n../..\n", encoding="utf-8")
    found = look(places, shim.parent)
    versions = [each.version for path, each in found.items() if path.is_relative_to(root)]
    assert versions == ["3.12.1", "3.11.9"]
    chosen = look(replace(places, isolated=False), shim.parent, PYENV_VERSION="3.11.9")
    assert [each.version for path, each in chosen.items() if path.is_relative_to(root)] == [
        "3.11.9"
    ]


def test_that_scripts_and_programs_of_another_name_are_left_out(
    places: Places, tmp_path: Path
) -> None:
    for name, content in {"a": b"#!/bin/sh\n", "b": b"", "c": b"\x7fELF"}.items():
        folder = tmp_path / name
        folder.mkdir()
        target = folder / ("mise" if name == "c" else "python3")
        target.write_bytes(content)
    (tmp_path / "c" / "python3").symlink_to("mise")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "python3").symlink_to("python3")
    found = look(places, *(tmp_path / name for name in "abcd"))
    assert not [path for path in found if path.is_relative_to(tmp_path)]


def test_that_a_python_whose_paths_do_not_tell_is_asked(places: Places, tmp_path: Path) -> None:
    program = tmp_path / "bin" / f"python{MINOR}"
    program.parent.mkdir()
    shutil.copy2(REAL, program)
    (program.parent / "python3").symlink_to(program.name)
    (tmp_path / "lib").symlink_to(REAL.parent.parent / "lib")
    assert look(places, program.parent)[program.parent / "python3"].version == VERSION


def test_that_a_python_that_does_not_start_is_left_out(places: Places, tmp_path: Path) -> None:
    python = install_python(tmp_path / "usr")
    assert python not in look(places, python.parent)


def test_that_at_most_a_handful_is_listed(places: Places, tmp_path: Path) -> None:
    folders = [install_python(tmp_path / str(n), "3.12.4").parent for n in range(20)]
    assert len(look(places, *folders)) <= 6


def test_that_an_odd_path_variable_is_survived(places: Places, tmp_path: Path) -> None:
    look(places, Path(), Path("relative"), tmp_path / "x\0y", tmp_path / ("x" * 5000))


def test_that_the_user_site_of_isolated_places_ignores_variables(
    places: Places, tmp_path: Path
) -> None:
    python = install_python(tmp_path / "usr", "3.12.4")
    site = tmp_path / "base/lib/python3.12/site-packages"
    write_distribution(site, "outside", "1.0")
    variables = {"PYTHONUSERBASE": str(tmp_path / "base")}
    assert look(places, python.parent, **variables)[python].user_site is None
    open_places = replace(places, isolated=False)
    assert look(open_places, python.parent, **variables)[python].user_site == site


@pytest.mark.parametrize(
    ("platform", "real", "environ", "expected"),
    [
        ("linux", "/usr/bin/python3.12", {}, "/h/.local/lib/python3.12/site-packages"),
        (
            "darwin",
            "/Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12",
            {},
            "/h/Library/Python/3.12/lib/python/site-packages",
        ),
        (
            "darwin",
            "/p/versions/3.12.1/bin/python3.12",
            {},
            "/h/.local/lib/python3.12/site-packages",
        ),
        (
            "win32",
            "C:/Python312/python.exe",
            {"APPDATA": "C:/R"},
            "C:/R/Python/Python312/site-packages",
        ),
        (
            "win32",
            "C:/Programs/Python/Python312-32/python.exe",
            {},
            "/h/AppData/Roaming/Python/Python312-32/site-packages",
        ),
        (
            "win32",
            "C:/Python312/python.exe",
            {"PYTHONUSERBASE": "C:/B"},
            "C:/B/Python312/site-packages",
        ),
        (
            "linux",
            "/usr/bin/python3.12",
            {"PYTHONUSERBASE": "/b"},
            "/b/lib/python3.12/site-packages",
        ),
    ],
)
def test_that_the_user_site_is_where_each_platform_has_it(
    platform: str, real: str, environ: dict[str, str], expected: str
) -> None:
    site = user_site(Path("/h"), "3.12.4", environ, platform, PurePosixPath(real))
    assert site.as_posix() == expected


@pytest.mark.parametrize(
    ("platform", "real", "expected"),
    [
        ("linux", "/usr/bin/python3.12", "/usr/lib/python3/dist-packages"),
        ("linux", "/usr/bin/python3.12", "/usr/local/lib/python3.12/dist-packages"),
        ("linux", "/usr/bin/python3.12", "/usr/lib/python3.12/site-packages"),
        ("linux", "/opt/py/bin/python3.12", "/opt/py/lib64/python3.12/site-packages"),
        (
            "darwin",
            "/opt/homebrew/Cellar/python@3.12/3.12.4/Frameworks/P/Versions/3.12/bin/python3.12",
            "/opt/homebrew/lib/python3.12/site-packages",
        ),
        (
            "darwin",
            "/Library/Developer/CommandLineTools/Library/F/Versions/3.12/bin/python3.12",
            "/Library/Python/3.12/site-packages",
        ),
        ("win32", "/c/Python312/python.exe", "/c/Python312/Lib/site-packages"),
    ],
)
def test_that_libraries_are_where_each_platform_has_them(
    platform: str, real: str, expected: str
) -> None:
    folders = library_folders(Path(real), "3.12.4", platform)
    assert Path(expected) in folders


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/h/.pyenv/versions/3.12.1/bin/python3.12", "3.12.1"),
        ("/opt/homebrew/Cellar/python@3.12/3.12.4/bin/python3.12", "3.12.4"),
        ("/h/.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python3.13", "3.13.0"),
        ("/h/.local/share/mise/installs/python/3.11.2/bin/python3.11", "3.11.2"),
        ("/usr/bin/python3.11", ""),
        ("/h/.pyenv/versions/pypy3.10/bin/pypy3", ""),
    ],
)
def test_that_version_managers_write_the_version_into_the_path(path: str, expected: str) -> None:
    assert version_by_path(PurePosixPath(path)) == expected
