"""Show what would go with an environment, and remove it when the user says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.records import Environment
from engine.requests import RemoveRequest
from gui.dialogs.preview import PreviewDialog

if TYPE_CHECKING:
    from engine.session import Engine


def remove_environment(engine: Engine, environment: Environment, parent: QWidget) -> PreviewDialog:
    """Open the preview of removing `environment`, and return it."""
    dialog = PreviewDialog(engine, RemoveRequest(environment.prefix), parent)
    dialog.open_soon()
    return dialog
