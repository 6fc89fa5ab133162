from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from engine.errors import ErrorCode, Failure
from engine.practice import ChannelServer
from engine.pypi import refreshing
from engine.session import Engine
from gui.operations import present_failures_with
from gui.presenting import explain
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
    assert len(_entries(button)) == 2
    button.add(str(tmp_path / "elsewhere"))
    await until(lambda: len(_entries(button)) == 3)
    assert [each.prefix.name for each in await quiet_engine.environments()] == ["one"]
    (stop,) = [
        action for action in button.menu_of_folders.actions() if action.text().startswith("Stop")
    ]
    stop.trigger()
    await until(lambda: len(_entries(button)) == 2)
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


async def test_that_a_newer_list_of_names_is_fetched_when_somebody_asks(
    quiet_engine: Engine, house: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "names.json").write_text(json.dumps({"numpy": "numpy", "pip": "pip"}))
    told: list[str] = []
    with ChannelServer(tmp_path / "served") as server:
        monkeypatch.setattr(refreshing, "NAMES_ADDRESS", server.url_of("names.json"))
        button = AddedFoldersButton(quiet_engine, house)
        button.told.connect(told.append)
        assert server.requests == ()
        button.menu_of_folders.actions()[-1].trigger()
        await until(lambda: told)
    assert told == ["The list of package names is up to date: it knows 2 packages."]


async def test_that_names_that_cannot_be_fetched_are_a_failure_in_words(
    quiet_engine: Engine, house: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[Failure] = []
    present_failures_with(lambda _, failure: failures.append(failure))
    monkeypatch.setattr(refreshing, "NAMES_ADDRESS", "http://127.0.0.1:9/names.json")
    AddedFoldersButton(quiet_engine, house).refresh_names()
    await until(lambda: failures)
    assert failures[0].code is ErrorCode.INDEX_UNREACHABLE
    assert explain(failures[0]).sentence == "The package collection at 127.0.0.1 cannot be reached."
