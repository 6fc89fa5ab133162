from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from engine.events import Task, TaskId, TaskState
from engine.records import Environment, Mark, Sizes
from engine.requests import CloneRequest, CreateRequest, RemoveRequest, RenameRequest, Request
from gui.models.environments import EnvironmentsModel

ENVS = Path("/envs")
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def environment(name: str, *marks: Mark, python: str = "3.12.7") -> Environment:
    return Environment(name, ENVS / name, python, 54, marks)


def task(request: Request, state: TaskState = TaskState.RUNNING, number: int = 1) -> Task:
    return Task(TaskId(str(number)), request, state, NOW)


def creation(name: str) -> CreateRequest:
    return CreateRequest(ENVS / name, ("conda-forge",))


@pytest.fixture
def model() -> EnvironmentsModel:
    made = EnvironmentsModel()
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def titles(model: EnvironmentsModel) -> list[str]:
    return [str(model.index(row).data()) for row in range(model.rowCount())]


def test_that_base_is_first_and_names_sort_without_regard_to_capitals_and_by_numbers(
    model: EnvironmentsModel,
) -> None:
    names = ["week 10", "Zoo", "week 9", "apple"]
    model.set_environments([*map(environment, names), environment("base", Mark.BASE)])
    assert titles(model) == ["base", "apple", "week 9", "week 10", "Zoo"]


def test_that_an_environment_without_a_name_shows_its_folder(model: EnvironmentsModel) -> None:
    model.set_environments([Environment("/data/项目/env", Path("/data/项目/env"), "", 3)])
    assert titles(model) == ["env"]
    assert "/data/项目/env" in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))


@pytest.mark.parametrize(
    ("prefixes", "told"),
    [
        (("/opt/miniforge3/envs/ml", "/opt/anaconda3/envs/ml"), ("in miniforge3", "in anaconda3")),
        (("/a/x/ml", "/b/x/ml", "/b/y/ml"), ("in /a/x/ml", "in /b/x/ml", "in /b/y/ml")),
        (("/a/ml", "/a/b/a/ml"), ("in /a/ml", "in /a/b/a/ml")),
        (("/a/ml", "/a/nlp"), ("", "")),
    ],
)
def test_that_environments_of_the_same_name_are_told_apart_by_their_folders(
    model: EnvironmentsModel, prefixes: tuple[str, ...], told: tuple[str, ...]
) -> None:
    found = [Environment(Path(one).name, Path(one), "3.12.7", 3) for one in prefixes]
    model.set_environments(found)
    rows = [model.row_at(model.row_of(Path(one))) for one in prefixes]
    assert [row.place_text() for row in rows] == [text.replace("/", os.sep) for text in told]
    lines = {row.second_line() for row in rows}
    assert len(lines) == len(set(told))


def test_that_sizes_arrive_later_and_outlive_a_new_reading(model: EnvironmentsModel) -> None:
    model.set_environments([environment("a"), environment("b")])
    told: list[int] = []

    def note(first: QModelIndex) -> None:
        told.append(first.row())

    model.dataChanged.connect(note)
    model.set_sizes(ENVS / "b", Sizes(1_200_000_000, 300_000_000, 9_000))
    assert told == [1]
    spoken = str(model.index(1).data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken == "b, Python 3.12.7, 1.2 GB"
    model.set_environments([environment("a"), replace(environment("b"), package_count=60)])
    kept = model.environment(ENVS / "b")
    assert kept is not None
    assert kept.sizes == Sizes(1_200_000_000, 300_000_000, 9_000)
    tip = str(model.index(1).data(Qt.ItemDataRole.ToolTipRole))
    assert "300 MB shared" in tip
    assert "60 packages" in tip
    model.set_sizes(ENVS / "unknown", Sizes(1, 1, 1))


def test_that_marks_are_words_in_the_row_and_sentences_in_the_tooltip(
    model: EnvironmentsModel,
) -> None:
    model.set_environments([environment("a", Mark.FROZEN, Mark.READ_ONLY, python="")])
    assert model.row_at(0).second_line() == "no Python · frozen · read-only"
    assert "marked as frozen" in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_that_an_environment_being_made_has_a_row_from_the_start_to_its_listing(
    model: EnvironmentsModel,
) -> None:
    model.set_environments([environment("a")])
    model.set_task(task(creation("new"), TaskState.WAITING))
    assert titles(model) == ["a", "new"]
    assert model.row_at(1).environment is None
    assert model.working == (1,)
    model.set_task(task(creation("new"), TaskState.SUCCEEDED))
    assert titles(model) == ["a", "new"], "it must not vanish before the list was read again"
    assert model.working == ()
    model.set_environments([environment("a"), environment("new")])
    assert model.row_at(1).environment is not None
    assert model.total == 2


@pytest.mark.parametrize("end", [TaskState.FAILED, TaskState.CANCELLED])
def test_that_an_environment_that_was_not_made_leaves_no_row(
    model: EnvironmentsModel, end: TaskState
) -> None:
    model.set_task(task(CloneRequest(ENVS / "a", ENVS / "copy")))
    assert titles(model) == ["copy"]
    model.set_task(task(CloneRequest(ENVS / "a", ENVS / "copy"), end))
    assert titles(model) == []
    assert model.total == 0


def test_that_a_task_marks_the_rows_it_works_on_until_it_ends(model: EnvironmentsModel) -> None:
    model.set_environments([environment("a"), environment("b")])
    move = RenameRequest(ENVS / "b", ENVS / "c")
    model.set_task(task(move))
    assert titles(model) == ["a", "b"]
    assert model.working == (1,)
    model.set_task(task(move, TaskState.SUCCEEDED))
    assert model.working == ()
    model.set_task(task(RemoveRequest(ENVS / "a"), number=2))
    model.set_task(task(RemoveRequest(ENVS / "a"), TaskState.CANCELLED, number=1))
    assert model.working == (0,), "the end of another task does not end this one"


def test_that_the_filter_looks_at_names_folders_python_and_marks(
    model: EnvironmentsModel,
) -> None:
    model.set_environments(
        [
            environment("数据分析"),
            environment("old", python="3.9.1"),
            environment("base", Mark.BASE),
        ]
    )
    for words, expected in (
        ("数据", ["数据分析"]),
        ("3.9", ["old"]),
        ("BASE", ["base"]),
        ("envs old", ["old"]),
        ("none", []),
        ("", ["base", "old", "数据分析"]),
    ):
        model.set_filter(words)
        assert titles(model) == expected
        assert model.total == 3
