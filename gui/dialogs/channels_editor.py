"""Choose the channels that packages come from, their order, and what the order means."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCompleter,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QWidget,
)

from engine.conda.channels import short_name, without_credentials
from engine.requests import ChannelPriority
from gui.dialogs.fields import FieldMessage
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import button, column, icon_button, label, row

WELL_KNOWN: Final = ("conda-forge", "bioconda", "defaults", "nvidia", "pytorch")
_ADDRESS_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_ROW_HEIGHT: Final = SPACE * 4
_ROWS: Final = 3


class ChannelsEditor(QWidget):
    """Edit an ordered list of channels and the priority between them.

    `changed` comes after each change of either; `channels` gives names and addresses exactly as
    they were entered or configured, while tokens and passwords in them are not shown.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Channels"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Channels, the first one first"))
        self.list.setProperty("framed", "true")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(_ROWS * _ROW_HEIGHT + 2)
        self.list.setToolTip(self.tr("Drag a channel to change the order."))
        self.up = icon_button("arrow-up", self.tr("Ask this channel earlier"))
        self.down = icon_button("arrow-down", self.tr("Ask this channel later"))
        self.remove = icon_button("close", self.tr("Remove this channel"))
        self.entry = QLineEdit()
        self.entry.setPlaceholderText(self.tr("Add a channel: a name or an address"))
        self.entry.setAccessibleName(self.tr("Name or address of a channel to add"))
        self.entry.setCompleter(_completer(self.entry))
        self.entry.installEventFilter(self)
        self.add = button(self.tr("&Add"))
        self.message = FieldMessage()
        self.strict = QRadioButton(self.tr("S&trict"))
        self.flexible = QRadioButton(self.tr("Fle&xible"))
        self._priorities = QButtonGroup(self)
        self._priorities.addButton(self.strict)
        self._priorities.addButton(self.flexible)
        self.strict.setChecked(True)
        self._meaning = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        side = column(self.up, self.down, self.remove, None, spacing=0.25)
        chosen = row(self.list, side, spacing=0.5)
        adding = row(self.entry, self.add)
        order = row(label(self.tr("Order:")), self.strict, self.flexible, None, spacing=1.5)
        self.setLayout(column(chosen, adding, self.message, order, self._meaning, spacing=0.75))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.remove.clicked.connect(self._remove)
        self.add.clicked.connect(self._add_entry)
        self.list.currentRowChanged.connect(self._update_buttons)
        self.list.model().rowsMoved.connect(self._on_moved)
        self.list.installEventFilter(self)
        self._priorities.buttonClicked.connect(self._on_priority)
        self._say_meaning()
        self._update_buttons()

    def channels(self) -> tuple[str, ...]:
        """Return the channels, the first one first."""
        items = (self.list.item(index) for index in range(self.list.count()))
        return tuple(str(item.data(_ADDRESS_ROLE)) for item in items)

    def set_channels(self, channels: tuple[str, ...]) -> None:
        """Show `channels` instead of what is there."""
        self.list.clear()
        for channel in channels:
            self._append(channel)
        self.list.setCurrentRow(0)
        self._after_change()

    def priority(self) -> ChannelPriority:
        """Return what the order means."""
        return ChannelPriority.STRICT if self.strict.isChecked() else ChannelPriority.FLEXIBLE

    def set_priority(self, priority: ChannelPriority) -> None:
        """Choose `priority`; a disabled one is shown as flexible, which comes nearest."""
        chosen = self.strict if priority is ChannelPriority.STRICT else self.flexible
        chosen.setChecked(True)
        self._say_meaning()

    def _append(self, channel: str) -> None:
        item = QListWidgetItem(_shown(channel))
        item.setData(_ADDRESS_ROLE, channel)
        item.setToolTip(without_credentials(channel))
        item.setSizeHint(item.sizeHint().expandedTo(QSize(0, _ROW_HEIGHT)))
        self.list.addItem(item)

    def _add_entry(self) -> None:
        present = self.channels()
        wanted = self.entry.text().replace(",", " ").split()
        if not wanted:
            self.entry.setFocus()
            return
        for channel in wanted:
            if channel in present:
                self.list.setCurrentRow(present.index(channel))
                self.message.say(self.tr("{name} is there already.").format(name=channel))
            else:
                self._append(channel)
                self.list.setCurrentRow(self.list.count() - 1)
                self.message.clear()
        self.entry.clear()
        if self.channels() != present:
            self._after_change()

    def _remove(self) -> None:
        current = self.list.currentRow()
        if current >= 0:
            self.list.takeItem(current)
            self._after_change()

    def _move(self, step: int) -> None:
        current = self.list.currentRow()
        target = current + step
        if current < 0 or not 0 <= target < self.list.count():
            return
        item = self.list.takeItem(current)
        self.list.insertItem(target, item)
        self.list.setCurrentRow(target)
        self._after_change()

    def _on_moved(self) -> None:
        self._after_change()

    def _after_change(self) -> None:
        if self.list.count() == 0:
            self.message.say(
                self.tr("Without a channel there is nowhere to take packages from."), Tone.WARNING
            )
        else:
            self.message.clear()
        self._update_buttons()
        self.changed.emit()

    def _update_buttons(self) -> None:
        current, count = self.list.currentRow(), self.list.count()
        self.up.setEnabled(current > 0)
        self.down.setEnabled(0 <= current < count - 1)
        self.remove.setEnabled(current >= 0)

    def _on_priority(self) -> None:
        self._say_meaning()
        self.changed.emit()

    def _say_meaning(self) -> None:
        if self.strict.isChecked():
            text = self.tr(
                "Strict: a package comes from the first channel that has it, even when a later"
                " one has a newer version. This mixes least and is the safest."
            )
        else:
            text = self.tr(
                "Flexible: as strict, but when no set of packages fits together that way, later"
                " channels are used too."
            )
        self._meaning.setText(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter add what was typed, and Delete remove the chosen channel."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if watched is self.entry and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.entry.text().strip():
                    self._add_entry()
                    return True
            elif watched is self.list and key == Qt.Key.Key_Delete:
                self._remove()
                return True
            elif (
                watched is self.list
                and event.modifiers() & Qt.KeyboardModifier.AltModifier
                and key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            ):
                self._move(-1 if key == Qt.Key.Key_Up else 1)
                return True
        return super().eventFilter(watched, event)


def _shown(channel: str) -> str:
    """Return the channel's name, and behind it its address where that is more than the name."""
    address, name = without_credentials(channel), short_name(channel)
    if "://" in address:
        address = QUrl(address).toDisplayString()  # %E6%95%B0 is nothing that anybody reads
    return address if name in ("", address) else f"{name}  ({address})"


def _completer(entry: QLineEdit) -> QCompleter:
    completer = QCompleter(list(WELL_KNOWN), entry)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    popup = QListView()
    popup.setProperty("framed", "true")
    completer.setPopup(popup)
    return completer
