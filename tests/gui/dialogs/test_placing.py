from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.session import Engine
from gui.dialogs.placing import PlacingFields
from tests.support.environments import make_environment
from tests.support.windowing import type_text, until


async def placed(engine: Engine, qtbot: QtBot, **options: object) -> PlacingFields:
    made = PlacingFields(engine, **options)  # pyright: ignore[reportArgumentType]
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show()
    made.start()
    await until(lambda: made.location.count() > 1)
    return made


async def test_that_nothing_is_complained_about_before_anything_is_typed(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    fields = await placed(quiet_engine, qtbot)
    assert fields.message.text() == ""
    assert fields.prefix() is None


async def test_that_a_good_name_gives_a_prefix_in_the_first_folder(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    fields = await placed(quiet_engine, qtbot)
    type_text(fields.name, "course-2026")
    folders = await quiet_engine.folders()
    assert fields.prefix() == folders[0] / "course-2026"
    assert fields.message.text() == ""


@pytest.mark.parametrize("name", ["CON", "base", "a/b", "a:b", ".hidden", "-x", "end.", "x" * 300])
async def test_that_a_name_which_cannot_be_used_is_explained_and_a_close_one_taken_in_one_click(
    quiet_engine: Engine, qtbot: QtBot, name: str
) -> None:
    fields = await placed(quiet_engine, qtbot)
    fields.name.setText(name)
    assert fields.prefix() is None
    assert fields.message.text()
    assert fields.name.property("problem") == "true"
    assert fields.message.offer()
    fields.message.take_offer()
    assert fields.prefix() is not None
    assert fields.name.property("problem") == "false"


async def test_that_unusual_names_are_allowed_with_a_word_of_warning(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    fields = await placed(quiet_engine, qtbot)
    for name in ("第一个 env", "数据分析", "it's mine"):
        fields.name.setText(name)
        assert fields.prefix() == fields.folder() / name
        assert "allowed" in fields.message.text().lower()
        assert fields.message.offer() == ""


async def test_that_a_name_which_is_taken_gets_the_next_free_one(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    make_environment(quiet_engine.places.envs / "course")
    make_environment(quiet_engine.places.envs / "course-2")
    fields = await placed(quiet_engine, qtbot, folder=quiet_engine.places.envs)
    fields.name.setText("Course")
    assert "already" in fields.message.text()
    fields.message.take_offer()
    assert fields.name.text() == "Course-3"
    assert fields.prefix() is not None


async def test_that_emptying_the_field_asks_for_a_name_without_alarm(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    fields = await placed(quiet_engine, qtbot)
    type_text(fields.name, "x")
    fields.name.clear()
    assert fields.message.text() == "Give the environment a name."
    assert fields.name.property("problem") == "false"


async def test_that_the_name_of_an_environment_is_no_new_answer_for_itself(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    present = make_environment(quiet_engine.places.envs / "course")
    fields = await placed(
        quiet_engine, qtbot, name="course", folder=present.parent, present=present
    )
    assert fields.prefix() is None
    assert fields.message.text() == ""
    fields.name.setText("lecture")
    assert fields.prefix() == present.parent / "lecture"


async def test_that_a_folder_from_anywhere_can_be_chosen_without_blocking(
    quiet_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    fields = await placed(quiet_engine, qtbot, name="course")
    before = fields.folder()
    last = fields.location.count() - 1
    fields.location.setCurrentIndex(last)
    fields.location.activated.emit(last)
    dialog = fields.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert fields.folder() == before
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    dialog.fileSelected.emit(str(elsewhere))
    dialog.close()
    assert fields.prefix() == elsewhere / "course"
    assert fields.location.itemData(last + 1) is None


async def test_that_another_location_is_checked_anew(quiet_engine: Engine, qtbot: QtBot) -> None:
    make_environment(quiet_engine.places.envs / "course")
    fields = await placed(quiet_engine, qtbot, folder=quiet_engine.places.envs)
    fields.name.setText("course")
    assert fields.prefix() is None
    other = quiet_engine.places.home / "elsewhere"
    fields.take_folder(str(other))
    assert fields.prefix() == other / "course"


async def test_that_what_is_wrong_is_told_to_screen_readers(
    quiet_engine: Engine, qtbot: QtBot
) -> None:
    fields = await placed(quiet_engine, qtbot)
    assert fields.name.accessibleName() == "Name"
    assert fields.location.accessibleName() == "Location"
    fields.name.setText("a:b")
    assert fields.name.accessibleDescription() == fields.message.text()
    assert fields.name.focusPolicy() & Qt.FocusPolicy.TabFocus


async def test_that_a_computer_without_a_folder_to_write_into_leads_to_another_folder(
    quiet_engine: Engine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def none() -> tuple[Path, ...]:
        return ()

    monkeypatch.setattr(quiet_engine, "folders", none)
    fields = await placed(quiet_engine, qtbot)
    await until(fields.place_message.text)
    assert "Choose another folder" in fields.place_message.text()
    assert fields.location.currentText() == str(quiet_engine.places.envs)
    fields.take_folder(str(tmp_path))
    type_text(fields.name, "course")
    assert fields.prefix() == tmp_path / "course"
    assert not fields.place_message.text()
