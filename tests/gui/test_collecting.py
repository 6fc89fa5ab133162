from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from gui.collecting import GarbageCollection


@pytest.fixture
def collection(qapp: QObject) -> Iterator[GarbageCollection]:
    made = GarbageCollection(qapp)
    made.start()
    yield made
    made.stop()
    gc.disable()  # as everywhere in the tests
    made.deleteLater()


class _Field(QLineEdit):
    """Refers to itself, so that only the garbage collector can find it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def fill_the_memory() -> None:
    """Make so many objects that the interpreter would collect several times."""
    kept = [[number] for number in range(50_000)]
    assert kept


def test_that_a_widget_goes_in_the_thread_of_the_window(collection: GarbageCollection) -> None:
    threads: list[int] = []
    field = _Field()
    weakref.finalize(field, lambda: threads.append(threading.get_ident()))
    del field
    other = threading.Thread(target=fill_the_memory)
    other.start()
    other.join()
    assert threads == []
    kept = [[number] for number in range(2 * gc.get_threshold()[0])]
    collection.collect_what_is_due()
    assert kept
    assert threads == [threading.get_ident()]


def test_that_what_is_due_is_collected_in_time(collection: GarbageCollection) -> None:
    for _ in range(2 * gc.get_threshold()[0]):
        itself: list[object] = []
        itself.append(itself)
    before = gc.get_count()[0]
    collection.collect_what_is_due()
    assert gc.get_count()[0] < before


def test_that_the_interpreter_collects_again_at_the_end(qapp: QObject) -> None:
    made = GarbageCollection(qapp)
    made.start()
    assert not gc.isenabled()
    made.stop()
    assert gc.isenabled()
    gc.disable()
    made.deleteLater()
