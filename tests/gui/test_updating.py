"""Updates are filled in from what is known, looked for when somebody asks, and told in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from gui.main_window import MainWindow
from gui.settings import WindowSettings
from tests.support.environments import Package, make_environment
from tests.support.windowing import click, opened_window, until


@pytest.fixture
def course(configured: Places) -> Path:
    packages = (
        Package("almanac", "2025.3", "h0_0", requested="almanac"),
        Package("glyphs", "5.0.0", "h0_0", requested="glyphs"),
    )
    return make_environment(configured.envs / "course", packages, python="")


@pytest.fixture
def fresh(channels: Path, configured: Places, tmp_path: Path) -> Iterator[ChannelServer]:
    """Serve the lists of the channel as if they were written now: old ones are not asked for."""
    name = "practice-main"
    for file in channels.joinpath(name).rglob("*"):
        if file.is_file() and not file.name.endswith((".conda", ".tar.bz2")):
            copy = tmp_path / "fresh" / file.relative_to(channels)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    with ChannelServer(tmp_path / "fresh") as server:
        lines = f"channels: ['{server.url_of(name)}']\nenvs_dirs: ['{configured.envs}']\n"
        (configured.home / ".condarc").write_text(lines, encoding="utf-8")
        yield server


def told(window: MainWindow) -> dict[str, str]:
    model = window.page.packages.model
    column = model.column_of("update")
    rows = range(model.rowCount())
    return {model.record_at(row).name: str(model.index(row, column).data()) for row in rows}


def is_shown(window: MainWindow, course: Path) -> bool:
    return window.is_settled and window.page.prefix == course and bool(told(window))


async def test_that_updates_are_looked_for_when_asked_and_known_the_next_time(
    course: Path, configured: Places, settings: WindowSettings, server: ChannelServer
) -> None:
    async with opened_window(configured, settings, "course") as window:
        await until(lambda: is_shown(window, course))
        view, note = window.page.packages, window.page.packages.note
        view.updates_requested.emit()
        assert window.page.updating.is_looking
        assert note.text() == "Looking for updates…"
        await until(lambda: "can be updated" in note.text())
        assert note.text() == "1 package can be updated."
        assert told(window) == {"almanac": "2026.1", "glyphs": "–"}
        click(note.show_them)
        assert list(told(window)) == ["almanac"]
    asked = len(server.requests)
    async with opened_window(configured, settings, "course") as window:
        await until(lambda: is_shown(window, course))
        assert set(told(window).values()) == {""}
        await until(lambda: told(window) == {"almanac": "2026.1", "glyphs": "–"})
        assert not window.page.packages.note.text()
        assert len(server.requests) == asked, "nobody asked"


async def test_that_being_offline_is_said_and_what_was_known_stays(
    course: Path, configured: Places, settings: WindowSettings, fresh: ChannelServer
) -> None:
    async with opened_window(configured, settings, "course") as window:
        await until(lambda: is_shown(window, course))
        view, note = window.page.packages, window.page.packages.note
        view.updates_requested.emit()
        await until(lambda: "can be updated" in note.text())
        fresh.stop()
        view.updates_requested.emit()
        await until(lambda: "could not be reached" in note.text())
        assert "practice-main" in note.text()
        assert note.again.isVisible()
        assert told(window)["almanac"] == "2026.1"


async def test_that_looking_can_be_stopped_and_never_known_is_not_up_to_date(
    course: Path, configured: Places, settings: WindowSettings, server: ChannelServer
) -> None:
    async with opened_window(configured, settings, "course") as window:
        await until(lambda: is_shown(window, course))
        view, note = window.page.packages, window.page.packages.note
        view.updates_requested.emit()
        click(note.stop)
        assert not window.page.updating.is_looking
        assert not note.text()
        server.stop()
        view.updates_requested.emit()
        await until(lambda: "could not be looked for" in note.text())
        assert set(told(window).values()) == {""}
        click(note.close_it)
        assert not note.text()
