from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from release.icons import ICNS_TYPES, ICO_SIZES, PNG_SIZES, write_icons

PNG = b"\x89PNG\r\n\x1a\n"


def test_that_every_size_of_every_system_is_drawn(tmp_path: Path, qtbot: QtBot) -> None:
    write_icons(tmp_path)
    for size in PNG_SIZES:
        image = QImage(str(tmp_path / f"envdesk-{size}.png"))
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() == 0
        assert image.pixelColor(size // 2, size // 3).alpha() == 255

    ico = (tmp_path / "envdesk.ico").read_bytes()
    assert struct.unpack_from("<HHH", ico) == (0, 1, len(ICO_SIZES))
    for index, size in enumerate(ICO_SIZES):
        width, height, _, _, _, bits, length, offset = struct.unpack_from(
            "<BBBBHHII", ico, 6 + 16 * index
        )
        assert (width or 256, height or 256, bits) == (size, size, 32)
        content = ico[offset : offset + length]
        assert content.startswith(PNG) if size == 256 else content[0] == 40
    assert QImage(str(tmp_path / "envdesk.ico")).width() in ICO_SIZES

    icns = (tmp_path / "envdesk.icns").read_bytes()
    assert (icns[:4], struct.unpack_from(">I", icns, 4)[0]) == (b"icns", len(icns))
    position = 8
    kinds: list[bytes] = []
    while position < len(icns):
        kind, length = struct.unpack_from(">4sI", icns, position)
        assert icns[position + 8 :].startswith(PNG)
        kinds.append(kind)
        position += length
    assert kinds == [kind for kind, _ in ICNS_TYPES]
