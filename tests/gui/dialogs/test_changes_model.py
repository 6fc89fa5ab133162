from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.plan import Change, ChangeKind
from engine.records import Record, RecordKind, Source, SourceKind
from gui.dialogs.changes_model import ChangeColumn, ChangesModel

CHANNEL = Source(SourceKind.CHANNEL, "conda-forge", "https://conda.example/conda-forge")


def record(name: str, version: str = "1.0", size: int = 1000) -> Record:
    return Record(
        RecordKind.CONDA, name, version, CHANNEL, installed_bytes=3 * size, archive_bytes=size
    )


def change(kind: ChangeKind, name: str, **rest: object) -> Change:
    before = record(name) if kind is not ChangeKind.ADD else None
    size = rest.pop("size", 1000)
    assert isinstance(size, int)
    after = record(name, "2.0", size) if kind is not ChangeKind.REMOVE else None
    return Change(kind, name, before, after, **rest)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def model(qapp: object) -> ChangesModel:
    made = ChangesModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def shown(model: QAbstractItemModel, column: int = ChangeColumn.PACKAGE) -> list[list[str]]:
    """Return the texts of a column, kind by kind, each led by the title of the kind."""
    groups: list[list[str]] = []
    for row in range(model.rowCount(QModelIndex())):
        group = model.index(row, 0)
        inner = [
            str(model.index(child, column, group).data()) for child in range(model.rowCount(group))
        ]
        groups.append([str(group.data()), *inner])
    return groups


def test_that_changes_stand_under_their_kinds_the_gravest_first(model: ChangesModel) -> None:
    model.set_changes(
        [
            change(ChangeKind.ADD, "tidepool"),
            change(ChangeKind.UPDATE, "numpy"),
            change(ChangeKind.REMOVE, "old"),
            change(ChangeKind.ADD, "almanac"),
        ]
    )
    assert shown(model) == [
        ["Removed: 1 package", "old"],
        ["Updated: 1 package", "numpy"],
        ["Added: 2 packages", "almanac", "tidepool"],
    ]
    assert shown(model, ChangeColumn.VERSION)[1][1] == "1.0 → 2.0"


def test_that_what_the_user_chose_stands_before_what_it_needs(model: ChangesModel) -> None:
    model.set_changes(
        [
            change(ChangeKind.ADD, "a-library", needed_by=("zebra",)),
            change(ChangeKind.ADD, "zebra"),
        ]
    )
    assert shown(model)[0][1:] == ["zebra", "a-library"]


def test_that_every_word_of_a_search_must_be_found(model: ChangesModel) -> None:
    model.set_changes([change(ChangeKind.ADD, name) for name in ("numpy", "numba", "pandas")])
    model.set_filter("NUM forge")
    assert shown(model) == [["Added: 2 packages", "numba", "numpy"]]
    assert model.shown_count() == 2
    model.set_filter("numpy pypi")
    assert shown(model) == []
    model.set_filter("")
    assert model.shown_count() == 3


def test_that_sizes_are_sorted_as_numbers_and_the_plan_s_order_comes_back(
    model: ChangesModel,
) -> None:
    model.set_changes(
        [
            change(ChangeKind.ADD, "a", size=9_000),
            change(ChangeKind.ADD, "b", size=100_000),
            change(ChangeKind.ADD, "c", size=20_000, from_cache=True),
        ]
    )
    model.sort(ChangeColumn.SIZE, Qt.SortOrder.DescendingOrder)
    assert shown(model)[0][1:] == ["b", "a", "c"]
    assert shown(model, ChangeColumn.SIZE)[0][3] == "none"
    model.sort(-1)
    assert shown(model)[0][1:] == ["a", "b", "c"]


def test_that_the_size_column_tells_of_downloads_only_when_there_are_some(
    model: ChangesModel,
) -> None:
    def title() -> object:
        return model.headerData(ChangeColumn.SIZE, Qt.Orientation.Horizontal)

    model.set_changes([change(ChangeKind.ADD, "a")])
    assert title() == "Download"
    model.set_changes([change(ChangeKind.REMOVE, "a")])
    assert title() == "Size"


def test_that_the_tooltip_names_every_package_that_needs_one(model: ChangesModel) -> None:
    users = tuple(f"user-{number}" for number in range(9))
    model.set_changes([change(ChangeKind.ADD, "a", needed_by=users)])
    cell = model.index(0, ChangeColumn.REASON, model.index(0, 0))
    assert "and 6 more" in str(cell.data())
    tooltip = str(cell.data(Qt.ItemDataRole.ToolTipRole))
    assert all(user in tooltip for user in users)
    assert isinstance(cell.data(ChangesModel.ChangeRole), Change)


def test_that_searching_many_changes_does_not_hold_up_the_window(model: ChangesModel) -> None:
    plain = ChangesModel()
    plain.set_changes([change(ChangeKind.ADD, f"package-{n:04}") for n in range(5000)])
    began = time.thread_time()
    plain.set_filter("package-00")
    few = time.thread_time() - began
    assert plain.shown_count() == 100
    began = time.thread_time()
    sum(f"package-{n:04} 2.0 conda-forge".casefold().find("package-00") for n in range(5000))
    base = time.thread_time() - began
    assert few < 400 * base
