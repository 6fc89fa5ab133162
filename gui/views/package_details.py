"""What there is to know about the chosen package, below the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget

from engine.records import Record
from gui.dialogs.flow import FlowLayout
from gui.formats import format_bytes
from gui.models.dependents import Dependents
from gui.models.packages import is_chosen
from gui.package_actions import ICONS, PackageAction, action_text
from gui.texts import problem_sentence, source_sentence
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import (
    ButtonKind,
    CopyButton,
    ElidedLabel,
    IconLabel,
    button,
    column,
    icon_button,
    label,
    row,
)

_SHOWN_NAMES = 40


class PackageDetails(QFrame):
    """Show summary, source, licence, and who needs whom; `closed` when the user puts it away.

    `acted` carries the PackageAction of a button.
    """

    closed = Signal()
    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Details of the package"))
        self._title = ElidedLabel("", TextRole.HEADING)
        self._version = label("", tone=Tone.MUTED, selectable=True)
        self._warning = QWidget()
        self._problem = label("", tone=Tone.WARNING, wrap=True, selectable=True)
        self._summary = label("", wrap=True, selectable=True)
        self._source = label("", tone=Tone.MUTED, wrap=True, selectable=True)
        self._url = ElidedLabel("", TextRole.SMALL, Tone.MUTED, Qt.TextElideMode.ElideMiddle)
        self._copy_url = CopyButton(self._url.whole, self.tr("Copy the address"))
        self._facts = label("", tone=Tone.MUTED, wrap=True, selectable=True)
        self._pinned = label("", tone=Tone.MUTED, wrap=True, selectable=True)
        self._buttons = QWidget()
        self._actions = FlowLayout(SPACE // 2)
        self._buttons.setLayout(self._actions)
        self._offered: dict[PackageAction, QPushButton] = {}
        self._needs = _names()
        self._needed_by = _names()
        self._build()

    def show_actions(
        self, actions: Sequence[PackageAction], reason_of: Callable[[PackageAction], str]
    ) -> None:
        """Offer `actions` for the package; impossible ones are disabled, as `reason_of` says.

        The keyboard stays with the action that has it, or goes to the first that is possible.
        """
        focused = self.window().focusWidget()
        held = [action for action, made in self._offered.items() if made is focused]
        self._offered = {}
        while (item := self._actions.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for action in actions:
            made = button(action_text(action).replace("&", ""), ButtonKind.QUIET, ICONS[action])
            reason = reason_of(action)
            made.setEnabled(not reason)
            made.setToolTip(reason)
            made.clicked.connect(lambda _=False, chosen=action: self.acted.emit(chosen))
            self._actions.addWidget(made)
            self._offered[action] = made
        if held:
            heirs = [action for action in (*held, *actions) if not reason_of(action)]
            heir = next(
                (self._offered[action] for action in heirs if action in self._offered), self
            )
            heir.show()  # what is hidden cannot have the keyboard
            heir.setFocus()

    def show_record(self, record: Record, dependents: Dependents, pinned: str = "") -> None:
        """Show `record` among the records that `dependents` knows, and why it is `pinned`."""
        name = record.name or (record.path.name if record.path is not None else "")
        self._title.set_whole(name)
        self._version.setText(" ".join(part for part in (record.version, record.build) if part))
        problem = "" if record.problem is None else problem_sentence(record.problem)
        if problem and record.path is not None:
            problem = f"{problem}\n{record.path}"
        self._warning.setVisible(bool(problem))
        self._problem.setText(problem)
        self._summary.setText(record.summary)
        self._summary.setVisible(bool(record.summary))
        self._source.setText(source_sentence(record))
        url = record.url or record.source.url
        self._url.set_whole(url)
        self._url.setVisible(bool(url))
        self._copy_url.setVisible(bool(url))
        self._facts.setText(self._facts_of(record))
        self._pinned.setText(pinned)
        self._pinned.setVisible(bool(pinned))
        missing = self.tr("{name} (not installed)")
        needs = [
            name if is_there else missing.format(name=name)
            for name, is_there in dependents.needs(record)
        ]
        self._needs.setText(self._listed(needs, self.tr("nothing else")))
        needed_by = list(dependents.needed_by(record))
        self._needed_by.setText(self._listed(needed_by, self.tr("no other package")))

    def _facts_of(self, record: Record) -> str:
        facts = [format_bytes(record.installed_bytes)]
        if record.license:
            facts.append(self.tr("Licence: {name}").format(name=record.license))
        if is_chosen(record):
            text = self.tr("Chosen by you as {specs}")
            facts.append(text.format(specs=", ".join(record.requested)))
        return " · ".join(fact for fact in facts if fact)

    def _listed(self, names: list[str], nothing: str) -> str:
        if not names:
            return nothing
        shown = ", ".join(names[:_SHOWN_NAMES])
        more = len(names) - _SHOWN_NAMES
        return f"{shown} {self.tr('and %n more', None, more)}" if more > 0 else shown

    def _build(self) -> None:
        close = icon_button("close", self.tr("Close the details"))
        close.clicked.connect(self.closed)
        head = row(self._title, self._version, None, close)
        icon = IconLabel("warning", Tone.WARNING)
        problem = row(icon, self._problem)
        problem.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        problem.setStretch(1, 1)
        # a layout of hidden things alone would be no wider than nothing
        self._warning.setLayout(problem)
        left = column(
            self._warning,
            self._summary,
            self._source,
            row(self._url, self._copy_url, None, spacing=0.5),
            self._facts,
            self._pinned,
            None,
            spacing=0.75,
        )
        right = column(
            label(self.tr("Needs"), TextRole.STRONG),
            self._needs,
            label(self.tr("Needed by"), TextRole.STRONG),
            self._needed_by,
            None,
            spacing=0.5,
        )
        halves = row(left, right, spacing=4)
        halves.setStretch(0, 1)
        halves.setStretch(1, 1)
        page = QWidget()
        page.setProperty("plain", "true")
        page.setLayout(column(self._buttons, halves, spacing=0.75))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = column(head, scroll, spacing=0.5)
        inner.setContentsMargins(SPACE * 3, SPACE, SPACE * 2, SPACE)
        self.setLayout(inner)
        self.setMinimumHeight(SPACE * 13)


def _names() -> QLabel:
    return label("", tone=Tone.MUTED, wrap=True, selectable=True)
