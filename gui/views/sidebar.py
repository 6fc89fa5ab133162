"""The left pane: the environments, the Pythons without one, and the other places to go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.records import OutsidePython
from gui.models.environments import EnvironmentsModel
from gui.theme import SPACE, TextRole, Tone
from gui.views.environment_list import EnvironmentList
from gui.widgets import (
    ButtonKind,
    SearchBox,
    button,
    column,
    icon_button,
    keep_icon,
    label,
    row,
)

FILTER_FROM: Final = 12  # rows; fewer are seen at a glance


@dataclass(frozen=True, slots=True)
class EnvironmentChosen:
    """Go to the environment at `prefix`."""

    prefix: Path


@dataclass(frozen=True, slots=True)
class OutsideChosen:
    """Go to a Python without an environment."""

    executable: Path


@dataclass(frozen=True, slots=True)
class DiskChosen:
    """Go to the picture of the disk."""


@dataclass(frozen=True, slots=True)
class ActivityChosen:
    """Go to the list of tasks."""


Place = OutsideChosen | DiskChosen | ActivityChosen
Destination = EnvironmentChosen | Place


class Sidebar(QWidget):
    """Offer every place to go to; one is chosen at a time, and `chosen` tells which.

    `create_requested` asks for a new environment, `open_requested` for a file that says what is in
    one, `action_requested` for something to be done with the environment at a prefix.
    `place_chosen` comes with `chosen` where that is no environment.
    """

    chosen = Signal(object)
    place_chosen = Signal()
    create_requested = Signal()
    open_requested = Signal()
    action_requested = Signal(object, object)

    def __init__(self, model: EnvironmentsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._places: dict[Place, QPushButton] = {}
        self.setProperty("panel", "sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.environments = EnvironmentList(model)
        self.environments.chosen.connect(self._on_environment)
        self.environments.action_requested.connect(self.action_requested)
        self.new = button(self.tr("&New"), ButtonKind.QUIET, "plus")
        self.new.setAccessibleName(self.tr("New environment"))
        self.new.setToolTip(self.tr("Make a new environment (Ctrl+N)"))
        self.new.clicked.connect(self.create_requested)
        self.open = icon_button("file", self.tr("Install what a file asks for (Ctrl+O)"))
        self.open.clicked.connect(self.open_requested)
        self.filter_box = self._make_filter_box()
        self._none = label(self.tr("No environment matches."), tone=Tone.MUTED, wrap=True)
        self._none.setContentsMargins(SPACE * 2 + 4, 0, SPACE, 0)
        self._none.hide()
        self._outside_title = label(
            self.tr("Python without an environment"), TextRole.SMALL, Tone.MUTED
        )
        self._outside_title.setContentsMargins(SPACE * 2 + 4, SPACE, SPACE, 0)
        self._outside_title.hide()
        self._outside = QVBoxLayout()
        self._outside.setContentsMargins(SPACE, 0, SPACE, 0)
        self._outside.setSpacing(0)
        self._elsewhere = QVBoxLayout()
        self._elsewhere.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        self._elsewhere.setSpacing(0)
        self.disk = self._make_place(DiskChosen(), "disk", self.tr("Dis&k and caches"))
        self._low = label("", TextRole.SMALL, Tone.WARNING, wrap=True)
        self._low.setContentsMargins(SPACE * 4 + 6, 0, SPACE, SPACE // 2)
        self._low.hide()
        self.activity = self._make_place(ActivityChosen(), "activity", self.tr("&Activity"))
        for below in (self.disk, self._low, self.activity):
            self._elsewhere.addWidget(below)
        self._build()
        model.modelReset.connect(self._count)

    def show_outside(self, pythons: tuple[OutsidePython, ...]) -> None:
        """Show the Pythons without an environment; the section goes when there are none."""
        wanted = {OutsideChosen(python.executable): python for python in pythons}
        for place in [key for key in self._places if isinstance(key, OutsideChosen)]:
            if place not in wanted:
                gone = self._places.pop(place)
                gone.hide()
                gone.deleteLater()
        for place, python in wanted.items():
            made = self._places.get(place)
            if made is None:
                made = self._make_place(place, "computer", "")
                self._outside.addWidget(made)
            made.setText(f"Python {python.version}")
            made.setToolTip(str(python.executable))
        self._outside_title.setVisible(bool(wanted))

    def choose_environment(self, prefix: Path | None, *, focus: bool = False) -> None:
        """Choose the environment at `prefix`, now or as soon as it is there."""
        self.environments.choose(prefix)
        if focus:
            self.environments.setFocus()

    def choose(self, place: Place) -> None:
        """Choose another place."""
        self._on_place(place)

    def add_to_head(self, widget: QWidget) -> None:
        """Put `widget` at the end of the line above the list."""
        self._head.addWidget(widget)

    def count_tasks(self, running: int) -> None:
        """Show how many tasks are under way beside "Activity"."""
        text = self.tr("&Activity")
        if running:
            text = self.tr("&Activity (%n)", None, running)
        self.activity.setText(text)

    def show_low_space(self, sentence: str) -> None:
        """Say below "Disk and caches" that a disk is nearly full; "" says nothing."""
        self._low.setText(sentence)
        self._low.setVisible(bool(sentence))
        self.disk.setAccessibleDescription(sentence)

    def low_space(self) -> str:
        """Return what is said about disks that are nearly full."""
        return self._low.text()

    def focus_filter(self) -> None:
        """Put the cursor into the filter, or onto the list when there is no filter."""
        target = self.filter_box if self.filter_box.isVisible() else self.environments
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _build(self) -> None:
        head = row(
            label(self.tr("Environments"), TextRole.HEADING), None, self.new, self.open, spacing=0
        )
        head.setContentsMargins(SPACE * 2 + 4, SPACE * 2, SPACE + 4, 0)
        self._head = head
        search = row(self.filter_box)
        search.setContentsMargins(SPACE, 0, SPACE, 0)
        inner = column(head, search, self._none, self.environments, self._outside_title)
        inner.setStretch(3, 1)
        inner.addLayout(self._outside)
        inner.addLayout(self._elsewhere)
        self.setLayout(inner)
        self.environments.setMinimumWidth(SPACE * 26)
        self.setTabOrder(self.new, self.filter_box)
        self.setTabOrder(self.filter_box, self.environments)

    def _make_filter_box(self) -> SearchBox:
        box = _FilterBox(self.tr("Find an environment"), self.environments)
        box.textChanged.connect(self._model.set_filter)
        box.textChanged.connect(self._count)
        box.textChanged.connect(self.environments.scrollToTop)
        box.hide()
        return box

    def _make_place(self, place: Place, icon: str, text: str) -> QPushButton:
        made = button(text)
        made.setProperty("kind", "place")
        made.setCheckable(True)
        keep_icon(made, icon, Tone.MUTED)
        made.clicked.connect(lambda: self._on_place(place))
        self._places[place] = made
        return made

    def _on_environment(self, prefix: Path) -> None:
        self._check(None)
        self.chosen.emit(EnvironmentChosen(prefix))

    def _on_place(self, place: Place) -> None:
        self.environments.choose(None)
        self._check(place)
        self.chosen.emit(place)
        self.place_chosen.emit()

    def _check(self, chosen: Place | None) -> None:
        for place, made in self._places.items():
            made.setChecked(place == chosen)

    def _count(self) -> None:
        # once there, it stays while it is in use
        is_used = bool(self.filter_box.text())
        self.filter_box.setVisible(is_used or self._model.total > FILTER_FROM)
        self._none.setVisible(is_used and self._model.rowCount() == 0)


class _FilterBox(SearchBox):
    """Filters the list; Down goes on into it."""

    def __init__(self, name: str, environments: EnvironmentList) -> None:
        super().__init__(name)
        self._environments = environments

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._environments.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if self._environments.current is None:
                self._environments.setCurrentIndex(self._environments.model().index(0, 0))
        else:
            super().keyPressEvent(event)
