"""Lists of files are read as they are meant, however odd the names and hashes in them are."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conda.condarc import CondaConfiguration
from engine.health.claims import Claim, Claims
from engine.health.conda_side import read_conda_side
from engine.health.python_side import Distribution
from engine.records import RecordKind

pytestmark = pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")

SITE = "lib/python3.12/site-packages"
DATA = b"what is in the file"
HEX = hashlib.sha256(DATA).hexdigest()
_CODED = base64.urlsafe_b64encode(hashlib.sha256(DATA).digest()).decode()
# What stands in the second column, and what can be made of it.
HASHES = (
    (f"sha256={_CODED.rstrip('=')}", HEX),
    (f"sha256={_CODED}", HEX),
    (f"sha256={HEX}", HEX),  # as flit writes it
    (f"sha256={HEX.upper()}", HEX),
    (f"sha256={_CODED[:20]}", ""),
    ("", ""),
    ("sha256=", ""),
    ("sha256", ""),
    (f"sha512={_CODED}", ""),
    ("md5=6cd3556deb0da54bca060b4c39479839", ""),
    ("sha256=é", ""),
)
SIZES = (("", 0), ("0", 0), ("4711", 4711), ("many", 0), ("-3", 0), ("²", 0), ("9" * 5000, 0))
LETTERS = st.characters(exclude_characters="\0\r/\\", exclude_categories=("Cs",))
PART = st.one_of(
    st.text(LETTERS, min_size=1, max_size=8),
    st.sampled_from(
        (
            'a "quoted" one',
            "a,b",
            "数据",
            "line\u2028end",
            "next\x85line",
            "tab\t",
            "\udcff\udcfe",
            " ",
        )
    ),
).filter(lambda text: text not in (".", "..") and not text.endswith((".pyc", ".pyo")))
INSIDE = st.lists(PART, min_size=1, max_size=3).map("/".join)


@dataclass(frozen=True)
class Row:
    """One line, and where the file is relative to the prefix; empty when not in it."""

    listed: str
    path: str
    coded: tuple[str, str]
    size: tuple[str, int]


def rows(prefix: Path) -> st.SearchStrategy[Row]:
    places = st.one_of(
        INSIDE.map(lambda name: (name, f"{SITE}/{name}")),
        INSIDE.map(lambda name: (f"./{name}", f"{SITE}/{name}")),
        INSIDE.map(lambda name: (f"../../../bin/{name}", f"bin/{name}")),
        INSIDE.map(lambda name: (f"{prefix}/share/{name}", f"share/{name}")),
        INSIDE.map(lambda name: (f"../../../../{name}", "")),
        INSIDE.map(lambda name: (f"/somewhere/else/{name}", "")),
        INSIDE.map(lambda name: (f"{prefix}-and-more/{name}", "")),
        st.just(("../../..", "")),
        st.just(("package\\module.py", f"{SITE}/package/module.py")),
    )
    return st.builds(_row, places, st.sampled_from(HASHES), st.sampled_from(SIZES))


def _row(place: tuple[str, str], coded: tuple[str, str], size: tuple[str, int]) -> Row:
    return Row(*place, coded, size)


def claims_of(prefix: Path, *distributions: Distribution) -> dict[str, tuple[Claim, ...]]:
    """Return the claims of every file; hears of each first one as a front end does."""
    first: list[Claim] = []
    claims = Claims(lambda listing: first.extend(listing.claims()))
    claims.take_pypi(distributions, prefix)
    found = {key: claims.of(key) for key in claims.files}
    assert {claim.path: claim for claim in first} == {key: each[0] for key, each in found.items()}
    assert len(first) == len(found)
    return found


def distribution(prefix: Path, record: bytes) -> Distribution:
    inside = f"{SITE}/odd-1.0.dist-info"
    (prefix / inside).mkdir(parents=True, exist_ok=True)
    (prefix / inside / "RECORD").write_bytes(record)
    return Distribution("odd", "1.0", str(prefix / inside), inside)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), ending=st.sampled_from(("\n", "\r\n")), quoting=st.booleans())
def test_that_every_line_of_a_record_is_read_as_it_is_meant(
    tmp_path: Path, data: st.DataObject, ending: str, quoting: bool
) -> None:
    prefix = tmp_path / "an environment, 环境"
    listed = data.draw(st.lists(rows(prefix), unique_by=lambda row: row.path or row.listed))
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        lineterminator=ending,
        quoting=csv.QUOTE_ALL if quoting else csv.QUOTE_MINIMAL,
    )
    for row in listed:
        writer.writerow((row.listed, row.coded[0], row.size[0]))
    record = text.getvalue().encode("utf-8", "surrogateescape")
    found = claims_of(prefix, distribution(prefix, record))
    assert found == {
        row.path: (Claim(row.path, "odd", RecordKind.PYPI, sha256=row.coded[1], size=row.size[1]),)
        for row in listed
        if row.path
    }


@pytest.mark.parametrize(
    ("record", "paths"),
    [
        (b"", set[str]()),
        (b"\n\n\n", set[str]()),
        (b"a.py\nb.py,\n", {f"{SITE}/a.py", f"{SITE}/b.py"}),
        (
            b'a.py,,\n"never closed,,\nb.py,,\n',
            {f"{SITE}/a.py", f"{SITE}/never closed,,\nb.py,,\n"},
        ),
        (b"a.pyc,,\n__pycache__/a.cpython-312.pyc,,\n", set[str]()),
        # virtualenv lists folders of compiled files that it never makes.
        (b"a/__pycache__,,\na/__pycache__/,,\n__pycache__,,\n", set[str]()),
        (b"a.py,sha256=" + b"A" * 100_000 + b",12,more,columns\n", {f"{SITE}/a.py"}),
        (b"a.py,,\n" + b"x" * 200_000 + b",,\n", {f"{SITE}/a.py"}),
        (b"\xff\xfe\x00a,,\n", {f"{SITE}/\udcff\udcfe\0a"}),
    ],
)
def test_that_a_record_that_nobody_wrote_well_does_no_harm(
    tmp_path: Path, record: bytes, paths: set[str]
) -> None:
    found = claims_of(tmp_path, distribution(tmp_path, record))
    assert set(found) == paths


@given(record=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_that_whatever_bytes_a_record_holds_nothing_outside_is_claimed(
    tmp_path: Path, record: bytes
) -> None:
    found = claims_of(tmp_path, distribution(tmp_path, record))
    for path in found:
        assert not path.startswith(("/", "../"))
        assert path not in ("", ".", "..")


@dataclass(frozen=True)
class Entry:
    """One file that a record tells of, and how."""

    path: str
    path_type: str | None
    sha256: str | None
    sha256_in_prefix: str | None
    prefix_placeholder: str | None
    is_listed: bool  # in `files`, too


ENTRY = st.builds(
    Entry,
    st.one_of(
        st.sampled_from(("a", "b", "c", "share/a", "bin/a.pyc", "etc/tool")),
        st.sampled_from(("__clobbers__/kite/a", "__clobbers__/x-1/share/a", "share")),
        st.sampled_from((f"{SITE}/a.py", f"{SITE}/b.py", f"{SITE}/__pycache__/a.cpython-312.pyc")),
    ),
    st.sampled_from((None, "hardlink", "hardlink", "softlink", "directory", "pyc_file")),
    st.sampled_from((None, "0" * 64, "1" * 64)),
    st.sampled_from((None, None, "2" * 64)),
    st.sampled_from((None, None, None, "/opt/placeholder")),
    st.booleans(),
)


def write_meta(prefix: Path, name: str, entries: list[Entry], *, by_conda: bool) -> None:
    """Write a record as conda or as rattler writes that of a `noarch: python` package."""
    listed = [entry.path for entry in entries if entry.is_listed]
    start = len(SITE) - len("site-packages")
    paths = [
        {
            "_path": entry.path[start:] if by_conda and entry.path.startswith(SITE) else entry.path,
            "path_type": entry.path_type,
            "sha256": entry.sha256,
            "sha256_in_prefix": entry.sha256_in_prefix,
            "prefix_placeholder": entry.prefix_placeholder,
            "size_in_bytes": 7,
        }
        for entry in entries
    ]
    record = {
        "name": name,
        "version": "1",
        "build": "0",
        "noarch": "python",
        "extracted_package_dir": "/pkgs/one",
        "files": [*listed, f"{SITE}/last.py"],
        "paths_data": {"paths": paths},
    }
    (prefix / "conda-meta" / f"{name}-1-0.json").write_text(json.dumps(record))


def claimed_one_by_one(name: str, entries: list[Entry]) -> Iterator[Claim]:
    for entry in entries:
        if entry.path_type == "directory" or entry.path.endswith(".pyc"):
            continue
        lost = entry.path.startswith("__clobbers__/")
        is_made_here = entry.path_type == "pyc_file"
        inside = entry.path[len(SITE) - len("site-packages") :]
        yield Claim(
            entry.path.split("/", 2)[2] if lost else entry.path,
            name,
            RecordKind.CONDA,
            entry.sha256_in_prefix or (not entry.prefix_placeholder and entry.sha256) or "",
            entry.sha256 or "",
            entry.prefix_placeholder or "",
            cached=""
            if is_made_here
            else f"/pkgs/one/{inside if entry.path.startswith(SITE) else entry.path}",
            size=7,
            has_lost=lost,
        )
    yield Claim(f"{SITE}/last.py", name, RecordKind.CONDA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    records=st.lists(
        st.tuples(st.lists(ENTRY, max_size=8, unique_by=lambda e: e.path), st.booleans()),
        max_size=3,
    )
)
def test_that_what_records_list_is_claimed_by_all_and_told_of_once(
    tmp_path: Path, records: list[tuple[list[Entry], bool]]
) -> None:
    shutil.rmtree(tmp_path / "conda-meta", ignore_errors=True)
    (tmp_path / "conda-meta").mkdir()
    expected: dict[str, list[Claim]] = {}
    for number, (entries, by_conda) in enumerate(records):
        write_meta(tmp_path, f"p{number}", entries, by_conda=by_conda)
        for claim in claimed_one_by_one(f"p{number}", entries):
            expected.setdefault(claim.path, []).append(claim)
    first: list[Claim] = []
    claims = Claims(lambda listing: first.extend(listing.claims()))
    read_conda_side(tmp_path, CondaConfiguration(), claims.take_conda)

    def known(group: Iterable[Claim]) -> list[Claim]:  # what is not odd comes first of a package
        return sorted(group, key=lambda claim: (claim.package, claim.has_lost))

    assert {key: known(claims.of(key)) for key in claims.files} == {
        key: known(group) for key, group in expected.items()
    }
    assert sorted(claim.path for claim in first) == sorted(expected)
    assert set(first) == {claims.of(key)[0] for key in claims.files}
    assert claims.several == {
        key: claims.of(key) for key, group in expected.items() if len(group) > 1
    }


def test_that_files_are_claimed_when_nothing_else_can_be_read_of_them(tmp_path: Path) -> None:
    write = tmp_path / "conda-meta" / "kite-1-0.json"
    write.parent.mkdir()
    record = {"name": "kite", "version": "1", "build": "0", "files": ["a"], "paths_data": 7}
    write.write_text(json.dumps(record))
    claims = Claims()
    side = read_conda_side(tmp_path, CondaConfiguration(), claims.take_conda)
    assert (side.damaged, [package.name for package in side.packages]) == ((), ["kite"])
    assert claims.of("a") == (Claim("a", "kite", RecordKind.CONDA),)
