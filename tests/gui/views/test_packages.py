from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.errors import ErrorCode, Failure
from engine.records import Record, RecordKind, RecordProblem
from gui.models.name_index import NameIndex
from gui.models.packages import SourceFilter
from gui.settings import WindowSettings
from gui.views.packages import PackagesView
from tests.support.records import record

RECORDS = (
    record("numpy", "1.26.4", requested=("numpy",), depends=("python",), summary="Fast arrays"),
    record("python", "3.12.7"),
    record("requests", "2.32.5", kind=RecordKind.PYPI, depends=("idna", "python")),
    record("", "", problem=RecordProblem.NOT_JSON, file="zlib-1.3-0.json"),
)


@pytest.fixture
def view(packages_view: PackagesView) -> PackagesView:
    packages_view.show_records(RECORDS)
    return packages_view


def words(widget: QWidget) -> str:
    labels = widget.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def shown(view: PackagesView) -> list[str]:
    return [view.model.record_at(row).name for row in range(view.model.rowCount())]


def test_that_typing_filters_and_says_how_many_are_left(view: PackagesView) -> None:
    assert "4 packages, 1 of them unreadable" in words(view)
    view.focus_filter()
    QTest.keyClicks(view.filter_box, "num")
    assert shown(view) == ["numpy"]
    assert "1 of 4 packages" in words(view)
    view.sources.choose(SourceFilter.PYPI)
    assert shown(view) == []
    assert "Nothing found" in words(view)
    view.filter_box.clear()
    assert shown(view) == ["requests"]


def test_that_an_environment_without_packages_says_so(view: PackagesView) -> None:
    view.show_records(())
    assert "No packages" in words(view)


def test_that_the_chosen_package_is_explained_below(view: PackagesView) -> None:
    assert view.details.isHidden()
    view.table.select_key("conda:python")
    assert "Installed from the channel conda-forge." in words(view.details)
    assert "numpy, requests" in words(view.details)
    view.table.select_key("pypi:requests")
    assert "idna (not installed), python" in words(view.details)
    assert "no other package" in words(view.details)
    view.details.closed.emit()
    assert view.details.isHidden()
    assert view.table.selected_keys() == ()


def test_that_a_damaged_record_is_explained_with_its_file(view: PackagesView) -> None:
    view.table.select_key(RECORDS[3].key)
    assert "damaged" in words(view.details)
    assert "zlib-1.3-0.json" in words(view.details)


def test_that_a_failure_is_said_and_another_try_offered(view: PackagesView, qtbot: QtBot) -> None:
    view.show_failure(Failure(ErrorCode.PREFIX_MISSING, "The folder is gone."))
    assert "no longer there" in words(view)
    again = next(
        button
        for button in view.findChildren(QPushButton)
        if button.isVisible() and button.text() == "T&ry again"
    )
    with qtbot.waitSignal(view.retry_requested, timeout=60_000):
        again.click()


def test_that_another_environment_begins_without_filter_and_selection(view: PackagesView) -> None:
    view.filter_box.setText("num")
    view.sources.choose(SourceFilter.CONDA)
    view.table.select_key("conda:numpy")
    view.begin_anew()
    assert len(shown(view)) == 4
    assert view.sources.value is SourceFilter.ALL
    assert view.details.isHidden()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Copy &name", "numpy\npython"),
        ("Copy name and &version", "numpy 1.26.4\npython 3.12.7"),
    ],
)
def test_that_the_context_menu_copies_names(view: PackagesView, entry: str, expected: str) -> None:
    view.table.select_key("conda:numpy")
    QTest.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    view.table.customContextMenuRequested.emit(QPoint(10, 10))
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    next(action for action in menu.actions() if action.text() == entry).trigger()
    assert QApplication.clipboard().text() == expected
    menu.close()


def test_that_the_height_of_the_details_is_remembered(
    view: PackagesView, settings: WindowSettings, qtbot: QtBot
) -> None:
    view.table.select_key("conda:numpy")
    usual = view.details.height()
    settings.set_number("package-details-height", usual + 60)
    other = PackagesView(settings)
    qtbot.addWidget(other)
    other.resize(view.size())
    other.show()
    other.show_records(RECORDS)
    other.table.select_key("conda:numpy")
    assert abs(other.details.height() - usual - 60) <= 2


def test_that_arrow_keys_move_through_the_sources(view: PackagesView) -> None:
    QTest.keyClick(view.sources, Qt.Key.Key_Right)
    assert view.sources.value is SourceFilter.UPDATES
    QTest.keyClick(view.sources, Qt.Key.Key_Left)
    QTest.keyClick(view.sources, Qt.Key.Key_Left)
    assert view.sources.value is SourceFilter.CHOSEN
    assert shown(view) == ["numpy"]


def test_that_everything_without_words_has_a_name_for_screen_readers(view: PackagesView) -> None:
    for button in view.findChildren(QAbstractButton):
        is_part_of_another = isinstance(button.parent(), QLineEdit | type(view.table))
        has_name = bool(button.text() or button.accessibleName())
        assert has_name or is_part_of_another or button.isHidden(), button
    assert view.table.accessibleName()
    assert view.filter_box.accessibleName()


def test_that_new_figures_leave_the_selection(view: PackagesView) -> None:
    view.table.select_key("conda:python")
    changed: tuple[Record, ...] = (*RECORDS[:1], record("python", "3.12.8"), *RECORDS[2:])
    view.show_records(changed)
    assert view.table.selected_keys() == ("conda:python",)


def test_that_half_a_name_never_means_a_package_on_pypi(view: PackagesView) -> None:
    wished: list[object] = []
    view.wished.connect(wished.append)
    view.show_names(NameIndex(["harpstring", "harpist"]))
    view.filter_box.setFocus()
    QTest.keyClicks(view.filter_box, "harp")
    QTest.keyClick(view.filter_box, Qt.Key.Key_Return)
    assert wished == []
    assert view.filter_box.text() == "harp"
    QTest.keyClicks(view.filter_box, "string")
    QTest.keyClick(view.filter_box, Qt.Key.Key_Return)
    assert len(wished) == 1
    assert view.filter_box.text() == ""
