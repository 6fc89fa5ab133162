"""Links, compiled files, base, moving, and names that are no text survive the copying."""

from __future__ import annotations

import os
import py_compile
import socket
import sys
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.events import Phase, ProgressUnit
from engine.replicas.replicating import replicate
from tests.engine.replicas.copies import assert_is_sound, copied, files_of
from tests.engine.replicas.sources import (
    PLACEHOLDER,
    SITE,
    Source,
    Watcher,
    picture,
    write,
)

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


@posix
def test_that_links_stay_links_and_follow_the_prefix(source: Source, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "file", b"o").parent
    links = {
        "bin/relative": "tool",
        "bin/absolute": f"{source.prefix}/bin/tool",
        "etc/outside": str(outside),
        "etc/dangling": "nowhere/at/all",
        "etc/neighbour": f"{source.prefix}er/x",
        "etc/self": str(source.prefix),
    }
    for name, target in links.items():
        (source.prefix / name).symlink_to(target)
    clone, _ = copied(source)
    expected = links | {"bin/absolute": f"{clone}/bin/tool", "etc/self": str(clone)}
    for name, target in expected.items():
        assert str((clone / name).readlink()) == target
    assert not any(path.is_relative_to(clone / "etc/outside") for path in files_of(clone))


@posix
def test_that_names_of_one_file_stay_names_of_one_file(source: Source) -> None:
    os.link(source.prefix / "bin/pypkg", source.prefix / "bin/pypkg3")
    os.link(source.prefix / "bin/tool", source.prefix / "bin/tool2")
    clone, _ = copied(source)
    assert (clone / "bin/pypkg").samefile(clone / "bin/pypkg3")
    assert (clone / "bin/tool").samefile(clone / "bin/tool2")
    assert (clone / "bin/tool").stat().st_nlink == 2
    assert_is_sound(clone)


