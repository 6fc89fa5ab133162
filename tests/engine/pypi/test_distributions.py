from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.pypi.distributions import read_distributions, read_headers, read_summary
from engine.records import Record, RecordKind, RecordProblem, SourceKind
from tests.support.package_files import SITE_PACKAGES, dist_info, write_files


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / SITE_PACKAGES
    folder.mkdir(parents=True)
    return folder


def read(site: Path, owned: tuple[str, ...] = ()) -> dict[str, Record]:
    records = read_distributions(site.parents[2], (site,), owned)
    found = {record.name: record for record in records}
    assert len(found) == len(records)
    return found


def test_that_a_distribution_from_pypi_is_read_in_full(site: Path) -> None:
    files = dist_info(
        "PyYAML_Like",
        "6.0.2",
        headers=(
            "Summary: YAML, quickly – 快",
            "License: MIT",
            "Classifier: Programming Language :: Python",
            "Requires-Dist: colorama>=0.4; sys_platform == 'win32'",
            "Requires-Dist: extra ; extra == 'more'",
        ),
        extra={"REQUESTED": b""},
    )
    write_files(site, files)
    record = read(site)["pyyaml-like"]
    assert record.kind is RecordKind.PYPI
    assert record.version == "6.0.2"
    assert (record.source.kind, record.source.name) == (SourceKind.PYPI, "PyPI")
    assert record.requested == ("pyyaml-like",)
    assert record.depends == (
        "colorama>=0.4; sys_platform == 'win32'",
        "extra ; extra == 'more'",
    )
    assert (record.license, record.summary) == ("MIT", "YAML, quickly – 快")
    record_file = "PyYAML_Like-6.0.2.dist-info/RECORD"
    assert record.installed_bytes == sum(
        len(content) for path, content in files.items() if path != record_file
    )
    assert record.path == site / "PyYAML_Like-6.0.2.dist-info"
    assert record.problem is None


def test_that_what_only_others_need_is_not_requested(site: Path) -> None:
    write_files(site, dist_info("a"))
    assert read(site)["a"].requested == ()


@pytest.mark.parametrize(
    ("headers", "license_"),
    [
        (("License-Expression: MIT OR Apache-2.0", "License: other"), "MIT OR Apache-2.0"),
        (("License: BSD-3-Clause",), "BSD-3-Clause"),
        (("License: UNKNOWN", "Classifier: License :: OSI Approved :: MIT License"), "MIT License"),
        (
            (
                "License: Copyright (c) 2005, all the people who ever wrote a line of this and "
                "of that, and more",
                "        Redistribution and use in source and binary forms",
                "Classifier: License :: OSI Approved :: BSD License",
            ),
            "BSD License",
        ),
        ((), ""),
    ],
)
def test_that_the_licence_is_the_shortest_true_word_for_it(
    site: Path, headers: tuple[str, ...], license_: str
) -> None:
    write_files(site, dist_info("a", headers=headers))
    assert read(site)["a"].license == license_


def test_that_headers_are_read_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "METADATA"
    path.write_bytes(b"name:a\r\nVERSION: 1 \r\nsummary:\tb c \r\n\r\nName: no\r\nSummary: no\r\n")
    headers = read_headers(str(path))
    assert (headers.name, headers.version, headers.summary) == ("a", "1", "b c")
    path.write_bytes(b"Name: a\nVersion: 1\nSummary: UNKNOWN\n")
    assert read_headers(str(path)).summary == ""
    assert read_summary(str(path)) == ""
    path.write_bytes(b"Name: a\nVersion: 1")
    assert read_headers(str(path)).version == "1"
    path.write_bytes(b"Name: a\nVersion: 1\n\nSummary: in the description\n")
    assert read_summary(str(path)) == ""


def test_that_headers_behind_a_very_long_licence_are_found(tmp_path: Path) -> None:
    path = tmp_path / "METADATA"
    text = "        some words of the licence\n" * 3000
    path.write_text(f"Name: a\nLicense: Copyright\n{text}Version: 1\nSummary: b\n\nSummary: no\n")
    assert read_headers(str(path)).version == "1"
    assert read_summary(str(path)) == "b"


@pytest.mark.parametrize(
    ("direct", "kind", "name", "url"),
    [
        (
            {"url": "file:///made-up/my%20lantern", "dir_info": {"editable": True}},
            SourceKind.EDITABLE,
            "my lantern",
            "file:///made-up/my%20lantern",
        ),
        (
            {"url": "file:///made-up/projects/lantern/", "dir_info": {}},
            SourceKind.LOCAL,
            "lantern",
            "file:///made-up/projects/lantern/",
        ),
        (
            {"url": "file:///d/a-1-py3-none-any.whl", "archive_info": {"hash": "sha256=12"}},
            SourceKind.LOCAL,
            "a-1-py3-none-any.whl",
            "file:///d/a-1-py3-none-any.whl",
        ),
        (
            {
                "url": "https://me:pw@host.example/a.zip",
                "archive_info": {"hashes": {"sha256": "12"}},
            },
            SourceKind.URL,
            "host.example",
            "https://host.example/a.zip",
        ),
        (
            {
                "url": "https://git.example/a.git",
                "vcs_info": {"vcs": "git", "commit_id": "c0ffee", "requested_revision": "main"},
            },
            SourceKind.URL,
            "git.example",
            "git+https://git.example/a.git@c0ffee",
        ),
        ({"dir_info": {}}, SourceKind.UNKNOWN, "", ""),
        ({"url": "https://[::x/a", "dir_info": {}}, SourceKind.UNKNOWN, "", ""),
    ],
)
def test_that_direct_url_tells_where_a_distribution_is_from(
    site: Path, direct: dict[str, object], kind: SourceKind, name: str, url: str
) -> None:
    write_files(site, dist_info("a", extra={"direct_url.json": json.dumps(direct).encode()}))
    record = read(site)["a"]
    assert (record.source.kind, record.source.name, record.url) == (kind, name, url)
    assert record.sha256 == ("12" if "archive_info" in direct else "")
    assert record.problem is None


