"""Why a package changes can be read in whole: in its column, by the mouse, and by the keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QWidget

from engine.plan import Change, ChangeKind, Figures, Plan
from engine.records import Record, State
from engine.requests import ChangeRequest
from gui.dialogs.changes_model import ChangeColumn
from gui.dialogs.changes_view import ChangesView
from gui.dialogs.preview_page import PreviewPage
from tests.support.records import record
from tests.support.windowing import press

WIDTH = 704  # of the dialog, less its margins
NEEDED_BY = ("starchart", "harpstring-with-a-long-name", "papyrus", "lanternfish", "quill")


def planned(*changes: Change) -> Plan:
    request = ChangeRequest(Path("/envs/course"), ("conda-forge",))
    now = datetime.now(UTC)
    return Plan(request, request.prefix, State(), State(), changes, Figures(), (), "", now)


def update(name: str, needed_by: tuple[str, ...] = (), after: Record | None = None) -> Change:
    before = record(name, "1.0", requested=() if needed_by else (name,))
    return Change(
        ChangeKind.UPDATE, name, before, after or replace(before, version="2.0"), needed_by
    )


@pytest.fixture
def page(house: QWidget) -> PreviewPage:
    made = PreviewPage(house)
    made.resize(WIDTH - 48, 560)
    made.show()
    return made


def view_of(page: PreviewPage) -> ChangesView:
    QCoreApplication.sendPostedEvents()
    view = page.findChild(ChangesView)
    assert view is not None
    return view


def said(page: PreviewPage) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel) if each.isVisible())


def test_that_an_ordinary_reason_has_the_room_it_needs(page: PreviewPage) -> None:
    page.show_plan(planned(update("tidepool", ("starchart",)), update("almanac")))
    view = view_of(page)
    column = ChangeColumn.REASON
    group = view.changes.index(0, 0)
    for row in range(2):
        text = str(view.changes.index(row, column, group).data())
        needed = view.fontMetrics().horizontalAdvance(text) + 16
        assert needed <= view.columnWidth(column), text


def test_that_a_long_reason_is_said_below_for_whoever_goes_there_by_key(page: PreviewPage) -> None:
    page.show_plan(planned(update("almanac"), update("tidepool", NEEDED_BY)))
    view = view_of(page)
    assert "quill" not in said(page)
    group = view.changes.index(0, 0)
    view.setCurrentIndex(view.changes.index(0, 0, group))
    assert "almanac:" not in said(page), "its reason is seen"
    press(view, Qt.Key.Key_Down)
    whole = "needed by starchart, harpstring-with-a-long-name, papyrus, lanternfish, quill"
    assert f"tidepool: {whole}" in said(page)
    cell = view.changes.index(1, ChangeColumn.REASON, group)
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == whole
    assert cell.data(Qt.ItemDataRole.AccessibleDescriptionRole) == whole
    page.show_plan(planned(update("almanac")))
    assert "tidepool" not in said(page)


def test_that_two_sources_in_one_cell_get_more_room(page: PreviewPage) -> None:
    page.show_plan(planned(update("tidepool")))
    alone = view_of(page).columnWidth(ChangeColumn.SOURCE)
    elsewhere = record("tidepool", "2.0")
    moved = replace(elsewhere, source=replace(elsewhere.source, name="bioconda"))
    page.show_plan(planned(update("tidepool", after=moved)))
    assert view_of(page).columnWidth(ChangeColumn.SOURCE) > alone


def test_that_the_title_of_no_column_is_cut(page: PreviewPage) -> None:
    page.show_plan(planned(update("tidepool")))
    view = view_of(page)
    for column in (ChangeColumn.PACKAGE, ChangeColumn.VERSION, ChangeColumn.SIZE):
        assert view.columnWidth(column) >= view.header().sectionSizeHint(column)
