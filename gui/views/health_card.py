"""One finding as a calm card: what is wrong, what it means, and what can be done."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from engine.health.values import Finding, FindingCode, Gravity, RepairStep
from gui.dialogs.flow import FlowLayout
from gui.panels import Disclosure
from gui.presenting.health import (
    FindingWords,
    evidence_text,
    explain_finding,
    gravity_word,
    since_text,
)
from gui.presenting.repairs import is_removal, repair_label, repair_sentence
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, CopyButton, IconLabel, button, column, label, row
from gui.wrapping import shortened, with_breaks

GRAVITY_LOOKS: Final[dict[Gravity, tuple[str, Tone]]] = {
    Gravity.BROKEN: ("error", Tone.DANGER),
    Gravity.RISKY: ("warning", Tone.WARNING),
    Gravity.NOTE: ("info", Tone.NOTE),
}
_PROOFS: Final = 20
_LETTERS: Final = 48  # on a button, at most
# These may be somebody's own work.
_TO_LOOK_AT: Final = frozenset((FindingCode.FILES_ALTERED, FindingCode.FILES_UNOWNED))


class FindingCard(QFrame):
    """Show one finding with its repairs.

    `repair_chosen` carries the steps of the way that was pressed, `look_chosen` the folder to
    look into, `ignore_chosen` the finding's key.
    """

    repair_chosen = Signal(object)
    look_chosen = Signal(object)
    ignore_chosen = Signal(str)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.setProperty("panel", "raised")
        words = explain_finding(finding)
        icon_name, tone = GRAVITY_LOOKS[finding.gravity]
        self.setAccessibleName(f"{gravity_word(finding.gravity)}: {words.sentence}")
        self.setToolTip("\n".join(words.terms))
        icon = IconLabel(icon_name, tone, SPACE * 2 + 4)
        icon.setToolTip(gravity_word(finding.gravity))
        since = since_text(finding)
        above = " · ".join(part for part in (gravity_word(finding.gravity), since) if part)
        self.ways: list[QPushButton] = []
        texts = column(
            label(above, TextRole.SMALL, Tone.MUTED),
            label(with_breaks(words.sentence), TextRole.STRONG, wrap=True),
            label(with_breaks(words.meaning), wrap=True),
            spacing=0.5,
        )
        texts.addWidget(self._remedy(finding, words))
        texts.addSpacing(SPACE // 2)
        texts.addWidget(self._buttons(finding, words.sentence))
        self.more = Disclosure(self.tr("Why, and what proves it"), self._explained(words))
        texts.addWidget(self.more)
        inner = row(icon, texts, spacing=1.5)
        inner.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        inner.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        inner.setStretch(1, 1)
        self.setLayout(inner)

    def _remedy(self, finding: Finding, words: FindingWords) -> QWidget:
        if words.advice:
            text = words.advice
        elif finding.repairs:
            way = finding.repairs[0]
            title = self.tr("Repair: {what}")
            if self._is_named(finding, way):
                title = self.tr("What the button does: {what}")
            text = title.format(what=repair_sentence(way))
        else:
            text = self.tr("Envdesk cannot do anything about this by itself.")
        return label(with_breaks(text), tone=Tone.MUTED, wrap=True)

    def _buttons(self, finding: Finding, sentence: str) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(SPACE)
        for steps in finding.repairs:
            text = repair_label(steps) if self._is_named(finding, steps) else self.tr("Repair")
            made = button(shortened(text, _LETTERS))
            seen = self.tr("You see a list of the changes first and can still cancel.")
            made.setToolTip(f"{repair_sentence(steps)}\n{seen}")
            made.setAccessibleName(f"{text}: {sentence}")
            made.clicked.connect(partial(self._choose, steps))
            flow.addWidget(made)
            self.ways.append(made)
        self.look = self._looking(finding, sentence)
        if self.look is not None:
            flow.addWidget(self.look)
        self.ignore = button(self.tr("Ignore this"), ButtonKind.QUIET)
        self.ignore.setToolTip(self.tr("Leave this out from now on; you can take that back below"))
        self.ignore.setAccessibleName(f"{self.ignore.text()}: {sentence}")
        self.ignore.clicked.connect(lambda: self.ignore_chosen.emit(finding.key))
        flow.addWidget(self.ignore)
        holder.setLayout(flow)
        return holder

    @property
    def last_word(self) -> QPushButton:
        """Return the button that takes the card away at once."""
        return self.ignore

    def _looking(self, finding: Finding, sentence: str) -> QPushButton | None:
        path = next((each.path for each in finding.evidence if each.path is not None), None)
        if finding.code not in _TO_LOOK_AT or path is None:
            return None
        made = button(self.tr("Show in folder"), ButtonKind.QUIET)
        made.setToolTip(self.tr("Open the folder in which it lies, to look before you decide"))
        made.setAccessibleName(f"{made.text()}: {sentence}")
        made.clicked.connect(lambda: self.look_chosen.emit(path.parent))
        return made

    @staticmethod
    def _is_named(finding: Finding, steps: tuple[RepairStep, ...]) -> bool:
        """Return whether a button says what it does.

        So does what is not the first way, what only the user can decide, and what removes.
        """
        return steps != finding.repairs[0] or finding.is_choice or is_removal(steps)

    def _choose(self, steps: tuple[RepairStep, ...]) -> None:
        self.repair_chosen.emit(steps)

    def _explained(self, words: FindingWords) -> QWidget:
        inner = column(label(with_breaks(words.why), tone=Tone.MUTED, wrap=True), spacing=0.75)
        inner.setContentsMargins(SPACE * 3, SPACE // 2, 0, 0)
        for term in words.terms:
            inner.addWidget(label(term, TextRole.SMALL, Tone.MUTED, wrap=True))
        if self.finding.evidence:
            text = self.tr("Where this was seen, for somebody who helps you:")
            inner.addWidget(label(text, TextRole.SMALL, Tone.MUTED, wrap=True))
            inner.addWidget(self._proofs(self.finding))
        holder = QWidget()
        holder.setLayout(inner)
        return holder

    def _proofs(self, finding: Finding) -> QWidget:
        lines = [evidence_text(each, finding.prefix) for each in finding.evidence]
        text = "\n".join(lines[:_PROOFS])
        more = _total(finding, len(lines)) - _PROOFS
        if more > 0:
            text += "\n" + self.tr("and %n more", None, more)
        told = with_breaks(text)
        shown = label(told, TextRole.SMALL, Tone.MUTED, wrap=True, selectable=True)
        shown.setAccessibleName(text)
        copy = CopyButton(
            lambda: "\n".join((finding.summary, *map(evidence_text, finding.evidence)))
        )
        copy.setAccessibleName(self.tr("Copy what proves it"))
        holder = QWidget()
        inner = row(shown, copy, spacing=1)
        inner.setStretch(0, 1)
        inner.setAlignment(copy, Qt.AlignmentFlag.AlignTop)
        holder.setLayout(inner)
        return holder


def _total(finding: Finding, shown: int) -> int:
    """Return how many things prove a finding; of many, only some come along as evidence."""
    count = finding.value("count")
    return max(shown, int(count)) if shown >= _PROOFS and count.isdecimal() else shown


class IgnoredRow(QWidget):
    """Show one ignored finding in a line; `heed_chosen` carries its key."""

    heed_chosen = Signal(str)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.show_again = button(self.tr("Show again"), ButtonKind.LINK)
        self.show_again.clicked.connect(lambda: self.heed_chosen.emit(finding.key))
        sentence = explain_finding(finding).sentence
        self.show_again.setAccessibleName(f"{self.show_again.text()}: {sentence}")
        inner = row(label(with_breaks(sentence), tone=Tone.MUTED, wrap=True), self.show_again)
        inner.setStretch(0, 1)
        self.setLayout(inner)

    @property
    def last_word(self) -> QPushButton:
        """Return the button that takes the line away at once."""
        return self.show_again
