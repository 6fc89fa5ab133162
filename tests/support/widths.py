"""Other languages' widths: translators that make every text longer, or Chinese, and what is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from gui.views.disk_boxes import DiskBox
from gui.widgets import ElidedLabel

_KEPT = re.compile(r"(\{[^}]*\}|%n|%\d|&|<[^>]*>|\(s\)|https?://\S+|\n)")
_ACCENTS = str.maketrans("aeiouyAEIOUYnc", "äéïöüýÄÉÏÖÜÝñç")
_FILLING = "größe dès après über las más für été "
_GLYPHS = "环境磁盘空间软件包缓存释放共享检查安装删除更新通道设置文件"
_MARKS = {".": "。", ",": "，", ":": "：", "?": "？", ";": "；"}
_LONGER = 0.4
_LETTERS_A_GLYPH = 4  # what a Chinese text saves, about


class OtherWords(QTranslator):
    """Translate everything into nothing in particular."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, source: str, /, disambiguation: str | None = None, n: int = -1
    ) -> str:
        text = source if n < 0 else source.replace("(s)", "" if n == 1 else "s")
        return self.reworded(text)

    def reworded(self, text: str) -> str:
        raise NotImplementedError


class LongWords(OtherWords):
    """Make every text about 40 % longer, with accents; values and marks stay."""

    def reworded(self, text: str) -> str:
        parts = _KEPT.split(text)
        plain = sum(len(part) for part in parts[::2])
        wanted = round(plain * _LONGER)
        if wanted < 2:
            return text
        # long words cannot be broken into lines, so one word grows and sentences get more of them
        filling = (_FILLING * (wanted // len(_FILLING) + 1))[: wanted - 1].strip() or "ö"
        changed = [
            part.translate(_ACCENTS) if at % 2 == 0 else part for at, part in enumerate(parts)
        ]
        whole = "".join(changed)
        return f"{whole}{'é' * wanted}" if plain < 8 else f"{whole} {filling}"


class ChineseWords(OtherWords):
    """Make every text as many wide glyphs as a Chinese one has, with no blank between them."""

    def reworded(self, text: str) -> str:
        return "".join(
            _glyphs(part) if at % 2 == 0 else part for at, part in enumerate(_KEPT.split(text))
        )


def _glyphs(text: str) -> str:
    made: list[str] = []
    letters = 0
    for character in text:
        if character.isalpha():
            if letters % _LETTERS_A_GLYPH == 0:
                made.append(_GLYPHS[len(made) % len(_GLYPHS)])
            letters += 1
        elif character != " ":
            made.append(_MARKS.get(character, character))
    return "".join(made)


def cut_texts(root: QWidget) -> list[str]:
    """Return what cannot be read in `root`: texts that are cut, covered, or out of reach."""
    return [
        f"{type(widget).__name__} “{_text(widget)[:60]}” {problem}"
        for widget in _texts(root)
        if (problem := _problem(widget, root))
    ]


def _texts(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not root.window():
            continue
        if isinstance(widget, DiskBox):
            continue  # it writes what fits, and the tool tip has it all
        if isinstance(widget, QLabel | QAbstractButton) and _text(widget):
            yield widget


def _text(widget: QWidget) -> str:
    return str(widget.property("text") or "").replace("&", "")


def _problem(widget: QWidget, root: QWidget) -> str:
    needed = _needed(widget)
    if widget.width() < needed.width() - 1:
        return f"is {widget.width()} wide and needs {needed.width()}"
    if widget.height() < needed.height() - 1:
        return f"is {widget.height()} high and needs {needed.height()}"
    return _out_of_reach(widget, root) or _covered(widget)


def _needed(widget: QWidget) -> QSize:
    """Return the least size in which the whole text can be read."""
    if isinstance(widget, ElidedLabel):
        return QSize(0, widget.fontMetrics().height())  # its tool tip tells the rest
    if isinstance(widget, QLabel):
        if not widget.wordWrap():
            return widget.sizeHint()
        metrics = widget.fontMetrics()
        width = max(metrics.horizontalAdvance(word) for word in _text(widget).split() or [""])
        is_plain = widget.textFormat() is not Qt.TextFormat.RichText
        width = min(width, widget.minimumSizeHint().width()) if is_plain else 0
        return QSize(width, max(0, widget.heightForWidth(widget.width())))
    if isinstance(widget, QToolButton) and not _shows_words(widget):
        return QSize(0, 0)
    words = widget.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, str(widget.property("text")))
    if isinstance(widget, QPushButton | QToolButton | QCheckBox | QRadioButton):
        hint = widget.sizeHint()
        room = QSize(min(hint.width(), words.width() + SIDES), min(hint.height(), words.height()))
        return (
            room
            if not isinstance(widget, QCheckBox | QRadioButton)
            else QSize(hint.width(), room.height())
        )
    return QSize(words.width(), words.height())


SIDES = 8  # pixels that a button keeps free at least, both sides together


def _shows_words(button: QToolButton) -> bool:
    style = button.toolButtonStyle()
    return style is not Qt.ToolButtonStyle.ToolButtonIconOnly or button.icon().isNull()


def _out_of_reach(widget: QWidget, root: QWidget) -> str:
    """Say in what `widget` does not lie as a whole; what can be scrolled to is in reach."""
    across, down = True, True
    at = widget
    while at is not root and (parent := at.parentWidget()) is not None:
        place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
        area = parent.parentWidget()
        if isinstance(area, QAbstractScrollArea) and parent is area.viewport():
            across = across and not _scrolls(area.horizontalScrollBarPolicy())
            down = down and not _scrolls(area.verticalScrollBarPolicy())
        room = parent.rect()
        if across and (place.left() < -1 or place.right() > room.right() + 1):
            return f"is {place.left()} to {place.right()} in {_name(parent)} of {room.width()}"
        if down and (place.top() < -1 or place.bottom() > room.bottom() + 1):
            return (
                f"is {place.top()} to {place.bottom()} down in {_name(parent)} of {room.height()}"
            )
        at = parent
    return ""


def _scrolls(policy: Qt.ScrollBarPolicy) -> bool:
    return policy is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff


def _covered(widget: QWidget) -> str:
    """Say which other text beside `widget` lies over it."""
    parent = widget.parentWidget()
    if parent is None or isinstance(parent, QStackedWidget | QAbstractButton):
        return ""
    layout = parent.layout()
    for other in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if other is widget or not other.isVisible():
            continue
        if not _text(other) and (layout is None or layout.indexOf(other) < 0):
            continue  # such as a notice that is meant to lie over everything for a moment
        common = other.geometry() & widget.geometry()
        if common.width() > 2 and common.height() > 2:
            return f"and {type(other).__name__} “{_text(other)[:40]}” lie over each other"
    return ""


def _name(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__
