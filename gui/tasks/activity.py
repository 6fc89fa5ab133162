"""Every task of this session: its state, its times, its log, and Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from engine.events import EngineEvent, Task, TaskChanged, TaskId, TaskLog, TaskState
from gui.bridge import EngineBridge
from gui.dialogs.errors import FailureWords, RawText
from gui.dialogs.fitting import scrolled
from gui.formats import format_duration, format_when
from gui.panels import Disclosure, EmptyState
from gui.presenting import cannot_cancel_sentence, request_place, request_title, state_word
from gui.tasks.line import TaskLine, TaskMark
from gui.theme import SPACE, TextRole, Tone
from gui.turns import in_turns
from gui.widgets import ElidedLabel, column, label, row

if TYPE_CHECKING:
    from engine.session import Engine


class TaskCard(QFrame):
    """Show one task whole."""

    def __init__(self, engine: Engine, task: Task, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "raised")
        self._engine = engine
        self._task = task
        self._mark = TaskMark()
        self._title = ElidedLabel(request_title(task.request), TextRole.STRONG)
        self._where = ElidedLabel(
            request_place(task.request), TextRole.SMALL, Tone.MUTED, Qt.TextElideMode.ElideMiddle
        )
        self._times = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self._line: TaskLine | None = None
        self._line_box = column()
        self._stuck = label(cannot_cancel_sentence(), TextRole.SMALL, Tone.MUTED, wrap=True)
        self._failure: FailureWords | None = None
        self._failure_box = column()
        self._raw = RawText(self.tr("Log of the task"), self.tr("Nothing was written yet."))
        self.log = Disclosure(self.tr("Log"), self._raw)
        self.log.toggled.connect(self.read_log)
        head = row(self._mark, self._title)
        head.setStretch(1, 1)
        self.setLayout(
            column(
                head,
                self._where,
                self._times,
                self._line_box,
                self._stuck,
                self._failure_box,
                self.log,
                spacing=0.75,
                margins=2,
            )
        )
        self.show_task(task)

    @property
    def task(self) -> Task:
        """Return the task as it was told last."""
        return self._task

    def show_task(self, task: Task) -> None:
        """Show `task` as it stands now."""
        self._task = task
        self._mark.show_state(task.state)
        self._times.setText(self._time_text())
        self._show_line(task)
        self._stuck.setVisible(task.state is TaskState.RUNNING and not task.can_cancel)
        failure = task.failure if task.state is TaskState.FAILED else None
        if failure is not None and self._failure is None:
            self._failure = FailureWords()
            self._failure_box.addWidget(self._failure)
            self._failure.say(failure)

    def read_log(self) -> None:
        """Show the log as it is now, where it is open."""
        if self.log.is_open:
            self._raw.set_text("\n".join(self._engine.log(self._task.id)))

    def hear_line(self, text: str) -> None:
        """Take one more line of the log."""
        if self.log.is_open:
            self._raw.append(text)

    def times_text(self) -> str:
        """Return what is said of the state and its times."""
        return self._times.text()

    def failure_sentence(self) -> str:
        """Return what is said to have gone wrong, "" for nothing."""
        return self._failure.sentence() if self._failure is not None else ""

    def is_stuck(self) -> bool:
        """Return whether the card says that the task cannot be stopped now."""
        return self._stuck.isVisibleTo(self)

    def log_text(self) -> str:
        """Return the log as it is shown."""
        return self._raw.text()

    def _show_line(self, task: Task) -> None:
        if task.state.is_final:
            if self._line is not None:
                self._line_box.removeWidget(self._line)
                self._line.hide()
                self._line.deleteLater()
                self._line = None
        elif self._line is None:
            self._line = TaskLine(self._engine, task, has_title=False)
            self._line_box.addWidget(self._line)
        else:
            self._line.show_task(task)

    def _time_text(self) -> str:
        task = self._task
        if task.started is None:
            text = self.tr("{state} since {time}")
            return text.format(state=state_word(task.state), time=format_when(task.submitted))
        if task.ended is None:
            text = self.tr("{state}, began {time}")
            return text.format(state=state_word(task.state), time=format_when(task.started))
        text = self.tr("{state}, began {time}, took {duration}")
        return text.format(
            state=state_word(task.state),
            time=format_when(task.started),
            duration=format_duration((task.ended - task.started).total_seconds()),
        )


class ActivityView(QWidget):
    """List all tasks of this session, the newest first; nothing is drawn while nobody looks."""

    def __init__(self, engine: Engine, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bridge.told.connect(self.hear)
        self._engine = engine
        self._cards: dict[TaskId, TaskCard] = {}
        self._is_behind = False
        self._empty = EmptyState(
            "activity",
            self.tr("Nothing to show yet"),
            self.tr("What you create, change or remove is listed here until Envdesk is closed."),
        )
        self._list = column(None, spacing=1.5)
        inner = QWidget()
        body = column(label(self.tr("Activity"), TextRole.TITLE), self._list, spacing=2)
        body.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
        inner.setLayout(body)
        area = scrolled(inner)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened meanwhile."""
        self._catch_up()
        for card in self._cards.values():
            card.read_log()
        super().showEvent(event)

    def hear(self, event: EngineEvent) -> None:
        """Take an event of the engine; those that are not about tasks change nothing."""
        if not self.isVisible():
            return
        if isinstance(event, TaskChanged):
            if not self._is_behind or event.task.id in self._cards:
                self._take(event.task)
        elif isinstance(event, TaskLog):
            card = self._cards.get(event.task_id)
            if card is not None:
                card.hear_line(event.line)

    def cards(self) -> tuple[TaskCard, ...]:
        """Return the cards, the oldest first."""
        return tuple(self._cards.values())

    def _catch_up(self) -> None:
        """Make one card, if any is missing, and the others in the next turns of the loop."""
        self._is_behind = False
        for task in self._engine.tasks():
            is_new = task.id not in self._cards
            if is_new and self._is_behind:
                in_turns(self, self._catch_up)
                return
            self._take(task)
            self._is_behind = is_new or self._is_behind
        self._is_behind = False

    def _take(self, task: Task) -> None:
        card = self._cards.get(task.id)
        if card is not None:
            card.show_task(task)
            return
        card = TaskCard(self._engine, task)
        self._cards[task.id] = card
        self._list.insertWidget(0, card)
        self._pages.setCurrentIndex(1)
