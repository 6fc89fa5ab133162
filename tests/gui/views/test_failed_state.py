from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.errors import ErrorCode, Failure
from gui.presenting import explain
from gui.views.failed_state import FailedState
from tests.support.windowing import click


def test_that_a_page_says_what_failed_why_and_what_to_do_and_offers_another_try(
    qtbot: QtBot,
) -> None:
    failure = Failure(ErrorCode.DISK_FULL, "", values=(("path", "/full"),))
    shown = FailedState("Again")
    qtbot.addWidget(shown)
    shown.tell(failure)
    shown.show()
    words = explain(failure)
    said = [label.text() for label in shown.findChildren(QLabel)]
    assert words.sentence in said
    assert f"{words.cause}\n{words.remedy}" in said
    asked: list[bool] = []
    shown.acted.connect(lambda: asked.append(True))
    click(shown.action)
    assert asked == [True]
