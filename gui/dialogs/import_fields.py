"""The fields of the dialog that takes files, and how they are laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QLayout, QRadioButton, QWidget

from engine.records import Environment
from gui.dialogs.channels_editor import ChannelsEditor
from gui.dialogs.fields import FieldMessage, question
from gui.dialogs.form import RequestForm
from gui.dialogs.import_parts import ConsentBoxes, GroupBoxes, KindRows, RemarkList
from gui.dialogs.placing import PlacingFields
from gui.theme import TextRole, Tone
from gui.views.assigned_table import AssignedTable
from gui.widgets import column, label

if TYPE_CHECKING:
    from engine.session import Engine


class ImportFields(RequestForm):
    """Hold every field about the files at `paths`, called `names`; `parts` are the questions."""

    def __init__(
        self,
        engine: Engine,
        names: str,
        paths: Sequence[Path],
        chosen: Environment | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Install what a file asks for"))
        self._engine = engine
        self._names, self._paths, self._chosen = names, paths, chosen

    def stages(self) -> tuple[Callable[[], object], ...]:
        """Return what makes the fields."""
        return self._make_first, self._make_second, self._make_channels, self._lay_out

    def _make_first(self) -> None:
        self.title = label(self._names or self.tr("Pasted text"), TextRole.TITLE, wrap=True)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("What kind of file it is"))
        self.kind.setPlaceholderText(self.tr("Choose what it is"))
        self.kinds = KindRows(self._paths if len(self._paths) > 1 else ())
        self.message = FieldMessage()
        self.placing = PlacingFields(self._engine)
        self.new = QRadioButton(self.tr("A &new environment"))
        self.into = QRadioButton()
        self.new.setChecked(True)
        targets = QButtonGroup(self)
        targets.addButton(self.new)
        targets.addButton(self.into)
        if self._chosen is not None:
            name = self._chosen.prefix.name
            text = self.tr("The environment {name}, beside what it has")
            self.into.setText(text.format(name=name))

    def _make_second(self) -> None:
        self.anew = QCheckBox(self.tr("Have the same packages worked out anew for this computer"))
        self.anew_message = FieldMessage()
        self.python = QComboBox()
        self.python.setAccessibleName(self.tr("Python version"))
        self.groups = GroupBoxes()
        self.environments = QComboBox()
        self.environments.setAccessibleName(self.tr("Which of its environments"))
        self.consents = ConsentBoxes()
        self.table = AssignedTable()
        self.asking_words = label("", TextRole.SMALL, Tone.MUTED)
        self.table_message = FieldMessage()
        self.remarks = RemarkList()

    def _make_channels(self) -> None:
        self.channels = ChannelsEditor()
        self.channels_message = FieldMessage()

    def _lay_out(self) -> None:
        self.parts = {
            "target": _part(question(self.tr("Where to"), self.new, self.into)),
            "anew": _part(column(self.anew_message, self.anew, spacing=0.5)),
            "python": _part(question(self.tr("&Python"), self.python)),
            "groups": _part(question(self.tr("Parts to take along"), self.groups)),
            "environments": _part(
                question(self.tr("Which of its environments"), self.environments)
            ),
            "consents": _part(
                question(
                    self.tr("Only with your consent"),
                    label(
                        self.tr("Tick only what you expected from whoever gave you the file."),
                        TextRole.SMALL,
                        Tone.MUTED,
                        wrap=True,
                    ),
                    self.consents,
                )
            ),
            "table": _part(
                question(
                    self.tr("&Who brings what"),
                    self.table,
                    self.table_message,
                    aside=self.asking_words,
                )
            ),
            "remarks": _part(question(self.tr("What cannot be kept"), self.remarks)),
            "channels": _part(
                question(
                    self.tr("C&hannels"),
                    self.channels,
                    self.channels_message,
                    buddy=self.channels.list,
                )
            ),
        }
        self.setLayout(
            column(
                self.title,
                question(self.tr("Reco&gnised as"), self.kind, self.kinds, self.message),
                self.parts["target"],
                self.parts["anew"],
                self.placing,
                self.parts["environments"],
                self.parts["groups"],
                self.parts["python"],
                self.parts["consents"],
                self.parts["table"],
                self.parts["remarks"],
                self.parts["channels"],
                None,
                spacing=2,
            )
        )


def _part(layout: QLayout) -> QWidget:
    layout.setContentsMargins(0, 0, 0, 0)
    whole = QWidget()
    whole.setLayout(layout)
    return whole
