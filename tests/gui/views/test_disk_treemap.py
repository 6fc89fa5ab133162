from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.cache.values import DiskPicture, ItemKind
from gui.models.disk_layout import Area
from gui.models.disk_parts import with_parts
from gui.models.disk_tree import disk_tree
from gui.theme import Scheme, start_theme
from gui.views.disk_boxes import DiskBox
from gui.views.disk_treemap import Treemap, arranged
from tests.gui.models.test_disk_parts import PARTS
from tests.gui.models.test_disk_tree import pictures
from tests.support.disk_pictures import (
    COURSE,
    DATA,
    MB,
    PIP,
    PKGS,
    cache_of,
    ordinary_picture,
    picture_of,
    thing,
)
from tests.support.windowing import click, press

CONDA = f"cache:{PKGS}"


@pytest.fixture
def shown(qtbot: QtBot) -> Treemap:
    made = Treemap()
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show_tree(disk_tree(ordinary_picture()))
    made.show()
    made.activateWindow()
    return made


def box(shown: Treemap, title: str) -> DiskBox:
    return next(each for each in shown.boxes() if each.node.title == title)


def titles(shown: Treemap) -> set[str]:
    return {each.node.title for each in shown.boxes()}


def focused(shown: Treemap) -> DiskBox:
    return next(each for each in shown.boxes() if each is shown.window().focusWidget())


@given(pictures(), st.integers(60, 1500), st.integers(60, 900))
def test_that_what_is_beside_each_other_is_proportional_and_apart(
    picture: DiskPicture, width: int, height: int
) -> None:
    root = disk_tree(picture)
    room = Area(0, 0, width, height)
    placed = arranged(root, room)
    top = [(node, area) for node, area, _ in placed if node in root.children or "/…" in node.key]
    for (one, first), (other, second) in combinations(top, 2):
        wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
        high = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
        if one in root.children and other in root.children:
            assert wide < 1e-6 or high < 1e-6
            assert first.size * other.size == pytest.approx(
                second.size * one.size, rel=1e-3, abs=1e-3 * one.size * other.size
            )
    for _, area, _ in placed:
        assert area.x >= -1e-6
        assert area.y >= -1e-6
        assert area.x + area.width <= width + 1e-6
        assert area.y + area.height <= height + 1e-6


@given(pictures())
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_boxes_lie_in_the_picture_and_apart(qtbot: QtBot, picture: DiskPicture) -> None:
    made = Treemap()
    made.resize(700, 300)
    made.show_tree(disk_tree(picture))
    leaves = [each for each in made.boxes() if not each.is_group]
    for each in made.boxes():
        assert made.rect().contains(each.geometry())
    for one, other in combinations(leaves, 2):
        assert not one.geometry().intersects(other.geometry())
    made.deleteLater()


def test_that_a_click_looks_inside_and_every_way_back_works(shown: Treemap) -> None:
    click_head(box(shown, "Conda packages"))
    assert [node.title for node in shown.way] == ["All", "Conda packages"]
    assert {"scipy 1.0", "python 1.0", "numpy 1.0"} <= titles(shown)
    click_head(box(shown, "In use by environments"))
    assert titles(shown) == {"python 1.0", "numpy 1.0"}
    press(box(shown, "numpy 1.0"), Qt.Key.Key_Backspace)
    assert shown.node.title == "Conda packages"
    shown.go_to("disk")
    assert shown.node.title == "All"
    shown.go_up()
    assert len(shown.way) == 1


def click_head(target: DiskBox) -> None:
    at = target.rect().topLeft()
    at.setX(at.x() + 20)
    at.setY(at.y() + 8)
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=at)


