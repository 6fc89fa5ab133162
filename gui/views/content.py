"""The right pane: one page at a time, and above it what is said in passing."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import Failure
from gui.panels import Banner, EmptyState, Loading
from gui.presenting import explain
from gui.theme import SPACE, Tone
from gui.views.failed_state import FailedState
from gui.views.stacks import Stack
from gui.widgets import column

_SAID_FOR_MS = 8000


class Content(StrEnum):
    """Name what the right pane can show."""

    LOADING = "loading"
    ENVIRONMENT = "environment"
    NO_ENVIRONMENTS = "no-environments"
    NOT_CHOSEN = "not-chosen"
    NOT_LISTED = "not-listed"
    OUTSIDE = "outside"
    DISK = "disk"
    ACTIVITY = "activity"


class ContentPane(QWidget):
    """Show one of the given pages, or why there is none to show.

    `create_requested` asks for a new environment, `retry_requested` for the list once more;
    `turned` comes with another page.
    """

    create_requested = Signal()
    retry_requested = Signal()
    turned = Signal()

    def __init__(
        self,
        environment: QWidget,
        outside: QWidget,
        disk: QWidget,
        activity: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self.banner = Banner(closable=True)
        self.banner.closed.connect(self._on_closed)
        self._lasting = ""
        self._settled: tuple[str, ...] = ()
        none = EmptyState(
            "environment",
            self.tr("Make your first environment"),
            self.tr(
                "An environment is a place of its own for one project: with its own Python and"
                " its own packages, so that projects cannot break each other."
            ),
            self.tr("New environment…"),
        )
        none.acted.connect(self.create_requested)
        not_chosen = EmptyState(
            "environment",
            self.tr("Choose an environment"),
            self.tr("Its packages, its history and its details appear here."),
        )
        self._not_listed = FailedState(self.tr("T&ry again"))
        self._not_listed.acted.connect(self.retry_requested)
        self._widgets: dict[Content, QWidget] = {
            Content.LOADING: Loading(self.tr("Looking for environments…")),
            Content.ENVIRONMENT: environment,
            Content.NO_ENVIRONMENTS: none,
            Content.NOT_CHOSEN: not_chosen,
            Content.NOT_LISTED: self._not_listed,
            Content.OUTSIDE: outside,
            Content.DISK: disk,
            Content.ACTIVITY: activity,
        }
        self._content = Content.LOADING
        self._pages = Stack()
        for widget in self._widgets.values():
            self._pages.addWidget(widget)
        self._banner_row = QWidget()
        holder = column(self.banner)
        holder.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, 0)
        self._banner_row.setLayout(holder)
        self._banner_row.hide()
        self._hush = QTimer(self, singleShot=True, interval=_SAID_FOR_MS)
        self._hush.timeout.connect(self._show_lasting)
        inner = column(self._banner_row, self._pages, spacing=0)
        inner.setStretch(1, 1)
        self.setLayout(inner)

    @property
    def content(self) -> Content:
        """Return what is shown."""
        return self._content

    def show_content(self, content: Content) -> None:
        """Show `content`."""
        is_other = content is not self._content
        self._content = content
        self._pages.setCurrentWidget(self._widgets[content])
        if is_other:
            self.turned.emit()

    def show_listing_failure(self, failure: Failure) -> None:
        """Say why there is no list; where there is an old one, only in passing."""
        if self._content in (Content.LOADING, Content.NOT_LISTED):
            self._not_listed.tell(failure)
            self.show_content(Content.NOT_LISTED)
        else:
            self.say(explain(failure).sentence, Tone.WARNING)

    def say(self, text: str, tone: Tone = Tone.NOTE) -> None:
        """Say something above the page for some seconds."""
        self.banner.say(text, tone)
        self._banner_row.show()
        self._hush.start()

    def say_lastingly(self, text: str) -> None:
        """Say something above the page until the user closes it."""
        self._lasting = text
        self._show_lasting()

    def tell_settled(self, sentence: str) -> None:
        """Say until the user closes it how interrupted work ended, with all that was told before.

        Where several works were, they are counted and listed.
        """
        self._settled += (sentence,)
        self._show_lasting()

    def _show_lasting(self) -> None:
        """Show what lasts, if there is anything."""
        self._hush.stop()
        works = self._settled
        told = [self._lasting] if self._lasting else []
        if len(works) == 1:
            told += works
        elif works:
            text = self.tr("{count} pieces of work had been interrupted. This is how they ended:")
            told.append(text.format(count=len(works)))
        lines = works if len(works) > 1 else ()
        if told:
            self.banner.say("\n".join(told), Tone.NOTE, lines=lines)
        self._banner_row.setVisible(bool(told))

    def _on_closed(self) -> None:
        if not self._hush.isActive():  # what was said in passing covers what lasts
            self._lasting, self._settled = "", ()
        self._show_lasting()
