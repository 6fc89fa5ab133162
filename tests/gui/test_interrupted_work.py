"""All interrupted works are told, however many they are, until somebody has read them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QToolButton

from engine.events import Settled, Settlement
from engine.places import Places
from engine.requests import CreateRequest, RemoveRequest
from engine.transactions.journal import begin
from gui.main_window import MainWindow
from gui.settings import WindowSettings
from tests.support.environments import make_environment
from tests.support.windowing import click, opened_window, until


def close(window: MainWindow) -> None:
    buttons = window.content.banner.findChildren(QToolButton)
    click(next(each for each in buttons if each.accessibleName() == "Close this message"))


def creation(prefix: Path) -> Settled:
    return Settled(prefix, CreateRequest(prefix, ()), Settlement.PUT_BACK)


async def test_that_all_are_listed_and_what_is_said_in_passing_does_not_cost_them(
    window: MainWindow, places: Places
) -> None:
    banner = window.content.banner
    window.hear(creation(places.envs / "one"))
    assert banner.text().startswith("one was not made")
    window.hear(creation(places.envs / "two"))
    gone = places.envs / "zoo"
    window.hear(Settled(gone, RemoveRequest(gone), Settlement.FINISHED))
    said = banner.text().splitlines()
    assert said[0] == "3 pieces of work had been interrupted. This is how they ended:"
    assert [line.partition(" ")[0] for line in said[1:]] == ["one", "two", "zoo"]
    window.content.say("Copied.")
    assert banner.text() == "Copied."
    close(window)
    assert banner.text().splitlines() == said
    assert banner.isVisible()
    close(window)
    assert not banner.isVisible()
    window.hear(creation(places.envs / "four"))
    assert banner.text().startswith("four was not made"), "those before were read"


async def test_that_a_long_list_scrolls(window: MainWindow, places: Places) -> None:
    for number in range(30):
        window.hear(creation(places.envs / f"work-{number}"))
    QCoreApplication.sendPostedEvents()
    banner = window.content.banner
    assert len(banner.text().splitlines()) == 31
    assert banner.height() < 240


async def test_that_works_that_were_really_interrupted_are_all_told(
    places: Places, settings: WindowSettings
) -> None:
    make_environment(places.envs / "course", ["numpy"])
    for name in ("first", "second", "third"):
        prefix = places.envs / name
        begin(CreateRequest(prefix, ()), prefix)
    async with opened_window(places, settings) as window:
        await until(lambda: len(window.content.banner.text().splitlines()) == 4)
        said = window.content.banner.text()
        assert said.startswith("3 pieces of work had been interrupted.")
        assert all(f"{name} was not made" in said for name in ("first", "second", "third"))
