"""Below the installed packages that were found: what could be added."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.models.offers import Offer
from gui.models.record_table import Chip
from gui.theme import SPACE, TextRole, Tone, theme
from gui.views.record_table import paint_chip
from gui.widgets import ButtonKind, Spinner, button, column, label, row

Index = QModelIndex | QPersistentModelIndex

_OFFER_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_ROW_HEIGHT: Final = SPACE * 4
_MOST_ROWS: Final = 6
_ICON: Final = 16
_PADDING: Final = 11
_CHIP_WIDTH: Final = SPACE * 8
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class OffersModel(QAbstractListModel):
    """Hold what is offered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] = ()

    def set_offers(self, offers: tuple[Offer, ...]) -> None:
        """Show `offers` instead."""
        if offers != self._offers:
            self.beginResetModel()
            self._offers = offers
            self.endResetModel()

    def offer_at(self, row: int) -> Offer | None:
        """Return the offer in `row`."""
        return self._offers[row] if 0 <= row < len(self._offers) else None

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many offers there are."""
        return 0 if parent is not None and parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what is shown of an offer; as text, all of it."""
        offer = self.offer_at(index.row())
        if offer is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._sentence(offer)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(SPACE, _ROW_HEIGHT)
            case Qt.ItemDataRole.ToolTipRole:
                return offer.note or None
            case _:
                return offer if role == _OFFER_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that an offer without wishes can only be read."""
        offer = self.offer_at(index.row())
        usual = super().flags(index)
        return usual if offer is not None and offer.wishes else Qt.ItemFlag.NoItemFlags

    def _sentence(self, offer: Offer) -> str:
        if not offer.wishes:
            return f"{offer.title}: {offer.note}"
        if offer.is_elsewhere:
            return self.tr("Make a new environment with {name}").format(name=offer.title)
        if offer.is_from_pypi:
            return self.tr("Add {name} from PyPI").format(name=offer.title)
        return self.tr("Add {name}").format(name=offer.title)


class OfferDelegate(QStyledItemDelegate):
    """Draw an offer in one line: a plus, what it is, a word about it, and where it comes from."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one offer."""
        offer = index.data(_OFFER_ROLE)
        if not isinstance(offer, Offer):
            return
        look = theme()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            tokens = look.tokens
            painter.fillRect(option.rect, QColor(tokens.selected if is_chosen else tokens.hover))
        room = option.rect.adjusted(_PADDING, 0, -_PADDING, 0)
        icon, tone = ("plus", Tone.ACCENT) if offer.wishes else ("info", Tone.MUTED)
        top = room.center().y() - _ICON // 2 + 1
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(room.left(), top, look.pixmap(icon, _ICON, ratio, tone))
        room.setLeft(room.left() + _ICON + SPACE)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(option.font)
        painter.setPen(look.color(Tone.TEXT if offer.wishes else Tone.MUTED))
        elide = Qt.TextElideMode.ElideRight
        title = option.fontMetrics.elidedText(offer.title, elide, room.width())
        painter.drawText(room, middle, title)
        room.setLeft(room.left() + option.fontMetrics.horizontalAdvance(title) + SPACE * 2)
        if offer.is_from_pypi and room.width() > _CHIP_WIDTH:
            paint_chip(painter, room, Chip("PyPI", "chip_pypi"))
            room.setLeft(room.left() + _CHIP_WIDTH)
        if offer.note and room.width() > SPACE * 6:
            painter.setFont(option.font)
            painter.setPen(look.color(Tone.MUTED))
            note = option.fontMetrics.elidedText(offer.note, elide, room.width())
            painter.drawText(room, middle, note)


class OffersList(QListView):
    """Show offers; `taken` carries the one that was clicked, or chosen with Enter."""

    taken = Signal(object)
    left_upwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offers = OffersModel(self)
        self.setModel(self.offers)
        self.setItemDelegate(OfferDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Packages that can be added"))
        self.clicked.connect(self._on_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the current offer with Enter, and leave the list by its upper end."""
        at = self.currentIndex().row()
        if event.key() in _ENTER:
            self._take(at)
        elif event.key() == Qt.Key.Key_Up and at <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def enter(self) -> None:
        """Take the keyboard, at the first offer."""
        self.setFocus()
        self.setCurrentIndex(self.offers.index(0, 0))

    def _on_clicked(self, index: QModelIndex) -> None:
        self._take(index.row())

    def _take(self, at: int) -> None:
        offer = self.offers.offer_at(at)
        if offer is not None and offer.wishes:
            self.taken.emit(offer)


class AvailablePackages(QWidget):
    """Show what can be added under a title; `retried` asks the channels again."""

    retried = Signal()
    channels_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = OffersList()
        self._title = label("", TextRole.STRONG)
        self._spinner = Spinner()
        self._state = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self._again = button(self.tr("Try again"), ButtonKind.LINK)
        self._again.clicked.connect(self.retried)
        self.channels = button(self.tr("Channels…"), ButtonKind.LINK)
        self.channels.setToolTip(self.tr("Choose where packages come from"))
        self.channels.clicked.connect(self.channels_requested)
        head = row(self._title, self._spinner, self._state, self._again, self.channels)
        head.setStretch(2, 1)
        head.setContentsMargins(_PADDING, SPACE, _PADDING, SPACE // 2)
        self.setLayout(column(head, self.list, spacing=0))
        self.say("")
        self.show_names_of(())

    def show_names_of(self, channels: tuple[str, ...]) -> None:
        """Say which channels the offers are from."""
        if channels:
            text = self.tr("Available from {channels}").format(channels=", ".join(channels))
        else:
            text = self.tr("Available")
        self._title.setText(text)

    def say(self, text: str, *, is_busy: bool = False, can_retry: bool = False) -> None:
        """Say how it stands with the names of packages."""
        self._state.setText(text)
        self._spinner.setVisible(is_busy)
        self._again.setVisible(can_retry)

    def state(self) -> str:
        """Return what is said about the names."""
        return self._state.text()

    def show_offers(self, offers: tuple[Offer, ...], *, is_alone: bool) -> None:
        """Show `offers`, in all of the room when nothing else was found."""
        self.list.offers.set_offers(offers)
        self.list.setVisible(bool(offers))
        high = min(max(len(offers), 1), _MOST_ROWS) * _ROW_HEIGHT + 2
        self.list.setMinimumHeight(min(high, _ROW_HEIGHT * 2))
        self.list.setMaximumHeight(16_777_215 if is_alone else high)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return what is offered."""
        found = (self.list.offers.offer_at(at) for at in range(self.list.offers.rowCount()))
        return tuple(offer for offer in found if offer is not None)
