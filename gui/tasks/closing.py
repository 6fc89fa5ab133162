"""Ask what happens to work under way when the window closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from engine.events import EngineEvent, TaskChanged, TaskId
from engine.tasks import Leaving
from gui.bridge import EngineBridge
from gui.dialogs.fitting import fit_scrolled, fit_to_content, room_for, scrolled
from gui.tasks.line import TaskLine
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, Spinner, button, column, label, line, row

if TYPE_CHECKING:
    from engine.session import Engine

_WIDTH: Final = SPACE * 70
_MOST_LINES: Final = 4


class ClosingDialog(QDialog):
    """Offer to wait, to cancel and put back, or to keep working without the window.

    `answered` carries the `Leaving` with which the engine should be closed, once: for "wait" it
    comes when the last task has ended, and until then another answer can be given. `stayed` comes
    when the window is to stay open after all.
    """

    answered = Signal(object)
    stayed = Signal()

    def __init__(self, engine: Engine, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bridge.told.connect(self.hear)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Close Envdesk"))
        self._engine = engine
        self._is_waiting = False
        self._was_answered = False
        self._lines: dict[TaskId, TaskLine] = {}
        self._title = label("", TextRole.HEADING, wrap=True)
        self._line_box = column(spacing=1)
        self.wait = button(self.tr("&Wait until it is done, then close"), ButtonKind.PRIMARY)
        self.detach = button(self.tr("Close the window and &keep working"))
        self.cancel = button(self.tr("&Cancel the work and put everything back"))
        self.stay = button(self.tr("&Do not close"), ButtonKind.QUIET)
        self._choices = QWidget()
        self._choices.setLayout(
            column(
                _choice(self.wait, self.tr("The window stays until then.")),
                _choice(
                    self.detach,
                    self.tr("The work goes on by itself, and is finished without the window."),
                ),
                _choice(
                    self.cancel,
                    self.tr("Takes a few seconds. Your environments are as they were before."),
                ),
                spacing=1.5,
            )
        )
        self._state = label("", tone=Tone.MUTED, wrap=True)
        self._spinner = Spinner()
        self._state_row = QWidget()
        self._state_row.setLayout(row(self._spinner, self._state))
        self._state_row.hide()
        body = column(
            self._title, self._line_box, line(), self._choices, self._state_row, spacing=2
        )
        inner = QWidget()
        body.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, 0)
        inner.setLayout(body)
        self._area = scrolled(inner)
        self._foot = row(None, self.stay)
        self._foot.setContentsMargins(SPACE * 3, 0, SPACE * 3, SPACE * 2)
        outer: QVBoxLayout = column(self._area, None, self._foot, spacing=2)
        self.setLayout(outer)
        self.wait.setDefault(True)
        self.wait.clicked.connect(self._wait)
        self.detach.clicked.connect(lambda: self._answer(Leaving.DETACH))
        self.cancel.clicked.connect(lambda: self._answer(Leaving.CANCEL))
        self.stay.clicked.connect(self.reject)
        for task in engine.tasks():
            if not task.state.is_final:
                self._add(TaskLine(engine, task))
        self._say()
        self.wait.setFocus()

    def title(self) -> str:
        """Return the sentence at the top."""
        return self._title.text()

    def lines(self) -> tuple[TaskLine, ...]:
        """Return the lines of the tasks that are not over."""
        return tuple(self._lines.values())

    def hear(self, event: EngineEvent) -> None:
        """Take an event of the engine; when the last task ends there is nothing left to ask."""
        if not isinstance(event, TaskChanged):
            return
        task = event.task
        present = self._lines.get(task.id)
        if present is not None and not task.state.is_final:
            present.show_task(task)
            return
        if present is not None:
            self._lines.pop(task.id)
            self._line_box.removeWidget(present)
            present.hide()
            present.deleteLater()
        elif not task.state.is_final:
            self._add(TaskLine(self._engine, task))
        self._say()
        if not self._lines:
            self._on_all_done()

    def _on_all_done(self) -> None:
        if self._is_waiting:
            self._answer(Leaving.WAIT)
        elif not self._was_answered:
            # Nothing is lost by closing now, but the person has not said so yet.
            self._choices.hide()
            self._title.setText(self.tr("The work is done."))
            self._state.setText(self.tr("Envdesk can be closed now."))
            self._spinner.hide()
            self._state_row.show()
            self.close_now = button(self.tr("&Close"), ButtonKind.PRIMARY)
            self.close_now.clicked.connect(lambda: self._answer(Leaving.WAIT))
            self._foot.addWidget(self.close_now)
            self.close_now.setDefault(True)
            self.close_now.setFocus()
            self._fit()

    def _add(self, made: TaskLine) -> None:
        made.cancel.hide()
        self._lines[made.task.id] = made
        self._line_box.addWidget(made)
        made.setVisible(len(self._lines) <= _MOST_LINES)

    def _say(self) -> None:
        if self._lines:
            self._title.setText(self.tr("%n task(s) under way.", None, len(self._lines)))
        self._fit()

    def _wait(self) -> None:
        self._is_waiting = True
        self.wait.setEnabled(False)
        self._state.setText(self.tr("Envdesk closes as soon as the work is done."))
        self._state_row.show()
        self.stay.setFocus()
        self._fit()

    def _answer(self, leaving: Leaving) -> None:
        if self._was_answered:
            return
        self._was_answered = True
        self._choices.setEnabled(False)
        self.stay.setEnabled(False)
        if leaving is Leaving.CANCEL:
            self._state.setText(self.tr("Putting everything back. One moment…"))
            self._state_row.show()
        self._fit()
        self.answered.emit(leaving)

    def _fit(self) -> None:
        most = room_for(self).height() - self._foot.sizeHint().height() - SPACE * 2
        fit_scrolled(self._area, _WIDTH, most)
        fit_to_content(self, _WIDTH)

    def reject(self) -> None:
        """Keep the window open, unless an answer was given already."""
        if not self._was_answered:
            self.stayed.emit()
            super().reject()


def _choice(choice: QPushButton, about: str) -> QWidget:
    box = QWidget()
    words = label(about, TextRole.SMALL, Tone.MUTED, wrap=True)
    choice.setAccessibleDescription(about)
    box.setLayout(column(choice, words, spacing=0.5))
    return box


def ask_about_leaving(engine: Engine, bridge: EngineBridge, parent: QWidget) -> ClosingDialog:
    """Open the dialog about the work under way, and return it; its signals tell the answer."""
    dialog = ClosingDialog(engine, bridge, parent)
    dialog.open()
    return dialog
