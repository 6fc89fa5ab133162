"""The picture with all that explains it: the way back, colours, and what is pointed at."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from engine.cache.values import EnvironmentParts
from gui.dialogs.flow import FlowLayout
from gui.formats import format_bytes
from gui.models.disk_parts import with_parts
from gui.models.disk_tree import DiskNode, SpaceRole, all_nodes, tree_sums
from gui.presenting.disk_lessons import Lesson
from gui.theme import SPACE, TextRole, Tone, theme
from gui.views.disk_boxes import space_colors
from gui.views.disk_treemap import Treemap
from gui.views.disk_why import WhyButton
from gui.widgets import ButtonKind, ElidedLabel, button, column, icon_button, label, row

_SWATCH: Final = SPACE + 4
_LESSONS: Final[dict[SpaceRole, Lesson | None]] = {
    SpaceRole.OWN: Lesson.OWN,
    SpaceRole.SHARED: Lesson.SHARED,
    SpaceRole.SPARE: Lesson.SPARE,
    SpaceRole.OTHER: None,
}


class Swatch(QWidget):
    """Show the colour of one role."""

    def __init__(self, role: SpaceRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setFixedSize(QSize(_SWATCH, _SWATCH))
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it as the boxes are painted."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back, front = space_colors(self._role)
        front.setAlphaF(0.35)
        painter.setPen(QColor(front))
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()


class LegendEntry(QWidget):
    """Say what a colour means, how much there is of it, and why."""

    def __init__(self, role: SpaceRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.role = role
        self._title = label(self._words(), TextRole.SMALL)
        self._size = label("", TextRole.SMALL, Tone.MUTED)
        inner = row(Swatch(role), self._title, self._size, spacing=0.75)
        lesson = _LESSONS[role]
        if lesson is not None:
            inner.addWidget(WhyButton(lesson))
        self.setLayout(inner)
        # with or without a link, entries stand on one line
        self.setMinimumHeight(WhyButton(Lesson.OWN).sizeHint().height())

    def show_size(self, size: int) -> None:
        """Show how much there is."""
        self._size.setText(format_bytes(size))

    def _words(self) -> str:
        return {
            SpaceRole.OWN: self.tr("In one environment only"),
            SpaceRole.SHARED: self.tr("Shared, counted once"),
            SpaceRole.SPARE: self.tr("Can go"),
            SpaceRole.OTHER: self.tr("Other"),
        }[self.role]


class Legend(QWidget):
    """Say what all colours of the picture mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = {role: LegendEntry(role) for role in SpaceRole}
        flow = FlowLayout(SPACE, self)
        for entry in self.entries.values():
            flow.addWidget(entry)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_sums(self, sums: dict[SpaceRole, int]) -> None:
        """Show the size of each role; one that has nothing is left out."""
        for role, entry in self.entries.items():
            entry.show_size(sums.get(role, 0))
            entry.setVisible(bool(sums.get(role)))
        layout = self.layout()
        if layout is not None:
            layout.invalidate()


