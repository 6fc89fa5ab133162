"""The keys of the main window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.actions import SHORTCUTS, EnvironmentAction


@dataclass(frozen=True, slots=True)
class Keys:
    """Hold what the window's own keys do."""

    create: Callable[[], object]
    find: Callable[[], object]
    refresh: Callable[[], object]
    focus_filter: Callable[[], object]
    open: Callable[[], object]
    paste: Callable[[], object]


def make_shortcuts(
    window: QWidget,
    environments: QWidget,
    act: Callable[[EnvironmentAction], None],
    keys: Keys,
) -> None:
    """Give `window` its `keys`, and those that `act` on the chosen environment.

    Keys that a system does not have are left out, as is a second meaning of the same keys. Only
    the terminal's work everywhere; the rest work in the list of `environments`.
    """
    taken: list[QKeySequence] = []
    for sequence, do in (
        (QKeySequence(QKeySequence.StandardKey.New), keys.create),
        (QKeySequence(QKeySequence.StandardKey.Find), keys.find),
        (QKeySequence(QKeySequence.StandardKey.Refresh), keys.refresh),
        (QKeySequence("F5"), keys.refresh),
        (QKeySequence(QKeySequence.StandardKey.Quit), window.close),
        (QKeySequence("Ctrl+W"), window.close),
        (QKeySequence("Ctrl+L"), keys.focus_filter),
        (QKeySequence(QKeySequence.StandardKey.Open), keys.open),
        (QKeySequence(QKeySequence.StandardKey.Paste), keys.paste),
    ):
        if not sequence.isEmpty() and sequence not in taken:
            taken.append(sequence)
            QShortcut(sequence, window, do)
    for action, words in SHORTCUTS.items():
        is_everywhere = action is EnvironmentAction.TERMINAL
        shortcut = QShortcut(QKeySequence(words), window if is_everywhere else environments)
        if not is_everywhere:
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(partial(act, action))
