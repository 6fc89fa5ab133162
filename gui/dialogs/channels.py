"""Choose where the packages of one environment come from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from gui.dialogs.channels_editor import ChannelsEditor
from gui.dialogs.fitting import fit_to_content
from gui.settings import ChannelChoice
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, button, column, label, row

_WIDTH = SPACE * 66


class ChannelsDialog(QDialog):
    """Edit the channels of the environment `name`, their order, and what the order means.

    `chosen` carries the ChannelChoice, or None for the usual one. Open it with `open`.
    """

    chosen = Signal(object)

    def __init__(
        self,
        name: str,
        current: ChannelChoice,
        usual: ChannelChoice,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Channels of {name}").format(name=name))
        self._usual = usual
        self.editor = ChannelsEditor()
        about = label(
            self.tr(
                "A channel is a place on the internet that packages come from. This choice holds"
                " for this environment, and is remembered."
            ),
            tone=Tone.MUTED,
            wrap=True,
        )
        self.usual = button(self.tr("Use my &usual channels"), ButtonKind.LINK)
        self.cancel = button(self.tr("Cancel"))
        self.save = button(self.tr("&Use these"), ButtonKind.PRIMARY)
        self.save.setDefault(True)
        self.usual.clicked.connect(lambda: self._show(usual))
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.accept)
        self.editor.changed.connect(self._update)
        self.setLayout(
            column(
                label(self.windowTitle(), TextRole.TITLE, wrap=True),
                about,
                self.editor,
                None,
                row(self.usual, None, self.cancel, self.save),
                spacing=2,
                margins=3,
            )
        )
        self._show(current)
        fit_to_content(self, _WIDTH)
        self.editor.list.setFocus()

    def choice(self) -> ChannelChoice:
        """Return what is chosen."""
        return ChannelChoice(self.editor.channels(), self.editor.priority())

    def accept(self) -> None:
        """Tell the choice, and close."""
        if self.editor.channels():
            choice = self.choice()
            self.chosen.emit(None if choice == self._usual else choice)
            super().accept()

    def _show(self, choice: ChannelChoice) -> None:
        self.editor.set_priority(choice.priority)
        self.editor.set_channels(choice.channels)
        self._update()

    def _update(self) -> None:
        self.save.setEnabled(bool(self.editor.channels()))
        self.usual.setVisible(self.choice() != self._usual)
