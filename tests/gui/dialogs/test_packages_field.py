from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout
from pytestqt.qtbot import QtBot

from gui.dialogs.packages_field import PackagesField
from gui.widgets import button
from tests.support.windowing import click, press, type_text


@pytest.fixture
def field(qtbot: QtBot) -> PackagesField:
    made = PackagesField()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    return made


def test_that_enter_makes_a_chip(field: PackagesField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.changed):
        type_text(field.entry, "numpy <2")
        press(field.entry, Qt.Key.Key_Return)
    assert [chip.spec for chip in field.chips] == ["numpy<2"]
    assert field.entry.text() == ""


def test_that_enter_in_a_dialog_makes_a_chip_before_it_presses_anything(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    field, review = PackagesField(), button("Review")
    review.setDefault(True)
    layout = QVBoxLayout(dialog)
    layout.addWidget(field)
    layout.addWidget(review)
    dialog.show()
    with qtbot.assertNotEmitted(review.clicked):
        type_text(field.entry, "numpy")
        press(field.entry, Qt.Key.Key_Return)
    with qtbot.waitSignal(review.clicked):
        press(field.entry, Qt.Key.Key_Return)


def test_that_a_comma_ends_a_package(field: PackagesField) -> None:
    type_text(field.entry, "numpy,pan")
    assert [chip.spec for chip in field.chips] == ["numpy"]
    assert field.specs() == ("numpy", "pan")


def test_that_what_stands_in_the_line_counts(field: PackagesField) -> None:
    field.entry.setText("numpy pandas>=2")
    assert field.specs() == ("numpy", "pandas>=2")


def test_that_a_second_spec_of_a_package_takes_the_place_of_the_first(field: PackagesField) -> None:
    field.add("numpy", "pandas")
    field.add("numpy<2")
    assert field.specs() == ("pandas", "numpy<2")


def test_that_a_chip_is_removed_by_its_button(field: PackagesField) -> None:
    field.add("numpy", "pandas")
    gone = field.chips[0]
    assert gone.remove.accessibleName() == "Remove numpy"
    click(gone.remove)
    assert field.specs() == ("pandas",)


def test_that_backspace_brings_the_last_chip_back_to_be_edited(field: PackagesField) -> None:
    field.add("numpy", "pandas<2")
    press(field.entry, Qt.Key.Key_Backspace)
    assert field.entry.text() == "pandas<2"
    assert [chip.spec for chip in field.chips] == ["numpy"]


def test_that_names_are_completed_and_a_chosen_one_becomes_a_chip(field: PackagesField) -> None:
    field.set_names(("numba", "numpy", "pandas"))
    type_text(field.entry, "num")
    completer = field.entry.completer()
    offered = [completer.completionModel().index(row, 0).data() for row in range(2)]
    assert offered == ["numba", "numpy"]
    completer.activated.emit("numpy")
    field.entry.setText("numpy")
    QCoreApplication.processEvents()
    assert field.specs() == ("numpy",)
    assert len(field.chips) == 1


def test_that_enter_means_what_was_typed_while_names_are_offered(field: PackagesField) -> None:
    field.set_names(("numba", "numpy", "pandas"))
    type_text(field.entry, "num")
    popup = field.popup
    assert popup.isVisible()
    press(popup, Qt.Key.Key_Return)
    assert field.specs() == ("num",)
    assert not popup.isVisible()


def test_that_an_unknown_package_is_named_before_anything_is_planned(field: PackagesField) -> None:
    field.add("nmpy", "pandas>2")
    assert field.message.text() == ""
    field.set_names(("numpy", "pandas"))
    assert "nmpy" in field.message.text()
    assert "pandas" not in field.message.text()
    click(field.chips[0].remove)
    assert field.message.text() == ""


def test_that_many_chips_flow_into_lines_and_are_all_seen(field: PackagesField) -> None:
    field.add(*(f"a-package-{number:02}" for number in range(20)))
    field.resize(400, 400)
    QCoreApplication.processEvents()
    shown = [chip.geometry() for chip in field.chips]
    assert len({rect.top() for rect in shown}) > 3
    assert all(rect.right() <= field.width() for rect in shown)
    assert not any(one.intersects(other) for n, one in enumerate(shown) for other in shown[n + 1 :])


def test_that_a_misspelled_package_is_put_right_in_one_click(field: PackagesField) -> None:
    field.set_names(("matplotlib", "numba", "numpy", "pandas", "scikit-learn"))
    for wrong, right in (("nmpy", "numpy"), ("matplot", "matplotlib"), ("panda", "pandas")):
        field.add(wrong)
        assert field.message.offer() == f"Use {right}"
        field.message.take_offer()
        assert field.specs() == (right,)
        assert field.message.text() == ""
        click(field.chips[0].remove)
    field.add("qqqqq")
    assert field.message.offer() == ""


def test_that_looking_for_a_similar_name_among_many_is_quick(field: PackagesField) -> None:
    letters = "abcdefghij"
    names = tuple(
        f"n{a}{b}{c}{d}y" for a in letters for b in letters for c in letters for d in "um"
    )
    field.set_names(tuple(f"{name}{number}" for name in names for number in range(15)))
    began = time.thread_time()
    field.add("nuumpyy1")
    took = time.thread_time() - began
    began = time.thread_time()
    sum(len(set(name)) for name in field.known_names)
    assert took < 40 * (time.thread_time() - began)
