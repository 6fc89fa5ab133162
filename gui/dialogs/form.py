"""What the preview dialog expects of a page that asks what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.requests import Request
from gui.theme import SPACE


class RequestForm(QWidget):
    """Ask for a request; `changed` comes whenever `request` may give another answer."""

    changed = Signal()
    asking_height: ClassVar[int] = SPACE * 88
    """How high the dialog is while it asks, in pixels."""

    def stages(self) -> tuple[Callable[[], object], ...]:
        """Return the steps that make the fields, each worth a turn of the event loop.

        Whoever opens the form calls each of them once, in this order, before anything else.
        """
        return ()

    def request(self) -> Request | None:
        """Return what is asked for, None while something is missing or not possible.

        A form that asks nothing never comes to a request.
        """
        return None

    def start(self) -> None:
        """Begin loading what the form offers; called once, when it is about to be shown."""

    def hold(self) -> None:
        """Take every default for a choice: what was planned must not change behind the preview."""

    def take_focus(self) -> None:
        """Put the keyboard into the field to begin with."""
        self.setFocus()
