from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.models.record_table import RECORD_ROLE, Column, RecordTableModel
from gui.theme import Tone

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@dataclass(frozen=True, slots=True)
class Pet:
    name: str
    age: int


def columns() -> tuple[Column[Pet], ...]:
    return (
        Column("name", lambda: "Name", lambda pet: pet.name, lambda pet: pet.name),
        Column(
            "age",
            lambda: "Age",
            lambda pet: str(pet.age),
            lambda pet: pet.age,
            is_number=True,
            tone=Tone.MUTED,
            tip=lambda pet: f"{pet.name} is {pet.age}",
        ),
    )


def model_of(*pets: Pet) -> RecordTableModel[Pet]:
    model = RecordTableModel(columns(), lambda pet: pet.name)
    model.set_records(pets)
    return model


def shown(model: RecordTableModel[Pet]) -> list[str]:
    return [model.record_at(row).name for row in range(model.rowCount())]


class Told:
    def __init__(self, model: RecordTableModel[Pet]) -> None:
        self.resets = 0
        self.changes: list[tuple[int, int]] = []
        model.modelReset.connect(self.on_reset)
        model.dataChanged.connect(self.on_change)

    def on_reset(self) -> None:
        self.resets += 1

    def on_change(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changes.append((first.row(), last.row()))


def test_that_rows_are_sorted_by_the_first_column_until_another_is_chosen() -> None:
    model = model_of(Pet("rex", 3), Pet("ada", 9), Pet("bo", 3))
    assert shown(model) == ["ada", "bo", "rex"]
    model.sort(1, ASCENDING)
    assert shown(model) == ["bo", "rex", "ada"]
    model.sort(1, DESCENDING)
    assert shown(model) == ["ada", "bo", "rex"], "equals stay in the order of the first column"
    model.sort(7, ASCENDING)
    assert shown(model) == ["ada", "bo", "rex"]


def test_that_changed_values_in_the_same_order_are_told_as_a_range_and_not_as_a_reset() -> None:
    pets = [Pet(f"pet {number}", 1) for number in range(6)]
    model = model_of(*pets)
    told = Told(model)
    pets[2], pets[4] = replace(pets[2], age=7), replace(pets[4], age=8)
    model.set_records(pets)
    assert (told.resets, told.changes) == (0, [(2, 4)])
    model.set_records(pets)
    assert (told.resets, told.changes) == (0, [(2, 4)]), "nothing changed, nothing is told"


def test_that_rows_that_come_go_or_move_are_told_as_one_reset() -> None:
    model = model_of(Pet("ada", 1), Pet("bo", 2))
    told = Told(model)
    model.set_records([Pet("ada", 1), Pet("bo", 2), Pet("cy", 3)])
    assert told.resets == 1
    model.sort(1, DESCENDING)
    model.set_records([Pet("ada", 9), Pet("bo", 2), Pet("cy", 3)])
    assert told.resets == 3
    assert shown(model) == ["ada", "cy", "bo"]


def test_that_a_filter_hides_rows_and_leaves_the_records() -> None:
    model = model_of(Pet("ada", 1), Pet("bo", 2), Pet("cy", 3))
    model.set_filter(lambda pet: pet.age > 1)
    assert shown(model) == ["bo", "cy"]
    assert len(model.records) == 3
    assert (model.row_of("bo"), model.row_of("ada")) == (0, -1)
    told = Told(model)
    model.set_filter(lambda pet: pet.age >= 2)
    assert told.resets == 0, "the same rows are no news"
    model.set_filter(None)
    assert shown(model) == ["ada", "bo", "cy"]


def test_that_cells_tell_text_tooltip_alignment_and_their_record() -> None:
    model = model_of(Pet("ada", 36))
    name, age = model.index(0, 0), model.index(0, 1)
    assert (name.data(), age.data()) == ("ada", "36")
    assert age.data(Qt.ItemDataRole.ToolTipRole) == "ada is 36"
    assert name.data(Qt.ItemDataRole.ToolTipRole) is None
    assert age.data(RECORD_ROLE) == Pet("ada", 36)
    alignment = Qt.AlignmentFlag(age.data(Qt.ItemDataRole.TextAlignmentRole))
    assert alignment & Qt.AlignmentFlag.AlignRight
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Age"
    assert model.data(QModelIndex()) is None


PETS = st.lists(
    st.builds(Pet, st.sampled_from("abcdefgh"), st.integers(0, 3)), unique_by=lambda pet: pet.name
)
ORDERS = st.sampled_from([ASCENDING, DESCENDING])
STEPS = st.lists(
    st.one_of(PETS, st.integers(0, 4), st.tuples(st.integers(0, 1), ORDERS)), max_size=12
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(STEPS)
def test_that_any_steps_leave_what_sorting_and_filtering_in_one_go_would_show(
    steps: list[list[Pet] | int | tuple[int, Qt.SortOrder]],
) -> None:
    model = model_of()
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode, model)
    pets: list[Pet] = []
    least, column, order = 0, 0, ASCENDING
    for step in steps:
        if isinstance(step, list):
            pets = step
            model.set_records(pets)
        elif isinstance(step, int):
            least = step
            model.set_filter(lambda pet, bound=step: pet.age >= bound)
        else:
            column, order = step
            model.sort(column, order)
        expected = sorted(pets, key=lambda pet: pet.name)
        if column == 1:
            expected.sort(key=lambda pet: pet.age, reverse=order is DESCENDING)
        elif order is DESCENDING:
            expected.reverse()
        assert shown(model) == [pet.name for pet in expected if pet.age >= least]
    tester.deleteLater()
