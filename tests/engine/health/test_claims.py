"""Lists of files are read as they are meant, however odd the names and hashes in them are."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.health.claims import Claim, Claims
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
    return Distribution("odd", "1.0", prefix / inside, inside)


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
