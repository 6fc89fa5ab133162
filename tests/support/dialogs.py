"""Open dialogs over a window, on a real engine."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.session import Engine
from gui.dialogs import PreviewDialog, create_environment
from gui.dialogs.create import CreateForm
from tests.support.windowing import until


async def opened_create(engine: Engine, house: QWidget) -> tuple[PreviewDialog, CreateForm]:
    """Return the dialog that makes an environment, with its form that knows the channels."""
    dialog = create_environment(engine, house)
    await until(dialog.isVisible)
    form = dialog.findChild(CreateForm)
    assert form is not None
    await until(form.channels.channels)
    return dialog, form
