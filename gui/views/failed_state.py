"""What a page shows in place of what could not be had."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.errors import Failure
from gui.panels import EmptyState
from gui.presenting import explain
from gui.widgets import ButtonKind


class FailedState(EmptyState):
    """Fill a page with why there is nothing to see; `acted` comes when another try is wanted."""

    def __init__(self, try_again: str, parent: QWidget | None = None) -> None:
        super().__init__("warning", "", "", try_again, kind=ButtonKind.PLAIN, parent=parent)

    def tell(self, failure: Failure) -> None:
        """Show the words for `failure`."""
        words = explain(failure)
        self.say(words.sentence, "\n".join(part for part in (words.cause, words.remedy) if part))
