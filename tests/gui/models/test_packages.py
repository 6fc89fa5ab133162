from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.records import Record, RecordKind, RecordProblem, Source, SourceKind
from gui.models.packages import PackageFilter, PackagesModel, SourceFilter, version_key
from tests.support.records import record

NUMPY = record("numpy", "1.26.4", requested=("numpy >=1",), summary="Fast arrays", size=31_000_000)
OPENSSL = record("openssl", "3.0.19", summary="Locks and keys", size=8_000_000)
REQUESTS = record("requests", "2.32.5", kind=RecordKind.PYPI, summary="Web for humans")
MINE = record("mine", "0.1", kind=RecordKind.PYPI, source=Source(SourceKind.EDITABLE, "/home/me"))


def model_of(*records: Record) -> PackagesModel:
    model = PackagesModel()
    model.set_records(records)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def names(model: PackagesModel) -> list[str]:
    return [model.record_at(row).name for row in range(model.rowCount())]


def text(model: PackagesModel, row: int, column: str) -> str:
    return str(model.index(row, model.column_of(column)).data())


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (PackageFilter(), ["mine", "numpy", "openssl", "requests"]),
        (PackageFilter(source=SourceFilter.CONDA), ["numpy", "openssl"]),
        (PackageFilter(source=SourceFilter.PYPI), ["mine", "requests"]),
        (PackageFilter(source=SourceFilter.CHOSEN), ["numpy"]),
        (PackageFilter("NUM"), ["numpy"]),
        (PackageFilter("humans web"), ["requests"]),
        (PackageFilter("conda-forge"), ["numpy", "openssl"]),
        (PackageFilter("o", SourceFilter.PYPI), ["requests"]),
        (PackageFilter("nothing of the kind"), []),
    ],
)
def test_that_every_word_must_be_found_and_the_source_must_fit(
    chosen: PackageFilter, expected: list[str]
) -> None:
    model = model_of(NUMPY, OPENSSL, REQUESTS, MINE)
    model.apply_filter(chosen)
    assert names(model) == expected


def test_that_cells_say_where_a_package_is_from_and_why_it_is_there() -> None:
    model = model_of(NUMPY, OPENSSL, REQUESTS, MINE)
    assert [text(model, row, "source") for row in range(4)] == [
        "editable",
        "conda-forge",
        "conda-forge",
        "PyPI",
    ]
    assert text(model, 1, "reason") == "chosen by you"
    assert text(model, 2, "reason") == "needed by others"
    assert text(model, 1, "size") == "31 MB"
    assert text(model, 3, "size") == ""


def test_that_sizes_sort_by_bytes_and_unknown_ones_are_least() -> None:
    model = model_of(NUMPY, OPENSSL, REQUESTS)
    model.sort(model.column_of("size"), Qt.SortOrder.DescendingOrder)
    assert names(model) == ["numpy", "openssl", "requests"]


def test_that_a_damaged_record_is_one_marked_row_with_an_explanation() -> None:
    damaged = record("", "", problem=RecordProblem.NOT_JSON, file="zlib-1.3-0.json")
    model = model_of(damaged, NUMPY)
    row = model.row_of(damaged.key)
    assert text(model, row, "name") == "zlib-1.3-0.json"
    assert text(model, row, "reason") == "record is damaged"
    tip = str(model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert "damaged" in tip
    assert "zlib-1.3-0.json" in tip
    icon = model.columns[0].icon
    assert icon(damaged) is not None
    assert icon(NUMPY) is None


@pytest.mark.parametrize(
    "ordered",
    [
        ["1.9", "1.10", "1.10.1", "2.0"],
        ["2.0a1", "2.0b1", "2.0rc1", "2.0", "2.0.post1"],
        ["9.9", "1!0.1"],
        ["", "0"],
        ["2024a", "2024b"],
        ["3.0.9", "3.0.19"],
    ],
)
def test_that_versions_sort_as_people_read_them(ordered: list[str]) -> None:
    keys = [version_key(version) for version in ordered]
    assert all(before < after for before, after in pairwise(keys))


def test_that_pip_comes_with_python_unless_a_certain_one_was_chosen() -> None:
    plain = record("pip", "26.0", requested=("pip",))
    certain = record("pip", "26.0", requested=("pip <27",))
    assert text(model_of(plain), 0, "reason") == "comes with Python"
    assert text(model_of(certain), 0, "reason") == "chosen by you"
    assert not PackageFilter(source=SourceFilter.CHOSEN).accepts(plain)