def test_that_what_a_conda_package_left_behind_is_not_called_pypi(site: Path) -> None:
    write_files(site, dist_info("a", installer="conda"))
    assert read(site)["a"].source.kind is SourceKind.UNKNOWN


def test_that_distributions_owned_by_conda_are_left_out(site: Path) -> None:
    write_files(site, {**dist_info("a"), **dist_info("b")})
    assert set(read(site, (f"{SITE_PACKAGES}/a-1.0.dist-info",))) == {"b"}
    assert set(read(site, ("lib/python3.11/site-packages/a-1.0.dist-info",))) == {"a", "b"}


def test_that_broken_metadata_costs_one_marked_row(site: Path) -> None:
    write_files(site, dist_info("good"))
    write_files(
        site,
        {
            "no_file-2.0.dist-info/RECORD": b"",
            "garbage-3.0.dist-info/METADATA": b"\x00\xff\xfe" * 40,
            "nameless-1.dist-info/METADATA": b"Metadata-Version: 2.1\nVersion: 1\n\n",
            "empty-1.dist-info/METADATA": b"",
            "~umpy-1.0.dist-info/METADATA": b"Name: numpy\nVersion: 1\n\n",
            "file-1.dist-info": b"I am a file",
            "lost-1.egg-info/SOURCES.txt": b"",
        },
    )
    found = {name: (record.version, record.problem) for name, record in read(site).items()}
    assert found == {
        "good": ("1.0", None),
        "no-file": ("2.0", RecordProblem.UNREADABLE),
        "garbage": ("3.0", RecordProblem.INCOMPLETE),
        "nameless": ("1", RecordProblem.INCOMPLETE),
        "empty": ("1", RecordProblem.INCOMPLETE),
        "file": ("1", RecordProblem.UNREADABLE),
        "lost": ("1", RecordProblem.UNREADABLE),
    }


def test_that_older_forms_are_read_too(site: Path, tmp_path: Path) -> None:
    info = b"Metadata-Version: 1.1\nName: %s\nVersion: 1.5\nSummary: Old\nLicense: MIT\n"
    checkout = tmp_path / "my checkout"
    requires = b"six>=1\n\n[:python_version < '3']\nenum34\n\n[test]\npytest\n"
    write_files(
        site,
        {
            "folder-1.5-py3.12.egg-info/PKG-INFO": info % b"folder",
            "folder-1.5-py3.12.egg-info/requires.txt": requires,
            "single-1.5.egg-info": info % b"single",
            "whole-1.5-py3.12.egg/EGG-INFO/PKG-INFO": info % b"whole",
            "zipped_one-1.5-py3.12.egg": b"PK\x03\x04",
            "my.pkg.egg-link": f"{checkout}\n../\n".encode(),
            "moved.egg-link": f"{tmp_path / 'nowhere'}\n.".encode(),
            "odd.egg-link": b"",
        },
    )
    write_files(checkout, {"my_pkg.egg-info/PKG-INFO": info % b"my.pkg"})
    found = read(site)
    assert found["folder"].depends == ("six>=1", "enum34; python_version < '3'")
    assert (found["single"].version, found["single"].license) == ("1.5", "MIT")
    assert found["whole"].summary == "Old"
    assert found["zipped-one"].version == "1.5"
    editable = found["my-pkg"]
    assert (editable.source.kind, editable.source.name) == (SourceKind.EDITABLE, "my checkout")
    assert editable.source.url == checkout.as_uri()
    assert found["moved"].problem is RecordProblem.INCOMPLETE
    assert found["odd"].problem is RecordProblem.INCOMPLETE


def test_that_two_versions_of_one_distribution_stay_two_rows(site: Path) -> None:
    write_files(site, {**dist_info("a", "1.0"), **dist_info("a", "2.0")})
    records = read_distributions(site.parents[2], (site,))
    assert sorted(record.version for record in records) == ["1.0", "2.0"]


def test_that_a_folder_that_is_not_there_has_no_distributions(tmp_path: Path) -> None:
    assert read_distributions(tmp_path, (tmp_path / "x",)) == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.binary(max_size=200),
    file=st.sampled_from(["METADATA", "RECORD", "direct_url.json", "INSTALLER"]),
)
def test_that_no_content_of_any_file_takes_other_rows_along(
    tmp_path: Path, content: bytes, file: str
) -> None:
    site = tmp_path / SITE_PACKAGES
    write_files(
        site, {**dist_info("good"), **dist_info("bad"), f"bad-1.0.dist-info/{file}": content}
    )
    names = {record.name for record in read_distributions(tmp_path, (site,))}
    assert "good" in names
    assert len(names) == 2 or b"ame:" in content
    (site / "bad-1.0.dist-info" / "direct_url.json").unlink(missing_ok=True)
