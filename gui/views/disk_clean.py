"""The panel in which one says what is to go; the one button says what that frees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QRadioButton,
    QWidget,
)

from engine.cache.values import Choice, DiskPicture, ItemKind, Preset
from gui.dialogs.fitting import scrolled
from gui.formats import format_bytes
from gui.models.disk_choices import (
    AGES,
    ChoiceFigures,
    ChoiceGround,
    KindFigure,
    figures_for,
    ground_for,
)
from gui.presenting.disk import (
    disk_words,
    kind_sentence,
    kind_title,
    preset_sentence,
    preset_title,
)
from gui.presenting.disk_lessons import Lesson
from gui.theme import SPACE, TextRole, Tone
from gui.views.disk_why import WhyButton
from gui.widgets import ButtonKind, button, column, label, line, row

_INDENT: Final = SPACE * 3
_WIDTH: Final = SPACE * 34
_NO_CHOICE: Final = Choice()


class KindTick(QWidget):
    """Offer one kind of things with what cleaning it alone frees."""

    clicked = Signal(object)

    def __init__(self, kind: ItemKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.box = QCheckBox(kind_title(kind))
        self.box.setToolTip(kind_sentence(kind))
        self.box.clicked.connect(lambda: self.clicked.emit(self))
        self._size = label("", TextRole.SMALL, Tone.MUTED)
        why = WhyButton(Lesson.PIP_AND_CONDA) if kind is ItemKind.HTTP else None
        inner = row(self.box, why, None, self._size)
        inner.setContentsMargins(_INDENT, 0, 0, 0)
        self.setLayout(inner)

    def show_figure(self, figure: KindFigure) -> None:
        """Show `figure`, and whether all, some or none of it is chosen."""
        size = format_bytes(figure.freed_bytes)
        self._size.setText(size)
        self.box.setAccessibleDescription(size)
        self.setEnabled(figure.count > 0)
        if figure.taken and figure.taken == figure.count:
            state = Qt.CheckState.Checked
        elif figure.taken:
            state = Qt.CheckState.PartiallyChecked
        else:
            state = Qt.CheckState.Unchecked
        self.box.setTristate(state is Qt.CheckState.PartiallyChecked)
        self.box.setCheckState(state)


class Option(QWidget):
    """Offer one way to choose, with its figure and a sentence."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QRadioButton(title)
        self.button.setToolTip(sentence)
        self._size = label("", TextRole.STRONG)
        self.sentence = label(sentence, TextRole.SMALL, Tone.MUTED, wrap=True)
        below = row(self.sentence)
        below.setContentsMargins(_INDENT, 0, 0, 0)
        self.setLayout(column(row(self.button, None, self._size), below, spacing=0))

    def show_size(self, size: int) -> None:
        """Show what it would free."""
        text = format_bytes(size)
        self._size.setText(text)
        self.button.setAccessibleDescription(f"{text}. {self.sentence.text()}")


