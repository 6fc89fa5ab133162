from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from engine.conda.history import Revision
from engine.errors import ErrorCode, Failure
from engine.records import Detail, DetailKey, Details, OutsidePython, RecordKind
from gui.panels import Disclosure
from gui.texts import detail_sentence, detail_title
from gui.views.details import DetailsView
from gui.views.history import HistoryView
from gui.views.outside_python import OutsidePythonPage
from gui.widgets import CopyButton, ElidedLabel
from tests.support.records import record

PREFIX = Path("/envs/数据")
DETAILS = Details(
    PREFIX,
    tuple(Detail(key, (f"{key} one", f"{key} two")) for key in DetailKey),
)


def words(widget: QWidget) -> str:
    QCoreApplication.sendPostedEvents()
    visible = (label for label in widget.findChildren(QLabel) if label.isVisible())
    return "\n".join(
        label.whole() if isinstance(label, ElidedLabel) else label.text() for label in visible
    )


def test_that_each_fact_has_title_explanation_and_values_to_copy(qtbot: QtBot) -> None:
    view = DetailsView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_details(DETAILS)
    qtbot.waitUntil(lambda: bool(words(view)))
    shown = words(view)
    for key in DetailKey:
        assert detail_title(key) in shown
        assert detail_sentence(key) in shown
        assert f"{key} two" in shown
    copies = [one for one in view.findChildren(CopyButton) if one.isVisible()]
    assert len(copies) == 2 * len(DetailKey)
    QTest.mouseClick(copies[2], Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "prefix one"
    assert copies[2].toolTip() == "Copied"
    assert len({one.accessibleName() for one in copies}) == len(DetailKey)
    with qtbot.waitSignal(view.share_requested):
        QTest.mouseClick(view.share, Qt.MouseButton.LeftButton)
    values = [one for one in view.findChildren(QLabel) if one.text() == "prefix one"]
    flags = values[0].textInteractionFlags()
    assert flags & Qt.TextInteractionFlag.TextSelectableByKeyboard


def test_that_facts_without_a_value_are_left_out(qtbot: QtBot) -> None:
    view = DetailsView()
    qtbot.addWidget(view)
    view.show()
    view.show_details(Details(PREFIX, (Detail(DetailKey.PIP, ()), Detail(DetailKey.NAME, ("a",)))))
    qtbot.waitUntil(lambda: bool(words(view)))
    assert detail_title(DetailKey.NAME) in words(view)
    assert detail_sentence(DetailKey.PIP) not in words(view)


def test_that_the_same_facts_again_leave_the_widgets(qtbot: QtBot) -> None:
    view = DetailsView()
    qtbot.addWidget(view)
    view.show_details(DETAILS)
    whole = 2 * len(DetailKey)
    qtbot.waitUntil(lambda: len(view.findChildren(CopyButton)) == whole)
    before = view.findChildren(CopyButton)
    view.show_loading()
    view.show_details(Details(PREFIX, DETAILS.facts))
    assert view.findChildren(CopyButton) == before


HISTORY = (
    Revision(datetime(2026, 1, 2, 3, 4), "conda create -n 数据 numpy", added=("c/x::numpy-1.0-0",)),
    Revision(datetime(2026, 1, 3, 3, 4), "conda install x"),
    Revision(
        None,
        "envdesk install",
        added=("c/x::numpy-2.0-0", "c/x::pandas-2.2-0"),
        removed=("c/x::numpy-1.0-0",),
    ),
)


def test_that_the_newest_revision_is_first_and_opens_to_its_changes(qtbot: QtBot) -> None:
    view = HistoryView()
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    view.show_revisions(HISTORY)
    tree = view.tree
    assert tree.topLevelItemCount() == 2, "a revision that changed nothing is left out"
    first = tree.topLevelItem(0)
    assert first is not None
    assert [first.text(column) for column in range(3)] == [
        "date unknown",
        "1 added, 1 changed",
        "envdesk install",
    ]
    tree.setCurrentItem(first)
    QTest.keyClick(tree, Qt.Key.Key_Right)
    told = [(child.text(0), child.text(1)) for child in map(first.child, range(2)) if child]
    assert told == [("numpy", "updated from 1.0 to 2.0"), ("pandas", "added 2.2")]


def test_that_the_history_fits_into_a_narrow_window(qtbot: QtBot) -> None:
    view = HistoryView()
    qtbot.addWidget(view)
    view.resize(600, 500)
    view.show()
    view.show_revisions(HISTORY)
    assert not view.tree.horizontalScrollBar().maximum()
    widths = [view.tree.columnWidth(column) for column in range(3)]
    told = view.tree.fontMetrics().horizontalAdvance("updated from 2025.3 to 2026.1")
    assert widths[1] > told
    assert widths[2] > 150


def test_that_no_history_is_said_in_words(qtbot: QtBot) -> None:
    view = HistoryView()
    qtbot.addWidget(view)
    view.show()
    view.show_revisions(())
    assert "No history yet" in words(view)


@pytest.mark.parametrize("kind", [DetailsView, HistoryView])
def test_that_a_failure_is_explained_and_offers_another_try(
    kind: type[DetailsView] | type[HistoryView], qtbot: QtBot
) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.show()
    view.show_failure(Failure(ErrorCode.TIMED_OUT, "It took too long."))
    assert len(words(view)) > 20


PYTHONS = (
    OutsidePython(Path("/usr/bin/python3"), "3.11.2", "23.0.1", None),
    OutsidePython(
        Path("/home/我/.pyenv/versions/3.12.7/bin/python3"),
        "3.12.7",
        "",
        Path("/home/我/.local/lib/python3.12/site-packages"),
        (record("rich", "13.7", kind=RecordKind.PYPI), record("six", "1.16", kind=RecordKind.PYPI)),
    ),
)


def test_that_other_pythons_are_shown_with_pip_and_what_leaks_from_them(qtbot: QtBot) -> None:
    page = OutsidePythonPage()
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show()
    page.show_pythons(PYTHONS)
    shown = words(page)
    assert "can break it" in shown
    assert "pip 23.0.1" in shown
    assert "There is no pip." in shown
    assert "/home/我/.pyenv/versions/3.12.7/bin/python3" in shown
    disclosure = page.findChild(Disclosure)
    assert isinstance(disclosure, Disclosure)
    assert "rich 13.7, six 1.16" not in shown
    disclosure.set_open(True)
    assert "rich 13.7, six 1.16" in words(page)
    with qtbot.waitSignal(page.create_requested, timeout=60_000):
        page.create_requested.emit()
    page.show_pythons(PYTHONS[:1])
    assert "3.12.7" not in words(page)
