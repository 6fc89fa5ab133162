"""The head of an environment's page: what it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from engine.records import Environment, Mark
from gui.actions import CHANGE, USE, EnvironmentAction, action_text, fill_menu, reason_against
from gui.formats import format_bytes
from gui.models.environments import EnvironmentRow, python_text, sizes_text
from gui.panels import Banner
from gui.texts import mark_sentence
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ElidedLabel, button, column, icon_button, row

# the one that matters most is said
_TOLD_MARKS = (
    (Mark.MISSING, Tone.WARNING),
    (Mark.INTERRUPTED, Tone.WARNING),
    (Mark.BASE, Tone.NOTE),
    (Mark.FROZEN, Tone.NOTE),
    (Mark.READ_ONLY, Tone.NOTE),
    (Mark.UNREADABLE, Tone.WARNING),
)
_COPIED_MARKS = (Mark.FROZEN, Mark.READ_ONLY)


class EnvironmentHeader(QWidget):
    """Show name, Python, size and buttons of one environment; `action_requested` tells which.

    `create_requested` comes where a new one is better than a change of this one,
    `health_requested` where Health tells more.
    """

    action_requested = Signal(object)
    create_requested = Signal()
    health_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._environment: Environment | None = None
        self._told: Mark | None = None
        self.title = ElidedLabel("", TextRole.TITLE, where=Qt.TextElideMode.ElideMiddle)
        self.facts = ElidedLabel("", tone=Tone.MUTED)
        self.note = Banner()
        self.note.acted.connect(self._on_note)
        self.note.hide()
        self.terminal = button(action_text(EnvironmentAction.TERMINAL), icon="terminal")
        self.terminal.clicked.connect(
            lambda: self.action_requested.emit(EnvironmentAction.TERMINAL)
        )
        self.use = icon_button("chevron-down", self.tr("Other ways to use this environment"))
        self.more = icon_button("more", self.tr("Share, clone, rename or remove this environment"))
        self.use.clicked.connect(lambda: self._open_menu(self.use, USE[1:]))
        self.more.clicked.connect(lambda: self._open_menu(self.more, CHANGE))
        words = column(self.title, self.facts, spacing=0.25)
        buttons = row(row(self.terminal, self.use, spacing=0.25), self.more, spacing=0.5)
        top = row(words, buttons, spacing=2)
        top.setStretch(0, 1)
        inner = column(top, self.note, spacing=1.5)
        inner.setContentsMargins(SPACE * 3, SPACE * 2 + 4, SPACE * 3, SPACE)
        self.setLayout(inner)

    def show_row(self, shown: EnvironmentRow) -> None:
        """Show what is known of the environment, or of the task that makes it."""
        environment = shown.environment
        self._environment = environment
        self.title.set_whole(shown.title)
        if environment is None:
            self.facts.set_whole(str(shown.prefix))
        else:
            facts = (self._facts_of(environment), shown.place_text())
            sizes = environment.sizes
            told = "" if sizes is None else sizes_text(sizes)
            self.facts.set_whole(" · ".join(fact for fact in facts if fact), told)
        self._allow()
        self._say_note()

    def _facts_of(self, environment: Environment) -> str:
        facts = [
            python_text(environment),
            self.tr("%n package(s)", None, environment.package_count),
        ]
        if environment.sizes is not None:
            text = self.tr("{size} of its own")
            facts.append(text.format(size=format_bytes(environment.sizes.own_bytes)))
        return " · ".join(facts)

    def _allow(self) -> None:
        environment = self._environment
        for target in (self.terminal, self.use, self.more):
            target.setVisible(environment is not None)
        if environment is not None:
            reason = reason_against(EnvironmentAction.TERMINAL, environment)
            self.terminal.setEnabled(not reason)
            self.terminal.setToolTip(
                reason or self.tr("Open a terminal in which this environment is active")
            )

    def _say_note(self) -> None:
        marks = () if self._environment is None else self._environment.marks
        for mark, tone in _TOLD_MARKS:
            if mark in marks:
                self._told = mark
                self.note.say(mark_sentence(mark), tone, self._way_around(mark))
                return
        self.note.hide()

    def _way_around(self, mark: Mark) -> str:
        """Return the words for what to do instead of a change, "" for nothing."""
        if mark is Mark.BASE:
            return self.tr("New environment…")
        if mark is Mark.UNREADABLE:
            return self.tr("Open Health")
        return self.tr("Make a copy…") if mark in _COPIED_MARKS else ""

    def _on_note(self) -> None:
        if self._told is Mark.BASE:
            self.create_requested.emit()
        elif self._told is Mark.UNREADABLE:
            self.health_requested.emit()
        else:
            self.action_requested.emit(EnvironmentAction.CLONE)

    def _open_menu(self, below: QToolButton, actions: tuple[EnvironmentAction, ...]) -> None:
        if self._environment is None:
            return
        menu = QMenu(self)
        fill_menu(menu, (actions,), self._environment, self.action_requested.emit)
        menu.aboutToHide.connect(menu.deleteLater)
        right = below.mapToGlobal(QPoint(below.width(), below.height()))
        menu.popup(right - QPoint(menu.sizeHint().width(), 0))
