"""The Packages tab: one table of what conda and pip installed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import assert_never

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QSplitter, QWidget

from engine.environments.pinning import Pin
from engine.errors import Failure
from engine.records import Record
from engine.updates import Updates
from gui.formats import format_count
from gui.models.basket import UPDATE_ALL, Basket, Wish, WishKind, wish_to_remove, wish_to_update
from gui.models.dependents import Dependents
from gui.models.name_index import NameIndex
from gui.models.offers import Installed, Offer, elsewhere, looks_at_disk, offers_for
from gui.models.packages import PackageFilter, PackagesModel, SourceFilter, pin_sentence
from gui.operations import Operation
from gui.package_actions import PackageAction, actions_for, fill_menu, offer_copies, reason_against
from gui.settings import WindowSettings
from gui.theme import SPACE
from gui.views.available import AvailablePackages
from gui.views.basket_bar import BasketBar
from gui.views.cell_link import CellLink
from gui.views.package_details import PackageDetails
from gui.views.package_pages import PackagePages
from gui.views.packages_bar import PackagesBar
from gui.views.record_table import RecordTable
from gui.views.updates_note import UpdatesNote
from gui.widgets import column

_DETAILS = "package-details-height"
_NO_MODIFIERS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_ACTIONS_BY_KEY = {
    Qt.Key.Key_Delete: PackageAction.REMOVE,
    Qt.Key.Key_Backspace: PackageAction.REMOVE,
    Qt.Key.Key_U: PackageAction.UPDATE,
    Qt.Key.Key_V: PackageAction.VERSION,
}


class PackagesView(QWidget):
    """Show the records of one environment; `retry_requested` after they could not be read.

    `wished` carries a tuple of Wish that shall be put into the basket, `wished_elsewhere` one for
    a new environment, `dropped` a Wish that shall be taken out; `versions_requested` a Record, and
    whether another source is looked for; `pinned` a tuple of Record, and whether they shall stay
    at their versions. `typed` comes when something is looked for, `updates_requested` when somebody
    asks for what is newer.
    """

    retry_requested = Signal()
    wished = Signal(object)
    wished_elsewhere = Signal(object)
    dropped = Signal(object)
    pinned = Signal(object, bool)
    versions_requested = Signal(object, bool)
    channels_requested = Signal()
    updates_requested = Signal()
    typed = Signal()

    def __init__(self, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._basket = Basket()
        self._protection = ""
        self._index: NameIndex | None = None
        self._installed = Installed()
        self._looking: Operation[tuple[Offer, ...]] | None = None
        self.available = AvailablePackages()
        self.bar = BasketBar()
        self._dependents = Dependents(())
        self.model = PackagesModel(self)
        self.table = RecordTable(self.model, settings, "packages")
        self.table.setAccessibleName(self.tr("Packages"))
        self.tools = PackagesBar()
        self.filter_box, self.sources = self.tools.filter_box, self.tools.sources
        self.more = self.tools.more
        self.note = UpdatesNote()
        self._updates: Updates | None = None
        self.details = PackageDetails()
        self._pages = PackagePages(self.table)
        self._pages.retried.connect(self.retry_requested)
        self._pages.updates_requested.connect(self.updates_requested)
        self._build()

    def show_records(self, records: tuple[Record, ...]) -> None:
        """Show `records`; filter, sorting and selection stay."""
        self._dependents = Dependents(records)
        self.model.set_records(records)
        self._installed = Installed(records)
        if self._updates is not None:
            self.tools.show_updates(len(self.model.updatable))
        self._update()

    def show_pins(self, pins: tuple[Pin, ...]) -> None:
        """Show which packages stay at their versions."""
        self.model.set_pins({pin.name: pin for pin in pins})
        self._on_current()

    def show_updates(self, updates: Updates | None) -> None:
        """Show what could be newer; None while nobody knows."""
        self._updates = updates
        self.model.set_updates(updates)
        self.tools.show_updates(None if updates is None else len(self.model.updatable))
        self._apply_filter()
        self._on_current()

    def show_basket(self, basket: Basket) -> None:
        """Show what shall become of the packages."""
        self._basket = basket
        self.model.set_basket(basket)
        self.bar.show_basket(basket)
        self._update()
        self._on_current()

    def show_protection(self, sentence: str) -> None:
        """Take `sentence` for the reason why nothing can be changed here, "" for no reason."""
        self._protection = self.tools.reason = sentence
        self._update()

    @property
    def installed(self) -> Installed:
        """Return what is installed, by name."""
        return self._installed

    @property
    def has_names(self) -> bool:
        """Return whether it is known what can be added."""
        return self._index is not None

    @property
    def is_looking(self) -> bool:
        """Return whether something is looked for."""
        return bool(self.filter_box.text().strip())

    def show_names(self, names: NameIndex | None) -> None:
        """Offer `names` as packages that can be added; None while they are not known."""
        self._index = names
        self._update()

    def show_loading(self) -> None:
        """Show that the records are on their way."""
        self._pages.show_loading()

    def show_failure(self, failure: Failure) -> None:
        """Show why there is nothing to see, and offer another try."""
        self._pages.show_failure(failure)

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

    def _build(self) -> None:
        tools, columns = self.tools, self.tools.columns
        columns.clicked.connect(lambda: self.table.show_columns_below(columns))
        tools.updates_requested.connect(self.updates_requested)
        tools.update_all_requested.connect(lambda: self.wished.emit((UPDATE_ALL,)))
        tools.channels_requested.connect(self.channels_requested)
        self.filter_box.textChanged.connect(self._apply_filter)
        self.filter_box.textEdited.connect(self.typed)
        self.filter_box.installEventFilter(self)
        self.sources.chosen.connect(self._apply_filter)
        self.note.shown.connect(lambda: self.sources.choose(SourceFilter.UPDATES))
        self._split = QSplitter(Qt.Orientation.Vertical)
        holder = QWidget()
        self._split.addWidget(holder)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.splitterMoved.connect(self._on_split)
        self.details.hide()
        self.details.closed.connect(self.table.forget_selection)
        self.table.current_changed.connect(self._on_current)
        link = CellLink(self.table, "update", self._takes_update)
        link.clicked.connect(self._toggle_update)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.installEventFilter(self)
        self.details.acted.connect(self.act)
        self.bar.dropped.connect(self.dropped)
        self.bar.left.connect(self.table.setFocus)
        self.available.list.taken.connect(self._take)
        self.available.list.left_upwards.connect(self.filter_box.setFocus)
        self.available.channels_requested.connect(self.channels_requested)
        table = column(self._pages, self.available, spacing=0.5)
        table.setStretch(0, 1)
        table.setContentsMargins(SPACE + 5, 0, SPACE + 4, 0)
        holder.setLayout(table)
        inner = column(tools, self.note, self._split, self.bar, spacing=0)
        inner.setStretch(2, 1)
        self.setLayout(inner)
        self.setTabOrder(self.filter_box, self.sources)
        self.setTabOrder(self.sources, columns)
        self.setTabOrder(columns, self.more)
        self.setTabOrder(self.more, self.table)

    def _apply_filter(self) -> None:
        source = self.sources.value
        assert isinstance(source, SourceFilter)
        text, updatable = self.filter_box.text().strip(), self.model.updatable
        self.model.apply_filter(PackageFilter(text, source, updatable))
        self._update()

    def _update(self) -> None:
        shown, total = self.model.rowCount() - self.model.top_count, len(self.model.records)
        self.tools.has_records = bool(total)
        if shown == total:
            self.tools.count.set_whole(self._total(total))
        else:
            text = self.tr("{shown} of %n package(s)", None, total)
            self.tools.count.set_whole(text.format(shown=format_count(shown)))
        self._offer()
        self._pages.setVisible(bool(self.model.rowCount()) or not self.available.isVisibleTo(self))
        is_about_updates = self.sources.value is SourceFilter.UPDATES and not self.is_looking
        if self.model.rowCount():
            self._pages.show_table()
        elif not total:
            self._pages.show_no_packages()
        elif is_about_updates:
            self._pages.show_no_updates(self._updates, self._protection)
        else:
            self._pages.show_not_found()

    def _total(self, total: int) -> str:
        """Return how many packages there are, and how many of them nobody can read."""
        words = self.tr("%n package(s)", None, total)
        damaged = sum(record.problem is not None for record in self.model.records)
        if not damaged:
            return words
        text = self.tr("{packages}, {count} of them unreadable")
        return text.format(packages=words, count=format_count(damaged))

    def _offer(self) -> None:
        """Show what could be added for the words in the field."""
        text = self.filter_box.text().strip()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        index = self._index
        installed = self._installed.with_python() if self._protection else self._installed
        if not looks_at_disk(text):
            self._show_offers(offers_for(text, index, installed) if text else ())
            return
        self._show_offers(())
        look = Operation(self, lambda: asyncio.to_thread(offers_for, text, index, installed))
        self._looking = look.then(self._show_offers)
        self._looking.run()

    def _show_offers(self, offers: tuple[Offer, ...]) -> None:
        text = self.filter_box.text().strip()
        if offers and self._protection:
            offers = elsewhere(offers, self._protection)
        fresh = tuple(
            offer
            for offer in offers
            if not offer.wishes or not set(offer.wishes) <= set(self._basket.wishes)
        )
        self.available.show_offers(fresh, is_alone=not self.model.rowCount())
        self.available.setVisible(bool(fresh) or bool(text and self.available.state()))

    def _take(self, offer: Offer) -> None:
        (self.wished_elsewhere if offer.is_elsewhere else self.wished).emit(offer.wishes)

    def act(self, action: PackageAction) -> None:
        """Do `action` with the selected packages, as far as it is possible."""
        records = [self.model.record_at(row) for row in self.table.selected_rows()]
        wishes = [wish for record in records if (wish := self.model.wish_of(record)) is not None]
        additions = [wish for wish in wishes if wish.kind is WishKind.ADD]
        there = [record for record in records if record.key not in {wish.key for wish in additions}]
        if action in (PackageAction.REMOVE, PackageAction.TAKE_BACK):
            for wish in wishes if action is PackageAction.TAKE_BACK else additions:
                self.dropped.emit(wish)
        if not records or self._reason_against(action, records):
            return
        match action:
            case PackageAction.REMOVE:
                self._toggle(tuple(wish_to_remove(record) for record in there))
            case PackageAction.UPDATE:
                self._toggle(tuple(wish_to_update(record) for record in there))
            case PackageAction.VERSION | PackageAction.SOURCE:
                self.versions_requested.emit(records[0], action is PackageAction.SOURCE)
            case PackageAction.PIN | PackageAction.UNPIN:
                self.pinned.emit(tuple(there), action is PackageAction.PIN)
            case PackageAction.TAKE_BACK:
                pass
            case _:
                assert_never(action)

    def _toggle_update(self, record: Record) -> None:
        self._toggle((wish_to_update(record),))

    def _takes_update(self, record: Record) -> bool:
        return not self._protection and self.model.takes_update(record)

    def _reason_against(self, action: PackageAction, records: Sequence[Record]) -> str:
        return reason_against(action, records, self._protection, self.model.pins)

    def _toggle(self, wishes: tuple[Wish, ...]) -> None:
        """Put `wishes` into the basket, or take them out when all are there."""
        if wishes and set(wishes) <= set(self._basket.wishes):
            for wish in wishes:
                self.dropped.emit(wish)
        elif wishes:
            self.wished.emit(wishes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let keys act on packages in the table, and lead from the field to what was found."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if watched is self.table and event.modifiers() in _NO_MODIFIERS:
            action = _ACTIONS_BY_KEY.get(Qt.Key(event.key()))
            if action is not None:
                self.act(action)
                return True
        if watched is self.filter_box and self.filter_box.text().strip():
            offers = self.available.offers
            if event.key() == Qt.Key.Key_Down:
                if self.model.rowCount():
                    self.table.setFocus()
                    self.table.select_key(self.model.key_at(0))
                elif offers:
                    self.available.list.enter()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter(offers)
                return True
        return super().eventFilter(watched, event)

    def _enter(self, offers: tuple[Offer, ...]) -> None:
        """Take what was typed in full, or the only thing there is.

        Anybody may put a package of any name on PyPI: half a name never means one there.
        """
        text = self.filter_box.text().strip().lower()
        exact = [
            offer
            for offer in offers
            if offer.wishes and not offer.is_from_pypi and offer.title.lower() == text
        ]
        only = offers if len(offers) == 1 and offers[0].wishes else ()
        if exact or (only and not self.model.rowCount()):
            self._take((*exact, *only)[0])
            self.filter_box.clear()
        elif offers:
            self.available.list.enter()

    def _on_current(self) -> None:
        at = self.table.current_row()
        if at < 0 or at < self.model.top_count:  # none, or one that is not there yet
            self.details.hide()
            return
        record = self.model.record_at(at)
        update = self.model.tip_of_update(record)
        pinned = pin_sentence(self.model.pin_of(record))
        told = "\n".join(part for part in (pinned, update) if part)
        self.details.show_record(record, self._dependents, told)
        actions = actions_for([record], self.model.wish_of, self.model.pins)
        self.details.show_actions(actions, lambda action: self._reason_against(action, [record]))
        if self.details.isHidden():
            self.details.show()
            height = self._settings.number(_DETAILS, SPACE * 26)
            self._split.setSizes([max(0, self._split.height() - height), height])
            self.table.scrollTo(self.table.currentIndex())

    def _on_split(self) -> None:
        self._settings.set_number(_DETAILS, self.details.height())

    def _show_menu(self, at: QPoint) -> None:
        records = [self.model.record_at(row) for row in self.table.selected_rows()]
        if not records:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        actions = actions_for(records, self.model.wish_of, self.model.pins)
        fill_menu(menu, actions, lambda action: self._reason_against(action, records), self.act)
        menu.addSeparator()
        offer_copies(menu, records, self.table.copy_selection)
        menu.popup(self.table.viewport().mapToGlobal(at))
