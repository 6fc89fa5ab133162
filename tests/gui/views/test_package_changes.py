from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton

from engine.environments.pinning import Pin
from engine.records import Record, RecordKind, RecordProblem
from gui.models.basket import (
    UPDATE_ALL,
    Basket,
    Wish,
    WishKind,
    wish_for,
    wish_to_remove,
    wish_to_update,
)
from gui.models.name_index import NameIndex
from gui.views.packages import PackagesView
from tests.support.records import record
from tests.support.windowing import click, press, type_text

NUMPY = record("numpy", "1.26.4", requested=("numpy",))
REQUESTS = record("requests", "2.32.5", kind=RecordKind.PYPI)
BROKEN = record("", "", problem=RecordProblem.NOT_JSON, file="zlib-1.3-0.json")
RECORDS = (NUMPY, record("python", "3.12.7"), REQUESTS, BROKEN)
SCIPY = Wish(WishKind.ADD, RecordKind.CONDA, "scipy", "bioconda::scipy >=1.11")
WHY = "This environment is frozen."


class Kept:
    """Keeps a basket for the view, as the window does."""

    def __init__(self, view: PackagesView) -> None:
        self.view = view
        self.basket = Basket()
        view.wished.connect(self._put)
        view.dropped.connect(self._drop)

    def _put(self, wishes: tuple[Wish, ...]) -> None:
        self.basket = self.basket.with_wishes(*wishes)
        self.view.show_basket(self.basket)

    def _drop(self, wish: Wish) -> None:
        self.basket = self.basket.without(wish)
        self.view.show_basket(self.basket)


@pytest.fixture
def view(packages_view: PackagesView) -> PackagesView:
    packages_view.show_records(RECORDS)
    return packages_view


@pytest.fixture
def kept(view: PackagesView) -> Kept:
    return Kept(view)


def cell(view: PackagesView, key: str, column: str) -> str:
    index = view.model.index(view.model.row_of(key), view.model.column_of(column))
    return str(index.data())


def menu_of(view: PackagesView) -> dict[str, QAction]:
    view.table.customContextMenuRequested.emit(QPoint(10, 10))
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


def test_that_keys_put_wishes_into_the_basket_and_take_them_out(
    view: PackagesView, kept: Kept
) -> None:
    view.table.select_key(NUMPY.key)
    press(view.table, Qt.Key.Key_U)
    assert kept.basket.wishes == (wish_to_update(NUMPY),)
    assert cell(view, NUMPY.key, "version") == "1.26.4 → newer"
    press(view.table, Qt.Key.Key_Delete)
    assert kept.basket.wishes == (wish_to_remove(NUMPY),)
    assert view.model.look_of(NUMPY).strikes
    assert cell(view, NUMPY.key, "reason") == "will be removed"
    press(view.table, Qt.Key.Key_Delete)
    assert not kept.basket.wishes


def test_that_several_packages_are_removed_at_once(view: PackagesView, kept: Kept) -> None:
    view.table.select_key(NUMPY.key)
    QTest.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(view.table, Qt.Key.Key_Delete)
    assert [wish.name for wish in kept.basket.wishes] == ["numpy", "python"]


def test_that_what_shall_be_added_stands_on_top_in_any_order(
    view: PackagesView, kept: Kept
) -> None:
    view.show_basket(Basket((SCIPY,)))
    assert view.model.key_at(0) == SCIPY.key
    assert [cell(view, SCIPY.key, column) for column in ("name", "version", "source")] == [
        "scipy",
        ">=1.11",
        "bioconda",
    ]
    assert view.model.look_of(SCIPY.record()).leans
    view.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert view.model.key_at(0) == SCIPY.key
    view.table.select_key(SCIPY.key)
    assert view.details.isHidden()
    kept.basket = Basket((SCIPY,))
    press(view.table, Qt.Key.Key_Delete)
    assert view.model.row_of(SCIPY.key) == -1


def test_that_the_bar_lists_every_change_and_takes_single_ones_out(
    view: PackagesView, kept: Kept
) -> None:
    assert not view.bar.isVisible()
    other = wish_for(REQUESTS, RecordKind.PYPI, "requests==2.30")
    view.wished.emit((SCIPY, wish_to_remove(NUMPY), other, UPDATE_ALL))
    said = [row.drop.accessibleName() for row in view.bar.rows()]
    assert said == [
        "Take out: Add scipy >=1.11 from bioconda",
        "Take out: Remove numpy",
        "Take out: Change requests to 2.30 from PyPI",
        "Take out: Update everything",
    ]
    assert "4 changes in the basket" in [
        button.text() for button in view.bar.findChildren(QPushButton)
    ]
    view.bar.disclosure.set_open(True)
    click(view.bar.rows()[1].drop)
    assert wish_to_remove(NUMPY) not in kept.basket.wishes
    assert len(view.bar.rows()) == 3


def test_that_a_protected_environment_says_why_nothing_can_be_done(
    view: PackagesView, kept: Kept
) -> None:
    view.show_protection(WHY)
    view.table.select_key(NUMPY.key)
    press(view.table, Qt.Key.Key_Delete)
    assert not kept.basket.wishes
    entries = menu_of(view)
    assert not entries["&Remove"].isEnabled()
    assert entries["&Remove"].toolTip() == WHY
    assert entries["Copy &name"].isEnabled()
    buttons = [b for b in view.details.findChildren(QPushButton) if b.text() == "Remove"]
    assert all(not button.isEnabled() and button.toolTip() == WHY for button in buttons)


