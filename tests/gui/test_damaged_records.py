"""A record that cannot be read is counted alike everywhere, told, and leads to Health."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton

from engine.places import Places
from engine.records import Mark
from gui.settings import WindowSettings
from tests.support.environments import Package, make_environment
from tests.support.windowing import click, opened_window, until


async def test_that_list_table_and_status_agree_and_lead_to_health(
    places: Places, settings: WindowSettings
) -> None:
    packages = (Package("numpy", distribution="numpy"), Package("torch", distribution="torch"))
    prefix = make_environment(places.envs / "course", packages, pip=[("requests", "2.32.5")])
    next((prefix / "conda-meta").glob("numpy-*.json")).write_bytes(b'{"name": "num')
    async with opened_window(places, settings, "course") as window:
        await until(lambda: window.is_settled and window.page.prefix == prefix)
        environment = window.model.environment(prefix)
        assert environment is not None
        assert environment.package_count == 4
        assert len(window.page.packages.model.records) == 4
        said = [each.text() for each in window.page.findChildren(QLabel) if each.isVisible()]
        assert any(text.startswith("Python 3.12.7 · 4 packages") for text in said)
        assert "4 packages, 1 of them unreadable" in said

        def is_marked() -> bool:
            environment = window.model.environment(prefix)
            return environment is not None and Mark.UNREADABLE in environment.marks

        await until(is_marked)
        await until(window.page.header.note.isVisible)
        assert "cannot be read" in window.page.header.note.text()
        ways = window.page.header.note.findChildren(QPushButton)
        click(next(each for each in ways if each.text() == "Open Health"))
        assert window.page.tabs.currentWidget() is window.page.health
