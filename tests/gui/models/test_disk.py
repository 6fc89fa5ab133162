from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.models.disk import DiskFilter, DiskModel, disk_rows
from gui.theme import Tone
from tests.support.disk_pictures import PKGS, ordinary_picture

WARNING = QAbstractItemModelTester.FailureReportingMode.Fatal
ALL_COLUMNS = st.integers(0, len(DiskModel().columns) - 1)


def model() -> DiskModel:
    made = DiskModel()
    made.set_records(disk_rows(ordinary_picture()))
    return made


def cells(made: DiskModel, key: str) -> list[str]:
    at = made.column_of(key)
    return [str(made.index(row, at).data()) for row in range(made.rowCount())]


def sort(made: DiskModel, key: str, *, descending: bool = False) -> None:
    order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
    made.sort(made.column_of(key), order)


def test_that_every_thing_is_a_row_with_what_one_wants_to_know() -> None:
    made = model()
    sort(made, "size", descending=True)
    assert cells(made, "name")[:3] == ["python", "numpy", "scipy"]
    assert cells(made, "size")[:2] == ["100 MB", "60 MB"]
    assert cells(made, "freed")[:2] == ["4.0 MB", "2.0 MB"]
    assert cells(made, "users")[:3] == ["course-2026, 数据分析", "course-2026", ""]
    assert cells(made, "links")[:3] == ["2", "2", ""]
    assert set(cells(made, "cache")) == {"conda", "pip"}


def test_that_numbers_sort_as_numbers_and_dates_as_dates() -> None:
    made = model()
    sort(made, "freed", descending=True)
    assert cells(made, "name")[:2] == ["scipy", "http-v2"]
    sort(made, "last-used")
    assert cells(made, "name")[0] == "scipy"


def test_that_the_filter_finds_names_caches_kinds_and_environments() -> None:
    made = model()
    for text, names in (
        ("num", {"numpy"}),
        ("PIP built", {"mylib"}),
        ("数据", {"python"}),
        ("download conda", {"python", "own-thing"}),
        ("nothing like it", set[str]()),
    ):
        made.apply_filter(DiskFilter(text))
        assert set(cells(made, "name")) == names, text
    made.apply_filter(DiskFilter("", frozenset({PKGS / "scipy-1.0-0"})))
    assert cells(made, "name") == ["scipy"]
    made.apply_filter(DiskFilter())
    assert made.rowCount() == 9


def test_that_a_thing_that_cannot_go_is_marked_and_says_why() -> None:
    made = model()
    made.apply_filter(DiskFilter("held"))
    assert made.columns[0].icon(made.record_at(0)) == ("lock", Tone.MUTED)
    assert "locked" in str(made.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))
    made.apply_filter(DiskFilter("scipy"))
    assert made.columns[0].icon(made.record_at(0)) is None


@given(st.lists(st.tuples(ALL_COLUMNS, st.booleans(), st.sampled_from(["", "p", "zz"]))))
def test_that_the_model_keeps_qts_rules(steps: list[tuple[int, bool, str]]) -> None:
    made = model()
    tester = QAbstractItemModelTester(made, WARNING)
    for column, descending, text in steps:
        made.apply_filter(DiskFilter(text))
        made.sort(
            column,
            Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder,
        )
    made.set_records(())
    assert made.rowCount() == 0
    tester.deleteLater()
