from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from engine.records import Record
from gui.models.packages import PackageFilter, PackagesModel
from gui.settings import WindowSettings
from gui.views.record_table import RecordTable
from tests.support.records import record

NAMES = ("alpha", "beta", "delta", "gamma", "omega")


def table_of(settings: WindowSettings, qtbot: QtBot, *records: Record) -> RecordTable:
    model = PackagesModel()
    model.set_records(records or tuple(record(name) for name in NAMES))
    table = RecordTable(model, settings, "packages")
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(800, 400)
    table.show()
    return table


def model_of(table: RecordTable) -> PackagesModel:
    model = table.model()
    assert isinstance(model, PackagesModel)
    return model


def clipboard() -> str:
    return QApplication.clipboard().text()


def chooser(table: RecordTable) -> QMenu:
    menu = QMenu(table)
    table.fill_column_menu(menu)
    return menu


@pytest.fixture
def table(settings: WindowSettings, qtbot: QtBot) -> RecordTable:
    return table_of(settings, qtbot)


def test_that_the_selection_stays_with_its_records_whatever_moves_them(table: RecordTable) -> None:
    model = model_of(table)
    table.select_key("conda:beta")
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_keys() == ("conda:beta", "conda:delta")
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert table.selected_keys() == ("conda:delta", "conda:beta")
    model.set_records([record("aaa"), *(record(name) for name in NAMES[1:])])
    assert set(table.selected_keys()) == {"conda:delta", "conda:beta"}
    assert model.key_at(table.current_row()) == "conda:delta"


def test_that_what_a_filter_hid_is_selected_again_when_it_comes_back(table: RecordTable) -> None:
    model = model_of(table)
    changes: list[int] = []
    table.select_key("conda:gamma")
    table.current_changed.connect(lambda: changes.append(table.current_row()))
    model.apply_filter(PackageFilter("alpha"))
    assert table.selected_keys() == ()
    model.apply_filter(PackageFilter())
    assert table.selected_keys() == ("conda:gamma",)
    assert changes[-1] == 3


def test_that_an_own_choice_replaces_what_was_hidden(table: RecordTable) -> None:
    model = model_of(table)
    table.select_key("conda:gamma")
    model.apply_filter(PackageFilter("alpha"))
    table.select_key("conda:alpha")
    model.apply_filter(PackageFilter())
    assert table.selected_keys() == ("conda:alpha",)


def test_that_escape_lets_go_of_the_selection_for_good(table: RecordTable) -> None:
    table.select_key("conda:beta")
    QTest.keyClick(table, Qt.Key.Key_Escape)
    model_of(table).sort(1, Qt.SortOrder.AscendingOrder)
    assert table.selected_keys() == ()
    assert table.current_row() == -1


def test_that_copying_takes_the_visible_columns_of_the_selected_rows(
    settings: WindowSettings, qtbot: QtBot
) -> None:
    odd = record("odd", "1.0", summary="tab\there", size=2_000)
    table = table_of(settings, qtbot, odd, record("even", "2.0", summary="plain"))
    table.resize(1600, 400)  # what has no room would come back as soon as there is some
    for action in chooser(table).actions():
        if action.isCheckable() and action.isChecked() != (action.text() in ("Version", "Summary")):
            action.toggle()
    table.selectAll()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "even\t2.0\tplain\nodd\t1.0\ttab here"


def test_that_copying_nothing_leaves_the_clipboard(table: RecordTable) -> None:
    QApplication.clipboard().setText("before")
    table.copy_selection()
    assert clipboard() == "before"


def test_that_columns_widths_and_order_are_remembered(
    settings: WindowSettings, qtbot: QtBot
) -> None:
    first = table_of(settings, qtbot)
    model = model_of(first)
    build, licence = model.column_of("build"), model.column_of("license")
    assert first.isColumnHidden(build)
    for action in chooser(first).actions():
        if action.text() in ("Build", "Licence"):
            action.toggle()
    first.setColumnWidth(0, 333)
    first.sortByColumn(model.column_of("size"), Qt.SortOrder.DescendingOrder)
    second = table_of(settings, qtbot)
    assert not second.isColumnHidden(build)
    assert second.isColumnHidden(licence)
    assert second.columnWidth(0) == 333
    assert model_of(second).sorting == (model.column_of("size"), Qt.SortOrder.DescendingOrder)


def test_that_the_usual_columns_come_back(settings: WindowSettings, qtbot: QtBot) -> None:
    table = table_of(settings, qtbot)
    table.resize(1200, 400)
    menu = chooser(table)
    for action in menu.actions():
        if action.isCheckable():
            action.setChecked(action.text() == "Build")
    menu.actions()[-1].trigger()
    columns = model_of(table).columns
    assert [table.isColumnHidden(at) for at in range(len(columns))] == [
        not column.is_shown for column in columns
    ]


def test_that_columns_come_and_go_with_the_room_for_them(
    settings: WindowSettings, qtbot: QtBot
) -> None:
    table = table_of(settings, qtbot)
    summary = model_of(table).column_of("summary")
    table.resize(1200, 400)
    assert not table.isColumnHidden(summary)
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    table.resize(800, 400)
    assert table.isColumnHidden(summary)
    assert table.horizontalScrollBar().maximum() == 0
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    choice = settings.columns("packages")
    assert choice is not None
    assert "summary" in choice.shown
    table.resize(1200, 400)
    assert not table.isColumnHidden(summary)


def test_that_a_narrow_table_squeezes_its_columns_instead_of_scrolling_sideways(
    settings: WindowSettings, qtbot: QtBot
) -> None:
    table = table_of(settings, qtbot)
    model = model_of(table)
    usual = [table.columnWidth(at) for at in range(model.columnCount())]
    table.resize(592, 400)
    assert table.horizontalScrollBar().maximum() == 0
    assert not table.isColumnHidden(model.column_of("source"))
    assert table.columnWidth(0) < usual[0]
    table.setColumnWidth(1, 100)  # somebody draws it, and the others are remembered as wide
    choice = settings.columns("packages")
    assert choice is not None
    widths = dict(choice.widths)
    assert (widths["name"], widths["version"]) == (usual[0], 100)
    table.resize(800, 400)
    assert table.columnWidth(0) == usual[0]
    assert table.columnWidth(1) == 100


def test_that_a_column_asked_for_comes_without_room_for_it(table: RecordTable) -> None:
    summary = model_of(table).column_of("summary")
    assert table.isColumnHidden(summary)
    (entry,) = [entry for entry in chooser(table).actions() if entry.text() == "Summary"]
    entry.trigger()
    assert not table.isColumnHidden(summary)
    table.resize(780, 400)
    assert not table.isColumnHidden(summary)


def test_that_the_name_cannot_be_hidden(table: RecordTable) -> None:
    assert "Name" not in [action.text() for action in chooser(table).actions()]


def test_that_the_header_opens_the_chooser(table: RecordTable) -> None:
    header = table.horizontalHeader()
    header.customContextMenuRequested.emit(QPoint(5, 5))
    menus = [menu for menu in table.findChildren(QMenu) if menu.isVisible()]
    assert len(menus) == 1
    menus[0].close()


def test_that_tab_leaves_the_table(table: RecordTable) -> None:
    assert not table.tabKeyNavigation()
