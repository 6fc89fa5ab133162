"""The measures and colours that everything on screen is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SPACE: Final = 8  # pixels; every distance is a multiple of it, or its half


class TextRole(StrEnum):
    """Name the steps of the one type scale."""

    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    STRONG = "strong"
    SMALL = "small"
    MONO = "mono"


# points above the system font's size, weight
TYPE_SCALE: Final[dict[TextRole, tuple[float, int]]] = {
    TextRole.TITLE: (6.0, 600),
    TextRole.HEADING: (1.5, 600),
    TextRole.BODY: (0.0, 400),
    TextRole.STRONG: (0.0, 600),
    TextRole.SMALL: (-0.5, 400),
    TextRole.MONO: (0.0, 400),
}


class Tone(StrEnum):
    """Name what a colour of a text or an icon means."""

    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    NOTE = "note"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    ON_ACCENT = "on_accent"


class Scheme(StrEnum):
    """Name the two looks."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Hold every colour of one scheme as `#rrggbb`; the names say what each is for.

    `sidebar`, `surface` and `raised` are backgrounds (the list, the page, what lies on a page),
    `line` the rare border. `note`, `success`, `warning` and `danger` colour text and icons; those
    with `_wash` are the backgrounds behind them. The `chip_` pairs are a source's colours:
    background and text. The `space_` pairs are those of the disk's picture: what an environment
    has for itself, what is shared, what can go, and all other.
    """

    scheme: Scheme
    sidebar: str
    surface: str
    raised: str
    field: str
    text: str
    muted: str
    disabled: str
    line: str
    hover: str
    pressed: str
    selected: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    link: str
    focus: str
    note: str
    note_wash: str
    success: str
    success_wash: str
    warning: str
    warning_wash: str
    danger: str
    danger_wash: str
    danger_solid: str
    danger_solid_hover: str
    chip_channel: str
    chip_channel_text: str
    chip_pypi: str
    chip_pypi_text: str
    chip_own: str
    chip_own_text: str
    chip_other: str
    chip_other_text: str
    space_own: str
    space_own_text: str
    space_shared: str
    space_shared_text: str
    space_spare: str
    space_spare_text: str
    space_other: str
    space_other_text: str

    def tone(self, tone: Tone) -> str:
        """Return the colour of `tone`."""
        name = "link" if tone is Tone.ACCENT else tone.value
        return str(getattr(self, name))


LIGHT: Final = Tokens(
    scheme=Scheme.LIGHT,
    sidebar="#f1f3f6",
    surface="#ffffff",
    raised="#f7f8fa",
    field="#ffffff",
    text="#1d2430",
    muted="#5a6473",
    disabled="#a2aab6",
    line="#dfe3e9",
    hover="#e7eaef",
    pressed="#dbe0e7",
    selected="#d7e5fb",
    accent="#1f66d6",
    accent_hover="#1a59bd",
    accent_pressed="#164da5",
    on_accent="#ffffff",
    link="#1a5cc4",
    focus="#5a97f0",
    note="#1a5cc4",
    note_wash="#eaf2fe",
    success="#1a7540",
    success_wash="#e6f5ec",
    warning="#8a5a00",
    warning_wash="#fdf3dc",
    danger="#b3261e",
    danger_wash="#fdecea",
    danger_solid="#c0342b",
    danger_solid_hover="#a82c24",
    chip_channel="#e3eefc",
    chip_channel_text="#174ea6",
    chip_pypi="#fcf0d0",
    chip_pypi_text="#785000",
    chip_own="#efe6fb",
    chip_own_text="#6233a8",
    chip_other="#e9ecf0",
    chip_other_text="#4c5563",
    space_own="#a8c8f5",
    space_own_text="#12325f",
    space_shared="#cdbaf0",
    space_shared_text="#3a1f6e",
    space_spare="#a3dab5",
    space_spare_text="#0c4325",
    space_other="#d5dae2",
    space_other_text="#3a424e",
)

DARK: Final = Tokens(
    scheme=Scheme.DARK,
    sidebar="#191b1f",
    surface="#202328",
    raised="#272b31",
    field="#1a1d21",
    text="#e5e8ed",
    muted="#9da6b3",
    disabled="#636b77",
    line="#343a42",
    hover="#2a2e35",
    pressed="#333841",
    selected="#243a59",
    accent="#2f6fdb",
    accent_hover="#3f7de6",
    accent_pressed="#2762c4",
    on_accent="#ffffff",
    link="#80b1ff",
    focus="#5c95ea",
    note="#80b1ff",
    note_wash="#1e2c42",
    success="#62c98a",
    success_wash="#1a3226",
    warning="#e2b04a",
    warning_wash="#372d17",
    danger="#ff8a80",
    danger_wash="#3d2322",
    danger_solid="#c5463d",
    danger_solid_hover="#d4564c",
    chip_channel="#20375a",
    chip_channel_text="#a8cbff",
    chip_pypi="#40351a",
    chip_pypi_text="#f0cc76",
    chip_own="#38294f",
    chip_own_text="#cfb3ff",
    chip_other="#33383f",
    chip_other_text="#bcc4cf",
    space_own="#2c4f88",
    space_own_text="#e3edff",
    space_shared="#533d7f",
    space_shared_text="#efe7ff",
    space_spare="#22603f",
    space_spare_text="#d9f6e5",
    space_other="#434b56",
    space_other_text="#e3e8ee",
)


def tokens_for(scheme: Scheme) -> Tokens:
    """Return the tokens of `scheme`."""
    return DARK if scheme is Scheme.DARK else LIGHT
