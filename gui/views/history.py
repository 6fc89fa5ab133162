"""The History tab: what was done to one environment, newest first."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QTreeWidget, QTreeWidgetItem, QWidget

from engine.conda.history import Revision
from engine.errors import Failure
from engine.plan import ChangeKind
from gui.formats import format_when
from gui.models.revisions import RevisionChange, changes_of, counts_of
from gui.panels import EmptyState, Loading
from gui.theme import SPACE, Tone, theme
from gui.views.failed_state import FailedState
from gui.widgets import column

_WHEN, _WHAT, _HOW = range(3)


class HistoryView(QWidget):
    """List the revisions of one environment; each opens to what it added and removed."""

    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._revisions: tuple[Revision, ...] = ()
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("History"))
        self.tree.setHeaderLabels([self.tr("When"), self.tr("What changed"), self.tr("How")])
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(SPACE * 3)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.setColumnWidth(_WHEN, SPACE * 20)
        self.tree.setColumnWidth(_WHAT, SPACE * 28)
        self.tree.itemExpanded.connect(self._fill)
        theme().changed.connect(self._repeat)
        self._loading = Loading(self.tr("Reading the history…"))
        self._empty = EmptyState(
            "clock",
            self.tr("No history yet"),
            self.tr("Every change of the packages will be noted here."),
        )
        self._failed = FailedState(self.tr("T&ry again"))
        self._failed.acted.connect(self.retry_requested)
        self._pages = QStackedWidget()
        for page in (self.tree, self._loading, self._empty, self._failed):
            self._pages.addWidget(page)
        inner = column(self._pages)
        inner.setContentsMargins(SPACE + 5, SPACE, SPACE + 4, 0)
        self.setLayout(inner)

    def show_revisions(self, revisions: tuple[Revision, ...]) -> None:
        """Show `revisions`, which come oldest first."""
        told = tuple(entry for entry in revisions if entry.added or entry.removed)
        if told != self._revisions:
            self._revisions = told
            self._repeat()
        self._pages.setCurrentWidget(self.tree if told else self._empty)

    def show_loading(self) -> None:
        """Show that the history is on its way."""
        self._pages.setCurrentWidget(self._loading)

    def show_failure(self, failure: Failure) -> None:
        """Show why there is nothing to see, and offer another try."""
        self._failed.tell(failure)
        self._pages.setCurrentWidget(self._failed)

    def _repeat(self) -> None:
        self.tree.clear()
        muted = theme().color(Tone.MUTED)
        items: list[QTreeWidgetItem] = []
        for revision in reversed(self._revisions):
            when = format_when(revision.date) or self.tr("date unknown")
            item = QTreeWidgetItem([when, self._summary(revision), revision.command])
            item.setData(0, Qt.ItemDataRole.UserRole, revision)
            item.setForeground(_HOW, muted)
            item.setToolTip(_HOW, revision.command)
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            items.append(item)
        self.tree.addTopLevelItems(items)

    def _summary(self, revision: Revision) -> str:
        counts = counts_of(revision)
        parts = (
            self.tr("%n added", None, counts.added) if counts.added else "",
            self.tr("%n changed", None, counts.exchanged) if counts.exchanged else "",
            self.tr("%n removed", None, counts.removed) if counts.removed else "",
        )
        return ", ".join(part for part in parts if part)

    def _fill(self, item: QTreeWidgetItem) -> None:
        if item.childCount() or item.parent() is not None:
            return
        muted = theme().color(Tone.MUTED)
        revision: Revision = item.data(0, Qt.ItemDataRole.UserRole)
        children: list[QTreeWidgetItem] = []
        for change in changes_of(revision):
            child = QTreeWidgetItem([change.name, self._told(change), change.channel])
            child.setForeground(_HOW, muted)
            children.append(child)
        item.addChildren(children)

    def _told(self, change: RevisionChange) -> str:
        match change.kind:
            case ChangeKind.ADD:
                text = self.tr("added {after}")
            case ChangeKind.REMOVE:
                text = self.tr("removed {before}")
            case ChangeKind.UPDATE:
                text = self.tr("updated from {before} to {after}")
            case ChangeKind.DOWNGRADE:
                text = self.tr("went back from {before} to {after}")
            case ChangeKind.REPLACE:
                text = self.tr("replaced by another build of {after}")
            case ChangeKind.MEND:
                text = self.tr("put in order: {after}")
            case _:
                assert_never(change.kind)
        return text.format(before=change.before, after=change.after)
