from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.cache.values import DiskPicture, DiskProgress, ItemKind, VolumeSpace
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from gui.dialogs import PreviewDialog
from gui.dialogs.preview import Stage
from gui.main_window import MainWindow
from gui.views.content import Content
from gui.views.sidebar import DiskChosen
from tests.support.disk_pictures import MB, ordinary_picture
from tests.support.environments import make_environment
from tests.support.windowing import click, press, until


@pytest.fixture
def filled(places: Places) -> Path:
    """Fill pip's cache below the home of `places`: 600 kB downloaded, 200 kB built here."""
    cache = places.home / ".cache" / "pip"
    downloads = cache / "http-v2" / "a" / "b"
    downloads.mkdir(parents=True)
    (downloads / "abcdef.body").write_bytes(b"d" * 600_000)
    wheels = cache / "wheels" / "aa" / "bb"
    wheels.mkdir(parents=True)
    (wheels / "mylib-0.1-py3-none-any.whl").write_bytes(b"w" * 200_000)
    return cache


async def go_to_disk(window: MainWindow) -> None:
    window.resize(1200, 800)
    window.sidebar.choose(DiskChosen())
    await until(lambda: window.disk.picture is not None and not window.disk.is_looking)


def preview(window: MainWindow) -> PreviewDialog | None:
    found = window.disk.findChildren(PreviewDialog)
    return found[-1] if found else None


async def test_that_the_disk_is_looked_at_when_one_goes_there(
    filled: Path, window: MainWindow
) -> None:
    assert window.disk.picture is None
    assert not window.disk.is_looking, "nobody has asked for it yet"
    await go_to_disk(window)
    assert window.content.content is Content.DISK
    assert window.sidebar.disk.isChecked()
    assert {row.item.kind for row in window.disk.table.model.records} >= {ItemKind.HTTP}
    assert any(box.node.key == f"cache:{filled}" for box in window.disk.panel.map.boxes())
    assert len(window.disk.volumes.lines()) == 1


async def test_that_cleaning_frees_what_the_button_says_and_says_so_afterwards(
    filled: Path, window: MainWindow
) -> None:
    await go_to_disk(window)
    window.disk.clean.everything.button.click()
    figures = window.disk.clean.figures
    assert figures is not None
    assert figures.freed_bytes >= 800_000
    click(window.disk.clean.go)
    await until(lambda: (made := preview(window)) is not None and made.stage is Stage.SHOWING)
    dialog = preview(window)
    assert dialog is not None
    assert dialog.plan is not None
    assert dialog.plan.figures.freed_bytes == figures.freed_bytes
    assert any("Downloads of pip" in text for text in dialog.page.cleaning.texts())
    assert dialog.go.text().replace("&", "").startswith("Free ")
    before = window.disk.picture
    click(dialog.go)
    await until(lambda: window.disk.picture is not before and not window.disk.is_looking)
    assert not list(filled.rglob("*.body"))
    assert not list(filled.rglob("*.whl"))
    assert "freed" in window.disk.banner.text()
    assert not window.disk.clean.go.isEnabled()
    assert window.disk.clean.note()


async def test_that_a_box_of_one_thing_selects_it_and_it_can_be_chosen(
    filled: Path, window: MainWindow
) -> None:
    await go_to_disk(window)
    picture = window.disk.picture
    assert picture is not None
    built = next(item for item in picture.items if item.kind is ItemKind.WHEEL)
    window.disk.table.filter_box.setText("nothing like this")
    window.disk.panel.item_chosen.emit(built.path)
    assert window.disk.table.selected() == (built.path,)
    window.disk.table.clean_wanted.emit()
    assert window.disk.clean.choice.items == (built.path,)
    figures = window.disk.clean.figures
    assert figures is not None
    assert figures.freed_bytes == built.freed_bytes


async def test_that_the_table_follows_the_picture(filled: Path, window: MainWindow) -> None:
    await go_to_disk(window)
    total = window.disk.table.model.rowCount()
    window.disk.panel.map.go_to(f"cache:{filled}")
    assert window.disk.table.model.rowCount() == 2
    assert f"2 of {total}" in window.disk.table.count_text() or total == 2
    press(window.disk.panel.map, Qt.Key.Key_Backspace)
    assert window.disk.table.model.rowCount() == total


