"""What can be done with one environment: one table for menus, buttons and shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import assert_never

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.records import Environment, Mark
from gui.theme import theme


class EnvironmentAction(StrEnum):
    """Name each thing that can be done with one environment, in the order of the menu."""

    TERMINAL = "terminal"
    PYTHON = "python"
    FOLDER = "folder"
    COPY_COMMAND = "copy-command"
    SHARE = "share"
    CLONE = "clone"
    RENAME = "rename"
    REMOVE = "remove"


USE = (
    EnvironmentAction.TERMINAL,
    EnvironmentAction.PYTHON,
    EnvironmentAction.FOLDER,
    EnvironmentAction.COPY_COMMAND,
)
CHANGE = (
    EnvironmentAction.SHARE,
    EnvironmentAction.CLONE,
    EnvironmentAction.RENAME,
    EnvironmentAction.REMOVE,
)


def action_text(action: EnvironmentAction) -> str:
    """Return the words of `action` in a menu, with its mnemonic."""
    match action:
        case EnvironmentAction.TERMINAL:
            text = QCoreApplication.translate("Actions", "Open &terminal")
        case EnvironmentAction.PYTHON:
            text = QCoreApplication.translate("Actions", "Open &Python prompt")
        case EnvironmentAction.FOLDER:
            text = QCoreApplication.translate("Actions", "Open &folder")
        case EnvironmentAction.COPY_COMMAND:
            text = QCoreApplication.translate("Actions", "&Copy activation command")
        case EnvironmentAction.SHARE:
            text = QCoreApplication.translate("Actions", "&Share...")
        case EnvironmentAction.CLONE:
            text = QCoreApplication.translate("Actions", "C&lone...")
        case EnvironmentAction.RENAME:
            text = QCoreApplication.translate("Actions", "&Rename...")
        case EnvironmentAction.REMOVE:
            text = QCoreApplication.translate("Actions", "Re&move...")
        case _:
            assert_never(action)
    return text


_ICONS = {
    EnvironmentAction.TERMINAL: "terminal",
    EnvironmentAction.PYTHON: "python",
    EnvironmentAction.FOLDER: "folder",
    EnvironmentAction.COPY_COMMAND: "copy",
    EnvironmentAction.SHARE: "share",
    EnvironmentAction.CLONE: "clone",
    EnvironmentAction.RENAME: "rename",
    EnvironmentAction.REMOVE: "trash",
}

SHORTCUTS = {
    EnvironmentAction.TERMINAL: "Ctrl+T",
    EnvironmentAction.RENAME: "F2",
    EnvironmentAction.REMOVE: "Del",
}


def reason_against(action: EnvironmentAction, environment: Environment) -> str:
    """Return why `action` is not possible with `environment`, or "" when it is."""
    marks = environment.marks
    if Mark.MISSING in marks and action is not EnvironmentAction.REMOVE:
        return QCoreApplication.translate(
            "Actions", "The folder of this environment is no longer there."
        )
    if action is EnvironmentAction.PYTHON and not environment.python_version:
        return QCoreApplication.translate("Actions", "There is no Python in this environment.")
    if action in (EnvironmentAction.RENAME, EnvironmentAction.REMOVE) and Mark.BASE in marks:
        return QCoreApplication.translate(
            "Actions", "Conda itself lives in this environment, so it is protected."
        )
    return ""


def reason_against_files(environment: Environment) -> str:
    """Return why nothing from a file can go into `environment`, or "" when it can."""
    if {Mark.MISSING, Mark.BASE, Mark.FROZEN, Mark.READ_ONLY}.intersection(environment.marks):
        return QCoreApplication.translate("Actions", "This environment is protected.")
    return ""


def fill_menu(
    menu: QMenu,
    groups: tuple[tuple[EnvironmentAction, ...], ...],
    environment: Environment,
    act: Callable[[EnvironmentAction], None],
) -> None:
    """Put the actions of `groups` into `menu`, each calling `act`; impossible ones are disabled.

    Shortcuts are only shown: the main window owns them.
    """
    menu.clear()
    menu.setToolTipsVisible(True)
    for group in groups:
        if not menu.isEmpty():
            menu.addSeparator()
        for action in group:
            entry = QAction(theme().icon(_ICONS[action]), action_text(action), menu)
            shortcut = SHORTCUTS.get(action)
            if shortcut is not None:
                shown = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                entry.setText(f"{action_text(action)}\t{shown}")
            reason = reason_against(action, environment)
            entry.setEnabled(not reason)
            entry.setToolTip(reason)
            entry.triggered.connect(lambda _=False, chosen=action: act(chosen))
            menu.addAction(entry)
