"""The bar above the packages: what to look for, which ones to show, and what else there is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.models.packages import SourceFilter
from gui.panels import Segmented
from gui.theme import SPACE, Tone
from gui.views.two_lines import TwoLines
from gui.widgets import ElidedLabel, SearchBox, icon_button


class PackagesBar(TwoLines):
    """Let the user find packages; the signals carry what is asked for in its menu."""

    updates_requested = Signal()
    update_all_requested = Signal()
    channels_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.filter_box = SearchBox("")
        self.sources = Segmented(
            (
                (SourceFilter.ALL, ""),
                (SourceFilter.UPDATES, ""),
                (SourceFilter.CONDA, "Conda"),
                (SourceFilter.PYPI, "PyPI"),
                (SourceFilter.CHOSEN, ""),
            ),
            "",
        )
        self.count = ElidedLabel(tone=Tone.MUTED, whole_only=True)
        self.columns = icon_button("columns", "")
        self.more = icon_button("more", "")
        super().__init__((self.filter_box,), (self.sources,), (self.count, self.columns, self.more))
        self.setParent(parent)
        self._name_parts()
        self.show_updates(None)
        self.more.clicked.connect(self._show_more)
        self.filter_box.setMinimumWidth(SPACE * 24)
        self.filter_box.setMaximumWidth(SPACE * 40)
        self.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        self.reason = ""
        self.has_records = False

    def show_updates(self, count: int | None) -> None:
        """Say how many packages can be updated; None while nobody knows."""
        if count is None:
            words = self.tr("Updates")
            tip = self.tr("Show the packages of which a newer version fits")
        else:
            words = self.tr("Updates ({count})").format(count=count)
            tip = self.tr(
                "Show the packages of which a newer version fits, as far as the lists of packages"
                " tell that were read last"
            )
        self.sources.rename(SourceFilter.UPDATES, words)
        self.sources.explain(SourceFilter.UPDATES, tip)

    def _name_parts(self) -> None:
        name = self.tr("Find or add a package")
        keys = QKeySequence(QKeySequence.StandardKey.Find)
        text = self.tr("Find a package by name, summary or channel, or one to add ({keys})")
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        self.filter_box.setPlaceholderText(name)
        self.filter_box.setAccessibleName(name)
        self.filter_box.setToolTip(text.format(keys=shown))
        self.sources.setAccessibleName(self.tr("Show packages from"))
        self.sources.rename(SourceFilter.ALL, self.tr("All"))
        self.sources.rename(SourceFilter.CHOSEN, self.tr("Chosen by you"))
        for made, words in (
            (self.columns, self.tr("Choose columns")),
            (self.more, self.tr("Look for updates, update everything, choose channels")),
        ):
            made.setToolTip(words)
            made.setAccessibleName(words)

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        look = menu.addAction(self.tr("&Look for updates"), self.updates_requested.emit)
        update = menu.addAction(self.tr("&Update everything"), self.update_all_requested.emit)
        for entry in (look, update):
            entry.setEnabled(not self.reason and self.has_records)
            entry.setToolTip(self.reason)
        menu.addAction(self.tr("C&hannels of this environment…"), self.channels_requested.emit)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
