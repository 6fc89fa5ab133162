from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.errors import ErrorCode, Failure
from engine.session import Engine
from gui.operations import present_failures_with
from gui.views.added_folders import AddedFoldersButton
from tests.support.environments import make_environment
from tests.support.windowing import house, quiet_engine, until

__all__ = ["house", "quiet_engine"]


def _entries(button: AddedFoldersButton) -> list[str]:
    return [action.text() for action in button.menu_of_folders.actions() if action.text()]


async def test_that_a_folder_is_listed_and_can_be_taken_out_again(
    quiet_engine: Engine, house: QWidget, tmp_path: Path
) -> None:
    make_environment(tmp_path / "elsewhere" / "one")
    button = AddedFoldersButton(quiet_engine, house)
    assert len(_entries(button)) == 1
    button.add(str(tmp_path / "elsewhere"))
    await until(lambda: len(_entries(button)) == 2)
    assert [each.prefix.name for each in await quiet_engine.environments()] == ["one"]
    button.menu_of_folders.actions()[-1].trigger()
    await until(lambda: len(_entries(button)) == 1)
    assert await quiet_engine.environments() == ()


async def test_that_a_folder_without_environments_is_refused_in_words(
    quiet_engine: Engine, house: QWidget, tmp_path: Path
) -> None:
    failures: list[Failure] = []
    present_failures_with(lambda _, failure: failures.append(failure))
    AddedFoldersButton(quiet_engine, house).add(str(tmp_path))
    await until(lambda: failures)
    assert failures[0].code is ErrorCode.NOT_AN_ENVIRONMENT
    assert await quiet_engine.added_folders() == ()
