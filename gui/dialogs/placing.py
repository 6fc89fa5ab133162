"""Ask for the name of an environment and the folder it is put into, checked while typing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QSizePolicy, QWidget

from engine.environments.naming import NameProblem, NameProblemCode, nearest_allowed
from engine.errors import Failure
from gui.dialogs.fields import FieldMessage, question
from gui.operations import Operation
from gui.presenting import explain, explain_name_problem
from gui.theme import TextRole, Tone
from gui.widgets import ElidedLabel, column, set_style_property

if TYPE_CHECKING:
    from engine.session import Engine

_MOST_TRIES: Final = 99
_NAME_LENGTH: Final = 400  # more can be pasted than is allowed, so that it can be said


class PlacingFields(QWidget):
    """Ask for a name and a location; `changed` comes whenever `prefix` may have changed.

    `name` is what stands in the field at first. `folder` is offered before the engine's own
    folders. `present` is a prefix that is not a new answer: that of an environment to rename.
    """

    changed = Signal()

    def __init__(
        self,
        engine: Engine,
        *,
        name: str = "",
        folder: Path | None = None,
        present: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._present = present
        self._preferred = folder
        self._problems: tuple[NameProblem, ...] = ()
        self._suggestion = ""
        self._was_touched = bool(name)
        self._chosen_row = 0
        self.name = QLineEdit(name)
        self.name.setMaxLength(_NAME_LENGTH)
        self.name.setPlaceholderText(self.tr("For example: course-2026"))
        self.message = FieldMessage()
        self.location = QComboBox()
        self.location.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.location.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.location.setMinimumContentsLength(12)
        self.place_message = FieldMessage()
        self._result = ElidedLabel("", TextRole.SMALL, Tone.MUTED, Qt.TextElideMode.ElideMiddle)
        self.setLayout(
            column(
                question(self.tr("&Name"), self.name, self.message),
                question(self.tr("&Location"), self.location, self.place_message, self._result),
                spacing=2,
            )
        )
        self._show_folders((folder,) if folder is not None else (engine.places.envs,))
        self.name.textChanged.connect(self._on_name)
        self.location.activated.connect(self._on_location)
        self.message.acted.connect(self._take_suggestion)
        self._check()

    def start(self) -> None:
        """Load the folders that are offered."""
        Operation(self, self._engine.folders).then(self._show_folders).otherwise(
            self._say_no_folders
        ).run()

    def folder(self) -> Path:
        """Return the chosen location."""
        folder = self.location.currentData()
        return folder if isinstance(folder, Path) else self._engine.places.envs

    def prefix(self) -> Path | None:
        """Return where the environment would be, None while the name cannot be used."""
        name = self.name.text()
        if any(problem.is_blocking for problem in self._problems):
            return None
        prefix = self.folder() / name
        return None if prefix == self._present else prefix

    def has_text(self) -> bool:
        """Return whether something was entered."""
        return bool(self.name.text())

    def take_focus(self) -> None:
        """Put the keyboard into the name, with the text selected."""
        self.name.setFocus()
        self.name.selectAll()

    def suggest_free(self, stem: str) -> None:
        """Enter `stem`, or `stem-2` and so on, whichever is the first that can be used."""
        self.name.setText(self._free(stem) or stem)

    def _show_folders(self, folders: tuple[Path, ...]) -> None:
        chosen = self.folder() if self.location.count() else None
        wanted = (self._preferred, *folders)
        offered = tuple(dict.fromkeys(one for one in wanted if one is not None))
        if not offered:
            offered = (self._engine.places.envs,)
            self.place_message.say(
                self.tr("You cannot write into the usual folders. Choose another folder."),
                Tone.WARNING,
            )
        self.location.clear()
        for folder in offered:
            self._add_folder(folder)
        self.location.addItem(self.tr("Another folder…"))
        if self._preferred is None and folders and not self._chosen_row:
            chosen = folders[0]
        self._choose(chosen if chosen is not None and chosen in offered else offered[0])

    def _add_folder(self, folder: Path) -> None:
        row = max(0, self.location.count() - 1) if self._has_other() else self.location.count()
        self.location.insertItem(row, str(folder), folder)
        self.location.setItemData(row, str(folder), Qt.ItemDataRole.ToolTipRole)

    def _has_other(self) -> bool:
        count = self.location.count()
        return count > 0 and self.location.itemData(count - 1) is None

    def _choose(self, folder: Path) -> None:
        for row in range(self.location.count()):
            if self.location.itemData(row) == folder:
                self.location.setCurrentIndex(row)
                self._chosen_row = row
                self.location.setToolTip(str(folder))
                self._check()
                return

    def _say_no_folders(self, failure: Failure) -> None:
        self.place_message.say(explain(failure).sentence, Tone.WARNING)

    def _on_location(self, row: int) -> None:
        folder = self.location.itemData(row)
        if isinstance(folder, Path):
            self._choose(folder)
            return
        self.location.setCurrentIndex(self._chosen_row)
        dialog = QFileDialog(self, self.tr("Choose the folder for the environment"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setDirectory(str(self.folder()))
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()

    def take_folder(self, folder: str) -> None:
        """Choose `folder`, which the user picked from the whole disk."""
        path = Path(folder)
        self.place_message.clear()
        if not any(self.location.itemData(n) == path for n in range(self.location.count())):
            self._add_folder(path)
        self._choose(path)

    def _on_name(self) -> None:
        self._was_touched = True
        self._check()

    def _check(self) -> None:
        name, folder = self.name.text(), self.folder()
        self._problems = self._engine.check_name(name, folder)
        is_present = self._present is not None and folder / name == self._present
        if is_present:
            self._problems = tuple(
                problem for problem in self._problems if problem.code is not NameProblemCode.EXISTS
            )
        self._say(self._problems[0] if self._problems else None)
        self._result.set_whole(self.tr("It will be in {path}").format(path=folder / name))
        self._result.setVisible(bool(name))
        self.changed.emit()

    def _say(self, problem: NameProblem | None) -> None:
        blocks = problem is not None and problem.is_blocking
        waits = problem is not None and problem.code is NameProblemCode.EMPTY
        set_style_property(self.name, "problem", "true" if blocks and not waits else "false")
        if problem is None or (waits and not self._was_touched):
            self.message.clear()
            return
        self._suggestion = "" if waits or not blocks else self._free(self.name.text())
        offer = self.tr("Use “{name}”").format(name=self._suggestion) if self._suggestion else ""
        tone = Tone.DANGER if blocks and not waits else Tone.WARNING
        text = explain_name_problem(problem)
        self.message.say(text, Tone.MUTED if waits else tone, offer)
        self.name.setAccessibleDescription(text)

    def _free(self, stem: str) -> str:
        """Return an allowed name close to `stem` that nothing has yet, "" when there is none."""
        allowed = nearest_allowed(stem)
        if not allowed:
            return ""
        names = [allowed, *(f"{allowed}-{number}" for number in range(2, _MOST_TRIES))]
        folder = self.folder()
        return next(
            (
                name
                for name in names
                if not any(one.is_blocking for one in self._engine.check_name(name, folder))
            ),
            "",
        )

    def _take_suggestion(self) -> None:
        self.name.setText(self._suggestion)
        self.take_focus()
