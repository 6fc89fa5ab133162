"""The page about Pythons that belong to no environment: to look at, not to change."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.records import OutsidePython, Record
from gui.panels import Disclosure
from gui.theme import SPACE, TextRole, Tone
from gui.widgets import ButtonKind, CopyButton, ElidedLabel, button, column, label, row

_LINE_LENGTH = SPACE * 88


class OutsidePythonPage(QWidget):
    """List Pythons without an environment, and say why packages belong into one."""

    create_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[OutsidePython, ...] = ()
        self._wanted = self._shown
        self._cards: dict[Path, _Card] = {}
        title = label(self.tr("Python without an environment"), TextRole.TITLE)
        why = label(
            self.tr(
                "These Pythons belong to the system or to other programs. A package installed"
                " into one of them is shared by everything that uses it, and can break it."
                " In an environment of its own, each project has the packages and versions it"
                " needs, and nothing else is touched."
            ),
            wrap=True,
        )
        why.setMaximumWidth(_LINE_LENGTH)
        make = button(self.tr("New environment…"), ButtonKind.PRIMARY, "plus")
        make.clicked.connect(self.create_requested)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE * 2)
        page = QWidget()
        page.setProperty("panel", "surface")
        inner = column(title, why, row(make, None), spacing=2, margins=3)
        inner.addLayout(self._list)
        inner.addStretch(1)
        page.setLayout(inner)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        self.setLayout(column(self._scroll))

    def show_pythons(self, pythons: tuple[OutsidePython, ...]) -> None:
        """Show `pythons`, as soon as somebody looks at this page."""
        self._wanted = pythons
        if self.isVisible():
            self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what there is by now."""
        self._fill()
        super().showEvent(event)

    def _fill(self) -> None:
        pythons = self._wanted
        if pythons == self._shown:
            return
        self._shown = pythons
        for card in self._cards.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = {python.executable: _Card(python) for python in pythons}
        for card in self._cards.values():
            self._list.addWidget(card)

    def go_to(self, executable: Path) -> None:
        """Scroll to one of them."""
        self._fill()
        card = self._cards.get(executable)
        if card is not None:
            self._scroll.ensureWidgetVisible(card)


class _Card(QFrame):
    """Shows one Python, its pip, and what pip put into the user's own folder for it."""

    def __init__(self, python: OutsidePython) -> None:
        super().__init__()
        self.setProperty("panel", "raised")
        title = label(f"Python {python.version}", TextRole.HEADING)
        items: list[QWidget] = [title, self._fact(self.tr("Program"), str(python.executable))]
        pip = f"pip {python.pip_version}" if python.pip_version else self.tr("There is no pip.")
        items.append(self._fact("pip", pip))
        if python.user_site is not None:
            items.append(self._fact(self.tr("Your own packages"), str(python.user_site)))
            items.append(self._packages(python.user_packages))
        self.setLayout(column(*items, spacing=1, margins=2))

    def _fact(self, title: str, value: str) -> QWidget:
        name = label(title, tone=Tone.MUTED)
        name.setMinimumWidth(SPACE * 18)
        shown = ElidedLabel(value, where=Qt.TextElideMode.ElideMiddle)
        holder = QWidget()
        inner = row(
            name, shown, CopyButton(lambda: value, self.tr("Copy {what}").format(what=title))
        )
        inner.setStretch(1, 1)
        holder.setLayout(inner)
        return holder

    def _packages(self, packages: tuple[Record, ...]) -> QWidget:
        if not packages:
            return label(self.tr("No packages were installed there."), tone=Tone.MUTED)
        names = ", ".join(f"{record.name} {record.version}".strip() for record in packages)
        words = self.tr(
            "%n package(s) that every environment of this Python can see", None, len(packages)
        )
        return Disclosure(words, label(names, tone=Tone.MUTED, wrap=True, selectable=True))
