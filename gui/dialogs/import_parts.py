"""Pieces of the dialog that takes files: groups to choose, ticks, and what cannot be kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QPlainTextEdit, QWidget

from engine.files.values import Consent, FileKind, Part, Place, Remark
from gui.presenting.files import consent_reason, consent_title, kind_name, remark_sentence
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import column, label

_MOST_LINES: Final = 8


class KindRows(QWidget):
    """Tell what each of several files was taken for, and let that be corrected one by one."""

    changed = Signal()

    def __init__(self, paths: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[Path, QComboBox] = {}
        self._chosen: dict[Path, FileKind] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for number, path in enumerate(paths):
            name = label(path.name or str(path))
            name.setToolTip(str(path))
            box = QComboBox()
            box.setAccessibleName(self.tr("What kind of file {name} is").format(name=path.name))
            box.setPlaceholderText(self.tr("Choose what it is"))
            box.activated.connect(partial(self._choose, path))
            grid.addWidget(name, number, 0)
            grid.addWidget(box, number, 1)
            self.boxes[path] = box
        self.setLayout(grid)

    def set_parts(self, parts: Mapping[Path, Part]) -> None:
        """Show what the files were taken for; of those that are not in `parts` nobody knows."""
        for path, box in self.boxes.items():
            part = parts.get(Path(os.path.abspath(path)))
            first = (part.kind, *part.could_be) if part is not None else ()
            kind = part.kind if part is not None else self._chosen.get(path)
            box.clear()
            for each in dict.fromkeys((*first, *FileKind)):
                box.addItem(kind_name(each), each)
            box.setCurrentIndex(box.findData(kind) if kind is not None else -1)

    def chosen(self) -> Mapping[Path, FileKind]:
        """Return what was corrected."""
        return self._chosen

    def _choose(self, path: Path, _: int) -> None:
        self._chosen[path] = FileKind(self.boxes[path].currentData())  # Qt gives a plain string
        self.changed.emit()


class GroupBoxes(QWidget):
    """Offer groups to choose from, none at first; `changed` comes with each choice."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: list[QCheckBox] = []
        self._column = column(spacing=0.5)
        self.setLayout(self._column)

    def set_groups(self, groups: Sequence[str]) -> None:
        """Offer `groups`; those that were chosen stay so."""
        kept = set(self.chosen())
        for box in self._boxes:
            box.hide()
            box.deleteLater()
        self._boxes = []
        for group in groups:
            box = QCheckBox(group)
            box.setChecked(group in kept)
            box.toggled.connect(self.changed)
            self._column.addWidget(box)
            self._boxes.append(box)

    def chosen(self) -> tuple[str, ...]:
        """Return the groups that are ticked."""
        return tuple(box.text() for box in self._boxes if box.isChecked())

    def choose(self, group: str) -> None:
        """Tick `group`."""
        for box in self._boxes:
            if box.text() == group:
                box.setChecked(True)


class ConsentBoxes(QWidget):
    """Ask for a tick for each line that runs code or trusts somebody, with the reason."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[tuple[str, ...], QCheckBox] = {}
        self._rows: list[QWidget] = []
        self._column = column(spacing=1)
        self.setLayout(self._column)

    def set_consents(self, consents: Sequence[Consent]) -> None:
        """Ask for `consents`; nothing is ticked that was not."""
        kept = set(self.accepted())
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows, self._boxes = [], {}
        lines: dict[tuple[Place, str], list[Consent]] = {}
        for consent in consents:
            lines.setdefault((consent.place, consent.text), []).append(consent)
        for same in lines.values():
            keys = tuple(each.key for each in same)
            box = QCheckBox(consent_title(same[0]).replace("&", "&&"))
            box.setChecked(kept.issuperset(keys))
            reason = " ".join(dict.fromkeys(consent_reason(each) for each in same))
            box.setAccessibleDescription(reason)
            box.toggled.connect(self.changed)
            why = label(reason, TextRole.SMALL, Tone.WARNING, wrap=True)
            why.setContentsMargins(SPACE * 3, 0, 0, 0)
            whole = QWidget()
            whole.setLayout(column(box, why, spacing=0.25))
            self._column.addWidget(whole)
            self._rows.append(whole)
            self._boxes[keys] = box

    def accepted(self) -> tuple[str, ...]:
        """Return the keys of what is ticked."""
        return tuple(key for keys, box in self._boxes.items() if box.isChecked() for key in keys)

    def tick(self, key: str) -> None:
        """Agree to the line that `key` is of."""
        for keys, box in self._boxes.items():
            if key in keys:
                box.setChecked(True)

    @property
    def boxes(self) -> tuple[QCheckBox, ...]:
        """Return the boxes, in order."""
        return tuple(self._boxes.values())


class RemarkList(QPlainTextEdit):
    """List what of a file is not kept, one line each, to read and to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setProperty("framed", "true")
        self.setAccessibleName(self.tr("What cannot be kept"))
        self.setTabChangesFocus(True)

    def set_remarks(self, remarks: Sequence[Remark]) -> None:
        """Show `remarks`."""
        text = "\n".join(remark_sentence(each) for each in remarks)
        if text == self.toPlainText():
            return
        self.setPlainText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew, and be as high as they are."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        broken = round(self.document().size().height())  # lines, in a plain document
        is_long = broken > _MOST_LINES
        # A bar that comes and goes would break the lines anew each time.
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_long else policy.ScrollBarAlwaysOff
        )
        lines = min(max(broken, 2), _MOST_LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + SPACE * 4)
