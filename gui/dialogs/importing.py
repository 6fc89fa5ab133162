"""Open the dialog that installs what files ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.records import Environment
from gui.actions import reason_against_files
from gui.dialogs.import_form import FileSource, ImportForm
from gui.dialogs.preview import PreviewDialog

if TYPE_CHECKING:
    from engine.session import Engine


def import_files(
    engine: Engine, source: FileSource, chosen: Environment | None, parent: QWidget
) -> PreviewDialog:
    """Open the dialog for `source` and return it; `chosen` can be where the packages go."""
    if chosen is not None and reason_against_files(chosen):
        chosen = None
    dialog = PreviewDialog(engine, ImportForm(engine, source, chosen), parent)
    dialog.open_soon()
    return dialog
