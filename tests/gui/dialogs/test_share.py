"""The dialog that gives an environment to somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.files.reading import read_file
from engine.files.values import ExportFormat, FileKind
from engine.records import Environment
from engine.session import Engine
from gui.dialogs import ShareDialog, share_environment
from tests.support.environments import make_environment
from tests.support.windowing import click, until


@pytest.fixture
def shared(quiet_engine: Engine) -> Environment:
    prefix = make_environment(quiet_engine.places.envs / "课程", ["numpy", "zlib"])
    return Environment("课程", prefix, "3.12.7", 3)


async def opened(engine: Engine, environment: Environment, house: QWidget) -> ShareDialog:
    dialog = share_environment(engine, environment, house)
    await until(lambda: dialog.export is not None or dialog.message.offer())
    return dialog


async def test_that_the_file_is_shown_copied_and_saved(
    quiet_engine: Engine, house: QWidget, shared: Environment, tmp_path: Path
) -> None:
    dialog = await opened(quiet_engine, shared, house)
    assert "课程" in dialog.windowTitle()
    assert dialog.chosen() is ExportFormat.ENVIRONMENT_YAML
    assert "name: 课程" in dialog.preview.toPlainText()
    click(dialog.copy)
    assert QGuiApplication.clipboard().text() == dialog.preview.toPlainText()
    said: list[str] = []
    dialog.told.connect(said.append)
    target = tmp_path / "environment.yml"
    dialog.save_to(target)
    await until(lambda: said)
    assert str(target) in said[0]
    assert read_file(target).kind is FileKind.ENVIRONMENT_YAML


async def test_that_another_reader_gets_another_file(
    quiet_engine: Engine, house: QWidget, shared: Environment
) -> None:
    dialog = await opened(quiet_engine, shared, house)
    for chosen in (ExportFormat.EXPLICIT, ExportFormat.ENVIRONMENT_YAML_EXACT):
        dialog.buttons[chosen].setChecked(True)
        assert not dialog.save.isEnabled()
        await until(lambda: dialog.export is not None)
        assert dialog.export is not None
        assert dialog.export.format is chosen
        assert dialog.preview.toPlainText() == dialog.export.text.rstrip("\n") + "\n"
    dialog.buttons[ExportFormat.EXPLICIT].setChecked(True)
    await until(lambda: dialog.export is not None)
    assert "@EXPLICIT" in dialog.preview.toPlainText()
    dialog.reject()


async def test_that_what_a_file_cannot_hold_is_listed(
    quiet_engine: Engine, house: QWidget, shared: Environment
) -> None:
    dialog = await opened(quiet_engine, shared, house)
    dialog.buttons[ExportFormat.REQUIREMENTS].setChecked(True)
    await until(lambda: dialog.export is not None)
    assert dialog.export is not None
    assert dialog.export.left_out
    assert dialog.remarks.isVisible()
    assert "zlib" in dialog.remarks.toPlainText()
    assert dialog.message.text()
    dialog.reject()


async def test_that_a_file_that_cannot_be_saved_is_said(
    quiet_engine: Engine, house: QWidget, shared: Environment, tmp_path: Path
) -> None:
    dialog = await opened(quiet_engine, shared, house)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    dialog.save_to(tmp_path / "file" / "environment.yml")
    await until(dialog.message.text)
    assert dialog.isVisible()
    dialog.reject()
