"""An environment that is dragged out of the list arrives as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDrag, QGuiApplication

from engine.files.reading import read_file
from engine.files.values import FileKind
from gui.main_window import MainWindow
from tests.support.environments import make_environment
from tests.support.windowing import until


async def test_that_a_drag_carries_the_exported_file(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[QMimeData] = []
    held = [Qt.MouseButton.LeftButton]

    def carry(drag: QDrag, *_: object) -> Qt.DropAction:
        carried.append(drag.mimeData())
        return Qt.DropAction.CopyAction

    # No mouse can be held down offscreen, and the loop of a drag needs a desktop to end.
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: held[0])
    monkeypatch.setattr(QDrag, "exec", carry)
    engine = window.drag_out.engine
    make_environment(engine.places.envs / "课程-2026", ["numpy"])
    window.refresh_all()
    await until(lambda: window.model.rowCount() == 1)
    entries = window.sidebar.environments
    entries.setCurrentIndex(window.model.index(0, 0))
    entries.startDrag(Qt.DropAction.CopyAction)
    await until(lambda: carried)
    (url,) = carried[0].urls()
    path = Path(url.toLocalFile())
    assert path.name == "environment.yml"
    reading = read_file(path)
    assert (reading.kind, reading.name) == (FileKind.ENVIRONMENT_YAML, "课程-2026")
    held[0] = Qt.MouseButton.NoButton
    path.unlink()
    entries.startDrag(Qt.DropAction.CopyAction)
    await until(path.exists)
    assert len(carried) == 1
