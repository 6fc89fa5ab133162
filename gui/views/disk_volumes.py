"""A bar for each volume: what environments and caches take of it, and what is free."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.cache.values import DiskPicture, VolumeSpace
from engine.errors import EngineError
from gui.formats import format_bytes
from gui.models.disk_tree import SpaceRole, volume_title
from gui.theme import SPACE, TextRole, Tone, theme
from gui.views.disk_boxes import space_colors
from gui.widgets import ElidedLabel, column, label, row, set_tone

if TYPE_CHECKING:
    from engine.session import Engine

_HEIGHT: Final = SPACE * 1.5
_LEAST: Final = 3.0  # pixels, so that nothing is invisible
_ROUND: Final = 4.0


@dataclass(frozen=True, slots=True)
class VolumeShares:
    """Hold how one volume is taken up; bytes."""

    volume: VolumeSpace
    environments: int
    caches: int

    @property
    def elsewhere(self) -> int:
        """Return what everything else takes."""
        return max(0, self.volume.used_bytes - self.environments - self.caches)


def volume_shares(picture: DiskPicture) -> tuple[VolumeShares, ...]:
    """Return the volumes of `picture`, those that hold most of it first."""
    made: list[VolumeShares] = []
    first = True
    for volume in picture.volumes:
        own = sum(e.own_bytes for e in picture.environments if e.device == volume.device)
        cached = sum(c.allocated_bytes for c in picture.caches if c.device == volume.device)
        # nothing tells on which volume these lie; nearly always there is only one
        own += picture.between_bytes if first else 0
        first = False
        made.append(VolumeShares(volume, own, cached))
    return tuple(sorted(made, key=lambda each: -(each.environments + each.caches)))


class VolumeBar(QWidget):
    """Draw the shares of one volume as one bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: VolumeShares | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_shares(self, shares: VolumeShares) -> None:
        """Show `shares`."""
        self._shares = shares
        text = self.tr(
            "Environments {own}, caches {cached}, everything else {other}, free {free}"
        ).format(
            own=format_bytes(shares.environments),
            cached=format_bytes(shares.caches),
            other=format_bytes(shares.elsewhere),
            free=format_bytes(shares.volume.free_bytes),
        )
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a thin bar."""
        return QSize(SPACE * 20, round(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shares from left to right; what is free stays empty."""
        shares = self._shares
        if shares is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(room, _ROUND, _ROUND)
        painter.fillPath(outline, QColor(theme().tokens.field))
        painter.setClipPath(outline)
        left = room.left()
        total = max(1, shares.volume.used_bytes + shares.volume.free_bytes)
        for size, role in (
            (shares.environments, SpaceRole.OWN),
            (shares.caches, SpaceRole.SHARED),
            (shares.elsewhere, SpaceRole.OTHER),
        ):
            if size <= 0:
                continue
            width = max(_LEAST, room.width() * size / total)
            painter.fillRect(QRectF(left, room.top(), width, room.height()), space_colors(role)[0])
            left += width
        painter.setClipping(False)
        painter.setPen(QColor(theme().tokens.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
        painter.end()


class VolumeLine(QWidget):
    """Show one volume: where it is, what is free, and its bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel("", TextRole.SMALL, Tone.TEXT, Qt.TextElideMode.ElideMiddle)
        self._free = label("", TextRole.SMALL, Tone.MUTED)
        self._bar = VolumeBar()
        head = row(self._title, self._free)
        head.setStretch(0, 1)
        self.setLayout(column(head, self._bar, spacing=0.5))

    def show_shares(self, shares: VolumeShares) -> None:
        """Show `shares`."""
        volume = shares.volume
        title = self.tr("Disk at {place}").format(place=volume_title(volume))
        self._title.set_whole(title)
        text = self.tr("{free} free of {total}")
        self._free.setText(
            text.format(
                free=format_bytes(volume.free_bytes), total=format_bytes(volume.total_bytes)
            )
        )
        set_tone(self._free, Tone.WARNING if volume.is_low else Tone.MUTED)
        self._bar.show_shares(shares)


class VolumeLines(QWidget):
    """Show a line for each volume."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[VolumeLine] = []
        self._box = column(spacing=1)
        self.setLayout(self._box)

    def lines(self) -> tuple[VolumeLine, ...]:
        """Return the lines that are shown."""
        return tuple(line for line in self._lines if not line.isHidden())

    def show_volumes(self, shares: tuple[VolumeShares, ...]) -> None:
        """Show `shares`, one line for each."""
        while len(self._lines) < len(shares):
            made = VolumeLine()
            self._lines.append(made)
            self._box.addWidget(made)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(shares))
            if at < len(shares):
                line.show_shares(shares[at])


async def free_around(engine: Engine, prefixes: Iterable[Path]) -> dict[Path, VolumeSpace]:
    """Return what is free around each of `prefixes`; one that cannot be asked is left out."""
    found: dict[Path, VolumeSpace] = {}
    for prefix in prefixes:
        with contextlib.suppress(EngineError):
            found[prefix] = await engine.volume_space(prefix)
    return found
