"""Ask for the name and the place of a copy, or for the new ones of an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.records import Environment
from engine.requests import CloneRequest, RenameRequest, Request
from gui.dialogs.form import RequestForm
from gui.dialogs.placing import PlacingFields
from gui.dialogs.preview import PreviewDialog
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import column, label

if TYPE_CHECKING:
    from engine.session import Engine


class _PlaceForm(RequestForm):
    """Ask for a name and a folder, below a title and what will come of it."""

    asking_height = SPACE * 46

    def __init__(self, placing: PlacingFields, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.placing = placing
        self.placing.changed.connect(self.changed)

    def start(self) -> None:
        """Load the folders."""
        self.placing.start()

    def take_focus(self) -> None:
        """Begin with the name."""
        self.placing.take_focus()

    def _lay_out(self, title: str, about: str) -> None:
        self.setWindowTitle(title)
        self.setLayout(
            column(
                label(title, TextRole.TITLE, wrap=True),
                label(about, tone=Tone.MUTED, wrap=True),
                self.placing,
                None,
                spacing=2,
            )
        )


class CloneForm(_PlaceForm):
    """Ask where a copy of `environment` is put and what it is called."""

    def __init__(
        self, engine: Engine, environment: Environment, parent: QWidget | None = None
    ) -> None:
        super().__init__(PlacingFields(engine), parent)
        self._source = environment.prefix
        shown = environment.prefix.name if environment.name == str(environment.prefix) else ""
        name = shown or environment.name
        self.placing.suggest_free(self.tr("{name}-copy").format(name=name))
        self._lay_out(
            self.tr("Clone {name}").format(name=name),
            self.tr(
                "Makes a second environment with the same packages, those from PyPI and your own"
                " files in it included. The original stays as it is."
            ),
        )

    def request(self) -> Request | None:
        """Return the request for the copy."""
        prefix = self.placing.prefix()
        return CloneRequest(self._source, prefix) if prefix else None


class RenameForm(_PlaceForm):
    """Ask for the new name, or the new place, of `environment`."""

    def __init__(
        self, engine: Engine, environment: Environment, parent: QWidget | None = None
    ) -> None:
        prefix = environment.prefix
        fields = PlacingFields(engine, name=prefix.name, folder=prefix.parent, present=prefix)
        super().__init__(fields, parent)
        self._source = prefix
        self._lay_out(
            self.tr("Rename {name}").format(name=prefix.name),
            self.tr(
                "Gives the environment another name, or another folder. Programs that know it"
                " under the old one, such as an editor, must be told."
            ),
        )

    def request(self) -> Request | None:
        """Return the request for the move, None while nothing would differ."""
        prefix = self.placing.prefix()
        return RenameRequest(self._source, prefix) if prefix else None


def clone_environment(engine: Engine, environment: Environment, parent: QWidget) -> PreviewDialog:
    """Open the dialog that clones `environment`, and return it."""
    dialog = PreviewDialog(engine, CloneForm(engine, environment), parent)
    dialog.open_soon()
    return dialog


def rename_environment(engine: Engine, environment: Environment, parent: QWidget) -> PreviewDialog:
    """Open the dialog that renames or moves `environment`, and return it."""
    dialog = PreviewDialog(engine, RenameForm(engine, environment), parent)
    dialog.open_soon()
    return dialog
