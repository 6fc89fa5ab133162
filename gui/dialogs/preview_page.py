"""Show a plan: warnings first, what it costs in words, and every change."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.plan import Plan, PlanWarning, Severity, WarningCode
from engine.requests import ChangeRequest, RemoveRequest, Request, UpdateScope
from gui.dialogs.changes_view import ChangesView
from gui.dialogs.clean_preview import CleanPreview
from gui.dialogs.errors import RawText
from gui.dialogs.fitting import fill, scroll_area
from gui.dialogs.flow import FlowLayout
from gui.dialogs.repair_preview import RepairPreview
from gui.panels import Disclosure, Segmented
from gui.presenting import (
    alternative_label,
    explain_warning,
    figures_sentences,
    request_place,
    request_title,
    severity_name,
)
from gui.presenting.repairs import repair_will
from gui.theme import SPACE, TextRole, Tone
from gui.views.two_lines import TwoLines
from gui.widgets import (
    ButtonKind,
    ElidedLabel,
    IconLabel,
    button,
    column,
    label,
    row,
    set_tone,
)

_LONG_LIST: Final = 15
_LOUD_WAYS: Final = ("overwrite",)
_CLOSED: Final = (WarningCode.ENVIRONMENT_PROTECTED, WarningCode.ENVIRONMENT_FROZEN)
_LOUDEST_FIRST: Final = (Severity.BLOCKING, Severity.DANGER, Severity.WARNING, Severity.NOTE)


def severity_tone(severity: Severity) -> Tone:
    """Return the colour of `severity`."""
    return {
        Severity.NOTE: Tone.NOTE,
        Severity.WARNING: Tone.WARNING,
        Severity.DANGER: Tone.DANGER,
        Severity.BLOCKING: Tone.DANGER,
    }[severity]


class WarningCard(QFrame):
    """Say one warning, why it matters, and offer what would avoid it.

    `alternative_chosen` carries the Request of the alternative that was pressed.
    """

    alternative_chosen = Signal(object)

    def __init__(
        self, warning: PlanWarning, request: Request, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        tone = severity_tone(warning.severity)
        words = explain_warning(warning, request)
        self.setProperty("banner", tone.value)
        self.setAccessibleName(f"{severity_name(warning.severity)}: {words.sentence}")
        self.setToolTip("\n".join(words.terms))
        icon = IconLabel("info" if tone is Tone.NOTE else "warning", tone)
        icon.setToolTip(severity_name(warning.severity))
        self._ways: list[QPushButton] = []
        texts = column(label(words.sentence, TextRole.STRONG, wrap=True), spacing=0.5)
        if words.reason:
            texts.addWidget(label(words.reason, wrap=True))
        if warning.alternatives:
            texts.addSpacing(SPACE // 2)
            texts.addWidget(self._ways_around(warning))
        if words.detail:
            raw = RawText(self.tr("Details of the warning"))
            raw.set_text(words.detail)
            texts.addWidget(Disclosure(self.tr("Details"), raw))
        inner = row(icon, texts)
        inner.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        inner.setContentsMargins(SPACE + 4, SPACE + 2, SPACE + 4, SPACE + 2)
        inner.setStretch(1, 1)
        self.setLayout(inner)

    def ways(self) -> tuple[QPushButton, ...]:
        """Return the buttons of what would avoid the warning."""
        return tuple(self._ways)

    def _ways_around(self, warning: PlanWarning) -> QWidget:
        holder = QWidget()
        buttons = FlowLayout(SPACE)
        for alternative in warning.alternatives:
            is_loud = alternative.code in _LOUD_WAYS
            kind = ButtonKind.DANGER if is_loud else ButtonKind.PLAIN
            choice = button(alternative_label(alternative), kind)
            choice.clicked.connect(
                lambda _=False, wanted=alternative.request: self.alternative_chosen.emit(wanted)
            )
            buttons.addWidget(choice)
            self._ways.append(choice)
        holder.setLayout(buttons)
        return holder


class ReachChoice(QWidget):
    """Choose how far a change may reach beyond what was asked for; `chosen` tells the scope."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.segments = Segmented(
            (
                (UpdateScope.KEEP, self.tr("Keep as it is")),
                (UpdateScope.NEEDED, self.tr("Update what is needed")),
                (UpdateScope.ALL, self.tr("Update all")),
                (UpdateScope.ONLY, self.tr("Must not change")),
            ),
            self.tr("Everything else"),
        )
        for scope, words in (
            (
                UpdateScope.KEEP,
                self.tr("Packages that you did not ask for stay, if they can"),
            ),
            (UpdateScope.NEEDED, self.tr("What your packages need is updated along with them")),
            (UpdateScope.ALL, self.tr("Every package becomes as new as they all allow")),
            (UpdateScope.ONLY, self.tr("Only the packages that you asked for change")),
        ):
            self.segments.explain(scope, words)
        self.segments.chosen.connect(self.chosen)
        about = label(self.tr("Everything else:"), tone=Tone.MUTED)
        self.setLayout(column(TwoLines((about,), (self.segments,), ())))

    def show_scope(self, scope: UpdateScope) -> None:
        """Show `scope` as the one in force."""
        self.segments.show_value(scope)


