from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.settings import WindowSettings
from gui.views.packages import PackagesView


@pytest.fixture
def packages_view(settings: WindowSettings, qtbot: QtBot) -> PackagesView:
    """Return the tab of packages, with none in it."""
    made = PackagesView(settings)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made
