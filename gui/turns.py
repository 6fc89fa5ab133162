"""Divide work on the Qt thread, so that the window can paint in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

_SOON_MS: Final = 1


def in_turns(owner: QObject, *steps: Callable[[], object]) -> None:
    """Call each of `steps` in a turn of the event loop of its own, as long as `owner` lives.

    What was asked for earlier comes first. For the Qt thread.
    """
    if steps:
        # Without any delay it would be a posted call, which comes before this turn has ended.
        QTimer.singleShot(_SOON_MS, owner, lambda: _go_on(owner, steps))


def _go_on(owner: QObject, steps: tuple[Callable[[], object], ...]) -> None:
    steps[0]()
    if isValid(owner):
        in_turns(owner, *steps[1:])
