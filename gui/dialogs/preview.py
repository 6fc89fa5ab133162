"""The one dialog in which a request is asked for, worked out, looked at, and carried out."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from engine.errors import EngineError, Failure
from engine.plan import Plan, Severity
from engine.requests import ChangeRequest, RemoveRequest, Request
from gui.dialogs.errors import FailureBox
from gui.dialogs.fitting import fill, room_for, scroll_area
from gui.dialogs.form import RequestForm
from gui.dialogs.preview_page import PreviewPage
from gui.operations import Operation
from gui.presenting import apply_label, explain_warning, planning_sentence, request_title
from gui.theme import SPACE, TextRole, Tone
from gui.turns import in_turns
from gui.widgets import (
    ButtonKind,
    Spinner,
    button,
    column,
    label,
    line,
    row,
    set_style_property,
)

if TYPE_CHECKING:
    from engine.session import Engine

_WIDTH: Final = SPACE * 88
_WIDE: Final = SPACE * 102  # where sources change, two of them stand in one cell
_HEIGHT: Final = SPACE * 82
_SLOW_AFTER_MS: Final = 4000
_FRAME: Final = SPACE * 5  # the title bar and the borders of the system, at most


class Stage(StrEnum):
    """Say what the dialog does now."""

    ASKING = "asking"
    PLANNING = "planning"
    SHOWING = "showing"
    REFUSED = "refused"


class PreviewDialog(QDialog):
    """Take a request from a form, or as it is given, to a plan and to the queue.

    Open it with `open_soon`, which leaves the window time to paint, or with `open`; it deletes
    itself. `submitted` carries the TaskId of what Apply started, `revised` the Request of a plan
    that is shown in place of the one that was asked for first.
    Nothing that was entered is lost by an error, by cancelling the planning, or by going back.
    """

    submitted = Signal(object)
    revised = Signal(object)

    def __init__(
        self,
        engine: Engine,
        start: RequestForm | Request,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._engine = engine
        self._form = start if isinstance(start, RequestForm) else None
        self._request = None if isinstance(start, RequestForm) else start
        self._plan: Plan | None = None
        self._planning: Operation[Plan] | None = None
        self._stage = Stage.ASKING
        self._is_closing = False
        self._has_begun = False
        self._is_arriving = False
        self._stages = list(self._form.stages()) if self._form is not None else []
        self._build()
        if self._request is not None:
            self.setWindowTitle(request_title(self._request))
            self._work_out(self._request)

    @property
    def stage(self) -> Stage:
        """Return what the dialog does now."""
        return self._stage

    @property
    def plan(self) -> Plan | None:
        """Return the plan that is shown, None before there is one."""
        return self._plan

    @cached_property
    def page(self) -> PreviewPage:
        """Return the page that shows the plan; made while that is worked out."""
        made = PreviewPage(self._pages)
        made.alternative_chosen.connect(self._work_out)
        self._pages.addWidget(made)
        return made

    def open_soon(self) -> None:
        """Open it in the next turns of the event loop, as building it took one already."""
        in_turns(self, *[self._make_fields] * len(self._stages), self._begin, self.open)

    def open(self) -> None:
        """Open it now."""
        self._begin()
        super().open()

    def _begin(self) -> None:
        """Put the form in its place and let it load what it offers, once."""
        if self._form is None or self._has_begun:
            return
        self._has_begun = True
        while self._stages:
            self._make_fields()
        if (layout := self._form.layout()) is not None:
            layout.setContentsMargins(0, 0, SPACE * 2, SPACE)
        fill(self._form_page, self._form)
        self._form.changed.connect(self._update_buttons)
        self._form.start()
        self._enter(Stage.ASKING)

    def _make_fields(self) -> None:
        if self._stages:
            self._stages.pop(0)()

    def failure_sentence(self) -> str:
        """Return what is said to have gone wrong, "" for nothing."""
        box = self._failure
        return box.sentence() if box is not None and box.isVisibleTo(self) else ""

    def _build(self) -> None:
        self._failure: FailureBox | None = None
        self._held: QWidget | None = None
        self._heading = label("", TextRole.TITLE, wrap=True)
        self._loading = QWidget()
        self._loading.setLayout(column(self._heading, None))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._loading)
        if self._form is not None:
            self._form_page = scroll_area(self._pages)
            self._pages.addWidget(self._form_page)
        self._spinner = Spinner()
        self._state = label("", tone=Tone.MUTED, wrap=True)
        self.back = button(self.tr("&Back"), icon="chevron-left")
        self.cancel = button(self.tr("Cancel"))
        self.go = button("", ButtonKind.PRIMARY)
        self.back.clicked.connect(self._go_back)
        self.cancel.clicked.connect(self._give_up)
        self.go.clicked.connect(self._go_on)
        foot = row(self.back, self._spinner, self._state, self.cancel, self.go)
        foot.setStretch(2, 1)
        foot.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        self._above = row()
        self._above.setContentsMargins(0, 0, SPACE * 2, 0)
        body = column(self._above, self._pages, spacing=1.5)
        body.setContentsMargins(SPACE * 3, SPACE * 3, SPACE, SPACE)
        # What is said stays at the top when there is nothing below it.
        body.addStretch(1)
        body.setStretch(1, 1000)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(body, 1)
        outer.addWidget(line())
        outer.addLayout(foot)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_AFTER_MS)
        self._slow.timeout.connect(self._say_that_it_is_slow)
        self._grow(self._form.asking_height if self._form is not None else _HEIGHT)

    def _grow(self, height: int) -> None:
        """Make the dialog at least `height` high, where the screen has room."""
        width = _WIDE if isinstance(self._request, ChangeRequest) else _WIDTH
        wanted = QSize(width, height).boundedTo(room_for(self))
        if not self.isVisible():
            self.resize(wanted)
        elif self.height() < wanted.height():
            self.resize(self.size().expandedTo(wanted))
            room = self.screen().availableGeometry()
            beyond = self.frameGeometry().top() + wanted.height() + _FRAME - room.bottom()
            if beyond > 0:
                self.move(self.x(), max(room.top(), self.frameGeometry().top() - beyond))

    def _enter(self, stage: Stage) -> None:
        self._stage = stage
        busy = stage is Stage.PLANNING
        if busy:  # what is disabled loses the keyboard
            self._held = self.focusWidget()
        if stage is Stage.ASKING and self._form is not None:
            self._pages.setCurrentWidget(self._form_page)
            self.setWindowTitle(self._form.windowTitle())
        elif stage is Stage.SHOWING:
            self._pages.setCurrentWidget(self.page)
            if self._plan is not None and self._plan.changes:
                self._grow(_HEIGHT)
        elif self._plan is None and self._form is None:
            self._heading.setText(self.windowTitle())
            self._pages.setCurrentWidget(self._loading)
        self._pages.setVisible(stage is not Stage.REFUSED)
        self._pages.setEnabled(not busy or self._pages.currentWidget() is self._loading)
        self._spinner.setVisible(busy)
        if not busy:
            self._slow.stop()
        self._update_buttons()
        if stage is Stage.ASKING and self._form is not None:
            self._form.take_focus()
            held = self._held
            if held is not None and isValid(held) and self._form.isAncestorOf(held):
                held.setFocus()

    def _update_buttons(self) -> None:
        stage = self._stage
        self.back.setVisible(self._form is not None and stage is Stage.SHOWING)
        self.cancel.setText(self.tr("&Stop") if stage is Stage.PLANNING else self.tr("Cancel"))
        self._state.setText(self.footnote())
        match stage:
            case Stage.ASKING:
                self._show_go(self.tr("&Review"), self._asked() is not None)
            case Stage.PLANNING:
                self.go.setEnabled(False)
                self.go.setVisible(bool(self.go.text()))
            case Stage.SHOWING if self._plan is not None:
                words = apply_label(self._plan.request, self._plan.figures.freed_bytes)
                self._show_go(words, not (self._plan.is_blocked or self._plan.is_empty))
            case _:
                self._show_go(self.tr("&Try again"), self._request is not None)

    def _show_go(self, words: str, is_enabled: bool) -> None:
        removes = (
            self._stage is Stage.SHOWING
            and self._plan is not None
            and isinstance(self._plan.request, RemoveRequest)
        )
        kind = ButtonKind.DANGER if removes else ButtonKind.PRIMARY
        self.go.setText(words)
        self.go.show()
        self.go.setEnabled(is_enabled)
        set_style_property(self.go, "kind", kind.value)
        # Enter must not delete anything by accident.
        self.go.setDefault(not removes)
        self.cancel.setDefault(removes)

    def footnote(self) -> str:
        """Return what stands beside the buttons: what is done, or why Apply is not possible."""
        if self._stage is Stage.PLANNING and self._request is not None:
            return planning_sentence(self._request)
        if self._stage is Stage.SHOWING and self._plan is not None and self._plan.is_blocked:
            blocking = next(one for one in self._plan.warnings if one.severity is Severity.BLOCKING)
            return explain_warning(blocking, self._plan.request).sentence
        if self._stage is Stage.SHOWING and self._plan is not None and self._plan.is_empty:
            return self.tr("There is nothing to apply: the environment would stay as it is.")
        return ""

    def _asked(self) -> Request | None:
        return self._form.request() if self._form is not None else self._request

    def _go_on(self) -> None:
        if self._stage is Stage.SHOWING:
            self._submit()
        elif (request := self._asked()) is not None:
            if self._form is not None:
                self._form.hold()
            self._work_out(request)

    def _go_back(self) -> None:
        self._plan = None
        self._engine.lay_aside()
        self._say_failure(None)
        self._enter(Stage.ASKING)

    def _work_out(self, request: Request) -> None:
        self._request = request
        self._say_failure(None)
        self._enter(Stage.PLANNING)
        self._slow.start()
        self._planning = (
            Operation(self, lambda: self._engine.plan(request))
            .then(self._show_plan)
            .otherwise(self._refuse)
            .finally_(self._settle)
            .run()
        )
        # What shows the plan is made while the plan is.
        in_turns(self, lambda: self.page, self._polish)

    def _polish(self) -> None:
        self.page.ensurePolished()

    def _show_plan(self, plan: Plan) -> None:
        if self._plan is not None and self._plan.request != plan.request:
            self.revised.emit(plan.request)
        self._plan = plan
        self._is_arriving = True
        in_turns(self, lambda: self.page.show_plan(plan), lambda: self._present(plan))

    def _present(self, plan: Plan) -> None:
        self._is_arriving = False
        self.setWindowTitle(request_title(plan.request))
        self._enter(Stage.SHOWING)
        if isinstance(plan.request, RemoveRequest) or plan.is_blocked or plan.is_empty:
            self.cancel.setFocus()
        else:
            self.go.setFocus()

    def _refuse(self, failure: Failure) -> None:
        self._say_failure(failure)
        self._return()

    def _say_failure(self, failure: Failure | None) -> None:
        if failure is not None and self._failure is None:
            self._failure = FailureBox()
            self._above.addWidget(self._failure)
        if self._failure is not None and failure is not None:
            self._failure.say(failure)
        elif self._failure is not None:
            self._failure.hide()

    def _settle(self) -> None:
        # Cancelling, by whomever, ends an operation without a word.
        if self._stage is Stage.PLANNING and not self._is_arriving:
            self._return()

    def _return(self) -> None:
        if self._plan is not None:
            self._request = self._plan.request
            self.page.restore()
            self._enter(Stage.SHOWING)
        elif self._form is not None:
            self._enter(Stage.ASKING)
        else:
            self._enter(Stage.REFUSED)

    def _say_that_it_is_slow(self) -> None:
        self._state.setText(
            self.tr(
                "Still at work. The first time, the package lists of the channels are downloaded,"
                " which can take a minute."
            )
        )

    def _submit(self) -> None:
        if self._plan is None:
            return
        self.go.setEnabled(False)
        try:
            task_id = self._engine.submit(self._plan)
        except EngineError as error:
            self._say_failure(error.failure)
            self._update_buttons()
            return
        self.submitted.emit(task_id)
        self.accept()

    def _give_up(self) -> None:
        if self._stage is Stage.PLANNING and self._planning is not None:
            self._planning.cancel()
            if self._form is not None or self._plan is not None:
                return
        super().reject()

    def reject(self) -> None:
        """Stop the planning, else go back to the form with all that was entered, else close."""
        if self._is_closing:
            super().reject()
        elif self._stage is Stage.SHOWING and self._form is not None:
            self._go_back()
        else:
            self._give_up()

    def done(self, result: int) -> None:
        """Free what waits for a plan that is put away."""
        if result == QDialog.DialogCode.Rejected:
            self._engine.lay_aside()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the planning and close, wherever it stands; Qt asks `reject` on the way."""
        self._is_closing = True
        if self._planning is not None:
            self._planning.cancel()
        super().closeEvent(event)
