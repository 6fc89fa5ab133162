from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.support.windowing import (
    application,
    bridge,
    dressed,
    engine,
    house,
    loop_factories,
    nothing_modal,
    quiet_engine,
)

__all__ = ["bridge", "dressed", "engine", "house", "nothing_modal", "quiet_engine"]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return loop_factories(application)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # The offscreen platform says so of every window that has a smallest size, and of popups.
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
