from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from uv import find_uv_bin

from engine.practice.channels import python_packages
from engine.practice.interpreter import (
    Interpreter,
    Layout,
    choose_files,
    conda_subdir,
    describe_interpreter,
    is_wanted,
    program_links,
    running_interpreter,
)

DEBIAN_PYTHON = Path("/usr/bin/python3")


def interpreter(base: Path, platform: str, **more: object) -> Interpreter:
    values: dict[str, object] = {
        "version": "3.12.4",
        "minor": "3.12",
        "platform": platform,
        "machine": "x86_64",
        "base_prefix": base,
        "stdlib": base / ("Lib" if platform == "win32" else "lib/python3.12"),
        **more,
    }
    return Interpreter(**values)  # pyright: ignore[reportArgumentType]


def make_files(base: Path, *paths: str) -> None:
    for path in paths:
        file = base / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())


@pytest.mark.parametrize(
    ("platform", "machine", "subdir"),
    [
        ("linux", "x86_64", "linux-64"),
        ("linux", "aarch64", "linux-aarch64"),
        ("linux", "ppc64le", "linux-ppc64le"),
        ("darwin", "x86_64", "osx-64"),
        ("darwin", "arm64", "osx-arm64"),
        ("win32", "AMD64", "win-64"),
        ("win32", "ARM64", "win-arm64"),
    ],
)
def test_that_platforms_have_the_names_that_conda_gives_them(
    platform: str, machine: str, subdir: str
) -> None:
    assert conda_subdir(platform, machine) == subdir


@pytest.mark.parametrize(
    ("layout", "path", "wanted"),
    [
        (Layout.POSIX, "lib/python3.12/os.py", True),
        (Layout.POSIX, "lib/python3.12/test/test_os.py", False),
        (Layout.POSIX, "lib/python3.12/unittest/case.py", True),
        (Layout.POSIX, "lib/python3.12/sqlite3/test/dbapi.py", False),
        (Layout.POSIX, "lib/python3.12/idlelib/run.py", False),
        (Layout.POSIX, "lib/python3.12/__pycache__/os.cpython-312.pyc", False),
        (Layout.POSIX, "lib/python3.12/site-packages/numpy/__init__.py", False),
        (Layout.POSIX, "lib/python3.12/config-3.12-x86_64-linux-gnu/libpython3.12.a", False),
        (Layout.POSIX, "lib/python3.12/lib-dynload/_ssl.cpython-312.so", True),
        (Layout.POSIX, "lib/python3.12/lib-dynload/_testcapi.cpython-312.so", False),
        (Layout.POSIX, "lib/python3.12/lib-dynload/xxlimited.cpython-312.so", False),
        (Layout.POSIX, "lib/python3.12/EXTERNALLY-MANAGED", False),
        (Layout.POSIX, "lib/python3.12/ensurepip/__init__.py", True),
        (Layout.WINDOWS, "python.exe", True),
        (Layout.WINDOWS, "pythonw.exe", True),
        (Layout.WINDOWS, "python312.dll", True),
        (Layout.WINDOWS, "python3.dll", True),
        (Layout.WINDOWS, "vcruntime140_1.dll", True),
        (Layout.WINDOWS, "NEWS.txt", False),
        (Layout.WINDOWS, "unins000.exe", False),
        (Layout.WINDOWS, "DLLs/_ssl.pyd", True),
        (Layout.WINDOWS, "DLLs/libcrypto-3.dll", True),
        (Layout.WINDOWS, "DLLs/_testcapi.pyd", False),
        (Layout.WINDOWS, "Lib/venv/scripts/nt/python.exe", True),
        (Layout.WINDOWS, "Lib/site-packages/pip/__init__.py", False),
        (Layout.WINDOWS, "Lib/test/test_os.py", False),
        (Layout.FRAMEWORK, "Resources/Python.app/Contents/MacOS/Python", True),
        (Layout.FRAMEWORK, "lib/python3.12/turtledemo/clock.py", False),
    ],
)
def test_that_the_package_takes_what_runs_and_leaves_what_only_tests(
    layout: Layout, path: str, *, wanted: bool
) -> None:
    assert is_wanted(PurePosixPath(path), layout) is wanted