def test_that_a_protected_environment_offers_what_was_looked_for_in_a_new_one(
    view: PackagesView, kept: Kept
) -> None:
    wished: list[tuple[Wish, ...]] = []
    view.wished_elsewhere.connect(wished.append)
    view.show_protection(WHY)
    view.show_names(NameIndex(("scipy", "scikit-learn")))
    type_text(view.filter_box, "scipy")
    first, offer = view.available.offers
    assert (first.note, first.wishes) == (WHY, ())
    assert offer.title == "scipy"
    assert "new environment" in offer.note
    sentence = view.available.list.offers.index(1, 0).data()
    assert sentence == "Make a new environment with scipy"
    press(view.filter_box, Qt.Key.Key_Return)
    assert [[wish.spec for wish in wishes] for wishes in wished] == [["scipy"]]
    assert not kept.basket.wishes
    view.show_protection("")
    type_text(view.filter_box, "scipy")
    press(view.filter_box, Qt.Key.Key_Return)
    assert [wish.spec for wish in kept.basket.wishes] == ["scipy"]


def test_that_a_damaged_record_can_only_be_looked_at(view: PackagesView) -> None:
    view.table.select_key(BROKEN.key)
    entry = menu_of(view)["&Remove"]
    assert not entry.isEnabled()
    assert "damaged" in entry.toolTip()


def test_that_buttons_of_the_details_do_what_the_menu_does(view: PackagesView, kept: Kept) -> None:
    view.table.select_key(REQUESTS.key)
    asked: list[object] = []

    def ask(about: Record, is_other_source: bool) -> None:
        asked.append((about, is_other_source))

    view.versions_requested.connect(ask)
    for words in ("Update", "Change version…", "Take from another channel…"):
        click(next(b for b in view.details.findChildren(QPushButton) if b.text() == words))
    assert kept.basket.wishes == (wish_to_update(REQUESTS),)
    assert asked == [(REQUESTS, False), (REQUESTS, True)]


def test_that_names_are_offered_below_what_is_found(view: PackagesView, kept: Kept) -> None:
    type_text(view.filter_box, "num")
    assert not view.available.isVisible()
    view.show_names(NameIndex(("numpy", "numba", "scipy")))
    assert [offer.title for offer in view.available.offers] == ["numba", "num"]
    assert view.available.isVisible()
    assert view.table.isVisible()
    press(view.filter_box, Qt.Key.Key_Return)
    assert view.available.list.currentIndex().row() == 0
    press(view.available.list, Qt.Key.Key_Return)
    assert [wish.spec for wish in kept.basket.wishes] == ["numba"]
    assert [offer.title for offer in view.available.offers] == ["num"]


def test_that_the_list_of_offers_has_the_page_when_nothing_is_installed_by_that_name(
    view: PackagesView, kept: Kept
) -> None:
    view.show_names(NameIndex(("scipy", "scikit-learn")))
    type_text(view.filter_box, "sci")
    assert not view.table.isVisible()
    assert len(view.available.offers) == 3
    press(view.filter_box, Qt.Key.Key_Down)
    assert view.available.list.currentIndex().row() == 0
    view.filter_box.clear()
    type_text(view.filter_box, "scipy >=1.11")
    press(view.filter_box, Qt.Key.Key_Return)
    assert [wish.spec for wish in kept.basket.wishes] == ["scipy>=1.11"]
    assert view.filter_box.text() == ""
    assert not view.available.isVisible()


def test_that_packages_are_pinned_and_unpinned_from_menu_and_details(view: PackagesView) -> None:
    asked: list[tuple[tuple[Record, ...], bool]] = []

    def ask(records: tuple[Record, ...], stays: bool) -> None:
        asked.append((records, stays))

    view.pinned.connect(ask)
    view.table.select_key(NUMPY.key)
    menu_of(view)["Stay at this version (&pin)"].trigger()
    view.show_pins((Pin("numpy", "numpy ==1.26.4"),))
    button = next(
        b for b in view.details.findChildren(QPushButton) if b.text() == "May change again (unpin)"
    )
    click(button)
    assert asked == [((NUMPY,), True), ((NUMPY,), False)]


def test_that_pins_of_the_configuration_and_of_pypi_say_why_they_cannot_be_changed(
    view: PackagesView,
) -> None:
    view.show_pins((Pin("numpy", "numpy 1.*", is_general=True),))
    view.table.select_key(NUMPY.key)
    entry = menu_of(view)["May change again (un&pin)"]
    assert not entry.isEnabled()
    assert "conda configuration" in entry.toolTip()
    for menu in view.findChildren(QMenu):
        menu.hide()
    view.table.select_key(REQUESTS.key)
    entry = menu_of(view)["Stay at this version (&pin)"]
    assert not entry.isEnabled()
    assert "conda channels" in entry.toolTip()


def test_that_no_two_lines_of_the_menu_answer_to_the_same_letter(view: PackagesView) -> None:
    view.table.select_key(NUMPY.key)
    letters = [text.partition("&")[2][:1].lower() for text in menu_of(view) if text]
    assert len(letters) > 5
    assert sorted(letters) == sorted(set(letters))


def test_that_the_keyboard_stays_with_the_details_when_their_buttons_are_made_anew(
    view: PackagesView, kept: Kept
) -> None:
    view.table.select_key(NUMPY.key)
    for text in ("Update", "Take out of the basket"):
        button = next(b for b in view.details.findChildren(QPushButton) if b.text() == text)
        button.setFocus()
        press(button, Qt.Key.Key_Space)
        focused = view.window().focusWidget()
        assert isinstance(focused, QPushButton)
        assert focused.text() == "Update", "what is taken out cannot be taken out again"
    assert not kept.basket.wishes
