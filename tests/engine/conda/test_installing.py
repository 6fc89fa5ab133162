"""Fetching and linking, and whatever can go wrong meanwhile."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode, Failure
from engine.events import Phase, ProgressUnit
from engine.places import Places
from engine.practice import MAIN_CHANNEL
from engine.records import Record
from tests.support.creating import PLAIN, Heard, installed, solved
from tests.support.practising import Practice
from tests.support.volumes import mounted

ON_WINDOWS = sys.platform == "win32"


@pytest.fixture
def prefix(places: Places) -> Path:
    return places.envs / "第一个 env"


def records_of(practice: Practice, *specs: str, channel: str = "") -> tuple[Record, ...]:
    channels = (channel or practice.main,)
    return practice.call(solved, specs, channels, practice.places).records


def linked(
    practice: Practice,
    records: Sequence[Record],
    prefix: Path,
    *,
    cache: Path | None = None,
    configuration: CondaConfiguration = PLAIN,
    stall_seconds: float = 20.0,
) -> Heard:
    return practice.call(
        installed,
        records,
        prefix,
        prefix,
        practice.places,
        cache=cache,
        configuration=configuration,
        stall_seconds=stall_seconds,
    )


def refusal(
    practice: Practice,
    records: Sequence[Record],
    prefix: Path,
    *,
    cache: Path | None = None,
    configuration: CondaConfiguration = PLAIN,
    stall_seconds: float = 20.0,
) -> Failure:
    with pytest.raises(EngineError) as caught:
        linked(
            practice,
            records,
            prefix,
            cache=cache,
            configuration=configuration,
            stall_seconds=stall_seconds,
        )
    failure = caught.value.failure
    assert failure.summary.endswith(".")
    assert failure.hint
    return failure


@pytest.mark.skipif(ON_WINDOWS, reason="the interpreter lies elsewhere")
def test_that_a_linked_environment_runs_and_imports_its_packages_from_the_final_place(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "python", "tidepool", "signpost")
    staging = prefix.with_name(".new")
    practice.call(installed, records, staging, prefix, practice.places)
    staging.rename(prefix)
    code = "import sys, tidepool, numerals; print(sys.prefix, numerals.roman(2026))"
    python = subprocess.run(
        [prefix / "bin" / "python", "-c", code], capture_output=True, text=True, check=True
    )
    assert python.stdout.split("\n")[0] == f"{prefix} MMXXVI"
    tool = subprocess.run([prefix / "bin" / "tidepool"], capture_output=True, text=True, check=True)
    assert tool.stdout.startswith("tidepool 3.2.0")
    settings = (prefix / "etc" / "signpost.ini").read_text(encoding="utf-8")
    assert f"prefix = {prefix}" in settings
    assert "placeholder" not in settings


def test_that_progress_counts_bytes_and_then_packages_and_never_goes_back(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "quarry", "glyphs")
    practice.server.faults.throttle(6_000_000)
    heard = linked(practice, records, prefix)
    total = sum(record.archive_bytes or 0 for record in records)
    fetching = [each for each in heard.progress_made if each.phase is Phase.DOWNLOADING]
    linking = [each for each in heard.progress_made if each.phase is Phase.LINKING]
    assert heard.progress_made == [*fetching, *linking]
    assert {(each.total, each.unit) for each in fetching} == {(total, ProgressUnit.BYTES)}
    assert len(fetching) > 3
    done = [each.done for each in fetching]
    assert done == sorted(done)
    assert 0 < done[0] < total
    assert {(each.total, each.unit) for each in linking} == {(2, ProgressUnit.PACKAGES)}
    assert linking[-1].done == 2


def test_that_cached_packages_need_no_network_and_are_linked_not_copied(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "quarry")
    linked(practice, records, prefix)
    practice.server.faults.fail("*")
    asked = len(practice.server.requests)
    second = prefix.with_name("second")
    heard = linked(practice, records, second)
    assert len(practice.server.requests) == asked
    assert {each.phase for each in heard.progress_made} == {Phase.LINKING}
    stones = [each / "share" / "quarry" / "stone.bin" for each in (prefix, second)]
    assert stones[0].samefile(stones[1])


def test_that_scripts_of_packages_are_not_run_and_the_log_says_so(
    practice: Practice, prefix: Path
) -> None:
    heard = linked(practice, records_of(practice, "bellringer"), prefix)
    assert not (prefix / "bell-rung.txt").exists()
    assert any("bellringer" in line for line in heard.lines)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, ErrorCode.DOWNLOAD_FAILED),
        (401, ErrorCode.CHANNEL_NEEDS_LOGIN),
        (403, ErrorCode.CHANNEL_NEEDS_LOGIN),
    ],
)
def test_that_a_package_that_the_server_refuses_is_named(
    practice: Practice, prefix: Path, status: int, code: ErrorCode
) -> None:
    records = records_of(practice, "glyphs")
    practice.server.faults.fail("*.conda", status)
    failure = refusal(practice, records, prefix)
    assert failure.code is code
    assert failure.value("package") == "glyphs-5.0.0-0"
    assert failure.value("channel") == MAIN_CHANNEL


def test_that_a_package_with_another_hash_is_refused(practice: Practice, prefix: Path) -> None:
    (record,) = records_of(practice, "glyphs")
    announced = json.loads(record.raw)
    announced["sha256"] = "0" * 64
    wrong = replace(record, sha256="0" * 64, raw=json.dumps(announced))
    failure = refusal(practice, (wrong,), prefix)
    assert failure.code is ErrorCode.HASH_MISMATCH
    assert failure.value("package") == "glyphs-5.0.0-0"
    assert failure.value("expected") == "0" * 64
    assert failure.value("found") == record.sha256
    assert not (practice.places.pkgs / record.spelled).exists()


def test_that_a_package_on_this_computer_with_another_hash_is_refused_too(
    practice: Practice, prefix: Path, channels: Path, tmp_path: Path
) -> None:
    channel = tmp_path / "my channel"
    shutil.copytree(channels / MAIN_CHANNEL, channel)
    records = records_of(practice, "glyphs", channel=str(channel))
    archive = channel / "noarch" / "glyphs-5.0.0-0.conda"
    archive.write_bytes((channel / "noarch" / "quarry-1.2.0-0.conda").read_bytes())
    failure = refusal(practice, records, prefix)
    assert failure.code is ErrorCode.HASH_MISMATCH
    assert not prefix.exists()
    archive.unlink()
    assert refusal(practice, records, prefix).code is ErrorCode.DOWNLOAD_FAILED


def test_that_a_damaged_archive_is_refused(practice: Practice, prefix: Path) -> None:
    records = records_of(practice, "quarry")
    practice.server.faults.corrupt("*.conda")
    failure = refusal(practice, records, prefix)
    assert failure.code in (ErrorCode.HASH_MISMATCH, ErrorCode.PACKAGE_BROKEN)
    assert failure.value("package") == "quarry-1.2.0-0"


@pytest.mark.parametrize("after_bytes", [0, 50_000])
def test_that_half_an_archive_is_a_broken_package(
    practice: Practice, prefix: Path, after_bytes: int
) -> None:
    records = records_of(practice, "quarry")
    practice.server.faults.shorten("*.conda", after_bytes)
    assert refusal(practice, records, prefix).code is ErrorCode.PACKAGE_BROKEN


def test_that_a_connection_that_breaks_off_is_told(practice: Practice, prefix: Path) -> None:
    records = records_of(practice, "quarry")
    practice.server.faults.truncate("*.conda", 50_000)
    failure = refusal(practice, records, prefix)
    assert failure.code is ErrorCode.DOWNLOAD_FAILED
    assert "broke off" in failure.cause


@pytest.mark.parametrize("after_bytes", [0, 50_000])
def test_that_a_download_of_which_nothing_more_comes_is_given_up(
    practice: Practice, prefix: Path, after_bytes: int
) -> None:
    records = records_of(practice, "quarry", "glyphs")
    practice.server.faults.stall("*/quarry-*", after_bytes)
    failure = refusal(practice, records, prefix, stall_seconds=1.6)
    assert failure.code is ErrorCode.CHANNEL_STALLED
    assert failure.value("package") == "quarry-1.2.0-0"


def test_that_offline_links_what_is_cached_and_refuses_what_is_not(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "glyphs", "quarry")
    glyphs = [record for record in records if record.name == "glyphs"]
    offline = replace(PLAIN, offline=True)
    linked(practice, glyphs, prefix.with_name("first"))
    linked(practice, glyphs, prefix.with_name("second"), configuration=offline)
    asked = len(practice.server.requests)
    failure = refusal(practice, records, prefix, configuration=offline)
    assert failure.code is ErrorCode.DOWNLOAD_FAILED
    assert failure.value("package") == "quarry-1.2.0-0"
    assert len(practice.server.requests) == asked


def test_that_a_damaged_package_in_the_cache_is_fetched_again(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "glyphs")
    linked(practice, records, prefix.with_name("first"))
    (practice.places.pkgs / "glyphs-5.0.0-0" / "share" / "glyphs" / "about.txt").unlink()
    linked(practice, records, prefix)
    assert (prefix / "share" / "glyphs" / "about.txt").is_file()


def test_that_another_package_of_the_same_name_in_the_cache_is_not_linked(
    practice: Practice, prefix: Path
) -> None:
    records = records_of(practice, "glyphs")
    foreign = practice.places.pkgs / "glyphs-5.0.0-0" / "info"
    foreign.mkdir(parents=True)
    (foreign / "repodata_record.json").write_text(json.dumps({"sha256": "f" * 64}))
    assert refusal(practice, records, prefix).code is ErrorCode.PACKAGE_BROKEN


def test_that_a_full_disk_is_told_whichever_it_is(
    practice: Practice, prefix: Path, tmp_path: Path
) -> None:
    records = records_of(practice, "quarry")
    with mounted(tmp_path / "small", 1) as disk:
        failure = refusal(practice, records, prefix, cache=disk / "pkgs")
        assert failure.code is ErrorCode.DISK_FULL
        failure = refusal(practice, records, disk / "env")
        assert failure.code is ErrorCode.DISK_FULL
        assert str(disk) in failure.value("path")


def test_that_a_disk_that_may_not_be_written_is_told_whichever_it_is(
    practice: Practice, prefix: Path, tmp_path: Path
) -> None:
    records = records_of(practice, "glyphs")
    with mounted(tmp_path / "locked", 1, read_only=True) as disk:
        failure = refusal(practice, records, prefix, cache=disk / "pkgs")
        assert failure.code is ErrorCode.NOT_WRITABLE
        failure = refusal(practice, records, disk / "env")
        assert failure.code is ErrorCode.NOT_WRITABLE
        assert str(disk) in failure.value("path")


def test_that_a_file_in_the_way_of_a_folder_is_told(practice: Practice, prefix: Path) -> None:
    prefix.mkdir(parents=True)
    (prefix / "share").write_text("a file")
    failure = refusal(practice, records_of(practice, "glyphs"), prefix)
    assert failure.code is ErrorCode.LINK_FAILED
    assert failure.value("package") == "glyphs-5.0.0-0"
