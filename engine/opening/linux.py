"""Terminals and file managers of Linux desktops, and how each of them wants to be started."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path, PurePath
from typing import assert_never

from engine.opening.sessions import Session
from engine.opening.shells import Find
from engine.opening.starting import Opening, Way


class _Form(Enum):
    """Say how a terminal takes the command that it is to run."""

    AFTER_E = auto()  # -e, then one argument for each word
    AFTER_X = auto()  # -x, then one argument for each word
    AFTER_DASHES = auto()  # --, then one argument for each word
    PLAIN = auto()  # one argument for each word
    TEXT = auto()  # -e, then the command as one text for a shell


_FORMS = {
    "xdg-terminal-exec": ((), _Form.PLAIN),
    "gnome-terminal": ((), _Form.AFTER_DASHES),
    "ptyxis": (("--new-window",), _Form.AFTER_DASHES),
    "kgx": ((), _Form.AFTER_DASHES),
    "konsole": ((), _Form.AFTER_E),
    "xfce4-terminal": ((), _Form.AFTER_X),
    "mate-terminal": ((), _Form.AFTER_X),
    "deepin-terminal": ((), _Form.AFTER_E),
    "terminator": ((), _Form.AFTER_X),
    "tilix": ((), _Form.TEXT),
    "lxterminal": ((), _Form.TEXT),
    "qterminal": ((), _Form.AFTER_E),
    "cosmic-term": ((), _Form.AFTER_DASHES),
    "x-terminal-emulator": ((), _Form.AFTER_E),
    "kitty": ((), _Form.PLAIN),
    "ghostty": ((), _Form.AFTER_E),
    "wezterm": (("start",), _Form.AFTER_DASHES),
    "alacritty": ((), _Form.AFTER_E),
    "foot": ((), _Form.PLAIN),
    "footclient": ((), _Form.PLAIN),
    "terminology": ((), _Form.TEXT),
    "urxvt": ((), _Form.AFTER_E),
    "rxvt": ((), _Form.AFTER_E),
    "st": ((), _Form.AFTER_E),
    "xterm": ((), _Form.AFTER_E),
}
# The terminal that belongs to a desktop, by a word of XDG_CURRENT_DESKTOP.
_OF_DESKTOP = {
    "gnome": ("ptyxis", "kgx", "gnome-terminal"),
    "ubuntu": ("ptyxis", "gnome-terminal"),
    "unity": ("gnome-terminal",),
    "x-cinnamon": ("gnome-terminal",),
    "kde": ("konsole",),
    "xfce": ("xfce4-terminal",),
    "mate": ("mate-terminal",),
    "ukui": ("mate-terminal",),
    "lxde": ("lxterminal",),
    "lxqt": ("qterminal",),
    "deepin": ("deepin-terminal",),
    "dde": ("deepin-terminal",),
    "cosmic": ("cosmic-term",),
    "pantheon": ("io.elementary.terminal",),
}
_FILE_MANAGERS = (
    "nautilus",
    "dolphin",
    "nemo",
    "thunar",
    "caja",
    "pcmanfm-qt",
    "pcmanfm",
    "dde-file-manager",
    "peony",
)


def terminal(session: Session, folder: Path, environ: Mapping[str, str], find: Find) -> Opening:
    """Return how to run `session` in the terminals that are installed, best first.

    First what TERMINAL names, then the user's choice (xdg-terminal-exec), then the terminal of the
    desktop that runs, then the administrator's choice, then all others. `folder` holds the
    session's files.
    """
    del folder
    found: dict[str, Way] = {}
    try:
        chosen = shlex.split(environ.get("TERMINAL", ""))
    except ValueError:
        chosen = []
    if chosen and (path := find(chosen[0])):
        found[path] = _started(path, chosen[1:], session.arguments)
    for name in _names(environ):
        path = find(name)
        if path and path not in found:
            found[path] = _started(path, (), session.arguments)
    return Opening(session.files, tuple(found.values()))


def file_manager(folder: str, environ: Mapping[str, str], find: Find) -> tuple[Way, ...]:
    """Return how to show `folder` in the file managers that are installed, best first."""
    del environ
    ways = [("xdg-open",), ("gio", "open"), *((name,) for name in _FILE_MANAGERS)]
    return tuple(Way((path, *way[1:], folder)) for way in ways if (path := find(way[0])))


def _names(environ: Mapping[str, str]) -> Iterable[str]:
    yield "xdg-terminal-exec"
    for word in environ.get("XDG_CURRENT_DESKTOP", "").lower().split(":"):
        yield from _OF_DESKTOP.get(word, ())
    yield "x-terminal-emulator"
    yield from _FORMS


def _started(path: str, extra: Sequence[str], command: Sequence[str]) -> Way:
    options, form = _FORMS.get(PurePath(path).name, ((), _Form.AFTER_E))
    start = (path, *options, *extra)
    match form:
        case _Form.AFTER_E:
            return Way((*start, "-e", *command))
        case _Form.AFTER_X:
            return Way((*start, "-x", *command))
        case _Form.AFTER_DASHES:
            return Way((*start, "--", *command))
        case _Form.PLAIN:
            return Way((*start, *command))
        case _Form.TEXT:
            return Way((*start, "-e", shlex.join(command)))
    assert_never(form)
