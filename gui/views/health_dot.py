"""The dot that shows how an environment is, by its shape as much as by its colour."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from gui.presenting.health import HealthState
from gui.theme import Tone, theme

DOT: Final = 10  # pixels, its width and its height

_TONES: Final[dict[HealthState, Tone]] = {
    HealthState.UNKNOWN: Tone.MUTED,
    HealthState.SOUND: Tone.SUCCESS,
    HealthState.RISKY: Tone.WARNING,
    HealthState.BROKEN: Tone.DANGER,
}


def paint_dot(painter: QPainter, left: float, middle: float, state: HealthState) -> None:
    """Paint the dot at `left`, centred on the height `middle`.

    Healthy is a disc, what needs attention a triangle, broken a square with a bar across, and not
    checked yet a ring.
    """
    color = theme().color(_TONES[state])
    area = QRectF(left, middle - DOT / 2, DOT, DOT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(color))
    match state:
        case HealthState.UNKNOWN:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.2))
            painter.drawEllipse(area.adjusted(2, 2, -2, -2))
        case HealthState.SOUND:
            painter.drawEllipse(area.adjusted(1, 1, -1, -1))
        case HealthState.RISKY:
            corners = (
                area.bottomLeft(),
                area.bottomRight(),
                QPointF(area.center().x(), area.top()),
            )
            painter.drawPolygon(QPolygonF(corners))
        case HealthState.BROKEN:
            painter.drawRoundedRect(area, 2, 2)
            painter.setPen(QPen(theme().color(Tone.ON_ACCENT), 2))
            painter.drawLine(
                QPointF(area.left() + 2.5, area.center().y()),
                QPointF(area.right() - 2.5, area.center().y()),
            )
    painter.restore()