class Breadcrumbs(QWidget):
    """Show the way from the whole to what fills the picture; each step can be gone back to.

    `wanted` carries the key of a node, `back_wanted` asks for one step back.
    """

    wanted = Signal(str)
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = icon_button("chevron-left", self.tr("Back (Backspace)"))
        self.back.clicked.connect(self.back_wanted)
        self.steps: list[QPushButton] = []
        self._box: QHBoxLayout = row(spacing=0.75)
        holder = row(self.back, self._box, None, spacing=0.75)
        self.setLayout(holder)
        self.setMinimumHeight(self.back.sizeHint().height())

    def show_way(self, way: tuple[DiskNode, ...], *, can_go_back: bool) -> None:
        """Show `way`."""
        self.back.setEnabled(can_go_back)
        while (item := self._box.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.steps = []
        for at, node in enumerate(way):
            is_last = at == len(way) - 1
            if at:
                self._box.addWidget(label("›", tone=Tone.MUTED))
            if is_last:
                here = ElidedLabel(f"{node.title} · {format_bytes(node.size)}", TextRole.STRONG)
                self._box.addWidget(here)
                continue
            step = button(node.title, ButtonKind.LINK)
            step.clicked.connect(lambda _=False, key=node.key: self.wanted.emit(key))
            self.steps.append(step)
            self._box.addWidget(step)


class PicturePanel(QWidget):
    """Show a picture of the disk; `scope_changed` carries the paths that it is about now.

    None stands for all. `item_chosen` carries the path of one thing, `part_chosen` the key of a
    package of an environment, `environment_wanted` the prefix of an environment that one wants to
    see, `parts_wanted` that of one whose packages are to be counted.
    """

    scope_changed = Signal(object)
    item_chosen = Signal(object)
    part_chosen = Signal(str)
    environment_wanted = Signal(object)
    parts_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = Breadcrumbs()
        self.map = Treemap()
        self.legend = Legend()
        self._told = ElidedLabel("", TextRole.SMALL, Tone.MUTED)
        self._go = button(self.tr("Go to this environment"), ButtonKind.LINK)
        self._open = button(self.tr("See its packages"), ButtonKind.LINK)
        self._tree: DiskNode | None = None
        self._links = QWidget()
        links = FlowLayout(SPACE * 2, self._links)
        links.addWidget(self._open)
        links.addWidget(self._go)
        self._links.hide()
        inner = column(self.way, self.map, self._told, self._links, self.legend, spacing=1)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.way.wanted.connect(self.map.go_to)
        self.way.back_wanted.connect(self.map.go_up)
        self.map.moved.connect(self._on_moved)
        self.map.item_chosen.connect(self.item_chosen)
        self.map.environment_chosen.connect(self._on_environment)
        self.map.part_chosen.connect(self.part_chosen)
        self.map.parts_wanted.connect(self.parts_wanted)
        self.map.pointed.connect(self._on_pointed)
        self._open.clicked.connect(self._want_parts)
        self._go.clicked.connect(self._on_go)
        self._tell(None)

    def event(self, event: QEvent) -> bool:
        """Never be lower than what stands around the picture needs at this width."""
        done = super().event(event)
        inner = self.layout()
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and inner is not None:
            least = inner.minimumHeightForWidth(self.width())
            if least != self.minimumHeight():
                self.setMinimumHeight(least)
        return done

    def show_tree(self, tree: DiskNode) -> None:
        """Show `tree`."""
        self._tree = tree
        self.map.show_tree(tree)
        self.legend.show_sums(tree_sums(tree))

    def show_parts(self, parts: EnvironmentParts) -> None:
        """Look inside an environment: its packages fill the picture."""
        if self._tree is None:
            return
        tree = with_parts(self._tree, parts)
        node = next((each for each in all_nodes(tree) if each.prefix == parts.prefix), None)
        if node is not None:
            self.show_tree(tree)
            self.map.go_to(node.key)

    @property
    def opened(self) -> Path | None:
        """Return the environment whose packages fill the picture."""
        return self.map.node.prefix

    def scope(self) -> frozenset[Path] | None:
        """Return the things that the picture is about now, None for all."""
        chosen = self._chosen_environment()
        return chosen.items if chosen is not None else self.map.node.items

    def _chosen_environment(self) -> DiskNode | None:
        if self.map.environment is None or self._tree is None:
            return None
        nodes = all_nodes(self._tree)
        return next((node for node in nodes if node.prefix == self.map.environment), None)

    def _on_moved(self) -> None:
        self._update_way()
        self._tell(None)
        self.scope_changed.emit(self.scope())

    def _on_environment(self, prefix: Path | None) -> None:
        self._links.setVisible(prefix is not None)
        self._update_way()
        self._tell(None)
        self.scope_changed.emit(self.scope())

    def _update_way(self) -> None:
        can_go_back = len(self.map.way) > 1 or self.map.environment is not None
        self.way.show_way(self.map.way, can_go_back=can_go_back)

    def _on_pointed(self, node: DiskNode) -> None:
        self._tell(node)

    def _want_parts(self) -> None:
        node = self._chosen_environment()
        if node is not None and node.can_open:
            self.map.go_to(node.key)
        elif node is not None:
            self.parts_wanted.emit(node.prefix)

    def _on_go(self) -> None:
        if self.map.environment is not None:
            self.environment_wanted.emit(self.map.environment)

    def _tell(self, node: DiskNode | None) -> None:
        chosen = self._chosen_environment()
        if chosen is not None and (node is None or node.key == chosen.key):
            text = self.tr(
                "{name} has {size} for itself. What it shares with the caches is outlined, and"
                " listed below."
            ).format(
                name=chosen.title,
                size=format_bytes(chosen.size),
            )
        elif node is None and self.opened is not None:
            text = self.tr(
                "These bytes go with the environment. What its packages share is in the list below."
            )
        elif node is None:
            text = self.tr("Click on a part to look inside; Backspace goes back.")
        else:
            text = f"{node.title} · {format_bytes(node.size)}"
        self._told.set_whole(text)
