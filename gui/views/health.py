"""The Health tab: what is wrong with one environment, worst first, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from engine.errors import Failure
from engine.health.values import Depth, Finding, FindingCode, Gap, HealthProgress
from gui import formats
from gui.models.health import Diagnosis
from gui.panels import Banner, Disclosure, EmptyState, Loading
from gui.presenting import explain
from gui.presenting.glossary import Term, term_sentence
from gui.presenting.health import unchecked_sentence
from gui.theme import SPACE, TextRole, Tone
from gui.turns import in_turns
from gui.views.failed_state import FailedState
from gui.views.health_card import FindingCard, IgnoredRow
from gui.views.health_keyboard import chain, control_for, spot_of, stops, usable
from gui.widgets import ButtonKind, button, column, label, line, row

_PER_MILLE: Final = 1000
_SILENCE: Final = frozenset((Gap.CHANNEL_SILENT, Gap.INDEX_SILENT))
_BAR_WIDTH: Final = SPACE * 24


class HealthView(QWidget):
    """Show the findings of one environment.

    `repair_chosen` carries the steps to plan, `repair_all_chosen` the wishes; `look_chosen` the
    folder to look into; `ignore_chosen` and `heed_chosen` the key of a finding; `check_chosen` the
    depth of a check, `stop_chosen` that it shall end.
    """

    repair_chosen = Signal(object)
    repair_all_chosen = Signal(object)
    look_chosen = Signal(object)
    ignore_chosen = Signal(str)
    heed_chosen = Signal(str)
    check_chosen = Signal(object)
    stop_chosen = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Diagnosis | None = None
        self._page: QWidget | None = None
        self._cards: list[FindingCard] = []
        self._ignored: list[IgnoredRow] = []
        self._refusal = ""
        self._shows_ignored = False
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName(self.tr("What was found"))
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._loading = Loading(self.tr("Looking at the health of this environment…"))
        self._failed = FailedState(self.tr("T&ry again"))
        self._failed.acted.connect(self.retry_requested)
        self._pages = QStackedWidget()
        for page in (self._scroll, self._loading, self._failed):
            self._pages.addWidget(page)
        inner = column(self._make_head(), line(), self._pages, spacing=0)
        inner.setStretch(2, 1)
        self.setLayout(inner)
        self._say_nothing()
        self.show_check(None)

    def _make_head(self) -> QWidget:
        self._title = label("", TextRole.STRONG)
        self._note = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self.repair_all = button(self.tr("&Repair all"), ButtonKind.PRIMARY)
        self.repair_all.setToolTip(
            self.tr(
                "Do all that has a button “Repair” below. You see a list of the changes first and"
                " can still cancel."
            )
        )
        self.repair_all.clicked.connect(self._repair_all)
        self.deep = button(self.tr("Check &every file"))
        self.deep.setToolTip(
            self.tr("Read every file and compare it with what its package brought; takes a while")
        )
        self.deep.clicked.connect(lambda: self.check_chosen.emit(Depth.DEEP))
        self.online = button(self.tr("Ask the &channels too"))
        self.online.setToolTip(
            self.tr(
                "Ask the places that packages come from whether these are still offered, and"
                " whether security holes are known; needs the internet"
            )
        )
        self.online.clicked.connect(lambda: self.check_chosen.emit(Depth.ONLINE))
        self._bar = QProgressBar()
        self._bar.setRange(0, _PER_MILLE)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._bar.setAccessibleName(self.tr("How far the check has come"))
        self._progress = label("", tone=Tone.MUTED)
        self.stop = button(self.tr("&Stop"))
        self.stop.clicked.connect(self.stop_chosen)
        self.trouble = Banner(tone=Tone.WARNING, closable=True)
        self.trouble.hide()
        top = row(self._title, self._bar, self._progress, self.stop, self.online, self.deep)
        top.addWidget(self.repair_all)
        top.setStretch(0, 1)
        head = QWidget()
        inner = column(top, self._note, self.trouble)
        inner.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        head.setLayout(inner)
        return head

    @property
    def cards(self) -> tuple[FindingCard, ...]:
        """Return the cards that are shown, worst first."""
        return tuple(self._cards)

    @property
    def ignored(self) -> tuple[IgnoredRow, ...]:
        """Return the lines of ignored findings."""
        return tuple(self._ignored)

    def summary(self) -> str:
        """Return what the head says."""
        return self._title.text()

    def show_diagnosis(self, diagnosis: Diagnosis, refusal: str = "") -> None:
        """Show `diagnosis`; `refusal` says why nothing can be repaired here, "" when it can.

        The cards that stay, stay where they are.
        """
        self._title.setText(self._said(diagnosis))
        closed = [each for each in diagnosis.findings if not _is_open(each, refusal)]
        notes = [refusal] if closed else []
        if Depth.DEEP in diagnosis.depths:
            notes.append(self.tr("Every file was looked at."))
        silent = {each.gap for each in diagnosis.unchecked} & _SILENCE
        if Depth.ONLINE in diagnosis.depths and not silent:
            notes.append(self.tr("The channels were asked."))
        if diagnosis.unchecked:
            notes.append(self.tr("Not everything could be looked at."))
        if diagnosis.findings and not refusal:
            notes.append(
                self.tr(
                    "Before a repair you see a list of the changes and can still cancel. Your files"
                    " outside of this environment’s folder are never touched."
                )
            )
        self._note.setText(" ".join(notes))
        self._note.setVisible(bool(notes))
        is_there = all(each.code is not FindingCode.PREFIX_GONE for each in diagnosis.findings)
        for check in (self.deep, self.online):
            check.setEnabled(is_there)
        self.repair_all.setVisible(len(diagnosis.repairable) > 0 and not refusal)
        if diagnosis != self._shown or refusal != self._refusal:
            self._shown, self._refusal = diagnosis, refusal
            self._build(diagnosis, refusal)
        self._pages.setCurrentWidget(self._scroll)

    def leave(self) -> None:
        """Take the cards away: they are about another environment than the next ones."""
        self._shown = self._page = None
        self._cards, self._ignored = [], []
        page = cast("QWidget | None", self._scroll.takeWidget())  # there may be none yet
        if page is not None:
            page.deleteLater()
        self._say_nothing()

    def show_loading(self) -> None:
        """Show that the findings are on their way."""
        self._shown = None
        self._say_nothing()
        self._pages.setCurrentWidget(self._loading)

    def show_failure(self, failure: Failure) -> None:
        """Show why there is nothing to see, and offer another try."""
        self._shown = None
        self._failed.tell(failure)
        self._say_nothing()
        self._pages.setCurrentWidget(self._failed)

    def _say_nothing(self) -> None:
        self._title.setText("")
        self._note.hide()
        self.repair_all.hide()

    def show_check(self, depth: Depth | None) -> None:
        """Show that a thorough check is under way, or none."""
        is_busy = depth is not None
        coming, going = (self._bar, self._progress, self.stop), (self.deep, self.online)
        if not is_busy:
            coming, going = going, coming
        has_focus = any(part.hasFocus() for part in going)
        for part in coming:
            part.show()
        if has_focus:  # or it would go to whatever comes next in the window
            (self.stop if is_busy else self.deep).setFocus()
        for part in going:
            part.hide()
        if is_busy:
            self.trouble.hide()
            self._bar.setRange(0, 0)
            text = self.tr("Asking…") if depth is Depth.ONLINE else self.tr("Reading files…")
            self._progress.setText(text)

    def show_progress(self, progress: HealthProgress) -> None:
        """Show how far a thorough check has come."""
        total = progress.bytes_total or progress.files_total
        if not total:
            return
        done = progress.bytes_done if progress.bytes_total else progress.files_done
        self._bar.setRange(0, _PER_MILLE)
        self._bar.setValue(round(_PER_MILLE * done / total))
        text = self.tr("{done} of {total} files")
        self._progress.setText(
            text.format(
                done=formats.format_count(progress.files_done),
                total=formats.format_count(progress.files_total),
            )
        )

    def show_trouble(self, failure: Failure) -> None:
        """Say why a thorough check came to nothing; what was known stays."""
        words = explain(failure)
        self.trouble.say(" ".join(p for p in (words.sentence, words.cause) if p), Tone.WARNING)

    def _said(self, diagnosis: Diagnosis) -> str:
        count = len(diagnosis.findings)
        if not count:
            if diagnosis.ignored:
                return self.tr("Nothing else found")
            return self.tr("No problems found")
        return self.tr("%n thing(s) found", None, count)

    def _repair_all(self) -> None:
        if self._shown is not None:
            self.repair_all_chosen.emit(tuple(each.wish for each in self._shown.repairable))

    def _build(self, diagnosis: Diagnosis, refusal: str) -> None:
        """Fill a page out of sight, a card in each turn of the loop, and show it when whole."""
        page = QWidget(self._scroll.viewport())
        page.hide()
        page.setProperty("panel", "surface")
        self._page = page
        body = column(spacing=1.5)
        body.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 3)
        page.setLayout(body)
        cards: list[FindingCard] = []
        ignored: list[IgnoredRow] = []
        in_turns(
            page,
            *(
                partial(self._add_card, body, cards, finding, _is_open(finding, refusal))
                for finding in diagnosis.findings
            ),
            partial(self._add_rest, body, ignored, diagnosis),
            lambda: self._finish(page, cards, ignored),
        )

    def _add_card(
        self, body: QVBoxLayout, cards: list[FindingCard], finding: Finding, may_repair: bool
    ) -> None:
        card = FindingCard(finding)
        for way in card.ways:
            way.setEnabled(may_repair)
        card.repair_chosen.connect(self.repair_chosen)
        card.look_chosen.connect(self.look_chosen)
        card.ignore_chosen.connect(self.ignore_chosen)
        body.addWidget(card)
        cards.append(card)

    def _add_rest(self, body: QVBoxLayout, ignored: list[IgnoredRow], diagnosis: Diagnosis) -> None:
        if not diagnosis.findings:
            body.addWidget(self._empty(diagnosis), 1)
        if diagnosis.ignored:
            body.addWidget(self._disclosed(ignored, diagnosis.ignored))
        if diagnosis.unchecked:
            told = tuple(map(unchecked_sentence, diagnosis.unchecked))
            body.addWidget(Disclosure(self.tr("What could not be looked at"), _lines(told)))
        title = self.tr("What the words mean")
        body.addWidget(Disclosure(title, _lines(tuple(map(term_sentence, Term)))))
        if diagnosis.findings:
            body.addStretch(1)

    def _empty(self, diagnosis: Diagnosis) -> QWidget:
        if diagnosis.ignored:
            return EmptyState(
                "check",
                self.tr("Nothing else was found"),
                self.tr("What you chose to ignore is listed below."),
            )
        if Depth.DEEP in diagnosis.depths:
            text = self.tr(
                "Every file is as its package brought it, and every package has what it needs."
            )
        else:
            text = self.tr(
                "Packages have what they need, and nothing got in each other's way. To be quite"
                " sure, let every file be checked."
            )
        return EmptyState("check", self.tr("This environment is in good health"), text)

    def _disclosed(self, ignored: list[IgnoredRow], findings: Sequence[Finding]) -> QWidget:
        holder = QWidget()
        inner = column(spacing=0.5)
        inner.setContentsMargins(SPACE * 3, SPACE // 2, 0, 0)
        for finding in findings:
            shown = IgnoredRow(finding)
            shown.heed_chosen.connect(self.heed_chosen)
            inner.addWidget(shown)
            ignored.append(shown)
        holder.setLayout(inner)
        made = Disclosure(self.tr("%n ignored", None, len(findings)), holder)
        made.set_open(self._shows_ignored)
        made.toggled.connect(self._keep_ignored_open)
        return made

    def _keep_ignored_open(self, is_open: bool) -> None:
        self._shows_ignored = is_open

    def _finish(self, page: QWidget, cards: list[FindingCard], ignored: list[IgnoredRow]) -> None:
        if page is not self._page:
            page.deleteLater()
            return
        at = self._scroll.verticalScrollBar().value()
        spot = spot_of(self.window().focusWidget(), self._cards, self._ignored)
        unfolded = {card.finding.key for card in self._cards if card.more.is_open}
        for card in cards:
            card.more.set_open(card.finding.key in unfolded)
        self._cards, self._ignored = cards, ignored
        self._scroll.setWidget(page)
        chain(self._scroll, stops(page))
        page.show()
        self._scroll.verticalScrollBar().setValue(at)
        if spot is not None:
            going_on = control_for(spot, cards, ignored) or self._last_resort(page)
            going_on.setFocus(Qt.FocusReason.OtherFocusReason)
            if page.isAncestorOf(going_on):
                self._scroll.ensureWidgetVisible(going_on, 0, SPACE * 2)

    def _last_resort(self, page: QWidget) -> QWidget:
        """Return what takes the keyboard when the last card is gone."""
        return (*usable(page), self._scroll)[0]


def _lines(texts: Sequence[str]) -> QWidget:
    holder = QWidget()
    inner = column(*(label(text, tone=Tone.MUTED, wrap=True) for text in texts), spacing=0.75)
    inner.setContentsMargins(SPACE * 3, SPACE // 2, 0, 0)
    holder.setLayout(inner)
    return holder


def _is_open(finding: Finding, refusal: str) -> bool:
    """Return whether a finding can be repaired; what forbids the others can be lifted itself."""
    return not refusal or finding.code is FindingCode.FROZEN
