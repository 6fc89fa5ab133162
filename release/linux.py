"""The two forms in which Linux gets the application: an archive and a Debian package."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from engine.version import __version__
from release.payload import ICONS
from release.places import BUILD, DIST, PACKAGING, PAYLOAD, SOURCE, release_name, source_time

LINUX: Final = PACKAGING / "linux"
METAINFO: Final = "app.envdesk.Envdesk.metainfo.xml"
# What the bundle leaves to the system: drawing, fonts, and what Qt loads when it needs it.
DEPENDS: Final = (
    *(
        "ca-certificates",
        "libdbus-1-3",
        "libegl1",
        "libfontconfig1",
        "libgl1",
        "libglib2.0-0",
        "libwayland-client0",
    ),
    *("libwayland-cursor0", "libwayland-egl1", "libx11-6", "libxcb1", "libxcb-cursor0"),
    *("libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon0", "libxkbcommon-x11-0"),
)
_ICON_SIZES: Final = (16, 24, 32, 48, 64, 128, 256, 512)
_GLIBC: Final = re.compile(rb"GLIBC_2\.(\d+)\0")
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def write_desktop_files(share: Path) -> None:
    """Write desktop entry, icons, MIME types and AppStream metadata below a `share` folder."""
    for source, target in (
        (LINUX / "envdesk.desktop", share / "applications" / "envdesk.desktop"),
        (LINUX / "envdesk-mime.xml", share / "mime" / "packages" / "envdesk-mime.xml"),
        (PACKAGING / "envdesk.svg", share / "icons/hicolor/scalable/apps/envdesk.svg"),
        *(
            (ICONS / f"envdesk-{size}.png", share / f"icons/hicolor/{size}x{size}/apps/envdesk.png")
            for size in _ICON_SIZES
        ),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    target = share / "metainfo" / METAINFO
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(metainfo(), encoding="utf-8", newline="\n")


def metainfo() -> str:
    """Return the AppStream metadata with version and date filled in."""
    text = (LINUX / METAINFO).read_text(encoding="utf-8")
    day = time.strftime("%Y-%m-%d", time.gmtime(source_time()))
    kind = "stable" if re.fullmatch(r"[\d.]+", __version__) else "development"
    for mark, value in (("@VERSION@", __version__), ("@DATE@", day), ("@KIND@", kind)):
        text = text.replace(mark, value)
    return text


def write_archive(*, quick: bool = False) -> Path:
    """Pack `dist/envdesk` and what a desktop needs into a `.tar.xz`; return its path.

    The same input gives the same bytes. Takes about two minutes; `quick` packs less tightly.
    """
    name = release_name()
    staging = BUILD / "archive" / name
    shutil.rmtree(staging.parent, ignore_errors=True)
    _link_tree(PAYLOAD, staging / "lib" / "envdesk")
    write_desktop_files(staging / "share")
    shutil.copy(LINUX / "install.sh", staging / "install.sh")
    shutil.copyfile(SOURCE / "LICENSE", staging / "LICENSE")
    shutil.copyfile(SOURCE / "CHANGELOG.md", staging / "CHANGELOG.md")
    (staging / "envdesk").symlink_to("lib/envdesk/envdesk")
    moment = source_time()
    plain = DIST / f"{name}.tar"

    def settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = moment
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT, dereference=False) as archive:
        for path in (staging, *_sorted_below(staging)):
            archive.add(
                path, path.relative_to(staging.parent).as_posix(), recursive=False, filter=settled
            )
    subprocess.run(
        ["xz", "--threads=2", "-1" if quick else "-6", "--force", str(plain)],
        check=True,
    )
    return plain.with_name(f"{name}.tar.xz")


def write_deb(*, quick: bool = False) -> Path:
    """Pack `dist/envdesk` into a Debian package; return its path. Needs dpkg-deb.

    The same input gives the same bytes (SOURCE_DATE_EPOCH; dpkg-deb(1)).
    """
    staging = BUILD / "deb"
    shutil.rmtree(staging, ignore_errors=True)
    _link_tree(PAYLOAD, staging / "usr" / "lib" / "envdesk")
    write_desktop_files(staging / "usr" / "share")
    (staging / "usr" / "bin").mkdir()
    (staging / "usr" / "bin" / "envdesk").symlink_to("../lib/envdesk/envdesk")
    documents = staging / "usr" / "share" / "doc" / "envdesk"
    documents.mkdir(parents=True)
    shutil.copyfile(SOURCE / "LICENSE", documents / "copyright")
    files = [each for each in _sorted_below(staging) if each.is_file() and not each.is_symlink()]
    control = staging / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(_control(files), encoding="utf-8", newline="\n")
    sums = [f"{_md5(each)}  {each.relative_to(staging).as_posix()}\n" for each in files]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8", newline="\n")
    for path in (staging, *_sorted_below(staging)):
        os.utime(path, (source_time(), source_time()), follow_symlinks=False)
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    target = DIST / f"envdesk_{_debian_version()}_{_architecture()}.deb"
    subprocess.run(
        [
            *("dpkg-deb", "--root-owner-group"),
            *(("-Zgzip", "-z1") if quick else ("-Zxz", "-z6")),
            *("--build", str(staging), str(target)),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(source_time())},
    )
    return target


def glibc_version(files: Iterable[Path]) -> str:
    """Return the newest glibc of which any of the ELF `files` asks for a symbol."""
    newest = 0
    for file in files:
        data = file.read_bytes()
        if data[:4] == b"\x7fELF":
            newest = max([newest, *(int(minor) for minor in _GLIBC.findall(data))])
    return f"2.{newest}"


def _control(files: list[Path]) -> str:
    depends = [f"libc6 (>= {glibc_version(files)})", *DEPENDS]
    size = sum(-(-each.stat().st_size // 1024) for each in files)
    return "\n".join(
        (
            "Package: envdesk",
            f"Version: {_debian_version()}",
            f"Architecture: {_architecture()}",
            "Maintainer: Envdesk <envdesk@localhost.localdomain>",
            "Section: science",
            "Priority: optional",
            f"Installed-Size: {size}",
            f"Depends: {', '.join(depends)}",
            "Description: see and manage conda environments and the packages in them",
            " Envdesk shows the conda environments on a computer and the packages in them,",
            " whoever installed them. It creates, copies and removes environments, adds",
            " packages from conda channels and from PyPI, and tells where disk space went.",
            "",
        )
    )


def _debian_version() -> str:
    """Return the version so that Debian sorts a release candidate before its release."""
    return re.sub(r"\.?(dev|rc)", r"~\1", __version__)


def _architecture() -> str:
    machine = os.uname().machine
    return _ARCHITECTURES.get(machine, machine)


def _md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def _link_tree(source: Path, target: Path) -> None:
    """Give every file of `source` a second name below `target`; links stay links."""
    shutil.copytree(source, target, symlinks=True, copy_function=_second_name)


def _second_name(source: str, target: str) -> None:
    if Path(source).is_symlink():
        Path(target).symlink_to(Path(source).readlink())
    else:
        Path(target).hardlink_to(source)


def _sorted_below(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*"))
