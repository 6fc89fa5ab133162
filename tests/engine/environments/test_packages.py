from __future__ import annotations

from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.environments.packages import read_packages, site_packages_folders
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.records import RecordKind, RecordProblem
from tests.support.package_files import (
    SITE_PACKAGES,
    dist_info,
    in_site_packages,
    write_conda_record,
    write_files,
)


def rows(prefix: Path) -> list[tuple[str, str, str]]:
    return [(record.kind.value, record.name, record.version) for record in read_packages(prefix)]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    folder = tmp_path / "数据 env"
    write_conda_record(folder, "python", "3.12.7", files={"bin/python3.12": b""})
    return folder


def test_that_conda_and_pypi_packages_are_in_one_table_sorted_by_name(prefix: Path) -> None:
    write_conda_record(
        prefix, "numpy", files=in_site_packages(dist_info("numpy", installer="conda"))
    )
    write_files(prefix / SITE_PACKAGES, {**dist_info("Zope"), **dist_info("attrs")})
    assert rows(prefix) == [
        ("pypi", "attrs", "1.0"),
        ("conda", "numpy", "1.0"),
        ("conda", "python", "3.12.7"),
        ("pypi", "zope", "1.0"),
    ]


def test_that_a_conda_package_under_another_name_is_not_counted_twice(prefix: Path) -> None:
    write_conda_record(prefix, "pytorch", files=in_site_packages(dist_info("torch")))
    assert rows(prefix) == [("conda", "python", "3.12.7"), ("conda", "pytorch", "1.0")]


def test_that_both_rows_are_shown_when_pip_put_another_version_in_place(prefix: Path) -> None:
    files = in_site_packages(dist_info("numpy", "1.0", installer="conda"))
    write_conda_record(prefix, "numpy", "1.0", files=files)
    for path in files:
        (prefix / path).unlink()
    (prefix / SITE_PACKAGES / "numpy-1.0.dist-info").rmdir()
    write_files(prefix / SITE_PACKAGES, dist_info("numpy", "2.0"))
    assert rows(prefix)[:2] == [("conda", "numpy", "1.0"), ("pypi", "numpy", "2.0")]


def test_that_both_rows_are_shown_when_pip_put_the_same_version_in_place(prefix: Path) -> None:
    write_conda_record(
        prefix, "numpy", files=in_site_packages(dist_info("numpy", installer="conda"))
    )
    write_files(
        prefix / SITE_PACKAGES, dist_info("numpy", installer="pip", headers=("Summary: x",))
    )
    assert rows(prefix)[:2] == [("conda", "numpy", "1.0"), ("pypi", "numpy", "1.0")]


def test_that_a_conda_package_that_ships_with_pip_as_its_installer_is_still_condas(
    prefix: Path,
) -> None:
    write_conda_record(prefix, "numpy", files=in_site_packages(dist_info("numpy", installer="pip")))
    assert rows(prefix) == [("conda", "numpy", "1.0"), ("conda", "python", "3.12.7")]


def test_that_unreadable_files_of_both_kinds_cost_one_row_each(prefix: Path) -> None:
    write_files(prefix / "conda-meta", {"cut-1.0-0.json": b'{"name": "cut", "ver'})
    write_files(prefix / SITE_PACKAGES, {"torn-1.0.dist-info/WHEEL": b"", **dist_info("whole")})
    found = {record.name: record.problem for record in read_packages(prefix)}
    assert found == {
        "cut": RecordProblem.NOT_JSON,
        "python": None,
        "torn": RecordProblem.UNREADABLE,
        "whole": None,
    }


def test_that_packages_of_a_former_python_are_not_listed(prefix: Path) -> None:
    write_files(prefix / "lib/python3.11/site-packages", dist_info("old"))
    write_files(prefix / SITE_PACKAGES, dist_info("new"))
    assert [record.name for record in read_packages(prefix)] == ["new", "python"]


def test_that_without_a_python_record_every_site_packages_folder_counts_once(
    tmp_path: Path,
) -> None:
    (tmp_path / "conda-meta").mkdir()
    write_files(tmp_path / "lib/python3.10/site-packages", dist_info("a"))
    write_files(tmp_path / "lib/pypy3.9/site-packages", dist_info("b"))
    (tmp_path / "lib/python3.1").symlink_to("python3.10")
    assert len(site_packages_folders(tmp_path)) == 2
    assert [record.name for record in read_packages(tmp_path)] == ["a", "b"]
    assert all(record.kind is RecordKind.PYPI for record in read_packages(tmp_path))


def test_that_an_environment_without_packages_has_an_empty_table(tmp_path: Path) -> None:
    write_files(tmp_path, {"conda-meta/history": b""})
    assert read_packages(tmp_path) == ()


def test_that_a_folder_that_is_no_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as missing:
        read_packages(tmp_path / "gone")
    assert missing.value.code is ErrorCode.PREFIX_MISSING
    with pytest.raises(EngineError) as foreign:
        read_packages(tmp_path)
    assert foreign.value.code is ErrorCode.NOT_AN_ENVIRONMENT
    assert foreign.value.failure.value("prefix") == str(tmp_path)


def test_that_two_copies_of_a_package_are_told_apart_wherever_rows_have_keys(prefix: Path) -> None:
    site = prefix / SITE_PACKAGES
    write_files(site, {**dist_info("numpy", "1.0"), **dist_info("numpy", "2.0")})
    keys = [record.key for record in read_packages(prefix)]
    assert keys == [
        "pypi:numpy:numpy-1.0.dist-info",
        "pypi:numpy:numpy-2.0.dist-info",
        "conda:python",
    ]
    for file in (site / "numpy-1.0.dist-info").iterdir():
        file.unlink()
    (site / "numpy-1.0.dist-info").rmdir()
    assert [record.key for record in read_packages(prefix)] == ["pypi:numpy", "conda:python"]


def test_that_two_records_of_one_conda_package_have_different_keys(prefix: Path) -> None:
    write_conda_record(prefix, "glyphs", "1.0")
    write_conda_record(prefix, "glyphs", "2.0")
    keys = [record.key for record in read_packages(prefix)]
    assert len(set(keys)) == 3
    assert all(key.startswith("conda:glyphs:glyphs-") for key in keys[:2])


@pytest.mark.parametrize("damage", [b"", b'{"name": "nump', b"[]"], ids=["empty", "cut", "foreign"])
@pytest.mark.parametrize(("package", "installer"), [("numpy", "pip"), ("pytorch", "conda")])
def test_that_what_a_damaged_record_brought_is_no_package_of_pypi(
    prefix: Path, places: Places, package: str, installer: str, damage: bytes
) -> None:
    brought = {"pytorch": "torch"}.get(package, package)
    files = in_site_packages(dist_info(brought, installer=installer))
    record = write_conda_record(prefix, package, files=files)
    write_files(prefix / SITE_PACKAGES, dist_info("attrs"))
    sound = rows(prefix)
    record.write_bytes(damage)
    assert rows(prefix) == sound
    assert describe(prefix, places, CondaConfiguration()).package_count == len(sound)
