from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui.presenting.disk_lessons import (
    Lesson,
    lesson_drawing,
    lesson_paragraphs,
    lesson_title,
)
from gui.theme import Scheme, start_theme
from gui.views.disk_why import LessonDrawing, WhyButton
from tests.support.windowing import click, press


@pytest.mark.parametrize("lesson", Lesson)
def test_that_every_lesson_has_words_and_a_drawing_that_fits_together(lesson: Lesson) -> None:
    drawing = lesson_drawing(lesson)
    assert lesson_title(lesson)
    assert len(lesson_paragraphs(lesson)) >= 2
    assert all(text.endswith(".") for text in (*lesson_paragraphs(lesson), drawing.said))
    assert {name.file for name in drawing.names} == set(range(len(drawing.files)))
    for file in drawing.goes:
        assert all(name.is_struck for name in drawing.names if name.file == file)


@pytest.mark.parametrize("lesson", Lesson)
def test_that_a_drawing_is_painted_in_the_colours_of_both_looks(
    lesson: Lesson, qtbot: QtBot, qapp: QApplication
) -> None:
    made = LessonDrawing(lesson_drawing(lesson))
    qtbot.addWidget(made)
    made.resize(300, made.sizeHint().height())
    seen: set[bytes] = set()
    for scheme in Scheme:
        start_theme(qapp, scheme)
        seen.add(bytes(made.grab().toImage().constBits()))
    assert len(seen) == 2
    assert made.accessibleName() == lesson_drawing(lesson).said


def test_that_why_opens_a_page_inside_the_screen_that_escape_closes(qtbot: QtBot) -> None:
    asked = WhyButton(Lesson.SHARED)
    qtbot.addWidget(asked)
    asked.show()
    screen: QRect = asked.screen().availableGeometry()
    asked.move(screen.bottomRight())
    page = asked.explain()
    assert page.isVisible()
    assert screen.contains(page.geometry())
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert all(paragraph in words for paragraph in lesson_paragraphs(Lesson.SHARED))
    press(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_that_the_link_says_what_it_explains(qtbot: QtBot) -> None:
    asked = WhyButton(Lesson.OWN)
    qtbot.addWidget(asked)
    asked.show()
    assert asked.link.accessibleName() == "What an environment has for itself"
    click(asked.link)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
