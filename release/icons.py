"""Make the icons of the three systems from the one drawing."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from release.places import PACKAGING

DRAWING: Final = PACKAGING / "envdesk.svg"
ICO_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 256)
PNG_SIZES: Final = (16, 24, 32, 48, 64, 128, 256, 512)
# Apple's "icns" types whose content is a PNG of this many pixels.
ICNS_TYPES: Final = (
    *((b"icp4", 16), (b"icp5", 32), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512)),
    *((b"ic10", 1024), (b"ic11", 32), (b"ic12", 64), (b"ic13", 256), (b"ic14", 512)),
)
_LARGEST_BITMAP = 64  # older programs read no PNG in small icons


def write_icons(folder: Path) -> None:
    """Write `envdesk.ico`, `envdesk.icns` and `envdesk-SIZE.png` into `folder`; needs no display.

    Raises OSError, and ValueError when the drawing cannot be read.
    """
    app = QGuiApplication.instance() or QGuiApplication(["envdesk", "-platform", "offscreen"])
    sizes = {*ICO_SIZES, *PNG_SIZES, *(size for _, size in ICNS_TYPES)}
    images = {size: _painted(size) for size in sizes}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "envdesk.ico").write_bytes(ico([images[size] for size in ICO_SIZES]))
    pictures = [(kind, _png(images[size])) for kind, size in ICNS_TYPES]
    (folder / "envdesk.icns").write_bytes(icns(pictures))
    for size in PNG_SIZES:
        (folder / f"envdesk-{size}.png").write_bytes(_png(images[size]))
    del app


def ico(images: list[QImage]) -> bytes:
    """Return a Windows icon with `images` (Microsoft, "Icons", ICONDIR and ICONDIRENTRY)."""
    contents = [_bitmap(each) if each.width() <= _LARGEST_BITMAP else _png(each) for each in images]
    offset = 6 + 16 * len(images)
    entries: list[bytes] = []
    for image, content in zip(images, contents, strict=True):
        size = image.width() % 256  # 256 is written as 0
        entries.append(struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(content), offset))
        offset += len(content)
    return b"".join([struct.pack("<HHH", 0, 1, len(images)), *entries, *contents])


def icns(pictures: list[tuple[bytes, bytes]]) -> bytes:
    """Return a macOS icon with PNG `pictures`, each after its type."""
    body = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in pictures)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _painted(size: int) -> QImage:
    renderer = QSvgRenderer(str(DRAWING))
    if not renderer.isValid():
        raise ValueError(f"{DRAWING} is no drawing")
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(data.data())


def _bitmap(image: QImage) -> bytes:
    """Return a device-independent bitmap: colours from the bottom up, then an empty mask."""
    size = image.width()
    header = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    pixels = bytes(image.constBits())
    rows = [pixels[y * size * 4 : (y + 1) * size * 4] for y in reversed(range(size))]
    mask = bytes((size + 31) // 32 * 4 * size)
    return header + b"".join(rows) + mask