async def test_that_an_environment_is_looked_into_package_by_package(
    places: Places, window: MainWindow
) -> None:
    prefix = make_environment(places.envs / "one", ["numpy"])
    (prefix / "notes.bin").write_bytes(b"n" * 400_000)
    await go_to_disk(window)
    page = window.disk
    things = page.table.count_text()
    page.panel.map.choose_environment(prefix)
    page.panel.parts_wanted.emit(prefix)
    await until(lambda: page.panel.opened == prefix)
    assert page.table.parts.prefix == prefix
    assert "2 package" in page.table.count_text()
    titles = {box.node.title for box in page.panel.map.boxes()}
    assert "Files of no package" in titles
    rows = [page.table.parts.record_at(row) for row in range(page.table.parts.rowCount())]
    assert rows[0].title == "Files of no package", "the largest first"
    assert sum(row.own for row in rows) == page.panel.map.node.size
    page.table.filter_box.setText("nothing like that")
    assert page.table.parts.rowCount() == 0
    page.table.filter_box.clear()
    page.panel.map.part_chosen.emit(rows[1].key)
    assert page.table.parts_table.selected_keys() == (rows[1].key,)
    press(page.panel.map, Qt.Key.Key_Backspace)
    assert page.table.count_text() == things


async def test_that_a_failure_says_why_and_lets_one_try_again(
    filled: Path, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = window.disk.engine
    real = engine.disk

    async def broken(*, fresh: bool = False) -> AsyncIterator[DiskProgress | DiskPicture]:
        yield DiskProgress(3, filled)
        raise EngineError(ErrorCode.WORKER_DIED, "This folder cannot be read.")

    monkeypatch.setattr(engine, "disk", broken)
    window.sidebar.choose(DiskChosen())
    await until(window.disk.failed.isVisible)
    monkeypatch.setattr(engine, "disk", real)
    click(window.disk.failed.action)
    await until(lambda: window.disk.picture is not None)
    assert not window.disk.failed.isVisible()


async def test_that_progress_is_said_while_the_window_answers(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def slow(*, fresh: bool = False) -> AsyncIterator[DiskProgress | DiskPicture]:
        yield DiskProgress(1234, Path("/somewhere"))
        await gate.wait()
        yield ordinary_picture()

    monkeypatch.setattr(window.disk.engine, "disk", slow)
    window.sidebar.choose(DiskChosen())
    await until(lambda: "1234 files" in window.disk.state_text())
    assert not window.disk.again.isEnabled()
    gate.set()
    await until(lambda: window.disk.picture is not None)
    assert "as of" in window.disk.state_text()
    assert window.disk.again.isEnabled()


@pytest.fixture
def with_environment(places: Places) -> Path:
    """Make an environment of a few files."""
    return make_environment(places.envs / "course", ["zlib", "xz"], files=True)


async def test_that_environments_are_drawn_before_the_caches_are_looked_at(
    with_environment: Path, filled: Path, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    real = window.disk.engine.disk

    async def late(*, fresh: bool = False) -> AsyncIterator[DiskProgress | DiskPicture]:
        await gate.wait()
        async for told in real(fresh=fresh):
            yield told

    monkeypatch.setattr(window.disk.engine, "disk", late)
    window.resize(1200, 800)
    window.sidebar.choose(DiskChosen())
    key = f"environment:{with_environment}"

    def drawn() -> set[str]:
        return {box.node.key for box in window.disk.panel.map.boxes()}

    await until(lambda: key in drawn())
    assert window.disk.picture is None
    assert window.disk.is_looking
    assert f"cache:{filled}" not in drawn()
    gate.set()
    await until(lambda: window.disk.picture is not None)
    assert f"cache:{filled}" in drawn()


async def test_that_nothing_at_all_is_said_to_be_nothing(window: MainWindow) -> None:
    await go_to_disk(window)
    picture = window.disk.picture
    assert picture is not None
    assert picture.total_bytes == 0 or window.disk.panel.isVisible()
    assert window.disk.empty.isVisible() == (picture.total_bytes == 0)


async def test_that_little_room_is_said_beside_the_way_to_the_picture(window: MainWindow) -> None:
    full = VolumeSpace(Path("/"), 1, 100_000 * MB, 99_000 * MB, 900 * MB)
    window.disk.volumes_seen.emit((full,))
    assert window.sidebar.low_space() == "Only 900 MB left on this disk"
    assert window.sidebar.disk.accessibleDescription() == "Only 900 MB left on this disk"
    window.disk.volumes_seen.emit(())
    assert window.sidebar.low_space() == ""


async def test_that_narrow_windows_put_the_panel_below_the_picture(
    filled: Path, window: MainWindow
) -> None:
    await go_to_disk(window)
    page = window.disk
    beside = page.clean.mapTo(page, page.clean.rect().topLeft())
    assert beside.x() > page.panel.mapTo(page, page.panel.rect().topRight()).x()
    page.setParent(None)
    page.resize(500, 700)
    page.show()
    below = page.clean.mapTo(page, page.clean.rect().topLeft())
    assert below.y() > page.table.mapTo(page, page.table.rect().bottomLeft()).y()
    page.hide()
    page.deleteLater()
