"""Start real copies of start.py on systems that lack something."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.checkouts import ROOT, Checkout, assert_refused, write_checkout

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and plays shells as POSIX does")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return write_checkout(tmp_path)


@pytest.fixture(scope="module")
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_a_machine_without_display_is_told_before_anything_is_done(
    checkout: Checkout,
) -> None:
    run = checkout.start("--practice")
    assert run.returncode == 2
    assert "no display" in run.stderr
    assert "--offscreen --screenshot FILE" in run.stderr
    assert not (checkout.folder / ".venv").exists()


def mounted(command: str) -> tuple[str, ...]:
    """Prefix a command so that it runs behind a mount that nobody else sees, or skip."""
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("mounting needs root")
    return ("unshare", "--mount", "sh", "-c", f'{command} && exec "$@"', "sh")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_that_a_read_only_folder_is_said(checkout: Checkout) -> None:
    folder = f"'{checkout.folder}'"
    command = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    run = checkout.start("--offscreen", within=mounted(command))
    assert_refused(run, "cannot write into its folder", str(checkout.folder))


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_that_a_full_disk_is_said(checkout: Checkout) -> None:
    folder = f"'{checkout.folder}'"
    command = f"cp -r {folder} {folder}.copy && mount -t tmpfs -o size=4m none {folder}"
    command += f" && cp -r {folder}.copy/. {folder}"
    run = checkout.start("--offscreen", within=mounted(command))
    assert_refused(run, "disk is full", "Free about 1 GB")
    script = checkout.folder / "start.py"
    script.write_text(re.sub("NEEDED_BYTES = .*", "NEEDED_BYTES = 1", script.read_text()))
    shutil.rmtree(f"{checkout.folder}.copy")
    run = checkout.start("--offscreen", within=mounted(command))
    assert "Making a private" in run.stdout
    assert_refused(run, "disk is full", "Free about 1 GB")


AS_OLD = "sys.version_info = (3, 8, 10, 'final', 0)"


def test_that_an_old_python_can_read_the_script() -> None:
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("version", ["(3, 8, 10, 'final', 0)", "(3, 14, 0, 'final', 0)"])
def test_that_a_python_that_will_not_do_is_told_which_will(
    checkout: Checkout, version: str
) -> None:
    run = checkout.start("--offscreen", before=f"sys.version_info = {version}", PATH="/nowhere")
    assert_refused(run, "needs Python 3.11, 3.12 or 3.13", "python.org")


def test_that_a_python_that_will_not_do_finds_one_on_the_path_that_will(
    checkout: Checkout, tmp_path: Path
) -> None:
    name = "python{}.{}".format(*sys.version_info)
    write_command(tmp_path / "broken", name, "exit 127")
    write_command(tmp_path / "sound", name, f'exec "{sys.executable}" "$@"')
    path = f"{tmp_path / 'broken'}{os.pathsep}{tmp_path / 'sound'}"
    run = checkout.start("--help", before=AS_OLD, PATH=path)
    assert "python3 start.py test" in run.stdout
    assert run.returncode == 0, run.stderr


def write_command(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


WITHOUT_ENSUREPIP = "sys.modules['ensurepip'] = None"


@pytest.mark.skipif(sys.platform != "linux", reason="asks for packages as Linux does")
def test_that_a_missing_venv_module_is_said_with_the_command_that_brings_it(
    checkout: Checkout, tmp_path: Path
) -> None:
    run = checkout.start("--offscreen", before=WITHOUT_ENSUREPIP, PATH="/nowhere")
    assert_refused(run, "lacks the part that makes private environments", "package tool")
    write_command(tmp_path / "bin", "apt-get", "exit 100")
    write_command(tmp_path / "bin", "env", 'shift; "$@"')
    as_user = f"import os; os.geteuid = lambda: 1000; {WITHOUT_ENSUREPIP}"
    run = checkout.start("--offscreen", before=as_user, PATH=str(tmp_path / "bin"))
    package = "python{}.{}-venv".format(*sys.version_info)
    command = f"sudo apt-get update && sudo apt-get install -y {package}"
    assert_refused(run, f"Run this, then start again: {command}")
    as_root = f"import os; os.geteuid = lambda: 0; {WITHOUT_ENSUREPIP}"
    run = checkout.start("--offscreen", before=as_root, PATH=str(tmp_path / "bin"))
    assert_refused(run, "apt-get could not install it", command)


@pytest.mark.skipif(sys.platform != "linux", reason="asks for packages as Linux does")
def test_that_root_gets_missing_system_packages_without_being_asked(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    write_command(tmp_path / "bin", "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> "{said}"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    start.install_system_packages(["libegl1", "libgl1"], "It is needed.")
    update, install = said.read_text().splitlines()
    assert update.endswith("update")
    assert install.startswith("noninteractive")
    assert install.endswith("install --no-install-recommends -y libegl1 libgl1")


@pytest.mark.skipif(sys.platform != "linux", reason="reads ELF files")
def test_that_libraries_that_qt_does_not_find_are_named(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = importlib.util.find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    real = Path(spec.origin).parent
    site = tmp_path / "lib" / "python3" / "site-packages"
    platforms = site / "PySide6" / "Qt" / "plugins" / "platforms"
    platforms.mkdir(parents=True)
    (site / "PySide6" / "Qt" / "lib").symlink_to(real / "Qt" / "lib")
    library = (real / "Qt" / "plugins" / "platforms" / "libqxcb.so").read_bytes()
    assert b"libxkbcommon.so.0\0" in library
    altered = library.replace(b"libxkbcommon.so.0\0", b"libxkbabsent.so.0\0")
    (platforms / "libqxcb.so").write_bytes(altered)
    monkeypatch.setattr(start, "VENV", tmp_path)
    assert "libxkbabsent.so.0" in start.missing_libraries(["xcb"])
    assert start.missing_libraries(["offscreen"]) == []


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
        ("libwayland-client.so.0", "libwayland-client0"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libxcb-shape.so.0", "libxcb-shape0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
    ],
)
def test_that_a_library_is_named_as_debian_packages_it(
    start: ModuleType, library: str, package: str
) -> None:
    assert start.debian_package(library) == package


def test_that_where_a_process_cannot_be_replaced_its_exit_code_is_passed_on(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "name", "nt")
    assert start.hand_over([sys.executable, "-c", "raise SystemExit(5)"]) == 5
