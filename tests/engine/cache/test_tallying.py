"""Counting on Windows, where a listing tells less; and units that share files."""

from __future__ import annotations

import os
from pathlib import Path

from engine.cache.directories import DirectoryLog, is_unchanged
from engine.cache.tallying import Tally
from engine.cache.walking import Ground, walk_cache, walk_environment


def test_that_windows_counts_whole_clusters_and_never_enters_a_link(tmp_path: Path) -> None:
    cache, prefix = tmp_path / "pkgs", tmp_path / "env"
    for folder in (cache / "deep", prefix):
        folder.mkdir(parents=True)
    (cache / "deep" / "small").write_bytes(b"x")
    (cache / "deep" / "large").write_bytes(b"x" * 4097)
    (cache / "empty").write_bytes(b"")
    (cache / "way").symlink_to(tmp_path, target_is_directory=True)
    os.link(cache / "deep" / "large", prefix / "large")
    (prefix / "own").write_bytes(b"x" * 5)
    (prefix / "soft").symlink_to(cache / "deep" / "small")
    tally, ground = Tally(DirectoryLog()), Ground(platform="win32")
    walk = walk_cache(str(cache), ground)
    assert walk is not None
    unit = tally.add_cache_unit([walk])
    assert tally.close_caches() == {}
    environment = tally.add_environment([walk_environment(str(prefix), ground)])
    assert (unit.private, unit.total, unit.files) == (4096, 4096 + 8192, 4)
    assert (environment.own, environment.shared, environment.cached) == (4096, 8192, 8192)
    assert unit.users == {0}
    assert [target for _, target in environment.links_out] == [str(cache / "deep" / "small")]


def test_that_files_between_environments_are_counted_once(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "x").write_bytes(b"x" * 5000)
    for name in ("two", "three"):
        os.link(tmp_path / "one" / "x", tmp_path / name / "x")
    tally = Tally(DirectoryLog())
    tally.close_caches()
    units = [
        tally.add_environment([walk_environment(str(tmp_path / name), Ground())])
        for name in ("one", "two", "three")
    ]
    assert {unit.shared for unit in units} == {tally.between} == {8192}


def test_that_the_log_notices_a_folder_that_another_took_the_place_of(tmp_path: Path) -> None:
    folder = tmp_path / "bad\udcff name"
    folder.mkdir()
    status = folder.stat()
    log = DirectoryLog()
    log.add(str(folder), status)
    assert len(log) == 1
    assert is_unchanged(*log.dump())
    folder.rename(tmp_path / "old")
    folder.mkdir()
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not is_unchanged(*log.dump())