class PreviewPage(QWidget):
    """Show one plan; `alternative_chosen` carries the Request that avoids a warning."""

    alternative_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("", TextRole.TITLE, wrap=True)
        self._where = ElidedLabel("", TextRole.SMALL, Tone.MUTED, Qt.TextElideMode.ElideMiddle)
        self._will = label("", wrap=True)
        self._plan: Plan | None = None
        self._warnings = column()
        self._figures = label("", wrap=True)
        self._find = QLineEdit()
        self._find.setPlaceholderText(self.tr("Find in these changes"))
        self._find.setAccessibleName(self.tr("Find in these changes"))
        self._find.setClearButtonEnabled(True)
        self._nothing = label(self.tr("No package has this name."), tone=Tone.MUTED)
        self._view = ChangesView()
        self._why = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self._why.hide()
        self._view.selectionModel().currentChanged.connect(self._on_current)
        self._view.changes.modelReset.connect(self._why.hide)
        self._find.textChanged.connect(self._on_find)
        inner = QWidget()
        body = column(
            self._title,
            self._where,
            self._will,
            self._warnings,
            self._figures,
            self._find,
            self._nothing,
            self._view,
            self._why,
            spacing=1.5,
        )
        # Where there is no table, the words stay together at the top.
        body.addStretch(1)
        body.setStretchFactor(self._view, 1000)
        body.setContentsMargins(0, 0, SPACE * 2, SPACE)
        inner.setLayout(body)
        self._body = body
        self._scroll = scroll_area(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        fill(self._scroll, inner)

    @cached_property
    def reach(self) -> ReachChoice:
        """Return the choice of how far a change may reach; made for the first change."""
        made = ReachChoice()
        made.chosen.connect(self._on_reach)
        self._body.insertWidget(self._body.indexOf(self._where) + 1, made)
        return made

    @cached_property
    def cleaning(self) -> CleanPreview:
        """Return what shows a cleaning or a sharing of files; made for the first of these."""
        made = CleanPreview()
        self._body.insertWidget(self._body.indexOf(self._view) + 1, made)
        return made

    @cached_property
    def repairing(self) -> RepairPreview:
        """Return what shows the files that a repair touches; made for the first repair."""
        made = RepairPreview()
        self._body.insertWidget(self._body.indexOf(self._view) + 1, made)
        return made

    def show_plan(self, plan: Plan) -> None:
        """Show `plan` from its beginning."""
        self._title.setText(request_title(plan.request))
        where = request_place(plan.request)
        self._where.set_whole(where)
        self._where.setVisible(bool(where))
        self._plan = plan
        self._will.setText(repair_will(plan))
        self._will.setVisible(bool(self._will.text()))
        self._show_reach(plan)
        self._figures.setText(" ".join(figures_sentences(plan)))
        self._figures.setVisible(bool(self._figures.text()))
        self._show_warnings(plan)
        self._find.clear()
        self._view.changes.set_changes(plan.changes, mends=plan.repairing is not None)
        self._view.changes.sort(-1)
        self._view.setVisible(bool(plan.changes))
        if plan.cleaning is not None or plan.relinking is not None:
            self.cleaning.show_plan(plan)
        if plan.repairing is not None or "repairing" in vars(self):
            self.repairing.show_repairing(plan.repairing)
        self._find.setVisible(len(plan.changes) > _LONG_LIST)
        self._nothing.hide()
        self._view.share_width()
        if isinstance(plan.request, RemoveRequest):
            set_tone(self._figures, Tone.TEXT)
        self._scroll.verticalScrollBar().setValue(0)

    def _show_reach(self, plan: Plan) -> None:
        is_open = not any(warning.code in _CLOSED for warning in plan.warnings)
        if isinstance(plan.request, ChangeRequest) and is_open:
            self.reach.show_scope(plan.request.scope)
            self.reach.show()
        elif "reach" in vars(self):
            self.reach.hide()

    def _on_reach(self, scope: UpdateScope) -> None:
        request = None if self._plan is None else self._plan.request
        if isinstance(request, ChangeRequest) and request.scope is not scope:
            self.alternative_chosen.emit(replace(request, scope=scope))

    def restore(self) -> None:
        """Show the choices of the plan that is shown: another one could not be worked out."""
        if self._plan is not None:
            self._show_reach(self._plan)

    def _show_warnings(self, plan: Plan) -> None:
        while (item := self._warnings.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for warning in sorted(plan.warnings, key=lambda one: _LOUDEST_FIRST.index(one.severity)):
            card = WarningCard(warning, plan.request)
            card.alternative_chosen.connect(self.alternative_chosen)
            self._warnings.addWidget(card)

    def _on_current(self, index: QModelIndex) -> None:
        """Say the whole reason below the table where its column has no room for it."""
        reason, change = self._view.hidden_reason(index), self._view.changes.change_at(index)
        self._why.setVisible(bool(reason))
        if reason and change is not None:
            text = self.tr("{name}: {reason}").format(name=change.name, reason=reason)
            self._why.setText(text)

    def _on_find(self, words: str) -> None:
        self._view.changes.set_filter(words)
        self._nothing.setVisible(self._view.changes.shown_count() == 0)
