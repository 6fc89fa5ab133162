from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from gui.panels import EmptyState, Loading
from gui.widgets import SearchBox, column


def test_that_what_stands_in_for_content_has_its_places_before_it_is_first_painted(
    qtbot: QtBot,
) -> None:
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    shown = EmptyState("environment", "Nothing", "There is nothing.", "Make something")
    for page in (QWidget(), shown):
        pages.addWidget(page)
    pages.resize(900, 600)
    pages.show()
    pages.setCurrentWidget(shown)
    assert shown.action.size() == shown.action.sizeHint()
    assert 0 < shown.action.y() < pages.height()


def test_that_the_word_of_waiting_stands_in_the_middle_from_the_first(qtbot: QtBot) -> None:
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    shown = Loading("This is being made…")
    for page in (QWidget(), shown):
        pages.addWidget(page)
    pages.resize(900, 600)
    pages.show()
    pages.setCurrentWidget(shown)
    (words,) = (part for part in shown.findChildren(QLabel) if part.text())
    middle = words.mapTo(pages, words.rect().center())
    assert (middle - QPoint(450, 300)).manhattanLength() < 40


def test_that_escape_empties_a_search_and_then_means_what_it_means_around_it(qtbot: QtBot) -> None:
    around = QDialog()
    qtbot.addWidget(around)
    box = SearchBox("Find")
    around.setLayout(column(box))
    around.show()
    QTest.keyClicks(box, "num")
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not box.text()
    assert around.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not around.isVisible()
