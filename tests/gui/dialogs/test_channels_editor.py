from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from engine.requests import ChannelPriority
from gui.dialogs.channels_editor import ChannelsEditor
from tests.support.windowing import click, press, type_text

SECRET = "https://user:pass@mirror.example/t/tk-1234/conda-forge"


@pytest.fixture
def editor(qtbot: QtBot) -> ChannelsEditor:
    made = ChannelsEditor()
    qtbot.addWidget(made)
    made.set_channels(("conda-forge", "bioconda", SECRET))
    made.show()
    return made


def test_that_channels_keep_their_order_and_their_exact_address(editor: ChannelsEditor) -> None:
    assert editor.channels() == ("conda-forge", "bioconda", SECRET)


def test_that_passwords_and_tokens_are_not_shown(editor: ChannelsEditor) -> None:
    shown = editor.list.item(2)
    assert shown.text() == "conda-forge  (https://mirror.example/conda-forge)"
    assert "tk-1234" not in shown.toolTip()


def test_that_an_address_is_shown_as_people_read_it_and_kept_as_it_is(
    editor: ChannelsEditor,
) -> None:
    address = "file:///home/li/%E6%95%B0%E6%8D%AE%20a/sea"
    editor.set_channels((address,))
    assert editor.list.item(0).text() == "sea  (file:///home/li/数据 a/sea)"
    assert editor.channels() == (address,)


def test_that_enter_adds_what_was_typed(editor: ChannelsEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        type_text(editor.entry, "https://conda.example/teaching")
        press(editor.entry, Qt.Key.Key_Return)
    assert editor.channels()[-1] == "https://conda.example/teaching"
    assert editor.entry.text() == ""
    assert editor.list.currentRow() == 3


def test_that_several_channels_can_be_pasted_at_once(editor: ChannelsEditor) -> None:
    editor.entry.setText("nvidia, pytorch  bioconda")
    click(editor.add)
    assert editor.channels() == ("conda-forge", "bioconda", SECRET, "nvidia", "pytorch")


def test_that_a_channel_is_not_added_twice(editor: ChannelsEditor, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(editor.changed):
        editor.entry.setText("bioconda")
        click(editor.add)
    assert editor.channels().count("bioconda") == 1
    assert editor.list.currentRow() == 1
    assert "bioconda" in editor.message.text()


def test_that_buttons_move_a_channel_and_stop_at_the_ends(editor: ChannelsEditor) -> None:
    editor.list.setCurrentRow(1)
    click(editor.up)
    assert editor.channels() == ("bioconda", "conda-forge", SECRET)
    assert not editor.up.isEnabled()
    click(editor.down)
    click(editor.down)
    assert editor.channels() == ("conda-forge", SECRET, "bioconda")
    assert not editor.down.isEnabled()


def test_that_the_keyboard_moves_and_removes_channels(editor: ChannelsEditor) -> None:
    editor.list.setCurrentRow(0)
    press(editor.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert editor.channels() == ("bioconda", "conda-forge", SECRET)
    press(editor.list, Qt.Key.Key_Delete)
    assert editor.channels() == ("bioconda", SECRET)


def test_that_dragging_a_channel_changes_the_order(editor: ChannelsEditor, qtbot: QtBot) -> None:
    # What a finished drag does to the list.
    with qtbot.waitSignal(editor.changed):
        assert editor.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
    assert editor.channels() == (SECRET, "conda-forge", "bioconda")


def test_that_a_list_without_channels_says_what_is_missing(editor: ChannelsEditor) -> None:
    for _ in range(3):
        editor.list.setCurrentRow(0)
        click(editor.remove)
    assert editor.channels() == ()
    assert "nowhere" in editor.message.text()
    assert not editor.remove.isEnabled()
    editor.entry.setText("conda-forge")
    click(editor.add)
    assert editor.message.text() == ""


def test_that_the_meaning_of_the_order_is_said(editor: ChannelsEditor, qtbot: QtBot) -> None:
    assert editor.priority() is ChannelPriority.STRICT
    with qtbot.waitSignal(editor.changed):
        click(editor.flexible)
    assert editor.priority() is ChannelPriority.FLEXIBLE
    editor.set_priority(ChannelPriority.DISABLED)
    assert editor.priority() is ChannelPriority.FLEXIBLE
