"""Which package cache serves a prefix, and what is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from engine.conda.caches import (
    CacheChoice,
    choose_cache,
    existing_part,
    foreign_copies,
    is_writable,
    package_caches,
)
from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.records import Record
from engine.requests import CreateRequest
from tests.support.creating import cached_in, created, solved
from tests.support.practising import Practice
from tests.support.volumes import mounted


def configured(*folders: Path) -> CondaConfiguration:
    return CondaConfiguration(pkgs_dirs=folders)


def test_that_without_conda_the_cache_is_our_own(places: Places) -> None:
    choice = choose_cache(places.envs / "new", places, CondaConfiguration())
    assert choice == CacheChoice(places.pkgs, is_near=True)
    assert package_caches(places, CondaConfiguration()) == (places.pkgs,)


def test_that_the_first_of_the_users_caches_that_can_be_written_is_shared(
    places: Places, tmp_path: Path
) -> None:
    blocked, mine, other = tmp_path / "blocked", tmp_path / "mine" / "pkgs", tmp_path / "other"
    blocked.write_text("a file")
    choice = choose_cache(places.envs / "new", places, configured(blocked, mine, other))
    assert choice == CacheChoice(mine, is_near=True, passed_over=(blocked,))
    assert not mine.exists()
    assert package_caches(places, configured(mine, other)) == (mine, other, places.pkgs)


def test_that_a_cache_on_another_disk_is_passed_over_and_said_to_be_far(
    places: Places, tmp_path: Path
) -> None:
    with mounted(tmp_path / "disk", 1) as disk:
        far = disk / "pkgs"
        choice = choose_cache(places.envs / "new", places, configured(far))
        assert choice == CacheChoice(places.pkgs, is_near=True, passed_over=(far,))
        choice = choose_cache(disk / "env", places, configured(far))
        assert choice == CacheChoice(far, is_near=True)
        choice = choose_cache(disk / "env", places, CondaConfiguration())
        assert choice == CacheChoice(places.pkgs, is_near=False)
    with mounted(tmp_path / "locked", 1, read_only=True) as disk:
        assert not is_writable(disk / "new")


def test_that_the_part_of_a_path_that_exists_is_found(tmp_path: Path) -> None:
    assert existing_part(tmp_path / "a" / "b") == tmp_path
    assert existing_part(tmp_path) == tmp_path
    assert is_writable(tmp_path / "a" / "b")


def test_that_what_is_unpacked_is_known_with_its_files_and_bytes(practice: Practice) -> None:
    specs = ("signpost", "bellringer", "glyphs")
    request = CreateRequest(practice.places.envs / "first", (practice.main,), specs=specs)
    records = practice.call(solved, specs, (practice.main,), practice.places).records
    assert practice.call(cached_in, practice.places.pkgs, records) == {}
    practice.call(created, request, practice.places)
    cached = practice.call(cached_in, practice.places.pkgs, records)
    assert set(cached) == set(specs)
    assert cached["signpost"].files == 2
    assert cached["signpost"].linked_bytes == 0
    assert cached["signpost"].copied_bytes > 50
    assert cached["glyphs"].copied_bytes <= 4 * 4096  # folders and the record
    assert [name for name, package in cached.items() if package.has_script] == ["bellringer"]
    other = tuple(with_hash(record, "0" * 64) for record in records)
    assert practice.call(cached_in, practice.places.pkgs, other) == {}


def test_that_what_conda_unpacked_from_another_archive_is_noticed(practice: Practice) -> None:
    folder = practice.places.pkgs
    (record,) = practice.call(solved, ("glyphs",), (practice.main,), practice.places).records
    info = folder / record.spelled / "info"
    info.mkdir(parents=True)
    for known, expected in ((record.sha256, ()), ("f" * 64, (folder / record.spelled,)), ("", ())):
        (info / "repodata_record.json").write_text(json.dumps({"sha256": known}))
        assert foreign_copies(folder, (record,)) == expected
    (info / "repodata_record.json").write_text("{")
    assert foreign_copies(folder, (record,)) == ()


def with_hash(record: Record, sha256: str) -> Record:
    raw = {**json.loads(record.raw), "sha256": sha256}
    return replace(record, sha256=sha256, raw=json.dumps(raw))
