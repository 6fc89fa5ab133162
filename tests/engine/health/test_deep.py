"""Every file is read as it was meant to be, whatever kind it is, and told once."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.health.comparing import STEP
from engine.health.reading_files import CheckCancelledError
from engine.health.surroundings import Surroundings
from engine.health.values import Finding, FindingCode, HealthProgress
from tests.support.checking import checked_deeply
from tests.support.environments import Package, sound_environment, write_distribution, write_record
from tests.support.rattling import RattlerWorker
from tests.support.scenes import around

pytestmark = pytest.mark.skipif(os.name != "posix", reason="has links, and scripts for programs")
SITE = "lib/python3.12/site-packages"
BEFORE = "/opt/anaconda1anaconda2anaconda3"  # what packages have in the place of the prefix
KITE = Package("kite", distribution="kite")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return sound_environment(tmp_path / "envs" / "数据 env", KITE)


@pytest.fixture
def found(tmp_path: Path, prefix: Path, checker: RattlerWorker) -> Callable[[], list[Finding]]:
    return lambda: list(checker.call(checked_deeply, prefix, tmp_path).findings)


def give(prefix: Path, path: str, data: bytes, **entry: str) -> Path:
    """Write a file that kite has, and say in its record what it should be."""
    (prefix / path).parent.mkdir(parents=True, exist_ok=True)
    (prefix / path).write_bytes(data)
    known = {"sha256": digest(data), "sha256_in_prefix": digest(data), **entry}
    return list_file(prefix, path, size_in_bytes=len(data), **known)


def list_file(prefix: Path, path: str, /, *, owner: str = "kite", **entry: str | int) -> Path:
    record = next((prefix / "conda-meta").glob(f"{owner}-*.json"))
    document = json.loads(record.read_bytes())
    document["files"].append(path)
    if entry:
        known = {"_path": path, "path_type": "hardlink", **entry}
        document["paths_data"]["paths"].append(known)
    record.write_text(json.dumps(document), encoding="utf-8")
    return prefix / path


def told(found: Callable[[], list[Finding]]) -> list[tuple[FindingCode, str]]:
    return [(each.code, each.value("first")) for each in found()]


def counted(prefix: Path, surroundings: Surroundings) -> tuple[bool, list[HealthProgress]]:
    """Return whether nothing is wrong, and what was told on the way; for a rattler worker."""
    from engine.health.deep import check_deep

    progress: list[HealthProgress] = []
    return not check_deep(prefix, surroundings, progress.append).findings, progress


def given_up(prefix: Path, surroundings: Surroundings) -> bool:
    """Return whether a check ends when it shall; for a rattler worker."""
    from engine.health.deep import check_deep

    try:
        check_deep(prefix, surroundings, cancelled=lambda: True)
    except CheckCancelledError:
        return True
    return False


def test_that_progress_is_told_and_a_check_can_be_given_up(
    tmp_path: Path, prefix: Path, checker: RattlerWorker
) -> None:
    is_sound, progress = checker.call(counted, prefix, around(tmp_path))
    assert is_sound
    last = progress[-1]
    assert (last.prefix, last.files_done) == (prefix, last.files_total)
    assert last.bytes_done == last.bytes_total > 0
    assert checker.call(given_up, prefix, around(tmp_path))


def test_that_a_file_is_altered_that_is_as_long_as_it_was(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    path = give(prefix, "share/kite/data.csv", b"1,2,3\n")
    path.write_bytes(b"1,2,4\n")
    assert told(found) == [(FindingCode.FILES_ALTERED, "share/kite/data.csv")]
    path.write_bytes(b"1,2,3\n\n")
    assert told(found) == [(FindingCode.FILES_ALTERED, "share/kite/data.csv")]


def test_that_a_long_file_is_read_to_its_end(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    path = give(prefix, "share/kite/long.bin", bytes(STEP * 2))
    assert told(found) == []
    path.write_bytes(bytes(STEP * 2 - 1) + b"x")
    assert told(found) == [(FindingCode.FILES_ALTERED, "share/kite/long.bin")]


def test_that_a_folder_or_a_link_in_the_place_of_a_file_is_no_file(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    folder = give(prefix, "share/kite/a", b"a")
    link = give(prefix, "share/kite/b", b"b")
    folder.unlink()
    folder.mkdir()
    elsewhere = prefix.parent / "elsewhere"
    elsewhere.write_bytes(b"c")
    link.unlink()
    link.symlink_to(elsewhere)
    (altered,) = found()
    assert (altered.code, altered.value("count")) == (FindingCode.FILES_ALTERED, "2")
    elsewhere.write_bytes(b"b")
    (altered,) = found()
    assert altered.value("count") == "1"


def test_that_a_link_to_another_file_of_the_environment_is_as_good_as_the_file(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    give(prefix, "lib/libkite.so.1", b"kite")
    (prefix / "lib/libkite.so").symlink_to("libkite.so.1")
    list_file(prefix, "lib/libkite.so", sha256=digest(b""), path_type="softlink")
    assert told(found) == []
    (prefix / "lib/libkite.so.1").unlink()
    assert told(found) == [(FindingCode.FILES_MISSING, "lib/libkite.so.1")], "and not the link too"


def test_that_a_dead_link_is_sound_only_where_its_package_brought_it_so(
    tmp_path: Path, prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    for name, target in (("by-hash", "/nowhere/1"), ("by-cache", "/nowhere/2"), ("bad", "/no/3")):
        (prefix / name).symlink_to(target)
    cache = tmp_path / "pkgs" / "kite"
    cache.mkdir(parents=True)
    (cache / "by-cache").symlink_to("/nowhere/2")
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    text = record.read_text().replace("/nowhere/pkgs/kite-1.0.0-pyhd8ed1ab_0", str(cache))
    record.write_text(text)
    list_file(prefix, "by-hash", sha256=digest(b"/nowhere/1"), path_type="softlink")
    for name in ("by-cache", "bad"):
        list_file(prefix, name, sha256=digest(b""), path_type="softlink")
    (broken,) = found()
    assert broken.code is FindingCode.LINKS_BROKEN
    assert [each.path for each in broken.evidence] == [prefix / "bad"]


def test_that_files_of_which_only_the_name_is_known_must_be_there(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    give(prefix, "share/kite/told.txt", b"told")
    (prefix / "share/kite/made.txt").write_text("anything")
    list_file(prefix, "share/kite/made.txt")
    list_file(prefix, f"{SITE}/kite/__pycache__/__init__.cpython-312.pyc")
    assert told(found) == []
    (prefix / "share/kite/made.txt").unlink()
    assert told(found) == [(FindingCode.FILES_MISSING, "share/kite/made.txt")]


def test_that_folders_and_compiled_files_that_a_record_lists_may_be_missing(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    list_file(prefix, "share/kite/empty", sha256="", path_type="directory")
    compiled = f"{SITE}/kite/__pycache__/__init__.cpython-312.pyc"
    list_file(prefix, compiled, sha256=digest(b"x"), path_type="pyc_file")
    assert told(found) == []


@pytest.mark.parametrize("mode", ["text", "binary"])
def test_that_a_prefix_that_another_tool_wrote_is_as_good_unless_it_is_of_another_place(
    prefix: Path, found: Callable[[], list[Finding]], mode: str
) -> None:
    placeholder = BEFORE if mode == "text" else BEFORE.ljust(200, "x")

    def with_prefix(place: str) -> bytes:
        if mode == "text":
            return f"root={place}/lib\n".encode()
        text = os.fsencode(f"{place}/lib")  # shorter ones are filled up, so that nothing moves
        return b"\x7fELF" + text.ljust(len(placeholder) + len("/lib"), b"\0") + b"\0end"

    original = with_prefix(placeholder)
    path = give(
        prefix,
        "share/kite/where",
        with_prefix(str(prefix)),
        prefix_placeholder=placeholder,
        file_mode=mode,
    )
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    document = json.loads(record.read_bytes())
    entry = document["paths_data"]["paths"][-1]
    entry |= {"sha256": digest(original), "sha256_in_prefix": digest(b"as somebody wrote it")}
    record.write_text(json.dumps(document))
    assert told(found) == []
    path.write_bytes(with_prefix("/somewhere/else"))
    assert told(found) == [(FindingCode.FILES_ALTERED, "share/kite/where")]


def test_that_a_file_that_still_names_the_place_it_was_installed_for_is_told(
    tmp_path: Path, prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    cache = tmp_path / "pkgs" / "kite" / "etc"
    cache.mkdir(parents=True)
    original, there = f"root={BEFORE}\n".encode(), b"root=/envs/before\n"
    (cache / "kite.ini").write_bytes(original)
    give(prefix, "etc/kite.ini", there, prefix_placeholder=BEFORE, file_mode="text")
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    text = record.read_text().replace("/nowhere/pkgs/kite-1.0.0-pyhd8ed1ab_0", str(cache.parent))
    document = json.loads(text)
    document["paths_data"]["paths"][-1]["sha256"] = digest(original)
    record.write_text(json.dumps(document))
    (elsewhere,) = found()
    assert (elsewhere.code, elsewhere.subject) == (FindingCode.PREFIX_ELSEWHERE, "/envs/before")
    assert [each.path for each in elsewhere.evidence] == [prefix / "etc/kite.ini"]


def test_that_a_command_of_pypi_that_was_made_to_start_this_python_is_sound(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    info = write_distribution(prefix / SITE, "boat", "1.0")
    coded = base64.urlsafe_b64encode(hashlib.sha256(b"as it was installed").digest()).decode()
    (info / "RECORD").write_text(f"../../../bin/boat,sha256={coded.rstrip('=')},19\n")
    path = prefix / "bin" / "boat"
    path.write_text(f"#!{prefix}/bin/python\nprint(1)\n")
    assert told(found) == []
    path.write_text("#!/usr/bin/env python\nprint(1)\n")
    assert told(found) == [(FindingCode.FILES_ALTERED, "bin/boat")]


def test_that_what_its_owner_cannot_use_is_told_once(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    folder, file = give(prefix, "share/kite/deep/a", b"a").parent, prefix / "share/kite/b"
    give(prefix, "share/kite/b", b"b")
    folder.chmod(0o555)
    (wrong,) = found()
    assert wrong.code is FindingCode.PERMISSIONS_WRONG
    assert [each.path for each in wrong.evidence] == [folder]
    file.chmod(0)
    (wrong,) = found()
    assert [each.path for each in wrong.evidence] == [folder, file]
    (prefix / "conda-meta").chmod(0o555)
    (wrong,) = found()
    assert [each.path for each in wrong.evidence] == [prefix / "conda-meta"], "the quick one says"
    for path in (folder, prefix / "conda-meta", file):
        path.chmod(0o755)


def test_that_a_file_that_lost_to_another_package_is_not_missed(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    write_record(prefix, Package("wind"), SITE, files=True)
    give(prefix, "share/chart.txt", b"of kite")
    lost = "__clobbers__/wind/share/chart.txt"
    (prefix / lost).parent.mkdir(parents=True)
    (prefix / lost).write_bytes(b"of wind")
    list_file(prefix, lost, owner="wind", sha256=digest(b"of wind"), size_in_bytes=7)
    (twice,) = found()
    assert (twice.code, twice.subject) == (FindingCode.FILES_OWNED_TWICE, "kite+wind")
    assert (twice.value("spoiled"), twice.value("whole")) == ("wind", "kite")


def test_that_what_half_a_package_of_pypi_lists_is_not_looked_for(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    info = write_distribution(prefix / SITE, "boat", "1.0")
    (info / "RECORD").write_text("boat/__init__.py,,\n")
    assert told(found) == [(FindingCode.FILES_MISSING, f"{SITE}/boat/__init__.py")]
    (info / "METADATA").unlink()
    assert [code for code, _ in told(found)] == [FindingCode.PIP_LEFTOVERS]


@pytest.mark.parametrize("script", ["", "#!/bin/sh\nexit 3\n"])
def test_that_a_python_that_does_not_start_is_told_once_and_not_as_altered(
    prefix: Path, found: Callable[[], list[Finding]], script: str
) -> None:
    (prefix / "bin" / "python").write_text(script)
    assert [each.code for each in found()] == [FindingCode.INTERPRETER_BROKEN]


def test_that_a_place_that_commands_name_is_looked_for_in_every_file(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    give(prefix, "bin/kite", b"#!/envs/before/bin/python\nprint(1)\n")
    give(prefix, "etc/kite.ini", b"root=/envs/before/share\n")
    (prefix / "etc" / "made.ini").write_text("root=/envs/before/share\n")
    list_file(prefix, "etc/made.ini")
    give(prefix, "etc/other.ini", b"root=/envs/before-that\n")
    scripts, elsewhere = found()
    assert scripts.code is FindingCode.SCRIPTS_ELSEWHERE
    assert (elsewhere.code, elsewhere.subject) == (FindingCode.PREFIX_ELSEWHERE, "/envs/before")
    names = {each.path.name for each in elsewhere.evidence if each.path is not None}
    assert names == {"kite.ini", "made.ini"}


def test_that_what_pypi_wrote_over_a_file_of_conda_is_told_once(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    info = write_distribution(prefix / SITE, "boat", "1.0")
    (prefix / SITE / "kite" / "__init__.py").write_bytes(b"answer = 1\n")
    coded = base64.urlsafe_b64encode(hashlib.sha256(b"answer = 1\n").digest()).decode()
    (info / "RECORD").write_text(f"kite/__init__.py,sha256={coded.rstrip('=')},11\n")
    (twice,) = found()
    assert (twice.code, twice.subject) == (FindingCode.FILES_OWNED_TWICE, "boat+kite")


def test_that_a_file_that_lost_to_a_package_that_is_told_already_is_not_altered(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    write_record(prefix, Package("apple"), SITE, files=True)  # it is looked at first
    give(prefix, "share/chart.txt", b"of kite")
    lost = "__clobbers__/apple/share/chart.txt"
    list_file(prefix, lost, owner="apple", sha256=digest(b"of apple"), size_in_bytes=8)
    shutil.rmtree(prefix / SITE / "kite-1.0.0.dist-info")
    assert [each.code for each in found()] == [FindingCode.CONDA_DIST_INFO_GONE]


def test_that_what_a_copy_of_pypi_has_beyond_condas_own_files_is_its_own(
    prefix: Path, found: Callable[[], list[Finding]]
) -> None:
    info = prefix / SITE / "kite-1.0.0.dist-info"
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text("kite/__init__.py,,\nkite_extras.py,,\n")
    (prefix / SITE / "kite_extras.py").touch()
    assert [each.code for each in found()] == [FindingCode.CONDA_OVERWRITTEN_SAME]
