"""What fills the place of the package table: the table, or why there is none to see."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import Failure
from engine.updates import Updates
from gui.panels import EmptyState, Loading
from gui.presenting.updates import looked_sentence
from gui.views.failed_state import FailedState


class PackagePages(QStackedWidget):
    """Show `table`, or a page in its place.

    `retried` comes after the packages could not be read, `updates_requested` from the page that
    says that nobody looked for updates yet.
    """

    retried = Signal()
    updates_requested = Signal()

    def __init__(self, table: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._loading = Loading(self.tr("Reading the packages…"))
        self._empty = EmptyState("package", "", "")
        self._unknown = EmptyState(
            "arrow-up",
            self.tr("Not looked for yet"),
            self.tr("Ask the channels and PyPI whether there is something newer."),
            self.tr("&Look for updates"),
        )
        self._failed = FailedState(self.tr("T&ry again"))
        self._failed.acted.connect(self.retried)
        self._unknown.acted.connect(self.updates_requested)
        for page in (table, self._loading, self._empty, self._unknown, self._failed):
            self.addWidget(page)

    def show_table(self) -> None:
        """Show the table."""
        self.setCurrentWidget(self._table)

    def show_loading(self) -> None:
        """Show that the packages are on their way."""
        self.setCurrentWidget(self._loading)

    def show_failure(self, failure: Failure) -> None:
        """Show why the packages could not be read, and offer another try."""
        self._failed.tell(failure)
        self.setCurrentWidget(self._failed)

    def show_no_packages(self) -> None:
        """Show that nothing is installed."""
        self._say(self.tr("No packages"), self.tr("Nothing is installed in this environment yet."))

    def show_not_found(self) -> None:
        """Show that no package passes the filter."""
        self._say(self.tr("Nothing found"), self.tr("No package here matches what you look for."))

    def show_no_updates(self, updates: Updates | None, protection: str) -> None:
        """Show why there is nothing to update; `protection` is why nothing can be changed."""
        if updates is None and not protection:
            self.setCurrentWidget(self._unknown)
            return
        staying = len(updates.updates) if updates is not None else 0
        self._say(self.tr("Nothing to update"), protection or looked_sentence(0, staying))

    def _say(self, title: str, text: str) -> None:
        self._empty.say(title, text)
        self.setCurrentWidget(self._empty)
