from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from engine.events import Task, TaskId, TaskState
from engine.records import Environment, Mark, OutsidePython, Sizes
from engine.requests import CreateRequest, RemoveRequest
from gui.actions import EnvironmentAction
from gui.models.environments import EnvironmentsModel
from gui.views.sidebar import ActivityChosen, EnvironmentChosen, OutsideChosen, Sidebar

ENVS = Path("/envs")
NOW = datetime(2026, 3, 4, tzinfo=UTC)
SYSTEM = OutsidePython(Path("/usr/bin/python3"), "3.11.2", "23.0.1", None)


def environment(name: str, *marks: Mark, python: str = "3.12.7") -> Environment:
    return Environment(name, ENVS / name, python, 54, marks, sizes=Sizes(31_000_000, 1, 1))


@pytest.fixture
def model() -> EnvironmentsModel:
    made = EnvironmentsModel()
    made.set_environments([environment(name) for name in ("ada", "bo", "cy")])
    return made


@pytest.fixture
def sidebar(model: EnvironmentsModel, qtbot: QtBot) -> Sidebar:
    made = Sidebar(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(288, 700)
    made.show()
    return made


def told(sidebar: Sidebar) -> list[object]:
    places: list[object] = []
    sidebar.chosen.connect(places.append)
    return places


def place(sidebar: Sidebar, text: str) -> QPushButton:
    QCoreApplication.processEvents()
    buttons = (one for one in sidebar.findChildren(QPushButton) if not one.isHidden())
    return next(one for one in buttons if text in one.text())


def row_of(sidebar: Sidebar, row: int) -> QRect:
    return sidebar.environments.visualRect(sidebar.environments.model().index(row, 0))


def open_menu(sidebar: Sidebar) -> QMenu:
    return next(menu for menu in sidebar.findChildren(QMenu) if menu.isVisible())


def test_that_a_click_and_the_arrow_keys_choose_an_environment(sidebar: Sidebar) -> None:
    places = told(sidebar)
    view = sidebar.environments
    at = row_of(sidebar, 1).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert places == [EnvironmentChosen(ENVS / "bo"), EnvironmentChosen(ENVS / "cy")]


def test_that_the_choice_stays_with_its_prefix_when_the_list_changes(
    sidebar: Sidebar, model: EnvironmentsModel
) -> None:
    sidebar.choose_environment(ENVS / "bo")
    places = told(sidebar)
    model.set_environments([environment(name) for name in ("aaa", "ada", "bo", "cy")])
    assert sidebar.environments.current == ENVS / "bo"
    model.set_environments([environment("ada")])
    assert sidebar.environments.current is None
    model.set_environments([environment("ada"), environment("bo")])
    assert sidebar.environments.current == ENVS / "bo"
    assert places == [], "nobody went anywhere"


def test_that_a_renamed_environment_stays_chosen(
    sidebar: Sidebar, model: EnvironmentsModel
) -> None:
    sidebar.choose_environment(ENVS / "bo")
    sidebar.environments.follow(ENVS / "ada", ENVS / "zoe")
    sidebar.environments.follow(ENVS / "bo", ENVS / "bob")
    model.set_environments([environment("ada"), environment("bob"), environment("zoe")])
    assert sidebar.environments.current == ENVS / "bob"


def test_that_one_place_is_chosen_at_a_time(sidebar: Sidebar) -> None:
    sidebar.show_outside((SYSTEM,))
    sidebar.choose_environment(ENVS / "ada")
    places = told(sidebar)
    QTest.mouseClick(place(sidebar, "3.11.2"), Qt.MouseButton.LeftButton)
    assert sidebar.environments.current is None
    QTest.mouseClick(place(sidebar, "Activity"), Qt.MouseButton.LeftButton)
    assert not place(sidebar, "3.11.2").isChecked()
    assert place(sidebar, "Activity").isChecked()
    sidebar.choose_environment(ENVS / "bo")
    assert not place(sidebar, "Activity").isChecked()
    assert places == [
        OutsideChosen(SYSTEM.executable),
        ActivityChosen(),
        EnvironmentChosen(ENVS / "bo"),
    ]


def test_that_the_section_of_other_pythons_goes_when_there_are_none(sidebar: Sidebar) -> None:
    sidebar.show_outside((SYSTEM,))
    assert place(sidebar, "3.11.2").toolTip() == str(SYSTEM.executable)
    sidebar.show_outside(())
    with pytest.raises(StopIteration):
        place(sidebar, "3.11.2")


def test_that_a_filter_appears_when_there_are_many(
    sidebar: Sidebar, model: EnvironmentsModel
) -> None:
    assert not sidebar.filter_box.isVisible()
    model.set_environments([environment(f"env {at}", python="") for at in range(13)])
    assert sidebar.filter_box.isVisible()
    QTest.keyClicks(sidebar.filter_box, "12")
    assert model.rowCount() == 1
    QTest.keyClick(sidebar.filter_box, Qt.Key.Key_Down)
    assert sidebar.environments.current == ENVS / "env 12"
    model.set_environments([environment("env 12")])
    assert sidebar.filter_box.isVisible(), "it stays while it is in use"
    QTest.keyClick(sidebar.filter_box, Qt.Key.Key_Escape)
    assert not sidebar.filter_box.isVisible()


def test_that_what_a_filter_finds_is_shown_from_its_beginning(
    sidebar: Sidebar, model: EnvironmentsModel
) -> None:
    model.set_environments([environment(f"env {at}", python="") for at in range(400)])
    sidebar.environments.scrollToBottom()
    QTest.keyClicks(sidebar.filter_box, "3")
    first = sidebar.environments.visualRect(model.index(0))
    assert sidebar.environments.viewport().rect().contains(first)
    assert model.row_at(0).title == "env 3"


def test_that_the_context_menu_offers_what_can_be_done(sidebar: Sidebar) -> None:
    asked: list[tuple[object, object]] = []

    def note(action: object, prefix: object) -> None:
        asked.append((action, prefix))

    sidebar.action_requested.connect(note)
    sidebar.environments.customContextMenuRequested.emit(row_of(sidebar, 2).center())
    menu = open_menu(sidebar)
    entries = [action for action in menu.actions() if not action.isSeparator()]
    assert len(entries) == len(EnvironmentAction)
    assert all(entry.isEnabled() for entry in entries)
    entries[-1].trigger()
    assert asked == [(EnvironmentAction.REMOVE, ENVS / "cy")]
    menu.close()


@pytest.mark.parametrize(
    ("special", "refused"),
    [
        (environment("base", Mark.BASE), {"Re&name", "&Rename", "Re&move"}),
        (environment("bare", python=""), {"Python"}),
        (
            environment("gone", Mark.MISSING),
            {"terminal", "Python", "folder", "Copy", "Share", "C&lone", "&Rename"},
        ),
    ],
)
def test_that_what_is_not_possible_is_disabled_and_says_why(
    sidebar: Sidebar, model: EnvironmentsModel, special: Environment, refused: set[str]
) -> None:
    model.set_environments([special])
    sidebar.environments.customContextMenuRequested.emit(row_of(sidebar, 0).center())
    menu = open_menu(sidebar)
    for entry in menu.actions():
        if entry.isSeparator():
            continue
        is_refused = any(word.replace("&", "") in entry.text().replace("&", "") for word in refused)
        assert entry.isEnabled() != is_refused, entry.text()
        assert bool(entry.toolTip().endswith(".")) == is_refused, entry.text()
    menu.close()


def test_that_an_environment_being_made_has_no_menu(
    sidebar: Sidebar, model: EnvironmentsModel
) -> None:
    request = CreateRequest(ENVS / "new", ("conda-forge",))
    model.set_task(Task(TaskId("1"), request, TaskState.RUNNING, NOW))
    sidebar.environments.customContextMenuRequested.emit(row_of(sidebar, 3).center())
    assert not [menu for menu in sidebar.findChildren(QMenu) if menu.isVisible()]
    sidebar.environments.customContextMenuRequested.emit(QPoint(5, 600))
    assert not [menu for menu in sidebar.findChildren(QMenu) if menu.isVisible()]


def test_that_a_row_under_work_turns_and_stands_still_afterwards(
    sidebar: Sidebar, model: EnvironmentsModel, qtbot: QtBot
) -> None:
    view = sidebar.environments
    request = RemoveRequest(ENVS / "ada")

    def picture() -> QImage:
        return view.grab(row_of(sidebar, 0)).toImage()

    resting = picture()
    model.set_task(Task(TaskId("1"), request, TaskState.RUNNING, NOW))
    first = picture()
    assert first != resting
    qtbot.waitUntil(lambda: picture() != first, timeout=60_000)
    model.set_task(Task(TaskId("1"), request, TaskState.FAILED, NOW))
    assert picture() == resting


def test_that_every_mark_is_drawn(sidebar: Sidebar, model: EnvironmentsModel) -> None:
    pictures: list[QImage] = []
    for mark in Mark:
        model.set_environments([environment("same", mark)])
        pictures.append(sidebar.environments.grab().toImage())
    assert all(one != other for one, other in combinations(pictures, 2))


def test_that_running_tasks_are_counted_beside_activity(sidebar: Sidebar) -> None:
    sidebar.count_tasks(2)
    assert "(2)" in sidebar.activity.text()
    sidebar.count_tasks(0)
    assert "(" not in sidebar.activity.text()
