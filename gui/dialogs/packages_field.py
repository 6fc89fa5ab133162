"""Choose packages by name, with completion; each becomes a chip that can be removed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QListView, QWidget

from gui.dialogs.fields import FieldMessage
from gui.dialogs.flow import FlowLayout
from gui.dialogs.specs import spec_name, split_specs
from gui.models.name_index import NameIndex
from gui.theme import SPACE, Tone
from gui.widgets import column, icon_button, label, row, set_style_property

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOST_SHOWN: Final = 12
_CHIP_LENGTH: Final = 40


class Chip(QFrame):
    """Show one spec, or a requirement for PyPI; `removed` comes when its button is pressed."""

    removed = Signal()

    def __init__(
        self, spec: str, parent: QWidget | None = None, *, is_from_pypi: bool = False
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.is_from_pypi = is_from_pypi
        self.setProperty("panel", "raised")
        self.remove = icon_button("close", self.tr("Remove {name}").format(name=spec))
        self.remove.setIconSize(QSize(12, 12))
        self.remove.clicked.connect(self.removed)
        words = label(_shortened(spec))
        words.setToolTip(spec)
        if is_from_pypi:
            words.setText(self.tr("{name} from PyPI").format(name=_shortened(spec)))
        inner = row(words, self.remove, spacing=0.25)
        inner.setContentsMargins(SPACE, 0, SPACE // 4, 0)
        self.setLayout(inner)

    def mark(self, *, is_unknown: bool) -> None:
        """Mark the chip as one that no channel carries, or take the mark away."""
        set_style_property(self, "banner", Tone.WARNING.value if is_unknown else "")


class PackagesField(QWidget):
    """Hold specs as chips with a line to add more; `changed` comes when `specs` may differ."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.known_names = NameIndex()
        self.chips: list[Chip] = []
        self._flow_box = QWidget()
        self._flow = FlowLayout(SPACE // 2)
        self._flow_box.setLayout(self._flow)
        self._flow_box.hide()
        self.entry = QLineEdit()
        self.entry.setPlaceholderText(self.tr("For example: numpy, pandas<3, matplotlib"))
        self.entry.installEventFilter(self)
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setModelSorting(QCompleter.ModelSorting.CaseInsensitivelySortedModel)
        self._completer.setMaxVisibleItems(_MOST_SHOWN)
        self.popup = QListView()
        self.popup.setProperty("framed", "true")
        self._completer.setPopup(self.popup)
        self.entry.setCompleter(self._completer)
        # The completer writes the chosen name into the field first.
        self._completer.activated.connect(self._take_entry, Qt.ConnectionType.QueuedConnection)
        self.popup.installEventFilter(self)
        self._similar = ""
        self.message = FieldMessage()
        self.message.acted.connect(self._take_similar)
        self.setFocusProxy(self.entry)
        self.setLayout(column(self._flow_box, self.entry, self.message, spacing=0.5))
        self.entry.textEdited.connect(self._on_typed)

    def specs(self) -> tuple[str, ...]:
        """Return what was chosen, what stands in the line included."""
        chosen = [chip.spec for chip in self.chips if not chip.is_from_pypi]
        return tuple(dict.fromkeys((*chosen, *split_specs(self.entry.text()))))

    def requirements(self) -> tuple[str, ...]:
        """Return what shall come from PyPI."""
        return tuple(chip.spec for chip in self.chips if chip.is_from_pypi)

    def set_names(self, names: tuple[str, ...]) -> None:
        """Offer `names`, which are sorted, and mark chips that are not among them."""
        self.known_names = NameIndex(names)
        self._model.setStringList(sorted(names, key=str.lower))
        self._mark_unknown()

    def add(self, *specs: str) -> None:
        """Add chips for `specs`; one for a package that has a chip already takes its place."""
        for spec in specs:
            name = spec_name(spec)
            for chip in [one for one in self.chips if name and spec_name(one.spec) == name]:
                self._drop(chip)
            self._take(Chip(spec))
        self._after_change()

    def add_from_pypi(self, *requirements: str) -> None:
        """Add chips for packages that shall come from PyPI; no channel is asked for these."""
        for requirement in requirements:
            self._take(Chip(requirement, is_from_pypi=True))
        self._after_change()

    def _take(self, chip: Chip) -> None:
        chip.removed.connect(lambda gone=chip: self._remove(gone))
        self.chips.append(chip)
        self._flow.addWidget(chip)

    def _remove(self, chip: Chip) -> None:
        self._drop(chip)
        self.entry.setFocus()
        self._after_change()

    def _drop(self, chip: Chip) -> None:
        self.chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()

    def _after_change(self) -> None:
        self._flow_box.setVisible(bool(self.chips))
        self._flow.invalidate()
        self._flow_box.updateGeometry()
        self._mark_unknown()
        self.changed.emit()

    def _mark_unknown(self) -> None:
        unknown: list[str] = []
        for chip in self.chips:
            name = spec_name(chip.spec)
            is_asked = len(self.known_names) > 0 and not chip.is_from_pypi
            is_unknown = is_asked and name not in self.known_names
            chip.mark(is_unknown=is_unknown)
            if is_unknown:
                unknown.append(name or chip.spec)
        if unknown:
            text = self.tr("None of the channels has {names}. Check the spelling.")
            self._similar = self.known_names.similar(unknown[0])
            offer = self.tr("Use {name}").format(name=self._similar) if self._similar else ""
            self.message.say(text.format(names=", ".join(unknown)), Tone.WARNING, offer)
        else:
            self.message.clear()

    def _take_similar(self) -> None:
        for chip in self.chips:
            if not chip.is_from_pypi and spec_name(chip.spec) not in self.known_names:
                self._drop(chip)
                self.add(self._similar)
                return

    def _take_entry(self) -> None:
        specs = split_specs(self.entry.text())
        if specs:
            self.entry.clear()
            self.add(*specs)

    def _on_typed(self, text: str) -> None:
        # A pasted list becomes chips at once; a comma ends a package while typing.
        if text.endswith(",") and not text.rstrip(",").endswith(tuple("<>=!~")):
            self._take_entry()
        else:
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter make a chip, and Backspace in the empty line take the last one back."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        is_unchosen = not self.popup.currentIndex().isValid()
        if watched is self.popup and event.key() in _ENTER and is_unchosen:
            # Nothing is chosen in the list: Enter means what was typed.
            self.popup.hide()
            self._take_entry()
            return True
        if watched is self.entry:
            if event.key() in _ENTER and self.entry.text().strip():
                self._take_entry()
                return True
            if event.key() == Qt.Key.Key_Backspace and not self.entry.text() and self.chips:
                last = self.chips[-1]
                self._drop(last)
                if not last.is_from_pypi:  # typed again, it would be conda's
                    self.entry.setText(last.spec)
                self._after_change()
                return True
        return super().eventFilter(watched, event)


def _shortened(spec: str) -> str:
    return spec if len(spec) <= _CHIP_LENGTH else f"{spec[: _CHIP_LENGTH - 1]}…"
