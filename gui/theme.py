"""The look in force: palette, fonts, style sheet and icons, following the system live.

Widgets ask `theme()` for colours and icons while they paint, and connect to `theme().changed`
only when they keep something that was made from them. Helper widgets are in `gui.widgets`.
"""

from __future__ import annotations

import string
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import fields
from functools import lru_cache

from PySide6.QtCore import QByteArray, QDir, QLocale, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory
from shiboken6 import isValid

from gui.tokens import SPACE, TYPE_SCALE, Scheme, TextRole, Tokens, Tone, tokens_for
from resources import read_icon, read_style, styles_folder

__all__ = ["SPACE", "Scheme", "TextRole", "Theme", "Tokens", "Tone", "start_theme", "theme"]

_ICON = 16
_HAN_FAMILIES = (
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
)
_active: list[Theme] = []


class Theme(QObject):
    """Dress the application, now and whenever the system changes between light and dark.

    `forced` holds one scheme whatever the system says. `changed` comes after everything was
    dressed anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication, forced: Scheme | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._forced = forced
        self._system_font = QFont(app.font())
        self._fonts: dict[TextRole, QFont] = {}
        self._tokens = tokens_for(self._scheme())
        style = QStyleFactory.create("Fusion")
        app.setStyle(style)
        QDir.setSearchPaths("envdesk", [styles_folder()])
        app.setFont(self._base_font())
        self._dress()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def tokens(self) -> Tokens:
        """Return the colours in force."""
        return self._tokens

    def force(self, scheme: Scheme | None) -> None:
        """Hold `scheme`, or follow the system again when it is None."""
        self._forced = scheme
        self._follow()

    @contextmanager
    def undressed(self) -> Generator[None]:
        """Take the style sheet off while many widgets are built, and dress them in one go.

        Otherwise each of them is styled anew whenever it gets a parent. For use before anything
        is shown.
        """
        self._app.setStyleSheet("")
        try:
            yield
        finally:
            self._app.setStyleSheet(_style_sheet(self._tokens, self._points()))

    def color(self, tone: Tone) -> QColor:
        """Return the colour of `tone` in force."""
        return QColor(self._tokens.tone(tone))

    def font(self, role: TextRole) -> QFont:
        """Return the font of `role`."""
        if role not in self._fonts:
            self._fonts[role] = self._make_font(role)
        return self._fonts[role]

    def _make_font(self, role: TextRole) -> QFont:
        grow, weight = TYPE_SCALE[role]
        if role is TextRole.MONO:
            font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            font.setPointSizeF(self._points())
            return font
        font = self._base_font()
        font.setPointSizeF(self._points() + grow)
        font.setWeight(QFont.Weight(weight))
        return font

    def icon(self, name: str, tone: Tone = Tone.TEXT, sizes: tuple[int, ...] = ()) -> QIcon:
        """Return the line icon `name` in the colour of `tone`, faded where it is disabled.

        Without `sizes`, in pixels of the screen, it is as large as buttons and menus show it.
        What keeps it asks again when `changed` comes.
        """
        icon = QIcon()
        if not sizes:
            ratios = (screen.devicePixelRatio() for screen in self._app.screens())
            sizes = tuple(sorted({_ICON, _ICON * 2, *(round(_ICON * ratio) for ratio in ratios)}))
        for mode, color in (
            (QIcon.Mode.Normal, self._tokens.tone(tone)),
            (QIcon.Mode.Disabled, self._tokens.disabled),
        ):
            for size in sizes:
                icon.addPixmap(_pixmap(name, color, size, 1.0), mode)
        return icon

    def pixmap(self, name: str, size: int, ratio: float, tone: Tone = Tone.TEXT) -> QPixmap:
        """Return the line icon `name`, `size` device-independent pixels wide, for painting."""
        return _pixmap(name, self._tokens.tone(tone), size, ratio)

    def system_scheme(self) -> Qt.ColorScheme:
        """Return what the system asks for; unknown on systems that do not say."""
        return self._app.styleHints().colorScheme()

    def _follow(self) -> None:
        tokens = tokens_for(self._scheme())
        if tokens is not self._tokens:
            self._tokens = tokens
            self._dress()
            self.changed.emit()

    def _scheme(self) -> Scheme:
        if self._forced is not None:
            return self._forced
        return Scheme.DARK if self.system_scheme() is Qt.ColorScheme.Dark else Scheme.LIGHT

    def _points(self) -> float:
        points = self._system_font.pointSizeF()
        return points if points > 0 else 10.0

    def _base_font(self) -> QFont:
        font = QFont(self._system_font)
        font.setWeight(QFont.Weight.Normal)
        if QLocale.system().language() not in (QLocale.Language.Japanese, QLocale.Language.Korean):
            # Without a hint, Han characters can come out in their Japanese shapes.
            # A generic name such as "Sans Serif" would be passed over for the first real one.
            font.setFamilies([QFontInfo(self._system_font).family(), *_HAN_FAMILIES])
        return font

    def _dress(self) -> None:
        # Qt takes ten times as long to change a style sheet as to take one off and put one on.
        self._app.setStyleSheet("")
        self._app.setPalette(_palette(self._tokens))
        self._app.setStyleSheet(_style_sheet(self._tokens, self._points()))


def start_theme(app: QApplication, forced: Scheme | None = None) -> Theme:
    """Dress `app`, once, and return the theme that `theme()` gives out from now on."""
    if _active and isValid(_active[0]):
        _active[0].force(forced)
    else:
        _active[:] = [Theme(app, forced)]
    return _active[0]


def theme() -> Theme:
    """Return the theme in force; it starts one when none was, as in a test of one widget."""
    if not _active or not isValid(_active[0]):
        app = QApplication.instance()
        assert isinstance(app, QApplication), "there is no application to dress"
        return start_theme(app)
    return _active[0]


@lru_cache(maxsize=1024)
def _pixmap(name: str, color: str, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(_shape(name, round(size * ratio)))
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), QColor(color))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=256)
def _shape(name: str, size: int) -> QPixmap:
    """Return an icon in no colour of its own: drawn once, it serves for all of them."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _drawing(name).render(painter, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


@lru_cache(maxsize=256)
def _drawing(name: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(read_icon(name).encode()))


def _style_sheet(tokens: Tokens, points: float) -> str:
    values = {item.name: str(getattr(tokens, item.name)) for item in fields(tokens)}
    for role, (grow, weight) in TYPE_SCALE.items():
        values[f"{role}_size"] = f"{points + grow:.1f}pt"
        values[f"{role}_weight"] = str(weight)
    return string.Template(read_style("envdesk")).substitute(values)


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, color in (
        (role.Window, tokens.surface),
        (role.WindowText, tokens.text),
        (role.Base, tokens.field),
        (role.AlternateBase, tokens.raised),
        (role.ToolTipBase, tokens.raised),
        (role.ToolTipText, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Text, tokens.text),
        (role.Button, tokens.raised),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.danger),
        (role.Link, tokens.link),
        (role.LinkVisited, tokens.link),
        (role.Highlight, tokens.selected),
        (role.HighlightedText, tokens.text),
        (role.Accent, tokens.accent),
        (role.Light, tokens.hover),
        (role.Midlight, tokens.hover),
        (role.Mid, tokens.line),
        (role.Dark, tokens.line),
        (role.Shadow, tokens.line),
    ):
        palette.setColor(which, QColor(color))
    faded = QColor(tokens.disabled)
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return palette
