from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.channels import INDEX_FOLDER
from engine.records import Record, RecordKind
from engine.session import Engine
from gui.dialogs.versions import VersionsDialog
from gui.models.basket import Wish
from gui.settings import WindowSettings
from tests.support.pypi import point_pip_at
from tests.support.records import record
from tests.support.windowing import click, press, until

PYTHON = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture
def channel(configured: Places, server: ChannelServer, channels: Path) -> str:
    point_pip_at(configured, (channels / INDEX_FOLDER).as_uri())
    return server.url_of("practice-main")


def opened(
    engine: Engine, settings: WindowSettings, house: QWidget, about: Record, channel: str
) -> VersionsDialog:
    prefix = engine.places.envs / "course"
    made = VersionsDialog(
        engine, settings, about, (channel,), prefix=prefix, python=PYTHON, parent=house
    )
    made.open()
    return made


def versions(dialog: VersionsDialog, source: str) -> list[str]:
    rows = [dialog.model.record_at(row) for row in range(dialog.model.rowCount())]
    return [each.version for each in rows if each.source == source]


async def test_that_escape_leaves_the_dialog_from_its_table(
    engine: Engine, settings: WindowSettings, house: QWidget, channel: str
) -> None:
    dialog = opened(engine, settings, house, record("numerals", "2.0.1"), channel)
    await until(lambda: dialog.candidate() is not None)
    press(dialog.table, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_that_releases_of_pypi_stand_beside_those_of_channels(
    engine: Engine, settings: WindowSettings, house: QWidget, channel: str
) -> None:
    dialog = opened(
        engine, settings, house, record("numerals", "2.0.1", depends=("python >=3.8",)), channel
    )
    await until(lambda: "2.2.0" in versions(dialog, "PyPI"))
    assert versions(dialog, "PyPI") == ["", "2.2.0", "2.1.0"]
    await until(lambda: versions(dialog, "practice-main") == ["2.1.0", "2.0.1", "1.4.2"])
    assert dialog.pypi_state.isHidden()
    chosen: list[Wish] = []
    dialog.chosen.connect(chosen.append)
    dialog.table.select_key("2.2.0 PyPI")
    assert not dialog.bounds.isVisible()
    assert not dialog.build.isVisible()
    click(dialog.take)
    assert [(wish.tool, wish.spec) for wish in chosen] == [(RecordKind.PYPI, "numerals==2.2.0")]


async def test_that_withdrawn_and_foreign_releases_say_so_before_they_are_taken(
    engine: Engine, settings: WindowSettings, house: QWidget, channel: str
) -> None:
    about = record("inkwell", "1.0.0", kind=RecordKind.PYPI)
    dialog = opened(engine, settings, house, about, channel)
    await until(lambda: dialog.pypi_state.isHidden() or "nothing" in dialog.pypi_state.text())
    await until(lambda: "1.1.0" in versions(dialog, "PyPI"))
    dialog.table.select_key("1.1.0 PyPI")
    assert "withdrew it: ink runs" in dialog.message.text()
    assert dialog.take.isEnabled()
    dialog.table.select_key("2.0.0 PyPI")
    assert ">=3.99" in dialog.message.text()
    assert not dialog.take.isEnabled()
    dialog.table.select_key("1.0.0 PyPI")
    assert not dialog.take.isEnabled()
    dialog.table.select_key("1.2.0 PyPI")
    assert dialog.take.isEnabled()
    assert dialog.message.text() == "" or dialog.message.isHidden()
    dialog.reject()


async def test_that_a_release_without_wheels_warns_of_the_build(
    engine: Engine, settings: WindowSettings, house: QWidget, channel: str
) -> None:
    about = record("clayjar", "0.1.0", kind=RecordKind.PYPI)
    dialog = opened(engine, settings, house, about, channel)
    await until(lambda: "0.2.0" in versions(dialog, "PyPI"))
    dialog.table.select_key("0.2.0 PyPI")
    assert "built on this computer" in dialog.message.text()
    assert dialog.take.isEnabled()
    dialog.reject()
