"""Whoever uses a keyboard, or listens, reaches and understands every control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from engine.practice import ChannelServer
from engine.requests import RemoveRequest
from engine.session import Engine
from gui.bridge import EngineBridge
from gui.dialogs import PreviewDialog, create_environment, present_error
from gui.dialogs.errors import FailureDialog
from gui.dialogs.preview import Stage
from gui.tasks import ask_about_leaving
from tests.gui.dialogs.test_errors import FAILURE
from tests.support.dialogs import opened_create
from tests.support.environments import make_environment, numbered_packages
from tests.support.tasks import stalled_creation
from tests.support.windowing import press, until


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says of `widget`."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def nameless(dialog: QWidget) -> list[QWidget]:
    """Return the controls that the keyboard reaches and that have no name."""
    return [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.isVisibleTo(dialog)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and not name_of(widget)
    ]


async def test_that_every_control_of_the_create_dialog_has_a_name(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    form.packages.add("numpy")
    assert nameless(dialog) == []


async def test_that_tab_goes_through_the_create_dialog_from_top_to_bottom(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    await until(lambda: dialog.isVisible() and form.placing.location.count() > 1)
    form.placing.name.setText("course")
    heights: list[int] = []
    visited: list[QWidget] = []
    current = dialog.focusWidget()
    while current not in visited:
        visited.append(current)
        heights.append(current.mapTo(dialog, current.rect().topLeft()).y())
        press(current, Qt.Key.Key_Tab)
        current = dialog.focusWidget()
    editor = form.channels
    wanted = (
        form.placing.name,
        form.placing.location,
        form.python.box,
        form.packages.entry,
        editor.list,
        editor.entry,
        editor.add,
        dialog.cancel,
        dialog.go,
    )
    assert [widget for widget in visited if widget in wanted] == list(wanted)


async def test_that_letters_with_alt_lead_to_different_places(
    engine: Engine, house: QWidget
) -> None:
    dialog = create_environment(engine, house)
    await until(dialog.isVisible)
    marks = [
        text[text.index("&") + 1].lower()
        for widget in dialog.findChildren(QWidget)
        if widget.isVisibleTo(dialog) and "&" in (text := str(widget.property("text") or ""))
    ]
    assert len(marks) == len(set(marks))
    assert len(marks) > 6


async def test_that_every_control_of_a_preview_has_a_name(engine: Engine, house: QWidget) -> None:
    prefix = make_environment(engine.places.envs / "old", numbered_packages(30), files=True)
    dialog = PreviewDialog(engine, RemoveRequest(prefix), house)
    dialog.open()
    await until(lambda: dialog.stage is Stage.SHOWING)
    assert nameless(dialog) == []


async def test_that_every_control_about_leaving_and_failing_has_a_name(
    engine: Engine, bridge: EngineBridge, house: QWidget, server: ChannelServer
) -> None:
    await stalled_creation(engine, server)
    assert nameless(ask_about_leaving(engine, bridge, house)) == []
    present_error(house, FAILURE)
    dialog = house.findChild(FailureDialog)
    assert dialog is not None
    dialog.words.details.set_open(True)
    assert nameless(dialog) == []
    assert QApplication.activeModalWidget() is not None
