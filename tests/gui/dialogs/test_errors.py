from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import ErrorCode, Failure
from gui.dialogs.errors import FailureBox, FailureDialog, RawText, present_error
from gui.widgets import CopyButton
from tests.support.windowing import click, press, until

FAILURE = Failure(
    ErrorCode.CHANNEL_NOT_FOUND,
    "There is no channel teaching.",
    values=(("channel", "teaching"),),
    detail="HTTP 404\n" * 200,
)


def opened(house: QWidget) -> FailureDialog:
    present_error(house, FAILURE)
    dialog = house.findChild(FailureDialog)
    assert dialog is not None
    return dialog


def test_that_a_failure_is_said_over_the_window_without_blocking_it(house: QWidget) -> None:
    dialog = opened(house)
    assert dialog.isVisible()
    assert dialog.isModal()
    assert dialog.sentence() == "There is no channel teaching."


def test_that_enter_and_escape_close_it(house: QWidget, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = opened(house)
        with qtbot.waitSignal(dialog.destroyed):
            press(dialog, key)


def test_that_the_details_are_folded_away_and_can_be_copied(house: QWidget) -> None:
    dialog = opened(house)
    raw = dialog.findChild(RawText)
    assert raw is not None
    assert not raw.isVisible()
    low = dialog.height()
    dialog.words.details.set_open(True)
    assert raw.isVisible()
    assert dialog.height() > low
    copy = raw.findChild(CopyButton)
    assert copy is not None
    click(copy)
    copied = QGuiApplication.clipboard().text()
    assert "channel-not-found" in copied
    assert copied.count("HTTP 404") == 200


async def test_that_a_failed_build_opens_on_its_last_lines(house: QWidget) -> None:
    detail = "\n".join(f"line {number}" for number in range(100))
    for code, is_at_end in (
        (ErrorCode.SOURCE_BUILD_FAILED, True),
        (ErrorCode.CHANNEL_NOT_FOUND, False),
    ):
        dialog = FailureDialog(Failure(code, "It failed.", detail=detail), house)
        dialog.open()
        dialog.words.details.set_open(True)
        edit = dialog.findChild(QPlainTextEdit)
        assert edit is not None
        bar = edit.verticalScrollBar()
        await until(lambda bar=bar: bar.maximum() > 0)
        await until(lambda bar=bar, end=is_at_end: bar.value() == (bar.maximum() if end else 0))
        dialog.close()


def test_that_no_word_of_a_long_failure_is_cut(house: QWidget) -> None:
    dialog = opened(house)
    for label in dialog.words.labels():
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width())


def test_that_a_box_takes_no_room_until_something_failed(house: QWidget) -> None:
    box = FailureBox(house)
    assert not box.isVisibleTo(house)
    box.say(FAILURE)
    assert box.isVisibleTo(house)
    assert box.accessibleName() == box.sentence() == "There is no channel teaching."
