"""Files that the desktop asks the application to open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gui.dialogs.import_form import FileSource
from gui.opening_files import Application, FileOpenings
from tests.support.windowing import house, until

__all__ = ["house"]


@pytest.fixture
def openings(qapp: QApplication) -> Iterator[FileOpenings]:
    assert isinstance(qapp, Application)
    made = FileOpenings(qapp)
    yield made
    made.deleteLater()


async def test_that_files_that_came_before_the_window_are_handed_over_together(
    qapp: QApplication, openings: FileOpenings, tmp_path: Path
) -> None:
    paths = (tmp_path / "课程.yml", tmp_path / "constraints.txt")
    for path in (paths[0], paths[1], paths[0]):
        assert qapp.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(path))))
    taken: list[FileSource] = []
    openings.hand_to(taken.append)
    await until(lambda: taken)
    assert taken == [FileSource(paths)]
    qapp.sendEvent(qapp, QFileOpenEvent(str(paths[1])))
    await until(lambda: len(taken) > 1)
    assert taken[1] == FileSource((paths[1],))


async def test_that_files_wait_for_an_open_dialog_and_web_addresses_are_left(
    qapp: QApplication, openings: FileOpenings, house: QWidget, tmp_path: Path
) -> None:
    taken: list[FileSource] = []
    openings.hand_to(taken.append)
    qapp.sendEvent(qapp, QFileOpenEvent(QUrl("https://example.org/a.yml")))
    dialog = QDialog(house)
    dialog.setModal(True)
    dialog.show()
    waits: list[bool] = []
    openings.handed_on.connect(waits.append)
    qapp.sendEvent(qapp, QFileOpenEvent(str(tmp_path / "a.yml")))
    await until(lambda: waits == [False])
    assert taken == []
    dialog.close()
    await until(lambda: taken)
    assert taken == [FileSource((tmp_path / "a.yml",))]
