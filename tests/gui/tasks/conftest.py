from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.windowing import bridge, ear, engine, house, quiet_engine

__all__ = ["bridge", "ear", "engine", "house", "quiet_engine"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            # The offscreen platform says so of popups, and of windows that have a smallest size.
            mark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
            item.add_marker(mark, append=False)