class CleanPanel(QFrame):
    """Let a person choose what goes; `clean_wanted` carries the Choice.

    `relink_wanted` carries the prefixes whose copies could be shared.
    """

    clean_wanted = Signal(object)
    relink_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "raised")
        self._picture: DiskPicture | None = None
        self._grounds: dict[int | None, ChoiceGround] = {}
        self._figures: ChoiceFigures | None = None
        self._choice = Choice(preset=Preset.SAFE)
        self._selected: tuple[Path, ...] = ()
        self._ticks: dict[ItemKind, KindTick] = {}
        self.safe = Option(preset_title(Preset.SAFE), preset_sentence(Preset.SAFE))
        self.everything = Option(
            preset_title(Preset.EVERYTHING_UNUSED), preset_sentence(Preset.EVERYTHING_UNUSED)
        )
        self.own = QRadioButton(self.tr("Only what I tick"))
        self.selection = QCheckBox(disk_words().chosen(0))
        self.selection.setToolTip(
            self.tr("Single packages: choose them in the table, several with Ctrl or Shift.")
        )
        self.age = self._make_ages()
        self.go = button("", ButtonKind.PRIMARY)
        self.go.clicked.connect(self._on_go)
        self._note = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self._ticks_box = column(spacing=0.5)
        self._copies = QWidget()
        self.share = button(self.tr("&Share them…"))
        self.share.clicked.connect(self._on_share)
        self._saved = label("", TextRole.SMALL, wrap=True)
        self._build()
        self._group = QButtonGroup(self)
        for way in (self.safe.button, self.everything.button, self.own):
            self._group.addButton(way)
        self.safe.button.setChecked(True)
        self._group.buttonClicked.connect(self._on_way)
        self.selection.clicked.connect(self._on_selection)
        self.age.activated.connect(self._on_age)

    @property
    def choice(self) -> Choice:
        """Return what is chosen."""
        return self._choice

    @property
    def figures(self) -> ChoiceFigures | None:
        """Return the figures that are shown."""
        return self._figures

    def tick(self, kind: ItemKind) -> KindTick | None:
        """Return the tick box of `kind`, if there is one."""
        return self._ticks.get(kind)

    def note(self) -> str:
        """Return what stands above the button."""
        return self._note.text()

    def saved(self) -> str:
        """Return what is said about copies, "" when there are none."""
        return "" if self._copies.isHidden() else self._saved.text()

    def show_picture(self, picture: DiskPicture, grounds: Iterable[ChoiceGround] = ()) -> None:
        """Show the figures of `picture`; what is chosen stays chosen.

        `grounds` are what is known of it already, so that it need not be worked out here.
        """
        self._picture = picture
        self._grounds = {each.older_than_days: each for each in grounds}
        kept = self._choice.items
        if kept:
            here = {item.path for item in picture.items}
            kept = tuple(path for path in kept if path in here)
        self._choose(replace(self._choice, items=kept))
        self._show_copies(picture)

    def set_selection(self, paths: tuple[Path, ...]) -> None:
        """Take what is selected in the table."""
        self._selected = paths
        self.selection.setText(disk_words().chosen(len(paths)))
        self.selection.setEnabled(bool(paths))
        if self._choice.items:
            self._choose(replace(self._choice, items=paths))

    def choose_selection(self) -> None:
        """Choose what is selected in the table, and nothing else."""
        self._choose(Choice(items=self._selected))

    def _build(self) -> None:
        title = row(
            label(self.tr("Get space back"), TextRole.HEADING), WhyButton(Lesson.FREED), None
        )
        chosen = row(self.selection)
        chosen.setContentsMargins(_INDENT, 0, 0, 0)
        ages = row(self.age)
        head = label(self.tr("How old"), TextRole.SMALL, Tone.MUTED)
        head.setBuddy(self.age)
        ways = QWidget()
        inner = column(
            self.safe,
            self.everything,
            row(self.own, WhyButton(Lesson.CACHE), None),
            self._ticks_box,
            chosen,
            column(head, ages, spacing=0.5),
            self._copies,
            None,
            spacing=1.25,
        )
        inner.setContentsMargins(0, 0, SPACE, 0)
        ways.setLayout(inner)
        self._ways = ways
        self._area = scrolled(ways)
        self._area.setMinimumHeight(SPACE * 16)
        self._copies.setLayout(
            column(
                line(),
                row(label(self.tr("Copies"), TextRole.STRONG), WhyButton(Lesson.DUPLICATES), None),
                self._saved,
                row(self.share, None),
                spacing=0.75,
            )
        )
        self._copies.hide()
        body = column(title, self._area, line(), self._note, self.go, spacing=1.25)
        body.setContentsMargins(SPACE * 2, SPACE * 2, SPACE, SPACE * 2)
        body.setStretch(1, 1)
        self.setLayout(body)
        self.setMinimumWidth(_WIDTH)

    def _make_ages(self) -> QComboBox:
        box = QComboBox()
        for days in AGES:
            words = self.tr("of any age") if days is None else disk_words().days(days)
            box.addItem(words, days)
        box.setAccessibleName(self.tr("How old"))
        return box

    def _choose(self, choice: Choice) -> None:
        self._choice = choice
        if self._picture is None:
            return
        now, days = datetime.now(UTC), choice.older_than_days
        if days not in self._grounds:
            self._grounds[days] = ground_for(self._picture, days, now)
        self._figures = figures_for(self._picture, choice, now, self._grounds[days])
        self._draw(self._figures)

    def _draw(self, figures: ChoiceFigures) -> None:
        self.safe.show_size(figures.preset(Preset.SAFE))
        self.everything.show_size(figures.preset(Preset.EVERYTHING_UNUSED))
        way = {
            Preset.SAFE: self.safe.button,
            Preset.EVERYTHING_UNUSED: self.everything.button,
            None: self.own,
        }[self._choice.preset]
        way.setChecked(True)
        self._draw_ticks(figures.kinds)
        self.selection.setChecked(bool(self._choice.items))
        self.selection.setEnabled(bool(self._selected))
        free = figures.freed_bytes
        self.go.setEnabled(free > 0)
        text = self.tr("&Free {size}…") if free else self.tr("Nothing to free")
        self.go.setText(text.format(size=format_bytes(free)))
        self._note.setText(self._words(figures))
        self._fit_width()
        self.go.setAccessibleDescription(self._note.text())

    def _fit_width(self) -> None:
        """Be as wide as the longest words: tick boxes cannot break theirs into lines."""
        bar = self._area.verticalScrollBar().sizeHint().width()
        wanted = self._ways.minimumSizeHint().width() + bar + SPACE * 3
        self.setMinimumWidth(max(_WIDTH, wanted))

    def _draw_ticks(self, kinds: tuple[KindFigure, ...]) -> None:
        for figure in kinds:
            tick = self._ticks.get(figure.kind)
            if tick is None:
                tick = KindTick(figure.kind)
                tick.clicked.connect(self._on_tick)
                self._ticks[figure.kind] = tick
                before = [kind for kind in ItemKind if kind in self._ticks]
                self._ticks_box.insertWidget(before.index(figure.kind), tick)
            tick.show_figure(figure)
        shown = {figure.kind for figure in kinds}
        for kind, tick in self._ticks.items():
            tick.setVisible(kind in shown)

    def _words(self, figures: ChoiceFigures) -> str:
        if not figures.freed_bytes:
            return self._reason(figures)
        parts: list[str] = []
        if len(figures.chosen) > figures.builds + figures.unknown:
            parts.append(self.tr("Should you need it again, it is downloaded."))
        if figures.builds:
            parts.append(self.tr("%n thing(s) would be built again.", None, figures.builds))
        if figures.unknown:
            parts.append(
                self.tr("Nobody knows where to get %n thing(s) again.", None, figures.unknown)
            )
        return " ".join(parts)

    def _reason(self, figures: ChoiceFigures) -> str:
        """Return why the button can do nothing."""
        choice, picture = self._choice, self._picture
        if picture is not None and not any(cache.is_writable for cache in picture.caches):
            return self.tr("Your account may not delete anything in these caches.")
        if choice.preset is None and not choice.kinds and not choice.items:
            return self.tr("Tick what is to go.")
        if figures.chosen:
            return self.tr(
                "Environments share all of these files, so deleting them here would free nothing."
            )
        if figures.stuck:
            return self.tr("Everything you chose is needed or in use now.")
        if choice.older_than_days is not None:
            return self.tr("Nothing here has been unused for so long.")
        if choice.preset is not None:
            return self.tr("Nothing can go: environments use all that is here.")
        return self.tr("There is nothing of this kind that could go.")

    def _show_copies(self, picture: DiskPicture) -> None:
        saved = sum(each.saved_bytes for each in picture.duplicates)
        self._copies.setVisible(saved > 0)
        text = self.tr(
            "%n package(s) could share files instead of having copies: that saves up to {size}.",
            None,
            len(picture.duplicates),
        )
        self._saved.setText(text.format(size=format_bytes(saved)))

    def _on_way(self, pressed: QWidget) -> None:
        age = self._choice.older_than_days
        if pressed is self.safe.button:
            self._choose(Choice(preset=Preset.SAFE, older_than_days=age))
        elif pressed is self.everything.button:
            self._choose(Choice(preset=Preset.EVERYTHING_UNUSED, older_than_days=age))
        else:
            items = self._selected if self.selection.isChecked() else ()
            self._choose(Choice(kinds=self._whole_kinds(), items=items, older_than_days=age))

    def _whole_kinds(self) -> tuple[ItemKind, ...]:
        """Return the kinds that the choice in force takes as a whole."""
        if self._figures is None:
            return ()
        return tuple(
            each.kind for each in self._figures.kinds if each.count and each.taken == each.count
        )

    def _on_tick(self, tick: KindTick) -> None:
        kinds = [kind for kind in self._whole_kinds() if kind is not tick.kind]
        if tick.kind not in self._whole_kinds():
            kinds.append(tick.kind)
        self._choose(replace(self._choice, preset=None, kinds=tuple(kinds)))

    def _on_selection(self, is_ticked: bool) -> None:
        items = self._selected if is_ticked else ()
        kinds = self._choice.kinds
        if self._choice.preset is not None:
            kinds = () if is_ticked else self._whole_kinds()
        self._choose(replace(self._choice, preset=None, kinds=kinds, items=items))

    def _on_age(self, at: int) -> None:
        self._choose(replace(self._choice, older_than_days=self.age.itemData(at)))

    def _on_go(self) -> None:
        if self._figures is not None and self._figures.freed_bytes:
            self.clean_wanted.emit(self._choice)

    def _on_share(self) -> None:
        if self._picture is not None:
            prefixes = dict.fromkeys(each.prefix for each in self._picture.duplicates)
            self.relink_wanted.emit(tuple(prefixes))
