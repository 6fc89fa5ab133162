"""A replica equals its source in everything but the prefix, and shares nothing it must not."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.engine.replicas.copies import assert_is_sound, copied, files_of
from tests.engine.replicas.sources import (
    PROGRAM,
    SITE,
    Source,
    new_source,
    picture,
    sha256,
    with_prefix,
    write,
)

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
NAMES = ["clone", "c", "two words", "it's", 'say "hi"', "第一个 env", "l" * 100]


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
