"""The column Update, the filter beside it, and what a click on a newer version does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.records import RecordKind
from engine.updates import Holding, Update, Updates
from gui.models.basket import Basket, Wish, wish_to_remove, wish_to_update
from gui.models.packages import SourceFilter
from gui.settings import WindowSettings
from gui.views.packages import PackagesView
from tests.support.records import record
from tests.support.windowing import click

NUMPY = record("numpy", "1.26.4", requested=("numpy",))
SCIPY = record("scipy", "1.11.0")
ZLIB = record("zlib", "1.3")
REQUESTS = record("requests", "2.32.5", kind=RecordKind.PYPI)
RECORDS = (NUMPY, SCIPY, ZLIB, REQUESTS)
FOUND = Updates(
    (
        Update("conda:numpy", "numpy", "", "2.1.0", Holding.PACKAGES, ("scipy",)),
        Update("conda:scipy", "scipy", "1.12.0", "1.14.0", Holding.PIN, ("scipy <1.13",)),
    ),
    complete=(RecordKind.CONDA,),
)


@pytest.fixture
def view(settings: WindowSettings, qtbot: QtBot) -> PackagesView:
    made = PackagesView(settings)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.show_records(RECORDS)
    return made


def cells(view: PackagesView) -> dict[str, str]:
    column = view.model.column_of("update")
    shown = range(view.model.rowCount())
    return {view.model.key_at(row): str(view.model.index(row, column).data()) for row in shown}


def tip(view: PackagesView, key: str) -> str:
    index = view.model.index(view.model.row_of(key), view.model.column_of("update"))
    shown = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
    assert str(index.data(Qt.ItemDataRole.AccessibleDescriptionRole) or "") == shown
    return shown


def click_update(view: PackagesView, key: str) -> None:
    index = view.model.index(view.model.row_of(key), view.model.column_of("update"))
    place = view.table.visualRect(index).center()
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def words(widget: QWidget) -> str:
    shown = (label.text() for label in widget.findChildren(QLabel) if label.isVisible())
    return "\n".join(shown)


def segment(view: PackagesView) -> str:
    texts = [button.text() for button in view.sources.findChildren(QPushButton)]
    return next(text for text in texts if text.startswith("Updates"))


def test_that_nothing_is_said_before_anybody_looked(view: PackagesView) -> None:
    assert set(cells(view).values()) == {""}
    assert segment(view) == "Updates"


def test_that_the_column_says_what_fits_and_what_keeps_the_rest(view: PackagesView) -> None:
    view.show_updates(FOUND)
    assert cells(view) == {
        "conda:numpy": "held by scipy",
        "pypi:requests": "",  # nobody asked PyPI
        "conda:scipy": "1.12.0",
        "conda:zlib": "–",
    }
    assert "scipy works only with an older one" in tip(view, "conda:numpy")
    assert "1.12.0 fits here. Click" in tip(view, "conda:scipy")
    assert "pinned as scipy <1.13" in tip(view, "conda:scipy")
    assert not tip(view, "conda:zlib")
    view.table.select_key("conda:numpy")
    assert "scipy works only with an older one" in words(view.details)


def test_that_a_click_puts_an_update_into_the_basket_and_takes_it_out(
    view: PackagesView,
) -> None:
    basket = Basket()

    def wish(wishes: tuple[Wish, ...]) -> None:
        nonlocal basket
        basket = basket.with_wishes(*wishes)
        view.show_basket(basket)

    def drop(one: Wish) -> None:
        nonlocal basket
        basket = basket.without(one)
        view.show_basket(basket)

    view.wished.connect(wish)
    view.dropped.connect(drop)
    view.show_updates(FOUND)
    for key in ("conda:numpy", "conda:zlib", "pypi:requests"):
        click_update(view, key)
        assert not basket.wishes
    click_update(view, "conda:scipy")
    assert basket.wishes == (wish_to_update(SCIPY),)
    assert "is in the basket" in tip(view, "conda:scipy")
    click_update(view, "conda:scipy")
    assert not basket.wishes
    wish((wish_to_remove(SCIPY),))
    assert cells(view)["conda:scipy"] == ""
    click_update(view, "conda:scipy")
    assert basket.wishes == (wish_to_remove(SCIPY),)


def test_that_a_protected_environment_takes_no_update(view: PackagesView) -> None:
    wished: list[object] = []
    view.wished.connect(wished.append)
    view.show_protection("This environment is frozen.")
    view.show_updates(FOUND)
    click_update(view, "conda:scipy")
    assert not wished
    view.sources.choose(SourceFilter.UPDATES)
    view.show_updates(None)
    assert "This environment is frozen." in words(view)


def test_that_the_filter_shows_what_can_be_updated_and_offers_to_look(
    view: PackagesView, qtbot: QtBot
) -> None:
    view.sources.choose(SourceFilter.UPDATES)
    assert "Not looked for yet" in words(view)
    look = next(b for b in view.findChildren(QPushButton) if b.text() == "&Look for updates")
    with qtbot.waitSignal(view.updates_requested, timeout=60_000):
        click(look)
    view.show_updates(FOUND)
    assert list(cells(view)) == ["conda:scipy"]
    assert segment(view) == "Updates (1)"
    view.show_updates(Updates(FOUND.updates[:1], complete=tuple(RecordKind)))
    assert segment(view) == "Updates (0)"
    assert "Some packages stay back" in words(view)
    view.show_updates(Updates(complete=tuple(RecordKind)))
    assert "Everything is as new as it can be." in words(view)


def test_that_the_column_sorts_what_can_be_updated_to_the_top(view: PackagesView) -> None:
    view.show_updates(FOUND)
    view.table.sortByColumn(view.model.column_of("update"), Qt.SortOrder.AscendingOrder)
    assert list(cells(view))[:2] == ["conda:scipy", "conda:numpy"]
    view.show_updates(Updates((Update("conda:zlib", "zlib", "1.4", "1.4"),)))
    assert next(iter(cells(view))) == "conda:zlib"


def test_that_the_menu_looks_for_updates(view: PackagesView, qtbot: QtBot) -> None:
    click(view.more)
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    entry = next(action for action in menu.actions() if action.text() == "&Look for updates")
    with qtbot.waitSignal(view.updates_requested, timeout=60_000):
        entry.trigger()
    menu.close()


def test_that_the_pointer_tells_what_can_be_clicked(view: PackagesView) -> None:
    view.show_updates(FOUND)
    for key, is_link in (("conda:scipy", True), ("conda:numpy", False)):
        index = view.model.index(view.model.row_of(key), view.model.column_of("update"))
        view.table.entered.emit(index)
        shape = view.table.viewport().cursor().shape()
        assert (shape is Qt.CursorShape.PointingHandCursor) is is_link


def test_that_the_bar_takes_two_lines_where_one_is_too_short(view: PackagesView) -> None:
    assert not view.tools.is_split
    view.resize(520, 600)
    QCoreApplication.sendPostedEvents()
    assert view.tools.is_split
    below = view.sources.mapTo(view, QPoint(0, 0)).y()
    assert below >= view.filter_box.mapTo(view, QPoint(0, view.filter_box.height())).y()
    for part in (view.sources, view.more):
        assert part.mapTo(view, QPoint(part.width(), 0)).x() <= 520
    view.resize(1100, 600)
    assert not view.tools.is_split
