"""Show what a plan to clean, or to share files, does: each kind with why it is safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.cache.values import CacheItem, Cleaning, Cost, ItemKind, Relinking, Skipped
from engine.plan import Plan
from gui.formats import format_bytes, join_words
from gui.models.disk_builds import builds_apart, title_apart
from gui.models.record_table import Column, RecordTableModel
from gui.panels import Disclosure
from gui.presenting.disk import (
    again_sentence,
    disk_words,
    item_tip,
    kind_sentence,
    kind_title,
    kind_word,
    skip_sentence,
)
from gui.theme import SPACE, TextRole, Tone
from gui.views.record_table import RecordDelegate
from gui.widgets import IconLabel, column, label, row

_NAMED_AT_MOST = 4
_HEIGHT = SPACE * 28


@dataclass(frozen=True, slots=True)
class PlannedThing:
    """Describe one row of what a plan does: a thing that goes, or a package that is shared."""

    key: str
    name: str
    what: str
    freed_bytes: int
    place: str
    tip: str = ""


class PlannedModel(RecordTableModel[PlannedThing]):
    """List everything that a plan does."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda thing: thing.key, parent)


class CleanPreview(QWidget):
    """Show the cleaning or the sharing of files that a plan holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = column(spacing=1.5)
        self._kinds.setContentsMargins(0, 0, 0, 0)
        self._kinds_box = QWidget()
        self._kinds_box.setLayout(self._kinds)
        self.model = PlannedModel(self)
        self._table = _table(self.model, self.tr("Everything that goes"))
        self.all = Disclosure(self.tr("Show each of them"), self._table)
        self._skipped = column(spacing=1)
        self._skipped_box = QWidget()
        self._skipped_box.setLayout(self._skipped)
        self.setLayout(column(self._kinds_box, self._skipped_box, self.all, None, spacing=2))

    def show_plan(self, plan: Plan) -> None:
        """Show `plan`; one that does neither shows nothing."""
        _clear(self._kinds_box)
        _clear(self._skipped_box)
        self.setVisible(plan.cleaning is not None or plan.relinking is not None)
        things: list[PlannedThing] = []
        if plan.cleaning is not None:
            things = self._show_cleaning(plan.cleaning, plan.figures.freed_bytes)
        elif plan.relinking is not None:
            things = self._show_relinking(plan.relinking)
        things.sort(key=lambda thing: -thing.freed_bytes)
        self.model.set_records(things)
        self.all.setVisible(bool(things))
        self.all.set_open(False)
        self._table.sortByColumn(2, Qt.SortOrder.DescendingOrder)

    def texts(self) -> tuple[str, ...]:
        """Return the titles of what is shown, from top to bottom."""
        layouts = (self._kinds, self._skipped)
        items = (each.itemAt(at) for each in layouts for at in range(each.count()))
        parts = (item.widget() for item in items if item is not None)
        return tuple(part.title for part in parts if isinstance(part, _Part))

    def _show_cleaning(self, cleaning: Cleaning, freed: int) -> list[PlannedThing]:
        apart = 0
        for kind in ItemKind:
            items = [item for item in cleaning.items if item.kind is kind]
            if items:
                size = sum(item.freed_bytes for item in items)
                apart += size
                self._kinds.addWidget(_kind_part(kind, items, size))
        if freed > apart:
            title = self.tr("Files that several of these share")
            text = self.tr("They have names in more than one place, and go when all of these go.")
            self._kinds.addWidget(_Part("link", title, format_bytes(freed - apart), text))
        self._show_skipped(cleaning.skipped)
        builds = builds_apart(cleaning.items)
        return [
            PlannedThing(
                str(item.path),
                title_apart(item, builds),
                kind_word(item.kind),
                item.freed_bytes,
                str(item.path),
                item_tip(item),
            )
            for item in cleaning.items
        ]

    def _show_relinking(self, relinking: Relinking) -> list[PlannedThing]:
        ordered = sorted(relinking.duplicates, key=lambda each: str(each.prefix))
        for prefix, found in groupby(ordered, key=lambda each: each.prefix):
            packages = list(found)
            size = sum(each.saved_bytes for each in packages)
            text = disk_words().copied(len(packages))
            self._kinds.addWidget(
                _Part("environment", prefix.name or str(prefix), format_bytes(size), text)
            )
        return [
            PlannedThing(
                f"{each.prefix}\n{each.name}",
                f"{each.name} {each.version}",
                each.prefix.name,
                each.saved_bytes,
                str(each.item),
            )
            for each in relinking.duplicates
        ]

    def _show_skipped(self, skipped: Sequence[Skipped]) -> None:
        self._skipped_box.setVisible(bool(skipped))
        if not skipped:
            return
        self._skipped.addWidget(label(disk_words().skipped(len(skipped)), TextRole.STRONG))
        ordered = sorted(skipped, key=lambda each: (each.reason, each.value))
        for (reason, value), found in groupby(ordered, key=lambda one: (one.reason, one.value)):
            names = _names([each.name or each.path.name for each in found])
            self._skipped.addWidget(_Part("lock", names, "", skip_sentence(reason, value)))


class _Part(QWidget):
    """One thing that happens: its title, its figure, and a sentence about it."""

    def __init__(self, icon: str, title: str, figure: str, text: str) -> None:
        super().__init__()
        self.title = title
        mark = IconLabel(icon, Tone.MUTED)
        head = label(title, TextRole.STRONG, wrap=True)
        size = label(figure, TextRole.STRONG)
        first = row(head, size)
        first.setStretch(0, 1)
        first.setAlignment(size, Qt.AlignmentFlag.AlignTop)
        inner = row(mark, column(first, label(text, tone=Tone.MUTED, wrap=True), spacing=0.25))
        inner.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        inner.setStretch(1, 1)
        self.setLayout(inner)


def _kind_part(kind: ItemKind, items: Sequence[CacheItem], size: int) -> _Part:
    costs = {item.cost for item in items}
    worst = [cost for cost in (Cost.UNKNOWN, Cost.BUILD, Cost.DOWNLOAD) if cost in costs]
    parts = [kind_sentence(kind)]
    if worst and worst[0] is not Cost.DOWNLOAD:
        parts.append(again_sentence(worst[0]))
    text = QCoreApplication.translate("CleanPreview", "{title} ({count})")
    title = text.format(title=kind_title(kind), count=disk_words().things(len(items)))
    return _Part("package", title, format_bytes(size), " ".join(parts))


def _names(names: list[str]) -> str:
    if len(names) <= _NAMED_AT_MOST:
        return join_words(names)
    more = disk_words().more(len(names) - _NAMED_AT_MOST)
    return join_words([*names[:_NAMED_AT_MOST], more])


def _clear(box: QWidget) -> None:
    layout = box.layout()
    while layout is not None and (item := layout.takeAt(0)) is not None:
        old = item.widget()
        if old is not None:
            old.hide()
            old.deleteLater()


def _table(model: PlannedModel, name: str) -> QTableView:
    made = QTableView()
    made.setModel(model)
    made.setItemDelegate(RecordDelegate(model, made))
    made.setAccessibleName(name)
    made.setProperty("framed", "true")
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setShowGrid(False)
    made.setWordWrap(False)
    made.setTabKeyNavigation(False)
    made.setSortingEnabled(True)
    made.setMinimumHeight(_HEIGHT)
    rows = made.verticalHeader()
    rows.hide()
    rows.setDefaultSectionSize(made.fontMetrics().height() + SPACE + SPACE // 2)
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for at, one in enumerate(model.columns):
        made.setColumnWidth(at, one.width)
    return made


def _columns() -> tuple[Column[PlannedThing], ...]:
    return (
        Column(
            "name",
            lambda: QCoreApplication.translate("CleanPreview", "Name"),
            lambda thing: thing.name,
            lambda thing: (thing.name.casefold(), thing.key),
            width=SPACE * 24,
            tip=lambda thing: thing.tip,
        ),
        Column(
            "what",
            lambda: QCoreApplication.translate("CleanPreview", "What"),
            lambda thing: thing.what,
            lambda thing: thing.what.casefold(),
            width=SPACE * 14,
        ),
        Column(
            "freed",
            lambda: QCoreApplication.translate("CleanPreview", "Frees"),
            lambda thing: format_bytes(thing.freed_bytes),
            lambda thing: thing.freed_bytes,
            width=SPACE * 11,
            is_number=True,
        ),
        Column(
            "place",
            lambda: QCoreApplication.translate("CleanPreview", "Place"),
            lambda thing: thing.place,
            lambda thing: thing.place,
            tone=Tone.MUTED,
            tip=lambda thing: thing.place,
        ),
    )
