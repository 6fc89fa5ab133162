"""Say in one line how a task ended, with what one would do next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import ErrorCode
from engine.events import Task, TaskState
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    Request,
)
from gui.dialogs.errors import present_error
from gui.dialogs.preview import PreviewDialog
from gui.operations import Operation
from gui.presenting import task_sentence
from gui.tasks.line import TaskMark
from gui.widgets import ElidedLabel, button, icon_button, row

if TYPE_CHECKING:
    from engine.session import Engine

_SHOWN_FOR_MS: Final = 12_000
_WORTH_ANOTHER_LOOK: Final = (
    ErrorCode.PLAN_STALE,
    ErrorCode.PREVIEW_AGAIN,
    ErrorCode.HASH_MISMATCH,
)


class TaskNotice(QWidget):
    """Tell of a task that is over; a good end goes away by itself, a bad one waits.

    `closed` comes when it should go.
    """

    closed = Signal()

    def __init__(self, engine: Engine, task: Task, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.task = task
        mark = TaskMark()
        mark.show_state(task.state)
        self._sentence = ElidedLabel(task_sentence(task))
        self.action = button("")
        self.action.hide()
        self._close = icon_button("close", self.tr("Close this message"))
        self._close.clicked.connect(self.closed)
        inner = row(mark, self._sentence, self.action, self._close, spacing=1.5)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_FOR_MS)
        self._timer.timeout.connect(self.run_out)
        self._offer()
        if task.state is not TaskState.FAILED:
            self._timer.start()

    def sentence(self) -> str:
        """Return what the line says."""
        return self._sentence.whole()

    def _offer(self) -> None:
        prefix = _ready_prefix(self.task.request)
        failure = self.task.failure if self.task.state is TaskState.FAILED else None
        if failure is not None and failure.code in _WORTH_ANOTHER_LOOK:
            self.action.setText(self.tr("Look again"))
            self.action.clicked.connect(self._preview_again)
            self.action.show()
        elif failure is not None:
            self.action.setText(self.tr("Details"))
            self.action.clicked.connect(self._show_failure)
            self.action.show()
        elif self.task.state is TaskState.SUCCEEDED and prefix is not None:
            self.action.setText(self.tr("Open terminal"))
            self.action.clicked.connect(lambda: self._open_terminal(prefix))
            self.action.show()

    def _preview_again(self) -> None:
        PreviewDialog(self._engine, self.task.request, self.window()).open()
        self.closed.emit()

    def _show_failure(self) -> None:
        if self.task.failure is not None:
            present_error(self, self.task.failure)

    def _open_terminal(self, prefix: Path) -> None:
        Operation(self, lambda: self._engine.open_terminal(prefix)).run()

    def run_out(self) -> None:
        """Ask to be closed, unless somebody is about to use it."""
        # Whoever points at it, or stands in it with the keyboard, is about to use it.
        if self.underMouse() or self.action.hasFocus() or self._close.hasFocus():
            self._timer.start()
        else:
            self.closed.emit()


def _ready_prefix(request: Request) -> Path | None:
    match request:
        case CreateRequest(prefix=prefix) | CloneRequest(prefix=prefix):
            return prefix
        case ExactRequest(prefix=prefix):
            return prefix
        case RenameRequest(prefix=prefix) | ChangeRequest(prefix=prefix):
            return prefix
        case RepairRequest(prefix=prefix):
            return prefix if prefix.exists() else None
        case RemoveRequest() | CleanRequest() | RelinkRequest():
            return None
