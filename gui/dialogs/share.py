"""Give an environment to somebody else: as a file, or in the clipboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QPlainTextEdit,
    QRadioButton,
    QWidget,
)

from engine.errors import Failure
from engine.files.values import Export, ExportFormat
from engine.records import Environment
from gui.dialogs.fields import FieldMessage
from gui.dialogs.fitting import fit_to_content
from gui.dialogs.import_parts import RemarkList
from gui.operations import Operation
from gui.presenting import explain
from gui.presenting.sharing import format_about, format_title
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, ElidedLabel, button, column, copy_text, label, row

if TYPE_CHECKING:
    from engine.session import Engine

_WIDTH: Final = SPACE * 84
_ORDER: Final = (
    ExportFormat.ENVIRONMENT_YAML,
    ExportFormat.REQUIREMENTS,
    ExportFormat.EXPLICIT,
    ExportFormat.ENVIRONMENT_YAML_EXACT,
    ExportFormat.CONDA_LOCK,
    ExportFormat.PIXI_LOCK,
    ExportFormat.PYLOCK,
)


class ShareDialog(QDialog):
    """Show what a file for somebody else would hold; `told` says when it is written."""

    told = Signal(str)

    def __init__(self, engine: Engine, environment: Environment, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._engine = engine
        self._prefix = environment.prefix
        self.export: Export | None = None
        self._asking: Operation[Export] | None = None
        text = self.tr("Share {name}").format(name=environment.prefix.name)
        self.setWindowTitle(text)
        self._choices = QButtonGroup(self)
        self.buttons: dict[ExportFormat, QRadioButton] = {}
        options = column(spacing=0.75)
        for chosen in _ORDER:
            made = QRadioButton(format_title(chosen))
            about = ElidedLabel(format_about(chosen), TextRole.SMALL, Tone.MUTED)
            made.setAccessibleDescription(about.whole())
            made.toggled.connect(self._on_choice)
            self._choices.addButton(made)
            self.buttons[chosen] = made
            line = row(made, None, about)
            options.addLayout(line)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setTabChangesFocus(True)
        self.preview.setProperty("framed", "true")
        self.preview.setAccessibleName(self.tr("What the file holds"))
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setMinimumHeight(SPACE * 22)
        self.message = FieldMessage()
        self.remarks = RemarkList()
        self.remarks.hide()
        self.copy = button(self.tr("&Copy"), icon="copy")
        self.save = button(self.tr("&Save as…"), ButtonKind.PRIMARY)
        self.close_button = button(self.tr("Close"))
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._ask_where)
        self.close_button.clicked.connect(self.reject)
        self.message.acted.connect(self._ask)
        question = label(self.tr("Who is it for?"), TextRole.STRONG)
        self.setLayout(
            column(
                label(text, TextRole.TITLE, wrap=True),
                question,
                options,
                self.preview,
                self.remarks,
                self.message,
                row(self.copy, None, self.close_button, self.save),
                spacing=1.5,
                margins=3,
            )
        )
        self.buttons[_ORDER[0]].setChecked(True)
        fit_to_content(self, _WIDTH)

    def chosen(self) -> ExportFormat:
        """Return the format that is chosen."""
        return next(each for each, made in self.buttons.items() if made.isChecked())

    def save_to(self, path: Path) -> None:
        """Write the file to `path`, and close."""
        written = self.export
        if written is None:
            return
        Operation(self, lambda: self._engine.save_export(written, path)).then(
            lambda _: self._end(path)
        ).otherwise(self._refuse).run()

    def _save_as(self, name: str) -> None:
        self.save_to(Path(name))

    def _end(self, path: Path) -> None:
        self.told.emit(self.tr("Saved: {path}").format(path=path))
        self.accept()

    def _on_choice(self, is_on: bool) -> None:
        if is_on:
            self._ask()

    def _ask(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self._show(None)
        self.message.say(self.tr("Writing…"))
        chosen = self.chosen()
        self._asking = (
            Operation(self, lambda: self._engine.export(self._prefix, chosen))
            .then(self._show)
            .otherwise(self._refuse)
            .run()
        )

    def _show(self, written: Export | None) -> None:
        self.export = written
        self.preview.setPlainText(written.text if written is not None else "")
        left = written.left_out if written is not None else ()
        self.remarks.set_remarks(left)
        self.remarks.setVisible(bool(left))
        for made in (self.copy, self.save):
            made.setEnabled(written is not None)
        if written is not None and left:
            self.message.say(
                self.tr("This kind of file cannot hold everything: see the list above."),
                Tone.WARNING,
            )
        else:
            self.message.clear()

    def _refuse(self, failure: Failure) -> None:
        self.message.say(explain(failure).sentence, Tone.WARNING, self.tr("Try again"))

    def _copy(self) -> None:
        if self.export is not None:
            copy_text(self.export.text)
            self.message.say(self.tr("Copied."), Tone.SUCCESS)

    def _ask_where(self) -> None:
        if self.export is None:
            return
        dialog = QFileDialog(self, self.tr("Save the file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(self.export.file_name)
        dialog.fileSelected.connect(self._save_as)
        dialog.open()


def share_environment(engine: Engine, environment: Environment, parent: QWidget) -> ShareDialog:
    """Open the dialog that shares `environment`, and return it."""
    dialog = ShareDialog(engine, environment, parent)
    dialog.open()
    return dialog
