"""The bar at the bottom of the window: what is being done, and what was just done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QWidget

from engine.events import EngineEvent, Task, TaskChanged, TaskId, TaskState
from engine.requests import affected_prefixes
from gui.bridge import EngineBridge
from gui.presenting import task_sentence
from gui.tasks.line import TaskLine
from gui.tasks.notice import TaskNotice
from gui.theme import SPACE, Tone
from gui.widgets import ButtonKind, button, column, keep_icon, line, row

if TYPE_CHECKING:
    from engine.session import Engine

_MOST_NOTICES: Final = 3
_MOST_LINES: Final = 5


class TaskPanel(QFrame):
    """Show the tasks that are not over, and for a while how others ended; hidden without any.

    `activity_requested` asks for the view of all tasks.
    """

    activity_requested = Signal()

    def __init__(self, engine: Engine, bridge: EngineBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bridge.told.connect(self.hear)
        self.setAccessibleName(self.tr("Tasks"))
        self._engine = engine
        self._lines: dict[TaskId, TaskLine] = {}
        self._notices: list[TaskNotice] = []
        self._ended: set[TaskId] = set()
        self._is_open = False
        self._notice_box = column(spacing=1)
        self._line_box = column(spacing=1)
        self.more = button("", ButtonKind.LINK)
        self._arrow = keep_icon(self.more, "chevron-up")
        self.more.clicked.connect(self._toggle)
        self.activity = button(self.tr("Show all in Activity"), ButtonKind.LINK)
        self.activity.clicked.connect(self.activity_requested)
        self._foot = QWidget()
        self._foot.setLayout(row(self.more, self.activity, None, spacing=2))
        body = column(self._notice_box, self._line_box, self._foot, spacing=1)
        body.setContentsMargins(SPACE * 2, SPACE, SPACE * 2, SPACE)
        self.setLayout(column(line(), body, spacing=0))
        for task in engine.tasks():
            if not task.state.is_final:
                self._take(task)
        self._arrange()

    def hear(self, event: EngineEvent) -> None:
        """Take an event of the engine; those that are not about tasks change nothing."""
        if isinstance(event, TaskChanged):
            self._take(event.task)
            self._arrange()

    def lines(self) -> tuple[TaskLine, ...]:
        """Return the lines of the tasks that are not over, those at work first."""
        return tuple(sorted(self._lines.values(), key=lambda one: _rank(one.task)))

    def notices(self) -> tuple[TaskNotice, ...]:
        """Return the lines about tasks that are over, the oldest first."""
        return tuple(self._notices)

    def _take(self, task: Task) -> None:
        if not task.state.is_final:
            present = self._lines.get(task.id)
            if present is not None:
                present.show_task(task)
            else:
                made = TaskLine(self._engine, task)
                self._lines[task.id] = made
                self._line_box.addWidget(made)
            return
        gone = self._lines.pop(task.id, None)
        if gone is not None:
            self._line_box.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        if task.id not in self._ended:
            self._ended.add(task.id)
            self._tell(task)

    def _tell(self, task: Task) -> None:
        about = set(affected_prefixes(task.request))
        for earlier in self.notices():
            # what was said before of the same environment, and offered, holds no longer
            if about.intersection(affected_prefixes(earlier.task.request)):
                self._drop(earlier)
        notice = TaskNotice(self._engine, task)
        notice.closed.connect(lambda: self._drop(notice))
        self._notices.append(notice)
        self._notice_box.addWidget(notice)
        for surplus in self._notices[:-_MOST_NOTICES]:
            self._drop(surplus)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, task_sentence(task)))

    def _drop(self, notice: TaskNotice) -> None:
        if notice in self._notices:
            self._notices.remove(notice)
            self._notice_box.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self._arrange()

    def _toggle(self) -> None:
        self._is_open = not self._is_open
        self._arrange()

    def _arrange(self) -> None:
        lines = self.lines()
        shown = lines[: _MOST_LINES if self._is_open else 1]
        for position, one in enumerate(lines):
            if self._line_box.indexOf(one) != position:
                self._line_box.removeWidget(one)
                self._line_box.insertWidget(position, one)
            one.setVisible(one in shown)
        others = len(lines) - 1
        self.more.setVisible(others > 0)
        self._arrow.show_icon("chevron-down" if self._is_open else "chevron-up", Tone.TEXT)
        self.more.setText(
            self.tr("Show less") if self._is_open else self.tr("%n more task(s)", None, others)
        )
        self.activity.setVisible(len(lines) > _MOST_LINES and self._is_open)
        self._foot.setVisible(others > 0)
        self.setVisible(bool(lines or self._notices))


def _rank(task: Task) -> tuple[bool, str]:
    return (task.state is TaskState.WAITING, task.submitted.isoformat())
