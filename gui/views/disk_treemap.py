"""The picture of where the space went: boxes in boxes, as large as what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.formats import format_bytes
from gui.models.disk_layout import Area, squarified
from gui.models.disk_tree import ROOT_KEY, DiskNode, SpaceRole, all_nodes, find_node, with_rest
from gui.theme import SPACE, theme
from gui.views.disk_boxes import DiskBox, head_height

_LEAST_AREA: Final = SPACE * 8 * SPACE * 4  # square pixels; what is smaller is put together
_MOST_BOXES: Final = 40  # in one group
_GROUP_FROM: Final = (SPACE * 11, SPACE * 9)
_GAP: Final = 2
_SEEN: Final = 2  # pixels; nobody can point at less
_EDGE: Final = 5

Placed = tuple[DiskNode, Area, bool]


def arranged(node: DiskNode, room: Area) -> tuple[Placed, ...]:
    """Return where the parts of `node` go in `room`, groups before what lies over them.

    A part with room enough shows its own parts below its title; those too small to be seen are
    one part together. The flag tells a group.
    """
    placed: list[Placed] = []
    for part, area in _fitting(node, room):
        is_group = (
            bool(part.children)
            and not part.is_group_of_rest
            and part.prefix is None
            and area.width >= _GROUP_FROM[0]
            and area.height >= _GROUP_FROM[1]
        )
        placed.append((part, area, is_group))
        if is_group:
            inner = area.shrunk(_EDGE, head_height(), _EDGE, _EDGE)
            placed += [(leaf, place, False) for leaf, place in _fitting(part, inner)]
    return tuple(placed)


def _fitting(node: DiskNode, room: Area) -> list[tuple[DiskNode, Area]]:
    total = sum(child.size for child in node.children)
    if total <= 0 or room.size <= 0:
        return []
    scale = room.size / total
    large = tuple(child for child in node.children if child.size * scale >= _LEAST_AREA)
    kept = large[:_MOST_BOXES]
    children = with_rest(node, kept, node.children[len(kept) :])
    areas = squarified([child.size for child in children], room)
    return list(zip(children, areas, strict=True))


def pixels(area: Area) -> QRect:
    """Return `area` in whole pixels, with a gap to its right and lower neighbours."""
    left, top = round(area.x), round(area.y)
    right, bottom = round(area.x + area.width), round(area.y + area.height)
    return QRect(left, top, right - left - _GAP, bottom - top - _GAP)


class Treemap(QWidget):
    """Show a tree of disk space; Enter or a click goes in, Backspace goes back.

    Arrow keys move from box to box. `moved` comes when another node fills the picture,
    `item_chosen` with the path of one thing, `environment_chosen` with the prefix that is
    outlined, or None; `parts_wanted` with that of one that is pressed once more, and is not looked
    into yet; `part_chosen` with the key of one of its packages. `pointed` tells the node under the
    mouse or the keyboard.
    """

    moved = Signal()
    item_chosen = Signal(object)
    environment_chosen = Signal(object)
    parts_wanted = Signal(object)
    part_chosen = Signal(str)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root = DiskNode(ROOT_KEY, "", SpaceRole.OTHER, 0)
        self._way: tuple[DiskNode, ...] = (self._root,)
        self._boxes: dict[str, DiskBox] = {}
        self._order: list[DiskBox] = []
        self._prefix: Path | None = None
        self._tied: frozenset[Path] = frozenset()
        self.setAccessibleName(self.tr("Where the space went"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SPACE * 20, SPACE * 20)
        theme().changed.connect(self._repaint)

    @property
    def way(self) -> tuple[DiskNode, ...]:
        """Return the nodes from the whole to the one that fills the picture."""
        return self._way

    @property
    def node(self) -> DiskNode:
        """Return the node that fills the picture."""
        return self._way[-1]

    @property
    def environment(self) -> Path | None:
        """Return the prefix of the environment that is outlined."""
        return self._prefix

    def boxes(self) -> tuple[DiskBox, ...]:
        """Return the boxes that are shown, groups before what lies over them."""
        return tuple(self._order)

    def sizeHint(self) -> QSize:
        """Return a size that reads well."""
        return QSize(SPACE * 80, SPACE * 34)

    def show_tree(self, root: DiskNode) -> None:
        """Show `root`; who looked inside stays there while it is there."""
        way: tuple[DiskNode, ...] = ()
        for node in reversed(self._way):
            way = find_node(root, node.key)
            if way and (way[-1].children or len(way) == 1):
                break
        self._root = root
        self._way = way or (root,)
        self._outline(self._prefix)
        self._arrange()
        self.moved.emit()

    def go_to(self, key: str) -> None:
        """Fill the picture with the node that has `key`, if it is on the way or below the root."""
        keys = [node.key for node in self._way]
        way = self._way[: keys.index(key) + 1] if key in keys else find_node(self._root, key)
        if way and way[-1].children:
            self._enter(way)

    def go_up(self) -> None:
        """Go back by one step, or undo the outlining of an environment."""
        if self._prefix is not None:
            self.choose_environment(None)
        elif len(self._way) > 1:
            left = self.node
            self._enter(self._way[:-1])
            self._focus(left.key)

    def choose_environment(self, prefix: Path | None) -> None:
        """Outline what the environment at `prefix` shares with caches; None for none."""
        if prefix == self._prefix:
            return
        self._outline(prefix)
        self._arrange()
        self.environment_chosen.emit(prefix)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among boxes, and back."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self._move(step)
        elif event.key() == Qt.Key.Key_Backspace or (
            event.key() == Qt.Key.Key_Escape and (len(self._way) > 1 or self._prefix)
        ):
            self.go_up()
        elif event.key() == Qt.Key.Key_Home and self._order:
            self._order[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def _enter(self, way: tuple[DiskNode, ...]) -> None:
        if way[-1].prefix is not None:
            self.choose_environment(None)
        had_focus = any(box.hasFocus() for box in self._order)
        self._way = way
        self._arrange()
        if had_focus and self._order:
            self._order[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.moved.emit()
        if QAccessible.isActive():
            text = f"{self.node.title}, {format_bytes(self.node.size)}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _press(self, box: DiskBox) -> None:
        node = box.node
        if node.prefix is not None and node.prefix != self._prefix:
            self.choose_environment(node.prefix)
        elif node.prefix is not None and not node.can_open:
            self.parts_wanted.emit(node.prefix)
        elif node.can_open:
            self._enter((*self._way_to(node), node))
        elif node.thing is not None:
            self.item_chosen.emit(node.thing.path)
        elif node.part:
            self.part_chosen.emit(node.part)

    def _way_to(self, node: DiskNode) -> tuple[DiskNode, ...]:
        """Return the way to what `node` is a part of, over the group that it is seen in."""
        here = self.node
        for child in here.children:
            if any(part.key == node.key for part in child.children) or (
                node.is_group_of_rest and node.key.startswith(f"{child.key}/")
            ):
                return (*self._way, child)
        return self._way

    def _outline(self, prefix: Path | None) -> None:
        node = next((each for each in all_nodes(self._root) if each.prefix == prefix), None)
        found = prefix is not None and node is not None
        self._prefix = prefix if found else None
        self._tied = node.items or frozenset() if found and node is not None else frozenset()

    def _is_tied(self, node: DiskNode) -> bool:
        if self._prefix is None:
            return False
        if node.prefix is not None:
            return node.prefix == self._prefix
        return node.role is SpaceRole.SHARED and bool(self._tied & (node.items or frozenset()))

    def _arrange(self) -> None:
        placed = arranged(self.node, Area(0, 0, self.width() + _GAP, self.height() + _GAP))
        kept: dict[str, DiskBox] = {}
        self._order = []
        for node, area, is_group in placed:
            place = pixels(area)
            if place.width() < _SEEN or place.height() < _SEEN:
                continue
            box = self._boxes.pop(node.key, None) or self._make_box(node)
            is_tied = not is_group and self._is_tied(node)
            box.show_node(node, is_group=is_group, is_tied=is_tied)
            box.setGeometry(place)
            box.raise_()
            box.show()
            kept[node.key] = box
            self._order.append(box)
        had_focus = any(box.hasFocus() for box in self._boxes.values())
        for box in self._boxes.values():
            box.hide()
            box.deleteLater()
        self._boxes = kept
        self._give_focus_to(next((box for box in self._order if box.hasFocus()), None))
        if had_focus and self._order:
            self._order[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_box(self, node: DiskNode) -> DiskBox:
        box = DiskBox(node, self)
        box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box.clicked.connect(lambda: self._press(box))
        box.pointed.connect(self._on_pointed)
        return box

    def _on_pointed(self, box: DiskBox) -> None:
        if box.hasFocus():
            self._give_focus_to(box)
        self.pointed.emit(box.node)

    def _give_focus_to(self, chosen: DiskBox | None) -> None:
        """Make one box the stop of the Tab key: the rest is reached by arrows."""
        stop = chosen or next(iter(self._order), None)
        for box in self._order:
            is_stop = box is stop
            policy = Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus
            box.setFocusPolicy(policy)

    def _focus(self, key: str) -> None:
        box = self._boxes.get(key)
        if box is not None:
            box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _move(self, step: QPoint) -> None:
        here = next((box for box in self._order if box.hasFocus()), None)
        if here is None:
            if self._order:
                self._order[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        found = nearest(here, self._order, step)
        if found is not None:
            found.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _repaint(self) -> None:
        for box in self._order:
            box.update()


def nearest(here: DiskBox, boxes: list[DiskBox], step: QPoint) -> DiskBox | None:
    """Return the box that one means by going from `here` in the direction of `step`."""
    start = _handle(here)
    best: tuple[float, DiskBox] | None = None
    for box in boxes:
        offset = _handle(box) - start
        ahead = QPoint.dotProduct(offset, step)
        if box is here or ahead <= 0:
            continue
        aside = abs(offset.x() * step.y()) + abs(offset.y() * step.x())
        distance = ahead + 2.5 * aside
        if best is None or distance < best[0]:
            best = (distance, box)
    return None if best is None else best[1]


def _handle(box: DiskBox) -> QPoint:
    """Return where a box is held: a group by its title, for its middle belongs to others."""
    area = box.geometry()
    return QPoint(area.center().x(), area.top() + SPACE) if box.is_group else area.center()


_STEPS: Final = {
    Qt.Key.Key_Left: QPoint(-1, 0),
    Qt.Key.Key_Right: QPoint(1, 0),
    Qt.Key.Key_Up: QPoint(0, -1),
    Qt.Key.Key_Down: QPoint(0, 1),
}
