"""The window's tests run on one application, offscreen, with the engine on a root of its own."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import pytestqt.plugin

from engine.places import Places
from gui.main_window import MainWindow
from gui.opening_files import Application
from gui.settings import WindowSettings
from tests.support.environments import make_environment, numbered_packages
from tests.support.windowing import (
    application,
    dressed,
    loop_factories,
    nothing_modal,
    opened_window,
)

__all__ = ["dressed", "nothing_modal"]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return loop_factories(application)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # the offscreen platform says so of windows with a smallest size, and of menus
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(scope="session")
def qapp_cls() -> type[Application]:
    """Return what pytest-qt makes the application from, as the window's process does."""
    return Application


@pytest.fixture(autouse=True)
def loop_turns_only_while_it_runs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep pytest-qt from processing events between the phases of a coroutine test.

    Tasks that the fixtures started would go on there without a running loop, and die of it.
    """
    if inspect.iscoroutinefunction(request.function):
        monkeypatch.setattr(pytestqt.plugin, "_process_events", lambda: None)


@pytest.fixture
def settings(tmp_path: Path) -> WindowSettings:
    """Return settings in a folder of the test's own."""
    return WindowSettings(tmp_path / "settings")


@pytest.fixture
async def window(
    qapp: object, places: Places, settings: WindowSettings
) -> AsyncIterator[MainWindow]:
    """Return the main window over a real, started engine; what is on disk is listed at once."""
    async with opened_window(places, settings) as made:
        yield made


@pytest.fixture
def envs(places: Places) -> Path:
    """Return a folder of three environments on disk, made before the window looks."""
    make_environment(places.envs / "course", numbered_packages(30), pip=[("requests", "2.32.5")])
    make_environment(places.envs / "数据 分析", ["numpy"])
    make_environment(places.envs / "zoo", ["zlib"], python="")
    return places.envs
