"""One task in one line: what it does, how far it is, how long it takes, and Cancel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QStackedLayout, QWidget

from engine.events import Task, TaskState
from gui.presenting import (
    cannot_cancel_sentence,
    phase_sentence,
    progress_text,
    state_word,
    task_sentence,
    time_left_text,
)
from gui.tasks.pace import Pace
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ElidedLabel, IconLabel, Spinner, button, label, row

if TYPE_CHECKING:
    from engine.session import Engine

_BAR_WIDTH: Final = SPACE * 20
_SCALE: Final = 1000
_REFRESH_MS: Final = 100
_ICONS: Final = {
    TaskState.WAITING: ("clock", Tone.MUTED),
    TaskState.SUCCEEDED: ("check", Tone.SUCCESS),
    TaskState.FAILED: ("error", Tone.DANGER),
    TaskState.CANCELLED: ("close", Tone.MUTED),
}


class TaskMark(QWidget):
    """Show the state of a task as an icon; it turns while the task is at work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spinner = Spinner(SPACE * 2)
        self._icon = IconLabel("clock", Tone.MUTED, SPACE * 2)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._spinner)
        self._stack.addWidget(self._icon)
        self.setFixedSize(SPACE * 2, SPACE * 2)

    def show_state(self, state: TaskState) -> None:
        """Show `state`, also as a word for those who point at it or hear it."""
        icon = _ICONS.get(state)
        if icon is None:
            self._stack.setCurrentWidget(self._spinner)
        else:
            self._icon.show_icon(*icon)
            self._stack.setCurrentWidget(self._icon)
        self.setToolTip(state_word(state))
        self.setAccessibleName(state_word(state))


class TaskLine(QWidget):
    """Show one task that is not over, and let it be cancelled.

    Without `has_title` it says only how far the task is. Progress may come as often as it likes:
    it is drawn ten times a second at most.
    """

    def __init__(
        self, engine: Engine, task: Task, *, has_title: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._task = task
        self._has_title = has_title
        self._pace = Pace()
        self._mark = TaskMark()
        self._sentence = ElidedLabel()
        self._left = label("", TextRole.SMALL, Tone.MUTED)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._bar.setAccessibleName(self.tr("Progress"))
        self.cancel = button(self.tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self._mark.setVisible(has_title)
        self._keep_width()
        inner = row(self._mark, self._sentence, self._left, self._bar, self.cancel, spacing=1.5)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self._timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._timer.timeout.connect(self._draw)
        self.show_task(task)
        self._draw()

    @property
    def task(self) -> Task:
        """Return the task as it was told last."""
        return self._task

    def sentence(self) -> str:
        """Return what the line says."""
        return self._sentence.whole()

    def show_task(self, task: Task) -> None:
        """Show `task`, at once when its state differs, else soon."""
        turned = task.state is not self._task.state or task.can_cancel != self._task.can_cancel
        self._task = task
        self._pace.note(task.progress, time.monotonic())
        if turned:
            self._draw()
        elif not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        task, progress = self._task, self._task.progress
        self._mark.show_state(task.state)
        self._sentence.set_whole(self._words())
        self._bar.setVisible(task.state is not TaskState.WAITING)
        if progress is not None and progress.total > 0:
            self._bar.setRange(0, _SCALE)
            self._bar.setValue(min(_SCALE, progress.done * _SCALE // progress.total))
        else:
            self._bar.setRange(0, 0)
        self._bar.setToolTip(phase_sentence(progress.phase) if progress is not None else "")
        is_running = task.state is TaskState.RUNNING
        left = self._pace.seconds_left(time.monotonic()) if is_running else None
        self._left.setText(time_left_text(left))
        self._draw_cancel()

    def _words(self) -> str:
        if self._has_title:
            return task_sentence(self._task)
        progress = self._task.progress
        return progress_text(progress) if progress is not None else ""

    def _keep_width(self) -> None:
        """Make the button wide enough for both of its texts, so that nothing beside it moves."""
        self.cancel.setText(self.tr("Cancelling…"))
        self.cancel.ensurePolished()
        self.cancel.setMinimumWidth(self.cancel.sizeHint().width())

    def _draw_cancel(self) -> None:
        cancelling = self._task.state is TaskState.CANCELLING
        self.cancel.setText(self.tr("Cancelling…") if cancelling else self.tr("Cancel"))
        self.cancel.setEnabled(not cancelling and self._task.can_cancel)
        stuck = not cancelling and not self._task.can_cancel
        self.cancel.setToolTip(cannot_cancel_sentence() if stuck else "")
        self.cancel.setAccessibleDescription(self.sentence())

    def _cancel(self) -> None:
        # The engine answers with an event, but the button answers now.
        self.cancel.setEnabled(False)
        self.cancel.setText(self.tr("Cancelling…"))
        self._engine.cancel(self._task.id)
