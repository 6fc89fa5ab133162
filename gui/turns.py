"""Divide work on the Qt thread, so that the window can paint in between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid


def in_turns(owner: QObject, *steps: Callable[[], object]) -> None:
    """Call each of `steps` in a turn of the event loop of its own, as long as `owner` lives.

    What was asked for earlier comes first. For the Qt thread.
    """
    if steps:
        QTimer.singleShot(0, owner, lambda: _go_on(owner, steps))


def _go_on(owner: QObject, steps: tuple[Callable[[], object], ...]) -> None:
    steps[0]()
    if isValid(owner):
        in_turns(owner, *steps[1:])