@posix
def test_that_what_is_no_file_is_left_out_with_a_word(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(source.prefix / "pipe")
    monkeypatch.chdir(source.prefix)  # the address of a socket must be short
    watcher = Watcher()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        clone, _ = copied(source, watcher=watcher)
    assert not (clone / "pipe").exists()
    assert not (clone / "socket").exists()
    assert sum("it is no file" in line for line in watcher.lines) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such names")
def test_that_names_that_are_no_text_come_along(source: Source) -> None:
    name = os.fsdecode(b"caf\xe9 \xff.txt")
    write(source.prefix / name, f"{source.prefix}\n".encode())
    clone, result = copied(source)
    assert (clone / name).read_text() == f"{clone}\n"
    assert name in result.rewritten


@posix
def test_that_compiled_files_follow_or_are_named_for_compiling(source: Source) -> None:
    folder = source.prefix / SITE / "pypkg"
    init, other = folder / "__init__.py", folder / "other.py"
    other.write_text(f"here = '{source.prefix}'\n")
    os.utime(init, ns=(10**18, 10**18))
    for path in (init, other):
        py_compile.compile(str(path), doraise=True)
    clone, result = copied(source)
    assert result.to_compile == (f"{SITE}/pypkg/other.py",)
    names = [path.name for path in (clone / SITE / "pypkg/__pycache__").iterdir()]
    assert [name.split(".")[0] for name in names] == ["__init__"]
    compiled = clone / SITE / "pypkg/__pycache__" / names[0]
    assert os.fsencode(source.prefix) not in compiled.read_bytes()
    assert (clone / SITE / "pypkg/__init__.py").stat().st_mtime_ns == 10**18


@posix
def test_that_compiled_files_without_a_source_are_kept_in_any_case(source: Source) -> None:
    odd = bytes(16) + f"see {source.prefix}/x".encode()
    write(source.prefix / SITE / "sourceless.pyc", odd)
    clone, result = copied(source)
    assert (clone / SITE / "sourceless.pyc").read_bytes() == odd
    assert result.to_compile == ()


@posix
def test_that_progress_counts_every_byte_once(source: Source) -> None:
    write(source.prefix / "big.bin", bytes(20 * 2**20))
    watcher = Watcher()
    clone, result = copied(source, watcher=watcher)
    last = watcher.steps[-1]
    assert (last.phase, last.unit) == (Phase.COPYING, ProgressUnit.BYTES)
    assert [step.done for step in watcher.steps] == sorted(step.done for step in watcher.steps)
    meta = sum(len(path.read_bytes()) for path in (source.prefix / "conda-meta").glob("*.json"))
    everything = sum(path.lstat().st_size for path in files_of(source.prefix))
    history = (source.prefix / "conda-meta/history").stat().st_size
    assert last.done == last.total == everything - history
    assert meta
    assert result.files == sum(1 for _ in files_of(clone))


@posix
def test_that_moving_takes_unchanged_files_along_without_copying(source: Source) -> None:
    write(source.prefix / "big.bin", bytes(2**20))
    before = picture(source.prefix)
    clone, result = copied(source, moving=True)
    assert picture(source.prefix) == before
    for name in ("big.bin", "notebooks/第一.ipynb", f"{SITE}/pypkg/__init__.py"):
        assert (clone / name).samefile(source.prefix / name)
    assert not (clone / "bin/pypkg").samefile(source.prefix / "bin/pypkg")
    assert (clone / "bin/pypkg").read_text().startswith(f"#!{clone}/bin/python")
    history = (source.prefix / "conda-meta/history").read_bytes()
    assert (clone / "conda-meta/history").read_bytes() == history
    assert (clone / "conda-meta/history").stat().st_nlink == 1
    assert result.copied_bytes < 2**20
    assert_is_sound(clone)


@posix
def test_that_a_source_behind_a_link_is_copied_with_both_its_names(
    source: Source, tmp_path: Path
) -> None:
    (tmp_path / "short").symlink_to(source.prefix)
    write(source.prefix / "names.txt", f"{source.prefix}/a {tmp_path}/short/b\n".encode())
    final = tmp_path / "envs" / "clone"
    replicate(tmp_path / "short", final, final, Watcher())
    assert (final / "names.txt").read_text() == f"{final}/a {final}/b\n"
    assert final.is_dir()
    assert not final.is_symlink()


@posix
def test_that_base_is_copied_without_what_its_installation_keeps(tmp_path: Path) -> None:
    base = Source(tmp_path / "conda", tmp_path / "conda" / "pkgs")
    base.package("tool", {"lib/tool.so": b"x" * 99})
    write(base.prefix / "conda-meta" / "conda-26.7.1-py312_0.json", b"{}")
    write(base.prefix / "envs" / "inner" / "conda-meta" / "history", b"")
    write(base.prefix / "conda-bld" / "noarch" / "repodata.json", b"{}")
    write(base.prefix / "etc" / "list", f"{base.prefix}/envs/inner\n{base.prefix}/lib\n".encode())
    final = base.prefix / "envs" / "copy"
    result = replicate(base.prefix, base.prefix / "envs" / "staging", final, Watcher())
    (base.prefix / "envs" / "staging").rename(final)
    assert sorted(path.name for path in final.iterdir()) == ["conda-meta", "etc", "lib"]
    assert (final / "etc/list").read_text() == f"{base.prefix}/envs/inner\n{final}/lib\n"
    assert (final / "lib/tool.so").samefile(base.pkgs / "tool-1.0-0/lib/tool.so")
    assert result.files == 4


@posix
def test_that_a_prefix_too_long_for_a_program_is_refused_by_name(source: Source) -> None:
    with pytest.raises(EngineError) as caught:
        copied(source, "n" * 250)
    assert caught.value.code is ErrorCode.NAME_INVALID
    assert caught.value.failure.value("package") == "tool-1.0-0"
    assert caught.value.failure.value("longest") == str(len(PLACEHOLDER))


@posix
def test_that_programs_of_nobody_that_cannot_be_rewritten_are_named(source: Source) -> None:
    program = b"\x7fELF" + bytes(5) + os.fsencode(source.prefix) + b"/lib\0\0"
    write(source.prefix / "bin" / "built-here", program, 0o755)
    clone, result = copied(source, "a-much-longer-name-than-before")
    assert result.left_alone == ("bin/built-here",)
    assert (clone / "bin/built-here").read_bytes() == program
    big = bytearray(program.ljust(9 * 2**20, b"\0"))
    at = 8 * 2**20 - 7  # across the border of two chunks
    big[at : at + len(program)] = program
    write(source.prefix / "bin" / "built-here-too", bytes(big), 0o755)
    shorter, result = copied(source, "s")
    assert os.fsencode(source.prefix) not in (shorter / "bin/built-here-too").read_bytes()
    assert result.left_alone == ()
    moved = program.replace(os.fsencode(source.prefix) + b"/lib", os.fsencode(shorter) + b"/lib")
    assert (shorter / "bin/built-here").read_bytes() == moved.ljust(len(program), b"\0")
