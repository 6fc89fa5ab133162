"""The table of all things in caches: filter, sort, copy, choose."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from engine.cache.values import EnvironmentParts
from gui.dialogs.fitting import scrolled
from gui.formats import format_bytes, format_count
from gui.models.disk import DiskFilter, DiskModel, DiskRow
from gui.models.disk_parts import PartsModel
from gui.panels import EmptyState
from gui.settings import WindowSettings
from gui.theme import SPACE, Tone
from gui.views.record_table import RecordTable
from gui.widgets import SearchBox, column, copy_text, icon_button, label, row


class DiskTable(QWidget):
    """Show what lies in caches; `selection_changed` carries the paths that are selected.

    `clean_wanted` asks to choose these for cleaning.
    """

    selection_changed = Signal(object)
    clean_wanted = Signal()

    def __init__(self, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DiskModel(self)
        self.table = RecordTable(self.model, settings, "disk")
        self.table.setAccessibleName(self.tr("What lies in the caches"))
        if settings.columns("disk") is None:
            self.table.sortByColumn(self.model.column_of("size"), Qt.SortOrder.DescendingOrder)
        self._scope: frozenset[Path] | None = None
        self._told: tuple[Path, ...] = ()
        self.filter_box = self._make_filter_box()
        self._count = label("", tone=Tone.MUTED)
        self._empty = EmptyState("package", "", "")
        self.parts = PartsModel(self)
        self.parts_table = RecordTable(self.parts, settings, "disk-parts")
        self.parts_table.setAccessibleName(self.tr("Packages of the environment"))
        if settings.columns("disk-parts") is None:
            largest = self.parts.column_of("own")
            self.parts_table.sortByColumn(largest, Qt.SortOrder.DescendingOrder)
        self._has_parts = False
        self._pages = QStackedWidget()
        self._nothing = scrolled(self._empty)
        for page in (self.table, self.parts_table, self._nothing):
            self._pages.addWidget(page)
        columns = icon_button("columns", self.tr("Choose columns"))
        columns.clicked.connect(lambda: self._shown_table().show_columns_below(columns))
        bar = row(self.filter_box, None, self._count, columns)
        bar.setStretch(0, 1)
        inner = column(bar, self._pages, spacing=1)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.setMinimumHeight(SPACE * 22)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.model.modelReset.connect(self._on_selection)

    def show_rows(self, rows: tuple[DiskRow, ...]) -> None:
        """Show `rows`; filter, order and selection stay."""
        self.model.set_records(rows)
        self._update()

    def show_parts(self, parts: EnvironmentParts) -> None:
        """Show the packages of one environment instead, until there is another scope."""
        self._has_parts = True
        self.table.forget_selection()
        self.parts.show_parts(parts)
        self._apply_filter()

    def choose_part(self, key: str) -> None:
        """Select the package with that key, whatever the filter says."""
        if self.parts.row_of(key) < 0:
            self.filter_box.clear()
        self.parts_table.select_key(key)

    def set_scope(self, paths: frozenset[Path] | None) -> None:
        """Show only these things, all when None."""
        self._has_parts = False
        self._scope = paths
        self._apply_filter()

    def choose(self, path: Path) -> None:
        """Select the thing at `path`, whatever the filter says."""
        if self.model.row_of(str(path)) < 0:
            self.filter_box.clear()
        self.table.select_key(str(path))

    def selected(self) -> tuple[Path, ...]:
        """Return the paths that are selected."""
        return tuple(Path(key) for key in self.table.selected_keys())

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def count_text(self) -> str:
        """Return what is said about how much is shown."""
        return self._count.text()

    def _make_filter_box(self) -> SearchBox:
        box = SearchBox(self.tr("Find a package"))
        box.setToolTip(self.tr("Find by package, version, cache, kind or environment"))
        box.setMinimumWidth(SPACE * 18)
        box.setMaximumWidth(SPACE * 40)
        box.textChanged.connect(self._apply_filter)
        return box

    def _apply_filter(self) -> None:
        text = self.filter_box.text().strip()
        self.model.apply_filter(DiskFilter(text, self._scope))
        self.parts.apply_filter(text)
        self._update()

    def _update(self) -> None:
        if self._has_parts:
            self._count.setText(self.tr("%n package(s)", None, len(self.parts.records) - 1))
            has_some = self.parts.rowCount() > 0
            self._empty.say(
                self.tr("Nothing found"), self.tr("Nothing here matches what you look for.")
            )
            self._pages.setCurrentWidget(self.parts_table if has_some else self._nothing)
            return
        shown, total = self.model.rowCount(), len(self.model.records)
        if shown == total:
            text = self.tr("%n thing(s)", None, total)
        else:
            text = self.tr("{shown} of %n thing(s)", None, total).format(shown=format_count(shown))
        self._count.setText(text)
        if shown:
            self._pages.setCurrentWidget(self.table)
            return
        if not total:
            self._empty.say(
                self.tr("The caches are empty"), self.tr("There is nothing here to clean.")
            )
        elif self.filter_box.text():
            self._empty.say(
                self.tr("Nothing found"), self.tr("Nothing here matches what you look for.")
            )
        else:
            self._empty.say(
                self.tr("Nothing in a cache"),
                self.tr("This part of the picture lies in no cache, so there is nothing to list."),
            )
        self._pages.setCurrentWidget(self._nothing)

    def _on_selection(self) -> None:
        paths = self.selected()
        if paths != self._told:
            self._told = paths
            self.selection_changed.emit(paths)

    def _shown_table(self) -> RecordTable:
        return self.parts_table if self._has_parts else self.table

    def _show_menu(self, at: QPoint) -> None:
        rows = [self.model.record_at(row) for row in self.table.selected_rows()]
        if not rows:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        size = format_bytes(sum(row.item.freed_bytes for row in rows))
        text = self.tr("Choose for c&leaning ({size})").format(size=size)
        menu.addAction(text, self.clean_wanted.emit)
        menu.addSeparator()
        menu.addAction(
            self.tr("Copy &name"),
            lambda: copy_text("\n".join(row.item.name or row.item.path.name for row in rows)),
        )
        menu.addAction(
            self.tr("Copy &place"), lambda: copy_text("\n".join(str(row.item.path) for row in rows))
        )
        copied = menu.addAction(self.tr("&Copy row(s)", None, len(rows)))
        copied.setShortcut(QKeySequence.StandardKey.Copy)
        copied.triggered.connect(self.table.copy_selection)
        menu.popup(self.table.viewport().mapToGlobal(at))