def test_that_a_windows_python_is_found_beside_its_program(tmp_path: Path) -> None:
    make_files(
        tmp_path,
        *("python.exe", "python312.dll", "Lib/os.py", "Lib/test/test_os.py", "DLLs/_ssl.pyd"),
        *("Scripts/pip.exe", "tcl/init.tcl", "libs/python312.lib", "NEWS.txt"),
    )
    windows = interpreter(tmp_path, "win32")
    assert sorted(file.path for file in choose_files(windows)) == [
        "DLLs/_ssl.pyd",
        "Lib/os.py",
        "python.exe",
        "python312.dll",
    ]
    assert windows.site_packages == "Lib/site-packages"
    assert program_links(windows) == ()


def test_that_a_framework_python_keeps_its_library_and_launcher(tmp_path: Path) -> None:
    make_files(
        tmp_path,
        *("Python", "bin/python3.12", "lib/python3.12/os.py", "include/Python.h"),
        "Resources/Python.app/Contents/MacOS/Python",
    )
    framework = interpreter(tmp_path, "darwin", framework=True)
    assert sorted(file.path for file in choose_files(framework)) == [
        "Python",
        "Resources/Python.app/Contents/MacOS/Python",
        "bin/python3.12",
        "lib/python3.12/os.py",
    ]
    assert program_links(framework) == (("bin/python", "python3.12"), ("bin/python3", "python3.12"))


def test_that_a_shared_library_is_taken_only_when_the_program_needs_it(tmp_path: Path) -> None:
    make_files(tmp_path, "bin/python3.12", "lib/libpython3.12.so.1.0", "lib/python3.12/os.py")
    needs = {"library": "libpython3.12.so.1.0", "library_folder": str(tmp_path / "lib")}
    linux = interpreter(tmp_path, "linux", **needs)
    assert "lib/libpython3.12.so.1.0" not in {file.path for file in choose_files(linux)}
    (tmp_path / "bin/python3.12").write_bytes(b"\x7fELF\0libpython3.12.so.1.0\0")
    assert "lib/libpython3.12.so.1.0" in {file.path for file in choose_files(linux)}


def test_that_the_running_python_describes_itself() -> None:
    described = running_interpreter()
    assert described.base_prefix == Path(sys.base_prefix)
    assert described.stdlib == Path(subprocess.__file__).parent
    assert described.version.startswith(described.minor)


@pytest.mark.skipif(
    not (DEBIAN_PYTHON.exists() and Path("/etc/debian_version").exists()),
    reason="needs the Python of a Debian",
)
def test_that_debians_python_keeps_packages_where_conda_puts_them(
    channels: Path, tmp_path: Path
) -> None:
    described = describe_interpreter(DEBIAN_PYTHON)
    newer, _ = python_packages(described)
    for file in newer.files:
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.link_target:
            target.symlink_to(file.link_target)
        else:
            target.write_bytes(file.data)
            target.chmod(file.mode)
    python = tmp_path / "bin" / "python"
    index = (channels / "simple").as_uri()
    subprocess.run(
        [find_uv_bin(), "pip", "install", "--python", python, "--index-url", index, "inkwell"],
        capture_output=True,
        check=True,
    )
    code = "import inkwell, sys, sysconfig; print(sysconfig.get_path('purelib'), sys.prefix)"
    answer = subprocess.run([python, "-I", "-c", code], capture_output=True, check=True)
    expected = [str(tmp_path / described.site_packages), str(tmp_path)]
    assert answer.stdout.decode().split() == expected
    assert (tmp_path / described.site_packages / "inkwell" / "__init__.py").is_file()
