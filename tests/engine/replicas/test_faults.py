"""A copy that cannot be whole is refused with the reason, and the source is never touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.replicas import copying
from engine.replicas.replicating import replicate
from tests.engine.replicas.sources import (
    PLACEHOLDER,
    Packed,
    Source,
    Watcher,
    new_source,
    picture,
    sha256,
    write,
)
from tests.support.volumes import mounted

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
NOBODY = 65534


@pytest.fixture
def source(tmp_path: Path) -> Source:
    source = new_source(tmp_path)
    source.package("tool", {"lib/tool.so": b"library" * 999, "share/tool": b"t"})
    write(source.prefix / "own.txt", b"mine")
    return source


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with mounted(tmp_path_factory.mktemp("small disk"), 1) as disk:
        yield disk


def refused(source: Source, target: Path, watcher: Watcher | None = None) -> EngineError:
    with pytest.raises(EngineError) as caught:
        replicate(source.prefix, target / "new", target / "clone", watcher or Watcher())
    return caught.value


def test_that_a_full_disk_is_told_from_other_trouble(source: Source, small_disk: Path) -> None:
    write(source.prefix / "big.bin", os.urandom(2 * 2**20))
    before = picture(source.prefix)
    assert refused(source, small_disk).code is ErrorCode.DISK_FULL
    assert picture(source.prefix) == before


def test_that_a_disk_full_of_small_files_is_told_too(source: Source, small_disk: Path) -> None:
    for number in range(400):
        write(source.prefix / "data" / f"{number}.txt", os.urandom(4000))
    assert refused(source, small_disk).code is ErrorCode.DISK_FULL


def test_that_files_are_copied_to_another_disk(source: Source, small_disk: Path) -> None:
    final = small_disk / "clone"
    result = replicate(source.prefix, final, final, Watcher(), moving=True)
    assert result.linked_bytes == 0
    assert (final / "lib/tool.so").read_bytes() == b"library" * 999


def test_that_another_disk_in_the_source_is_not_copied(source: Source, small_disk: Path) -> None:
    write(small_disk / "precious", b"p")
    place = source.prefix / "mounted"
    place.mkdir()
    subprocess.run(["mount", "--bind", str(small_disk), str(place)], check=True)
    try:
        watcher = Watcher()
        final = source.prefix.parent / "clone"
        replicate(source.prefix, final, final, watcher)
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert list((final / "mounted").iterdir()) == []
    assert "Left empty, because it is another disk: mounted" in watcher.lines


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
def test_that_a_file_that_may_not_be_read_is_named(source: Source) -> None:
    folder = Path(tempfile.mkdtemp(prefix="shared-"))
    try:
        shared = Source(folder / "source", folder / "pkgs")
        shutil.copytree(source.prefix, shared.prefix)
        (shared.prefix / "own.txt").chmod(0o600)
        target = folder / "mine"
        target.mkdir()
        os.chown(target, NOBODY, NOBODY)
        folder.chmod(0o755)
        os.seteuid(NOBODY)
        try:
            error = refused(shared, target)
            elsewhere = refused(shared, folder)
        finally:
            os.seteuid(0)
    finally:
        shutil.rmtree(folder)
    assert error.code is ErrorCode.LINK_FAILED
    assert error.failure.value("path") == str(shared.prefix / "own.txt")
    assert elsewhere.code is ErrorCode.NOT_WRITABLE
    assert elsewhere.failure.value("path") == str(folder / "new")


def test_that_a_file_of_nobody_that_vanishes_is_only_a_line_in_the_log(source: Source) -> None:
    watcher = Watcher()

    def vanish(line: str) -> None:
        watcher.lines.append(line)
        (source.prefix / "own.txt").unlink(missing_ok=True)

    watcher.on_log = vanish
    final = source.prefix.parent / "clone"
    replicate(source.prefix, final, final, watcher)
    assert not (final / "own.txt").exists()
    assert any("own.txt" in line for line in watcher.lines[1:])


def test_that_a_file_of_a_package_that_vanishes_stops_the_copy(source: Source) -> None:
    shutil.rmtree(source.pkgs)
    watcher = Watcher()

    def vanish(_: str) -> None:
        (source.prefix / "share/tool").unlink(missing_ok=True)

    watcher.on_log = vanish
    error = refused(source, source.prefix.parent, watcher)
    assert error.code is ErrorCode.SOURCE_CHANGED
    assert error.failure.value("path") == "share/tool"


def test_that_a_package_that_comes_meanwhile_stops_the_copy(source: Source) -> None:
    watcher = Watcher()

    def install(_: str) -> None:
        write(source.prefix / "conda-meta" / "new-1.0-0.json", b"{}")

    watcher.on_log = install
    assert refused(source, source.prefix.parent, watcher).code is ErrorCode.SOURCE_CHANGED


def test_that_a_cache_that_is_cleaned_meanwhile_costs_nothing_but_the_sharing(
    source: Source,
) -> None:
    watcher = Watcher()

    def clean(_: str) -> None:
        shutil.rmtree(source.pkgs, ignore_errors=True)

    watcher.on_log = clean
    final = source.prefix.parent / "clone"
    result = replicate(source.prefix, final, final, watcher)
    assert result.linked_bytes == 0
    assert (final / "lib/tool.so").read_bytes() == b"library" * 999


def test_that_a_place_that_is_taken_is_never_written_into(source: Source) -> None:
    taken = write(source.prefix.parent / "new" / "file", b"precious")
    refused(source, source.prefix.parent)
    assert taken.read_bytes() == b"precious"
    assert [path.name for path in taken.parent.iterdir()] == ["file"]


def test_that_programs_of_a_mac_are_signed_again_and_recorded_as_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = new_source(tmp_path)
    program = b"\xcf\xfa\xed\xfe" + f"{PLACEHOLDER}/lib\0\0".encode()
    source.package("mac", {"lib/m.dylib": Packed(program, True, True, 0o555)})
    signer = write(
        tmp_path / "codesign",
        b'#!/bin/sh\nfor last; do :; done\nprintf "%s" "$*" > "$0.log"\nprintf signed >> "$last"\n',
        0o755,
    )
    monkeypatch.setattr(copying, "_CODESIGN", str(signer))
    final = source.prefix.parent / "clone"
    replicate(source.prefix, final, final, Watcher(), platform="darwin")
    signed = final / "lib/m.dylib"
    assert signed.read_bytes().endswith(b"\0signed")
    assert stat.S_IMODE(signed.stat().st_mode) == 0o555
    assert sha256(signed.read_bytes()) in (final / "conda-meta/mac-1.0-0.json").read_text()
    arguments = (tmp_path / "codesign.log").read_text()
    assert arguments == f"--sign - --force --preserve-metadata=entitlements {signed}"


def test_that_a_signer_that_is_missing_is_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = new_source(tmp_path)
    program = b"\xcf\xfa\xed\xfe" + f"{PLACEHOLDER}/lib\0\0".encode()
    source.package("mac", {"lib/m.dylib": Packed(program, True, True)})
    monkeypatch.setattr(copying, "_CODESIGN", str(tmp_path / "nowhere"))
    watcher = Watcher()
    final = source.prefix.parent / "clone"
    replicate(source.prefix, final, final, watcher, platform="darwin")
    assert any("Could not sign lib/m.dylib" in line for line in watcher.lines)
