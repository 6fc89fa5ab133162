from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QListWidget,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

import gui
from gui.panels import Banner
from gui.theme import Scheme, TextRole, Theme, Tokens, Tone, start_theme, theme
from gui.tokens import DARK, LIGHT
from gui.widgets import IconLabel, SearchBox, button, column
from resources import icon_names, read_icon

PAIRS = [
    ("text", "surface"), ("text", "sidebar"), ("text", "raised"), ("text", "selected"),
    ("text", "hover"), ("muted", "surface"), ("muted", "sidebar"), ("muted", "selected"),
    ("muted", "raised"), ("link", "surface"), ("link", "raised"), ("on_accent", "accent"),
    ("on_accent", "accent_pressed"), ("text", "note_wash"), ("text", "warning_wash"),
    ("text", "danger_wash"), ("text", "success_wash"), ("note", "surface"), ("success", "surface"),
    ("warning", "surface"), ("danger", "surface"), ("warning", "sidebar"), ("note", "sidebar"),
    ("chip_channel_text", "chip_channel"), ("chip_pypi_text", "chip_pypi"),
    ("chip_own_text", "chip_own"), ("chip_other_text", "chip_other"),
    ("space_own_text", "space_own"), ("space_shared_text", "space_shared"),
    ("space_spare_text", "space_spare"), ("space_other_text", "space_other"),
]  # fmt: skip


def luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    parts = linear(color.redF()), linear(color.greenF()), linear(color.blueF())
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink(image: QImage) -> set[str]:
    opaque = image.convertToFormat(QImage.Format.Format_ARGB32)
    colors = (
        opaque.pixelColor(x, y) for x in range(opaque.width()) for y in range(opaque.height())
    )
    return {color.name() for color in colors if color.alpha() == 255}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.scheme)
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_that_words_can_be_read_on_what_they_stand_on(
    tokens: Tokens, front: str, back: str
) -> None:
    assert contrast(getattr(tokens, front), getattr(tokens, back)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.scheme)
def test_that_every_color_is_one(tokens: Tokens) -> None:
    for item in fields(tokens):
        if item.name != "scheme":
            assert re.fullmatch("#[0-9a-f]{6}", getattr(tokens, item.name)), item.name


@pytest.mark.parametrize("name", icon_names())
def test_that_every_icon_is_drawn_in_the_color_that_is_asked_for(name: str) -> None:
    assert "currentColor" in read_icon(name)
    pixmap = theme().pixmap(name, 64, 1.0, Tone.DANGER)
    assert QColor(theme().tokens.danger).name() in ink(pixmap.toImage())


def test_that_every_icon_that_the_window_names_is_there() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(gui.__path__[0]).rglob("*.py"))
    calls = r"(?:icon_button|IconLabel|EmptyState|keep_icon|KeptIcon|show_icon|\.icon|\.pixmap)\("
    named = set(re.findall(calls + r'(?:\w+, )?"([a-z-]+)"', sources))
    assert len(named) > 10
    assert named <= set(icon_names())


def test_that_an_icon_is_sharp_on_a_screen_of_twice_the_resolution() -> None:
    pixmap = theme().pixmap("plus", 16, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)


def test_that_a_change_of_scheme_dresses_everything_anew(qapp: QApplication) -> None:
    look = start_theme(qapp, Scheme.LIGHT)
    told: list[Scheme] = []
    look.changed.connect(lambda: told.append(theme().tokens.scheme))
    made = button("New", icon="plus")
    before = ink(made.icon().pixmap(32).toImage())
    look.force(Scheme.DARK)
    assert told == [Scheme.DARK]
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.surface
    after = ink(made.icon().pixmap(32).toImage())
    assert before != after
    look.force(Scheme.DARK)
    assert told == [Scheme.DARK], "the same scheme again is no change"
    made.deleteLater()


def test_that_what_is_gone_is_left_alone_by_a_change_of_scheme(qapp: QApplication) -> None:
    look = start_theme(qapp, Scheme.LIGHT)
    made = [SearchBox("Find"), button("New", icon="plus"), IconLabel("plus"), Banner("x")]
    for widget in made:
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    look.force(Scheme.DARK)  # pytest-qt fails the test when a slot raises
    assert look.tokens is DARK


def test_that_the_scheme_of_the_system_is_followed_while_running(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = start_theme(qapp)
    assert look.tokens is LIGHT, "an unknown scheme is light"
    schemes = [Qt.ColorScheme.Dark]

    def asked(_: Theme) -> Qt.ColorScheme:
        return schemes[-1]

    monkeypatch.setattr(Theme, "system_scheme", asked)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert look.tokens is DARK
    schemes.append(Qt.ColorScheme.Light)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert look.tokens is LIGHT


def test_that_the_type_scale_grows_from_small_to_title() -> None:
    steps = (TextRole.SMALL, TextRole.BODY, TextRole.HEADING, TextRole.TITLE)
    sizes = [theme().font(role).pointSizeF() for role in steps]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_that_han_characters_have_a_font_that_draws_them(qapp: QApplication) -> None:
    families = theme().font(TextRole.BODY).families()
    assert any("SC" in family or "YaHei" in family for family in families)


def test_that_an_icon_beside_words_paints_itself() -> None:
    shown = IconLabel("warning", Tone.WARNING, 32)
    assert ink(shown.grab().toImage())
    shown.show_icon("check", Tone.SUCCESS)
    assert QColor(theme().tokens.success).name() in ink(shown.grab().toImage())
    assert isinstance(shown, QLabel)


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("scheme", list(Scheme))
def test_that_what_is_chosen_can_be_seen_while_it_cannot_be_changed(
    qapp: QApplication, kind: type[QCheckBox | QRadioButton], scheme: Scheme
) -> None:
    start_theme(qapp, scheme)
    pictures: list[QImage] = []
    for is_checked in (True, False):
        made = kind("Strict")
        made.setChecked(is_checked)
        made.setEnabled(False)
        pictures.append(made.grab().toImage())
    assert pictures[0].size() == pictures[1].size()
    middle = 8, pictures[0].height() // 2
    edge = 4, pictures[0].height() // 2
    assert pictures[0].pixelColor(*edge) != pictures[1].pixelColor(*edge)
    assert pictures[0].pixelColor(*middle) != pictures[0].pixelColor(*edge)


def test_that_a_framed_list_shows_that_it_has_the_keyboard(
    qapp: QApplication, qtbot: QtBot
) -> None:
    start_theme(qapp, Scheme.LIGHT)
    house, shown, other = QWidget(), QListWidget(), SearchBox("Find")
    shown.setProperty("framed", "true")
    house.setLayout(column(shown, other))
    qtbot.addWidget(house)
    house.show()
    house.activateWindow()
    edges: list[QColor] = []
    for target in (shown, other):
        target.setFocus()
        qtbot.waitUntil(target.hasFocus)
        picture = shown.grab().toImage()
        edges.append(picture.pixelColor(0, picture.height() // 2))
    assert edges[0] == QColor(LIGHT.focus)
    assert edges[1] == QColor(LIGHT.line)