def test_that_the_keyboard_reaches_every_box(shown: Treemap, qtbot: QtBot) -> None:
    qtbot.waitActive(shown)
    stops = [each for each in shown.boxes() if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [shown.boxes()[0]], "the Tab key stops once"
    stops[0].setFocus()
    reached = {focused(shown)}
    pending = [focused(shown)]
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    while pending:
        start = pending.pop()
        for key in keys:
            start.setFocus()
            press(start, key)
            if focused(shown) not in reached:
                reached.add(focused(shown))
                pending.append(focused(shown))
    assert reached == set(shown.boxes())


def test_that_enter_goes_in_and_the_focus_comes_back_to_where_it_was(
    shown: Treemap, qtbot: QtBot
) -> None:
    qtbot.waitActive(shown)
    start = box(shown, "Conda packages")
    start.setFocus()
    press(start, Qt.Key.Key_Return)
    assert shown.node.title == "Conda packages"
    press(focused(shown), Qt.Key.Key_Backspace)
    assert focused(shown).node.title == "Conda packages"


def test_that_an_environment_is_outlined_with_what_it_shares(shown: Treemap, qtbot: QtBot) -> None:
    told: list[object] = []
    shown.environment_chosen.connect(told.append)
    click(box(shown, "数据分析"))
    assert told == [DATA]
    tied = {each.node.title for each in shown.boxes() if each.is_tied}
    assert tied == {"数据分析", "In use by environments"}
    shown.go_to(f"{CONDA}:used")
    assert {each.node.title for each in shown.boxes() if each.is_tied} == {"python 1.0"}
    shown.go_up()
    assert shown.environment is None
    assert shown.node.key == f"{CONDA}:used", "the outline goes first"


def test_that_an_environment_pressed_again_is_looked_into(shown: Treemap, qtbot: QtBot) -> None:
    wanted: list[object] = []
    shown.parts_wanted.connect(wanted.append)
    click(box(shown, "course-2026"))
    assert wanted == []
    click(box(shown, "course-2026"))
    assert wanted == [COURSE]
    shown.show_tree(with_parts(disk_tree(ordinary_picture()), PARTS))
    click(box(shown, "course-2026"))
    assert wanted == [COURSE], "what is known is not asked for"
    assert titles(shown) == {"python 3.12", "requests 2.0", "Files of no package"}
    assert shown.environment is None
    told: list[str] = []
    shown.part_chosen.connect(told.append)
    click(box(shown, "requests 2.0"))
    assert told == ["pypi:requests:2.0:"]
    shown.go_up()
    assert "course-2026" in titles(shown)


def test_that_a_thing_tells_its_path(shown: Treemap, qtbot: QtBot) -> None:
    shown.go_to(f"{CONDA}:used")
    told: list[object] = []
    shown.item_chosen.connect(told.append)
    click(box(shown, "numpy 1.0"))
    assert told == [PKGS / "numpy-1.0-0"]


def test_that_who_looked_inside_stays_there_while_it_is_there(shown: Treemap) -> None:
    shown.go_to(f"{CONDA}:used")
    shown.show_tree(disk_tree(ordinary_picture()))
    assert shown.node.key == f"{CONDA}:used"
    shown.show_tree(
        disk_tree(
            picture_of(
                cache_of(thing("a", MB)), cache_of(thing("b", MB, cache=PIP, kind=ItemKind.HTTP))
            )
        )
    )
    assert shown.node.key in (CONDA, "disk")


def test_that_many_small_things_are_one_box_that_opens(qtbot: QtBot) -> None:
    many = [thing(f"tiny-{at:03}", 1000 + at) for at in range(500)]
    made = Treemap()
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show_tree(disk_tree(picture_of(cache_of(thing("huge", 100 * MB), *many))))
    made.go_to(CONDA)
    rest = box(made, "500 smaller ones")
    assert rest.node.size == sum(1000 + at for at in range(500))
    rest.click()
    assert made.node.title == "500 smaller ones"
    assert len(made.boxes()) <= 41, "never more than a person can take in"
    assert any("smaller ones" in each.node.title for each in made.boxes())


def test_that_screen_readers_hear_title_size_and_what_a_press_does(shown: Treemap) -> None:
    target = box(shown, "Conda packages")
    heard = QAccessible.queryAccessibleInterface(target)
    assert heard.role() == QAccessible.Role.Button
    assert heard.text(QAccessible.Text.Name) == "Conda packages, 278 MB"
    assert heard.text(QAccessible.Text.Description) == "Press to look inside."
    assert str(PKGS) in target.toolTip()


def test_that_it_is_drawn_in_both_looks_and_at_any_size(shown: Treemap, qapp: object) -> None:
    pictures_drawn: set[bytes] = set()
    for scheme in Scheme:
        start_theme(qapp, scheme)  # pyright: ignore[reportArgumentType]
        for width, height in ((160, 160), (500, 200), (1600, 900)):
            shown.resize(width, height)
            image = shown.grab().toImage()
            assert image.width() == width * image.devicePixelRatio()
            pictures_drawn.add(bytes(image.constBits()))
    assert len(pictures_drawn) == 6


def test_that_a_prefix_that_is_gone_is_not_outlined_any_more(shown: Treemap) -> None:
    shown.choose_environment(COURSE)
    shown.show_tree(disk_tree(picture_of(cache_of(thing("a", MB)))))
    assert shown.environment is None
    shown.choose_environment(Path("/nowhere"))
    assert shown.environment is None
