"""What a person has to ask for: environments elsewhere, and a newer list of names."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from engine.session import Engine
from gui.formats import format_count
from gui.operations import Operation
from gui.theme import Tone
from gui.widgets import keep_icon


class AddedFoldersButton(QToolButton):
    """Offer to list the environments of another folder, to stop that, and to fetch names anew.

    `told` carries a sentence about what was done.
    """

    told = Signal(str)

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.menu_of_folders = QMenu(self)
        self.setAutoRaise(True)
        self.setProperty("kind", "icon")
        self.setAccessibleName(self.tr("More about the list"))
        self.setToolTip(self.tr("Show environments of another folder, update package names"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(self.menu_of_folders)
        keep_icon(self, "more", Tone.MUTED)
        self.menu_of_folders.setToolTipsVisible(True)
        self._fill(())
        self.menu_of_folders.aboutToShow.connect(self.refresh)

    def refresh(self) -> None:
        """Ask the engine which folders were added."""
        Operation(self, self._engine.added_folders).then(self._fill).run()

    def add(self, folder: str) -> None:
        """List what is in `folder` from now on; a folder without environments is a failure."""
        path = Path(folder)
        Operation(self, lambda: self._engine.add_folder(path)).then(self._refreshed).run()

    def refresh_names(self) -> None:
        """Fetch a newer table of what conda's packages are on PyPI."""
        Operation(self, self._engine.refresh_names).then(self._say_names).run()

    def _say_names(self, count: int) -> None:
        text = self.tr("The list of package names is up to date: it knows {count} packages.")
        self.told.emit(text.format(count=format_count(count)))

    def _fill(self, folders: tuple[Path, ...]) -> None:
        self.menu_of_folders.clear()
        show = self.menu_of_folders.addAction(self.tr("&Show environments of another folder…"))
        show.triggered.connect(self._choose)
        if folders:
            self.menu_of_folders.addSeparator()
        for folder in folders:
            entry = self.menu_of_folders.addAction(self.tr("Stop showing {0}").format(folder.name))
            entry.setToolTip(str(folder))
            entry.triggered.connect(partial(self._remove, folder))
        self.menu_of_folders.addSeparator()
        names = self.menu_of_folders.addAction(self.tr("&Update the list of package names"))
        names.setToolTip(
            self.tr(
                "Many packages have one name in conda and another on PyPI. Envdesk knows the usual"
                " ones; this gets a newer list of them from the internet (prefix.dev)."
            )
        )
        names.triggered.connect(self.refresh_names)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose an environment, or a folder of environments"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.add)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _remove(self, folder: Path) -> None:
        Operation(self, lambda: self._engine.remove_folder(folder)).then(self._refreshed).run()

    def _refreshed(self, _: None) -> None:
        self.refresh()
