"""A replica equals its source in everything but the prefix, and shares nothing it must not."""

from __future__ import annotations

import base64
import csv
import json
import os
import py_compile
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.events import Phase, ProgressUnit
from engine.replicas.replicating import replicate
from engine.replicas.values import ReplicaResult
from tests.engine.replicas.sources import (
    PLACEHOLDER,
    SITE,
    Packed,
    Source,
    Watcher,
    new_source,
    picture,
    sha256,
    with_prefix,
    write,
)

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
PROGRAM = b"\x7fELF\2\1" + bytes(10) + f"{PLACEHOLDER}/lib:{PLACEHOLDER}/lib64\0end\0".encode()
NAMES = ["clone", "c", "two words", "it's", 'say "hi"', "第一个 env", "l" * 100]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Return a source with a bit of everything that conda and pip leave."""
    source = new_source(tmp_path)
    source.package(
        "tool",
        {
            "bin/tool": Packed(PROGRAM, has_prefix=True, is_binary=True, mode=0o755),
            "etc/tool.conf": Packed(f"root={PLACEHOLDER}/x\n".encode(), has_prefix=True),
            "lib/libtool.so": b"\x7fELF plain library" * 100,
            "share/tool/readonly": Packed(b"r\n", mode=0o444),
            "share/tool/empty": b"",
        },
    )
    source.package(
        "module",
        {"site-packages/module/__init__.py": b"answer = 42\n"},
        noarch_python=True,
        made={"bin/module": f"#!{source.prefix}/bin/python{'3.12'}\nimport module\n".encode()},
    )
    install_from_pypi(source.prefix, "pypkg")
    write(source.prefix / "notebooks" / "第一.ipynb", b'{"cells": []}')
    return source


def install_from_pypi(prefix: Path, name: str) -> Path:
    """Put a distribution in place as pip does, RECORD included."""
    info = prefix / SITE / f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": b"x = 1\n",
        f"{info.name}/INSTALLER": b"pip\n",
        f"{info.name}/METADATA": f"Name: {name}\nVersion: 1.0\n".encode(),
        f"{info.name}/direct_url.json": f'{{"url": "file://{prefix}/src/{name}"}}'.encode(),
        f"../../../bin/{name}": f"#!{prefix}/bin/python\nimport {name}\n".encode(),
        f"../../../share/{name}, odd.txt": f"at {prefix}\n".encode(),
    }
    rows: list[tuple[str, str, str]] = []
    for path, data in files.items():
        write(Path(os.path.normpath(prefix / SITE / path)), data)
        digest = base64.urlsafe_b64encode(bytes.fromhex(sha256(data))).rstrip(b"=").decode()
        rows.append((path, f"sha256={digest}", str(len(data))))
    rows.append((f"{info.name}/RECORD", "", ""))
    with (info / "RECORD").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return info


def copied(
    source: Source, name: str = "clone", watcher: Watcher | None = None, *, moving: bool = False
) -> tuple[Path, ReplicaResult]:
    final = source.prefix.parent / name
    staging = source.prefix.parent / ".envdesk" / "token" / "new"
    result = replicate(source.prefix, staging, final, watcher or Watcher(), moving=moving)
    staging.rename(final)
    return final, result


def files_of(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names)


def assert_is_sound(clone: Path) -> None:
    """Check every hash that a list in `clone` holds."""
    for path in (clone / "conda-meta").glob("*.json"):
        record = json.loads(path.read_bytes())
        for entry, real in zip(record["paths_data"]["paths"], record["files"], strict=True):
            data = (clone / real).read_bytes()
            assert (entry.get("sha256_in_prefix") or entry["sha256"]) == sha256(data), real
    for path in clone.glob(f"{SITE}/*.dist-info/RECORD"):
        with path.open(newline="", encoding="utf-8") as stream:
            for name, digest, size in csv.reader(stream):
                if digest:
                    data = (clone / SITE / name).read_bytes()
                    assert len(data) == int(size)
                    expected = base64.urlsafe_b64encode(bytes.fromhex(sha256(data)))
                    assert digest == f"sha256={expected.rstrip(b'=').decode()}", name


@posix
@pytest.mark.parametrize("name", NAMES)
def test_that_a_clone_is_whole_and_true_whatever_its_name(source: Source, name: str) -> None:
    before = picture(source.prefix)
    clone, result = copied(source, name)
    assert picture(source.prefix) == before
    expected = {*before} - {"conda-meta/history"}
    assert {str(path) for path in picture(clone)} == expected
    assert_is_sound(clone)
    for path in files_of(clone):
        assert os.fsencode(source.prefix) not in path.read_bytes(), path
    assert (clone / "etc/tool.conf").read_text() == f"root={clone}/x\n"
    program = with_prefix(PROGRAM, str(clone), is_binary=True)
    assert (clone / "bin/tool").read_bytes() == program
    assert (clone / "notebooks/第一.ipynb").read_bytes() == b'{"cells": []}'
    assert "bin/pypkg" in result.rewritten


@posix
def test_that_unaltered_files_are_the_caches_and_own_files_are_nobodys(source: Source) -> None:
    clone, result = copied(source)
    shared = {
        "lib/libtool.so",
        "share/tool/readonly",
        "share/tool/empty",
        f"{SITE}/module/__init__.py",
    }
    for path in files_of(clone):
        name = str(path.relative_to(clone))
        original = source.prefix / name
        if name in shared:
            assert path.samefile(original)
            assert path.stat().st_nlink == 3
        else:
            assert path.stat().st_nlink == 1, name
            assert original.stat().st_nlink == 1, name
    assert result.linked_bytes == sum((clone / name).stat().st_size for name in shared)


@posix
def test_that_times_and_modes_stay_unless_the_content_changed(source: Source) -> None:
    own = write(source.prefix / "data.csv", b"1,2\n", 0o640)
    os.utime(own, ns=(10**18, 10**18 + 123456789))
    os.utime(source.prefix / "bin/pypkg", ns=(10**18, 10**18))
    write(source.prefix / "locked" / "inner" / "file", b"x", 0o400)
    (source.prefix / "locked" / "inner").chmod(0o500)
    (source.prefix / "empty folder").mkdir(mode=0o751)
    clone, _ = copied(source)
    assert (clone / "data.csv").stat().st_mtime_ns == 10**18 + 123456789
    assert stat.S_IMODE((clone / "data.csv").stat().st_mode) == 0o640
    assert stat.S_IMODE((clone / "bin/tool").stat().st_mode) == 0o755
    assert stat.S_IMODE((clone / "locked/inner").stat().st_mode) == 0o500
    assert stat.S_IMODE((clone / "locked/inner/file").stat().st_mode) == 0o400
    assert stat.S_IMODE((clone / "empty folder").stat().st_mode) == 0o751
    assert (clone / "bin/pypkg").stat().st_mtime_ns > 10**18


@posix
def test_that_a_file_in_the_cache_is_shared_again_when_the_contents_are_equal(
    tmp_path: Path,
) -> None:
    source = new_source(tmp_path)
    files = {"same": b"same", "altered": b"before", "cache-altered": b"sound"}
    source.package("tool", {f"share/{name}": data for name, data in files.items()}, how="copy")
    (source.prefix / "share/altered").write_bytes(b"beFore")
    (source.pkgs / "tool-1.0-0/share/cache-altered").write_bytes(b"SOUND")
    clone, result = copied(source)
    cached = source.pkgs / "tool-1.0-0" / "share"
    assert (clone / "share/same").samefile(cached / "same")
    assert not (clone / "share/altered").samefile(source.prefix / "share/altered")
    assert (clone / "share/altered").read_bytes() == b"beFore"
    assert (clone / "share/cache-altered").read_bytes() == b"sound"
    assert result.linked_bytes == len(b"same")


@posix
def test_that_a_cleaned_cache_costs_only_the_sharing(source: Source) -> None:
    shutil.rmtree(source.pkgs)
    clone, result = copied(source)
    assert result.linked_bytes == 0
    assert (clone / "lib/libtool.so").read_bytes() == b"\x7fELF plain library" * 100
    assert not (clone / "lib/libtool.so").samefile(source.prefix / "lib/libtool.so")
    assert_is_sound(clone)


@posix
@pytest.mark.parametrize("form", ["conda", "rattler"])
def test_that_both_forms_of_records_find_the_cache(tmp_path: Path, form: str) -> None:
    source = new_source(tmp_path)
    files = {"site-packages/m.py": b"m = 1\n", "python-scripts/m": b"#!/bin/sh\n"}
    source.package("m", files, noarch_python=True, form=form)
    clone, _ = copied(source)
    assert (clone / SITE / "m.py").samefile(source.pkgs / "m-1.0-0/site-packages/m.py")
    assert (clone / "bin/m").samefile(source.pkgs / "m-1.0-0/python-scripts/m")


@posix
def test_that_what_pip_replaced_comes_along_as_it_is(source: Source) -> None:
    replaced = source.prefix / SITE / "module" / "__init__.py"
    replaced.unlink()
    replaced.write_text(f"home = '{source.prefix}'\n")
    clone, _ = copied(source)
    assert (clone / SITE / "module/__init__.py").read_text() == f"home = '{clone}'\n"
    record = json.loads((clone / "conda-meta/module-1.0-0.json").read_bytes())
    assert record["paths_data"]["paths"][0]["sha256"] == sha256(b"answer = 42\n")


@posix
def test_that_text_of_a_package_that_happens_to_name_the_prefix_is_not_touched(
    tmp_path: Path,
) -> None:
    source = new_source(tmp_path)
    text = f"for example {source.prefix}/bin\n".encode()
    source.package("docs", {"share/doc.txt": text}, how="copy")
    shutil.rmtree(source.pkgs)
    clone, _ = copied(source)
    assert (clone / "share/doc.txt").read_bytes() == text


@posix
def test_that_records_keep_what_they_say_and_unknown_keys(source: Source) -> None:
    before = json.loads((source.prefix / "conda-meta/tool-1.0-0.json").read_bytes())
    clone, _ = copied(source)
    after = json.loads((clone / "conda-meta/tool-1.0-0.json").read_bytes())
    for key in before:
        if key != "paths_data":
            assert after[key] == before[key]
    untouched = (clone / "conda-meta/module-1.0-0.json").read_text()
    assert '"ключ"' in untouched


@posix
def test_that_hashes_that_were_false_in_the_source_stay_false(source: Source) -> None:
    altered = source.prefix / "etc/tool.conf"
    altered.write_text(f"root={source.prefix}/elsewhere\n")
    record = source.prefix / "conda-meta/tool-1.0-0.json"
    clone, _ = copied(source)
    assert (
        altered.read_text().replace(str(source.prefix), str(clone))
        == (clone / "etc/tool.conf").read_text()
    )
    hashes = [
        entry["sha256_in_prefix"]
        for path in (record, clone / "conda-meta/tool-1.0-0.json")
        for entry in json.loads(path.read_bytes())["paths_data"]["paths"]
        if entry["_path"] == "etc/tool.conf"
    ]
    assert hashes[0] == hashes[1]


@posix
def test_that_conda_meta_is_kept_or_left_as_agreed(source: Source) -> None:
    meta = source.prefix / "conda-meta"
    kept = {
        "pinned": b"python 3.12.*\n",
        "state": json.dumps({"env_vars": {"HERE": f"{source.prefix}/x"}}).encode(),
        "broken-1-0.json": b'{"name": "bro',
        "list-1-0.json": b"[]",
    }
    left = ["frozen", "prefix_record_a.json", ".envdesk-20260101", "x.json.c~", "pip.lock"]
    for name, data in kept.items():
        write(meta / name, data)
    for name in left:
        write(meta / name, b"{}")
    for name in (".trash/a", ".envdesk/b", "lib/old.so.c~", "lib/x.conda_trash"):
        write(source.prefix / name, b"x")
    clone, _ = copied(source)
    names = {path.name for path in (clone / "conda-meta").iterdir()}
    assert names == {*kept, "tool-1.0-0.json", "module-1.0-0.json"}
    for name in set(kept) - {"state"}:
        assert (clone / "conda-meta" / name).read_bytes() == kept[name]
    state = json.loads((clone / "conda-meta/state").read_bytes())
    assert state == {"env_vars": {"HERE": f"{clone}/x"}}
    assert not {".trash", ".envdesk"} & {path.name for path in clone.iterdir()}
    assert sorted(path.name for path in (clone / "lib").iterdir()) == ["libtool.so", "python3.12"]


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
def test_that_what_is_no_file_is_left_out_with_a_word(source: Source, tmp_path: Path) -> None:
    os.mkfifo(source.prefix / "pipe")
    os.chdir(source.prefix)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            watcher = Watcher()
            clone, _ = copied(source, watcher=watcher)
    finally:
        os.chdir(tmp_path)
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
    shorter, result = copied(source, "s")
    assert result.left_alone == ()
    moved = program.replace(os.fsencode(source.prefix) + b"/lib", os.fsencode(shorter) + b"/lib")
    assert (shorter / "bin/built-here").read_bytes() == moved.ljust(len(program), b"\0")
