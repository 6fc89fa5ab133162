"""Compile the Windows installer for real and run it, under Wine: `python -m release.wine FOLDER`.

Needs root on Debian with mmdebstrap, npm and mingw (packages mmdebstrap, npm,
gcc-mingw-w64-x86-64). FOLDER keeps a Debian with Wine and Inno Setup's compiler, 3 GB, for the
next time. The payload is a stand-in with the layout of the frozen application.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine.version import __version__
from release.documents import endings
from release.icons import write_icons
from release.places import PACKAGING, SOURCE

_COMPILER: Final = "innosetup@6.4.1"
_RELEASE: Final = "bookworm"  # its Wine runs 32-bit programs, which the compiler is
_PACKAGES: Final = "wine,wine64,wine32:i386,xvfb,xauth"
_NEWER: Final = "99.0.0"
_CLASSES: Final = r"HKLM\Software\Classes"
_UNINSTALL: Final = (
    r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall"
    r"\{B64F0F2E-6F0B-4C53-9D53-6B2A3E3B4C17}_is1"
)
_SILENT: Final = ("/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART")
_PATIENCE_S: Final = 60.0
_DATA: Final = (
    "window.json",
    "state/history.json",
    "Cache/repodata.json",
    "pkgs/numpy.conda",
    "envs/mine/conda-meta/history",
)


class CheckError(AssertionError):
    """The installer did something else than it must."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Run programs in the Windows that lives in `root`; its drive C is `drive`."""

    root: Path
    display: str = ""

    @property
    def shared(self) -> Path:
        """Return the folder that Windows sees as Z:\\envdesk."""
        return self.root / "envdesk"

    @property
    def drive(self) -> Path:
        """Return drive C."""
        return self.shared / "home" / ".wine" / "drive_c"

    @property
    def data(self) -> Path:
        """Return the folder in which Envdesk keeps what is its own."""
        return self.drive / "users" / "root" / "AppData" / "Local" / "envdesk"

    def command(self, *arguments: str) -> list[str]:
        """Return the command line for a program and its arguments."""
        environ = ("HOME=/envdesk/home", "WINEDEBUG=-all", "WINEARCH=win64", "PATH=/usr/bin:/bin")
        environ += ("LANG=C.UTF-8", f"DISPLAY={self.display}")
        return ["chroot", str(self.root), "env", "-i", *environ, "wine", *arguments]

    def run(self, *arguments: str, timeout: float = 300) -> tuple[int, str]:
        """Run a program to its end; return its exit status and what it said."""
        done = subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def registry(self, key: str, value: str = "") -> str | None:
        """Return a value of the registry as text, None when it is not there."""
        file = self.drive / "exported.reg"
        file.unlink(missing_ok=True)
        self.run("reg", "export", key, "C:\\exported.reg", "/y", "/reg:64")
        if not file.is_file():
            return None
        # Only this file has every letter; what `reg query` prints passes through a code page.
        section = file.read_bytes().decode("utf-16").split("\r\n[")[1]
        name = f'"{re.escape(value)}"' if value else "@"
        found = re.search(rf"^{name}=(.*?)\r?$", section, re.MULTILINE)
        if found is None:
            return None
        text = found[1].removeprefix("dword:").strip('"') if value else found[1][1:-1]
        return text.replace(r"\"", '"').replace("\\\\", "\\")


