"""On a small or much enlarged screen, 640 by 400, everything can be seen and reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QToolButton, QWidget

from engine.places import Places
from gui.dialogs.preview_page import ReachChoice
from gui.main_window import MainWindow
from gui.settings import WindowSettings
from gui.views.content import Content
from gui.views.sidebar import ActivityChosen, DiskChosen
from tests.support.environments import make_environment, numbered_packages
from tests.support.widths import cut_texts
from tests.support.windowing import click, opened_window, press, until

NARROW = (640, 400)


@pytest.fixture
async def narrow(places: Places, settings: WindowSettings) -> AsyncIterator[MainWindow]:
    make_environment(places.envs / "course", numbered_packages(30), pip=[("requests", "2.32.5")])
    make_environment(places.envs / "zoo", ["zlib"], python="")
    async with opened_window(places, settings, "course") as window:
        await until(lambda: window.is_settled and window.page.prefix == places.envs / "course")
        await resized(window, *NARROW)
        yield window


async def resized(window: QWidget, width: int, height: int) -> None:
    window.resize(width, height)
    for _ in range(5):
        QCoreApplication.sendPostedEvents()
        await asyncio.sleep(0)
    assert (window.width(), window.height()) == (width, height)


async def test_that_the_list_becomes_a_drawer_and_comes_back(narrow: MainWindow) -> None:
    panes, sidebar = narrow.panes, narrow.sidebar
    assert panes.is_narrow
    assert not sidebar.isVisible()
    click(panes.rail.list)
    assert panes.is_open
    assert sidebar.environments.hasFocus() or narrow.focusWidget() is sidebar.environments
    press(sidebar, Qt.Key.Key_Escape)
    assert not panes.is_open
    await resized(narrow, 1200, 700)
    assert not panes.is_narrow
    assert sidebar.isVisible()
    assert not panes.rail.isVisible()
    await resized(narrow, *NARROW)
    assert panes.is_narrow


async def test_that_choosing_in_the_drawer_puts_it_away(narrow: MainWindow, places: Places) -> None:
    panes, list_ = narrow.panes, narrow.sidebar.environments
    panes.open()
    press(list_, Qt.Key.Key_Down)
    assert narrow.page.prefix == places.envs / "zoo"
    assert panes.is_open, "with the arrow keys one looks further"
    first = list_.visualRect(list_.model().index(0, 0)).center()
    QTest.mouseClick(list_.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert narrow.page.prefix == places.envs / "course"
    assert not panes.is_open
    panes.open()
    click(narrow.sidebar.activity)
    assert not panes.is_open
    assert narrow.content.content is Content.ACTIVITY
    click(panes.rail.disk)
    assert narrow.content.content is Content.DISK


async def test_that_a_click_beside_the_drawer_puts_it_away(narrow: MainWindow) -> None:
    narrow.panes.open()
    place = QPoint(narrow.panes.width() - 20, 200)
    beside = narrow.panes.childAt(place)
    assert beside is not None
    click(beside)
    assert not narrow.panes.is_open


async def test_that_the_width_of_the_list_is_kept_from_a_narrow_window(
    narrow: MainWindow, places: Places, settings: WindowSettings
) -> None:
    await resized(narrow, 1200, 700)
    wide = narrow.sidebar.width()
    await resized(narrow, *NARROW)
    narrow.save()
    async with opened_window(places, settings) as other:
        await resized(other, 1200, 700)
        assert not other.panes.is_narrow
        assert abs(other.sidebar.width() - wide) <= 2


async def test_that_every_page_can_be_read_in_a_narrow_window(
    narrow: MainWindow, tmp_path: Path
) -> None:
    found: list[str] = []

    async def look(name: str) -> None:
        await resized(narrow, *NARROW)
        found.extend(f"{name}: {text}" for text in cut_texts(narrow))
        area = narrow.panes.findChild(QScrollArea)
        assert area is not None
        assert area.horizontalScrollBar().maximum() == 0, f"{name} must not scroll sideways"

    for at in range(narrow.page.tabs.count()):
        narrow.page.tabs.setCurrentIndex(at)
        await until(lambda: narrow.page.is_loaded)
        await look(f"tab {at}")
    narrow.sidebar.choose(DiskChosen())
    await until(lambda: narrow.disk.picture is not None and not narrow.disk.is_looking)
    await look("disk")
    narrow.sidebar.choose(ActivityChosen())
    await look("activity")
    assert not found, "\n".join(["", *dict.fromkeys(found)])


async def test_that_a_page_without_room_scrolls_and_the_next_begins_at_its_top(
    narrow: MainWindow,
) -> None:
    view = narrow.page.packages
    view.table.select_key("conda:python")
    await resized(narrow, 640, 300)
    area = narrow.panes.findChild(QScrollArea)
    assert area is not None
    bar = area.verticalScrollBar()
    assert bar.maximum() > 0, "the details are there, below"
    bar.setValue(bar.maximum())
    close = next(b for b in view.details.findChildren(QToolButton) if b.isVisible())
    place = close.mapTo(narrow, close.rect().center())
    assert narrow.rect().contains(place)
    narrow.sidebar.choose(ActivityChosen())
    await resized(narrow, 640, 300)
    assert bar.value() == 0
    assert bar.maximum() == 0, "what is not shown needs no room"


async def test_that_the_choices_of_a_preview_go_below_each_other(narrow: MainWindow) -> None:
    reach = ReachChoice(narrow)
    reach.setGeometry(0, 0, 500, 80)
    reach.show()
    await resized(narrow, *NARROW)
    segments = reach.segments
    assert segments.mapTo(reach, QPoint(segments.width(), 0)).x() <= 500
    assert not cut_texts(reach)
