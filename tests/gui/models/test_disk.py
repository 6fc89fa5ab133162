from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.cache.values import ItemKind
from gui.models.disk import DiskFilter, DiskModel, disk_rows
from gui.models.disk_builds import builds_apart
from gui.models.disk_tree import disk_tree
from gui.theme import Tone
from tests.support.disk_pictures import MB, PKGS, cache_of, ordinary_picture, picture_of, thing

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


def test_that_builds_of_one_version_are_told_apart() -> None:
    builds = {"x": "h5eed_0_cpython", "y": "h5eed_1_cpython", "other": "h5eed_0_cpython"}
    items = [
        replace(thing("python" if name != "other" else name, MB), path=PKGS / name, build=build)
        for name, build in builds.items()
    ]
    archive = replace(items[0], path=PKGS / "python.conda", kind=ItemKind.ARCHIVE)
    picture = picture_of(cache_of(*items, archive))
    rows = {row.item.path.name: row.title for row in disk_rows(picture)}
    assert rows == {
        "x": "python · 0_cpython",
        "y": "python · 1_cpython",
        "other": "other",
        "python.conda": "python",
    }
    nodes = [disk_tree(picture)]
    for node in nodes:
        nodes += node.children
    titles = {node.title for node in nodes if node.thing is not None}
    assert {"python 1.0 · 0_cpython", "python 1.0 · 1_cpython", "other 1.0"} <= titles
    plain = replace(items[1], build="")
    assert builds_apart((items[0], plain)) == {PKGS / "x": "h5eed_0_cpython", PKGS / "y": ""}


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