def prepare(folder: Path) -> Windows:
    """Return a Windows with Inno Setup in it, made in `folder` unless it is there; 2 minutes."""
    windows = Windows(folder / "root")
    if not (windows.root / "usr" / "lib" / "wine").is_dir():
        shutil.rmtree(windows.root, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        # The plain release alone: with updates, the 32-bit half may lag behind and not fit.
        wanted = f"$(SITE) {_RELEASE} main"
        asked = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
        said = subprocess.run(asked, capture_output=True, check=True, encoding="utf-8").stdout
        mirrors = [each for each in said.split() if each.rstrip("/").endswith("/debian")]
        source = f"deb {wanted.replace('$(SITE)', mirrors[0])}"
        options = ["--variant=minbase", "--architectures=amd64,i386", f"--include={_PACKAGES}"]
        subprocess.run(["mmdebstrap", *options, _RELEASE, str(windows.root), source], check=True)
    windows.shared.mkdir(exist_ok=True)
    (windows.shared / "home").mkdir(exist_ok=True)
    if not (windows.shared / "inno" / "ISCC.exe").is_file():
        pack = ["npm", "pack", "--silent", "--pack-destination", str(folder), _COMPILER]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        archive = next(folder.glob("innosetup-*.tgz"))
        shutil.unpack_archive(archive, folder / "inno", "gztar", filter="data")
        shutil.copytree(folder / "inno" / "package" / "bin", windows.shared / "inno")
    return windows


def compile_setups(windows: Windows) -> dict[str, str]:
    """Compile installers of two versions; return what Windows calls them, by version."""
    shared = windows.shared
    for name in ("source", "payload", "out"):
        shutil.rmtree(shared / name, ignore_errors=True)
    shutil.copytree(PACKAGING, shared / "source" / "packaging")
    shutil.copyfile(SOURCE / "LICENSE", shared / "source" / "LICENSE")
    write_icons(shared / "source" / "icons")
    inside = shared / "payload" / "_internal"
    (inside / "practice").mkdir(parents=True)
    program = shared / "payload" / "envdesk.exe"
    build = ["x86_64-w64-mingw32-gcc", "-municode", "-O1", "-s", "-o", str(program)]
    subprocess.run([*build, str(PACKAGING / "windows" / "stand-in.c")], check=True)
    shutil.copyfile(program, shared / "payload" / "envdesk-console.exe")
    (inside / "practice" / "数据 file.txt").write_text("a name beyond ASCII", encoding="utf-8")
    found: dict[str, str] = {}
    for version in (__version__, _NEWER):
        (inside / f"part-of-{version}.txt").write_text(version, encoding="utf-8")
        status, said = windows.run(
            r"Z:\envdesk\inno\ISCC.exe",
            "/Q",
            f"/DVersion={version}",
            r"/DSource=Z:\envdesk\payload",
            r"/DIcon=Z:\envdesk\source\icons\envdesk.ico",
            r"/OZ:\envdesk\out",
            r"Z:\envdesk\source\packaging\installer.iss",
        )
        _demand(status == 0, f"the compiler failed: {said}")
        warnings = [line for line in said.splitlines() if "Warning" in line]
        _demand(not warnings, f"the compiler warned: {warnings}")
        found[version] = rf"Z:\envdesk\out\envdesk-{version}-windows-x86_64-setup.exe"
        (inside / f"part-of-{version}.txt").unlink()
    return found


def check_installation(windows: Windows, setup: str) -> None:
    """Install in English for all users; look at files, shortcuts and the registry."""
    other = rf"{_CLASSES}\.yml"
    windows.run("reg", "add", other, "/ve", "/d", "Other.Document", "/f", "/reg:64")
    windows.run("reg", "add", rf"{other}\OpenWithProgids", "/v", "Other.Document", "/f", "/reg:64")
    _install(windows, setup, "/LANG=en", "/TASKS=desktopicon,longpaths")
    program = windows.drive / "Program Files" / "Envdesk"
    for name in ("envdesk.exe", "envdesk-console.exe", "unins000.exe"):
        _demand((program / name).is_file(), f"there is no {name}")
    _demand((program / "_internal/practice/数据 file.txt").is_file(), "a Unicode name was lost")
    for folder in ("ProgramData/Microsoft/Windows/Start Menu/Programs", "users/Public/Desktop"):
        _demand((windows.drive / folder / "Envdesk.lnk").is_file(), f"no shortcut in {folder}")
    opened = windows.registry(rf"{_CLASSES}\Envdesk.Document\shell\open\command")
    _demand(opened == r'"C:\Program Files\Envdesk\envdesk.exe" "%1"', f"it opens {opened}")
    _demand(windows.registry(rf"{_CLASSES}\Envdesk.Document\shell\open") == "Open with Envdesk", "")
    for ending in endings():
        key = rf"{_CLASSES}\.{ending}\OpenWithProgids"
        _demand(windows.registry(key, "Envdesk.Document") is not None, f".{ending} is not offered")
        supported = rf"{_CLASSES}\Applications\envdesk.exe\SupportedTypes"
        _demand(windows.registry(supported, f".{ending}") is not None, f".{ending} lacks")
    _demand(windows.registry(other) == "Other.Document", "a default was taken away")
    _demand(windows.registry(_UNINSTALL, "DisplayVersion") == __version__, "wrong version")
    long_paths = windows.registry(
        r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled"
    )
    _demand(long_paths == "00000001", "long paths were not allowed")


def check_upgrade(windows: Windows, setup: str) -> None:
    """Install a newer version in Chinese over one that runs with a worker."""
    notes = windows.drive / "stand-in.txt"
    notes.unlink(missing_ok=True)
    program = windows.drive / "Program Files" / "Envdesk"
    with subprocess.Popen(
        windows.command(r"C:\Program Files\Envdesk\envdesk.exe"), stdin=subprocess.DEVNULL
    ) as running:
        _wait(lambda: "worker runs" in _read(notes), "the stand-in did not start")
        _install(windows, setup, "/LANG=zh")
        running.wait(_PATIENCE_S)
    said = _read(notes)
    _demand("asked to close" in said, "the running version was not asked to close")
    _demand({"worker closed", "window closed"} <= set(said.splitlines()), f"it said {said!r}")
    inside = program / "_internal"
    _demand((inside / f"part-of-{_NEWER}.txt").is_file(), "the new payload is not there")
    _demand(not (inside / f"part-of-{__version__}.txt").exists(), "the old payload stayed")
    _demand(windows.registry(_UNINSTALL, "DisplayVersion") == _NEWER, "the version stayed")
    verb = windows.registry(rf"{_CLASSES}\Envdesk.Document\shell\open")
    _demand(verb == "用 Envdesk 打开", f"in Chinese it says {verb}")


def check_removal(windows: Windows) -> None:
    """Uninstall without a window; only what was named goes, and environments stay."""
    _write_data(windows)
    _uninstall(windows, windows.drive / "Program Files" / "Envdesk", "/REMOVECACHES=1")
    left = _left_data(windows)
    _demand(left == {"window.json", "state/history.json", _DATA[-1]}, f"of the data stayed {left}")
    for key in (rf"{_CLASSES}\Envdesk.Document", rf"{_CLASSES}\Applications\envdesk.exe"):
        _demand(windows.run("reg", "query", key, "/reg:64")[0] != 0, f"{key} stayed")
    for ending in endings():
        key = rf"{_CLASSES}\.{ending}\OpenWithProgids"
        _demand(windows.registry(key, "Envdesk.Document") is None, f".{ending} is still offered")
    theirs = windows.registry(rf"{_CLASSES}\.yml\OpenWithProgids", "Other.Document")
    _demand(theirs is not None, "what another program registered is gone")
    for folder in ("ProgramData/Microsoft/Windows/Start Menu/Programs", "users/Public/Desktop"):
        _demand(not (windows.drive / folder / "Envdesk.lnk").exists(), f"a shortcut in {folder}")


def check_chinese(windows: Windows, setup: str) -> None:
    """Install in Chinese into a folder with a Chinese name, and remove that; all data stay."""
    _write_data(windows)
    folder = windows.drive / "程序 文件" / "环境"
    _install(windows, setup, "/LANG=zh", "/DIR=C:\\程序 文件\\环境", "/TASKS=")
    _demand((folder / "envdesk.exe").is_file(), "it went elsewhere")
    _demand(not (windows.drive / "users/Public/Desktop/Envdesk.lnk").exists(), "a desktop entry")
    named = windows.registry(rf"{_CLASSES}\Envdesk.Document")
    _demand(named == "环境或依赖清单文件", f"documents are called {named}")
    _uninstall(windows, folder)
    _demand(_left_data(windows) == set(_DATA), "data were removed without being named")


def main(argv: Sequence[str] | None = None) -> int:
    """Do all of it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m release.wine", description=__doc__)
    parser.add_argument("folder", type=Path, help="where Wine is kept for the next time")
    windows = prepare(parser.parse_args(argv).folder.resolve())
    proc = windows.root / "proc"
    mounted = not (proc / "self").exists()
    if mounted:
        subprocess.run(["mount", "-t", "proc", "proc", str(proc)], check=True)
    try:
        with _display(windows.root) as number:
            return _check_all(replace(windows, display=f":{number}"))
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(proc)], check=False)


def _check_all(windows: Windows) -> int:
    try:
        shutil.rmtree(windows.drive.parent, ignore_errors=True)
        windows.run("winecfg", "/v", "win10")
        setups = compile_setups(windows)
        _say("compiled by Inno Setup, without a warning")
        check_installation(windows, setups[__version__])
        _say("installed for all users in English: files, shortcuts, registry")
        check_upgrade(windows, setups[_NEWER])
        _say("upgraded in Chinese over a version that ran, worker included; old payload removed")
        check_removal(windows)
        _say("uninstalled: caches gone as asked, settings and environments still there")
        check_chinese(windows, setups[_NEWER])
        _say("installed in Chinese into a folder with a Chinese name, and uninstalled")
    except CheckError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    finally:
        windows.run("wineboot", "--kill")
    return 0


@contextlib.contextmanager
def _display(root: Path) -> Generator[str]:
    """Keep an X server running: the second half of an uninstaller outlives the first."""
    with subprocess.Popen(
        ["chroot", str(root), "Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="ascii",
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _install(windows: Windows, setup: str, *arguments: str) -> None:
    # Wine 8 cannot install for one user: it has no folder for programs of one user.
    log = r"/LOG=Z:\envdesk\out\setup.log"
    status, said = windows.run(setup, *_SILENT, "/ALLUSERS", log, *arguments)
    _demand(status == 0, f"the setup ended with {status}: {said}")


def _uninstall(windows: Windows, folder: Path, *arguments: str) -> None:
    program = "C:\\" + str(folder.relative_to(windows.drive)).replace("/", "\\")
    windows.run(
        rf"{program}\unins000.exe", *_SILENT, r"/LOG=Z:\envdesk\out\removal.log", *arguments
    )
    _wait(lambda: not (folder / "unins000.exe").exists(), "the program was not removed")
    _wait(lambda: windows.registry(_UNINSTALL, "DisplayName") is None, "it is still listed")
    _demand(not (folder / "_internal").exists(), "the payload stayed")


def _write_data(windows: Windows) -> None:
    for name in _DATA:
        file = windows.data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("data", encoding="utf-8")


def _left_data(windows: Windows) -> set[str]:
    files = [each for each in windows.data.rglob("*") if each.is_file()]
    return {each.relative_to(windows.data).as_posix() for each in files}


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _wait(holds: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not holds():
        _demand(time.monotonic() < until, otherwise)
        time.sleep(0.2)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CheckError(otherwise)


def _say(line: str) -> None:
    print(f"ok  {line}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
