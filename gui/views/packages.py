"""The Packages tab: one table of what conda and pip installed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from engine.errors import Failure
from engine.records import Record
from gui.formats import format_count
from gui.models.dependents import Dependents
from gui.models.packages import PackageFilter, PackagesModel, SourceFilter
from gui.panels import EmptyState, Loading, Segmented
from gui.presenting import explain
from gui.settings import WindowSettings
from gui.theme import SPACE, Tone
from gui.views.package_details import PackageDetails
from gui.views.record_table import RecordTable
from gui.widgets import ButtonKind, SearchBox, column, copy_text, icon_button, label, row

_DETAILS = "package-details-height"


class PackagesView(QWidget):
    """Show the records of one environment; `retry_requested` after they could not be read."""

    retry_requested = Signal()

    def __init__(self, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._dependents = Dependents(())
        self.model = PackagesModel(self)
        self.table = RecordTable(self.model, settings, "packages")
        self.table.setAccessibleName(self.tr("Packages"))
        self.filter_box = self._make_filter_box()
        self.sources = Segmented(
            (
                (SourceFilter.ALL, self.tr("All")),
                (SourceFilter.CONDA, "Conda"),
                (SourceFilter.PYPI, "PyPI"),
                (SourceFilter.CHOSEN, self.tr("Chosen by you")),
            ),
            self.tr("Show packages from"),
        )
        self.sources.chosen.connect(self._apply_filter)
        self._count = label("", tone=Tone.MUTED)
        self.details = PackageDetails()
        self._pages = QStackedWidget()
        self._loading = Loading(self.tr("Reading the packages…"))
        self._empty = EmptyState("package", "", "")
        self._failed = EmptyState("warning", "", "", self.tr("T&ry again"), kind=ButtonKind.PLAIN)
        self._failed.acted.connect(self.retry_requested)
        self._build()

    def show_records(self, records: tuple[Record, ...]) -> None:
        """Show `records`; filter, sorting and selection stay."""
        self._dependents = Dependents(records)
        self.model.set_records(records)
        self._update()

    def show_loading(self) -> None:
        """Show that the records are on their way."""
        self._pages.setCurrentWidget(self._loading)

    def show_failure(self, failure: Failure) -> None:
        """Show why there is nothing to see, and offer another try."""
        words = explain(failure)
        text = "\n".join(part for part in (words.cause, words.remedy) if part)
        self._failed.say(words.sentence, text)
        self._pages.setCurrentWidget(self._failed)

    def begin_anew(self) -> None:
        """Forget selection and filter, as for another environment."""
        self.table.forget_selection()
        self.filter_box.clear()
        self.sources.choose(SourceFilter.ALL)
        self.table.scrollToTop()

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def _make_filter_box(self) -> SearchBox:
        box = SearchBox(self.tr("Find a package"))
        keys = QKeySequence(QKeySequence.StandardKey.Find)
        text = self.tr("Find a package by name, summary or channel ({keys})")
        box.setToolTip(text.format(keys=keys.toString(QKeySequence.SequenceFormat.NativeText)))
        box.setMinimumWidth(SPACE * 24)
        box.setMaximumWidth(SPACE * 40)
        box.textChanged.connect(self._apply_filter)
        return box

    def _build(self) -> None:
        columns = icon_button("columns", self.tr("Choose columns"))
        columns.clicked.connect(lambda: self._show_columns(columns))
        bar = row(self.filter_box, self.sources, None, self._count, columns)
        bar.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        bar.setStretch(0, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        holder = QWidget()
        self._split.addWidget(holder)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        for page in (self.table, self._loading, self._empty, self._failed):
            self._pages.addWidget(page)
        self._split.splitterMoved.connect(self._on_split)
        self.details.hide()
        self.details.closed.connect(self.table.forget_selection)
        self.table.current_changed.connect(self._on_current)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        table = column(self._pages)
        table.setContentsMargins(SPACE + 5, 0, SPACE + 4, 0)
        holder.setLayout(table)
        inner = column(bar, self._split, spacing=0)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.setTabOrder(self.filter_box, self.sources)
        self.setTabOrder(self.sources, columns)
        self.setTabOrder(columns, self.table)

    def _apply_filter(self) -> None:
        source = self.sources.value
        assert isinstance(source, SourceFilter)
        self.model.apply_filter(PackageFilter(self.filter_box.text().strip(), source))
        self._update()

    def _update(self) -> None:
        shown, total = self.model.rowCount(), len(self.model.records)
        if shown == total:
            self._count.setText(self.tr("%n package(s)", None, total))
        else:
            text = self.tr("{shown} of %n package(s)", None, total)
            self._count.setText(text.format(shown=format_count(shown)))
        if shown:
            self._pages.setCurrentWidget(self.table)
            return
        if total:
            self._empty.say(
                self.tr("Nothing found"), self.tr("No package here matches what you look for.")
            )
        else:
            self._empty.say(
                self.tr("No packages"), self.tr("Nothing is installed in this environment yet.")
            )
        self._pages.setCurrentWidget(self._empty)

    def _on_current(self) -> None:
        at = self.table.current_row()
        if at < 0:
            self.details.hide()
            return
        self.details.show_record(self.model.record_at(at), self._dependents)
        if self.details.isHidden():
            self.details.show()
            height = self._settings.number(_DETAILS, SPACE * 26)
            self._split.setSizes([max(0, self._split.height() - height), height])
            self.table.scrollTo(self.table.currentIndex())

    def _on_split(self) -> None:
        self._settings.set_number(_DETAILS, self.details.height())

    def _show_columns(self, below: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.table.fill_column_menu(menu)
        menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    def _show_menu(self, at: QPoint) -> None:
        records = [self.model.record_at(row) for row in self.table.selected_rows()]
        if not records:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(
            self.tr("Copy &name"), lambda: copy_text("\n".join(record.name for record in records))
        )
        menu.addAction(
            self.tr("Copy name and &version"),
            lambda: copy_text("\n".join(_with_version(record) for record in records)),
        )
        rows = menu.addAction(self.tr("&Copy row(s)", None, len(records)))
        rows.setShortcut(QKeySequence.StandardKey.Copy)
        rows.triggered.connect(self.table.copy_selection)
        menu.popup(self.table.viewport().mapToGlobal(at))


def _with_version(record: Record) -> str:
    return f"{record.name} {record.version}".strip()
