from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from release import linux, places
from release.linux import (
    DEPENDS,
    METAINFO,
    glibc_version,
    metainfo,
    write_archive,
    write_deb,
    write_desktop_files,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="made on Linux only")


@pytest.fixture
def payload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small application and icons where a build would have put them."""
    folder = tmp_path / "dist" / "envdesk"
    (folder / "_internal").mkdir(parents=True)
    (folder / "envdesk").write_text("#!/bin/sh\necho envdesk\n")
    (folder / "envdesk").chmod(0o755)
    (folder / "_internal" / "数据.txt").write_text("text")
    (folder / "_internal" / "alias").symlink_to("数据.txt")
    icons = tmp_path / "icons"
    icons.mkdir()
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        (icons / f"envdesk-{size}.png").write_bytes(b"picture")
    monkeypatch.setattr(linux, "PAYLOAD", folder)
    monkeypatch.setattr(linux, "DIST", tmp_path / "dist")
    monkeypatch.setattr(linux, "BUILD", tmp_path / "build")
    monkeypatch.setattr(linux, "ICONS", icons)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    return folder


def run(*command: str | Path, **environ: str) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        env=environ or None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_that_the_archive_has_the_same_bytes_each_time_and_belongs_to_root(payload: Path) -> None:
    archive = write_archive(quick=True)
    first = archive.read_bytes()
    (payload / "envdesk").touch()
    assert write_archive(quick=True).read_bytes() == first
    with tarfile.open(archive) as read:
        members = read.getmembers()
    names = [each.name for each in members]
    assert names == sorted(names)
    assert {each.uname for each in members} == {"root"}
    assert {each.mtime for each in members} == {1760000000}
    top = places.release_name()
    assert {f"{top}/lib/envdesk/envdesk", f"{top}/install.sh", f"{top}/LICENSE"} <= set(names)
    modes = {each.name: each.mode for each in members}
    assert modes[f"{top}/lib/envdesk/envdesk"] == 0o755
    assert modes[f"{top}/lib/envdesk/_internal/数据.txt"] == 0o644


def test_that_the_archive_installs_for_one_user_and_leaves_no_trace(
    payload: Path, tmp_path: Path
) -> None:
    archive = write_archive(quick=True)
    with tarfile.open(archive) as read:
        read.extractall(tmp_path, filter="data")
    script = tmp_path / places.release_name() / "install.sh"
    home = tmp_path / "home 家"
    home.mkdir()
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    run("sh", script, **environ)
    assert run(home / ".local" / "bin" / "envdesk", **environ) == "envdesk\n"
    entry = (home / ".local/share/applications/envdesk.desktop").read_text(encoding="utf-8")
    assert f'Exec="{home}/.local/opt/envdesk/envdesk" %F' in entry
    run("sh", script, **environ)  # over itself
    run("sh", script, "--remove", **environ)
    left = [each for each in home.rglob("*") if not each.is_dir()]
    made_by_desktop_tools = {"share/mime", "share/applications/mimeinfo.cache"}
    assert [
        each for each in left if not any(part in str(each) for part in made_by_desktop_tools)
    ] == []


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_that_the_debian_package_has_the_same_bytes_each_time_and_says_what_it_needs(
    payload: Path, tmp_path: Path
) -> None:
    package = write_deb(quick=True)
    first = package.read_bytes()
    (payload / "envdesk").touch()
    assert write_deb(quick=True).read_bytes() == first
    fields = run("dpkg-deb", "--field", package)
    assert "Package: envdesk" in fields
    for name in DEPENDS:
        assert name in fields
    listed = run("dpkg-deb", "--contents", package)
    assert "./usr/bin/envdesk -> ../lib/envdesk/envdesk" in listed
    assert f"./usr/share/metainfo/{METAINFO}" in listed
    assert all(" root/root " in line for line in listed.splitlines())
    run("dpkg-deb", "--extract", package, tmp_path / "root")
    assert run(tmp_path / "root" / "usr" / "bin" / "envdesk") == "envdesk\n"
    run("dpkg-deb", "--control", package, tmp_path / "control")
    sums = (tmp_path / "control" / "md5sums").read_text(encoding="utf-8")
    assert "usr/lib/envdesk/_internal/数据.txt" in sums


@pytest.mark.parametrize(
    ("program", "file"),
    [
        (["desktop-file-validate"], "applications/envdesk.desktop"),
        (["appstreamcli", "validate", "--no-net"], f"metainfo/{METAINFO}"),
    ],
)
@pytest.mark.usefixtures("payload")
def test_that_the_desktop_finds_nothing_wrong(
    tmp_path: Path, program: list[str], file: str
) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"needs {program[0]}")
    share = tmp_path / "share"
    write_desktop_files(share)
    said = run(*program, share / file)
    assert "error" not in said.lower()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("environment.yml", "application/x-envdesk-environment+yaml"),
        ("requirements.txt", "text/x-envdesk-requirements"),
        ("conda-lock.yml", "application/x-envdesk-lock+yaml"),
        ("pylock.toml", "application/x-envdesk-lock+toml"),
    ],
)
@pytest.mark.usefixtures("payload")
def test_that_the_desktop_knows_the_files_by_their_names(
    tmp_path: Path, name: str, kind: str
) -> None:
    if shutil.which("update-mime-database") is None:
        pytest.skip("needs shared-mime-info")
    share = tmp_path / "share"
    write_desktop_files(share)
    run("update-mime-database", share / "mime", PATH="/usr/bin:/bin", XDG_DATA_HOME=str(share))
    globs = (share / "mime" / "globs2").read_text(encoding="utf-8")
    assert f":{kind}:{name}\n" in globs
    others = [line for line in globs.splitlines() if line.split(":")[-1] in {"*.yml", "*.txt"}]
    assert others == []


def test_that_the_metadata_tell_version_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    assert 'date="2025-10-09"' in metainfo()
    assert "@" not in metainfo().replace("@localhost", "")


def test_that_the_newest_glibc_that_is_asked_for_is_found(tmp_path: Path) -> None:
    old, new, text = tmp_path / "old", tmp_path / "new", tmp_path / "text"
    old.write_bytes(b"\x7fELF\0GLIBC_2.4\0")
    new.write_bytes(b"\x7fELF\0GLIBC_2.34\0GLIBC_2.17\0")
    text.write_bytes(b"GLIBC_2.99\0")
    assert glibc_version([old, new, text]) == "2.34"
