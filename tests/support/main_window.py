"""What a test sees of the main window."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPushButton

from gui.main_window import MainWindow
from tests.support.windowing import until


def names(window: MainWindow) -> list[str]:
    """Return what the list calls the environments."""
    return [window.model.row_at(row).title for row in range(window.model.rowCount())]


def packages(window: MainWindow) -> list[str]:
    """Return the names of the packages on the page."""
    model = window.page.packages.model
    return [model.record_at(row).name for row in range(model.rowCount())]


def dialogs(window: MainWindow) -> list[QDialog]:
    """Return the dialogs that are open."""
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


async def opened(window: MainWindow) -> QDialog:
    """Return the dialog as soon as it is open."""
    await until(lambda: dialogs(window))
    (dialog,) = dialogs(window)
    return dialog


async def at_rest(window: MainWindow) -> None:
    """Return as soon as nothing is read any more."""
    await until(lambda: window.is_settled)


def visible_button(window: MainWindow, text: str) -> QPushButton | None:
    """Return the button that says `text`, None where it cannot be seen."""
    buttons = window.findChildren(QPushButton)
    return next((one for one in buttons if one.isVisible() and text in one.text()), None)
