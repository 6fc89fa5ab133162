"""What the window remembers: its size, its panes, and the columns of each table."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QByteArray, QSettings

from engine.conda.channels import without_credentials
from engine.requests import ChannelPriority

_FILE = "window.ini"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Remember one table: visible columns by key, widths in pixels by key, and how it sorts."""

    shown: tuple[str, ...]
    widths: tuple[tuple[str, int], ...] = ()
    sort_key: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """Remember where the packages of one environment come from, the first channel first."""

    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT


class WindowSettings:
    """Keep the window's state in an ini file below `folder`.

    A file that is damaged, or cannot be written, costs the memory, nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._store = QSettings(str(folder / _FILE), QSettings.Format.IniFormat)
        self._logins: dict[str, str] = {}

    def state(self, name: str) -> QByteArray | None:
        """Return the bytes stored for `name`, such as a geometry; None when there are none."""
        value = self._store.value(f"window/{name}")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_state(self, name: str, state: QByteArray) -> None:
        """Store the bytes of a geometry or a splitter."""
        self._store.setValue(f"window/{name}", state)

    def columns(self, table: str) -> ColumnChoice | None:
        """Return how the user left the columns of `table`; None when never touched."""
        shown = _words(self._store.value(f"{table}/shown"))
        if not shown:
            return None
        widths: list[tuple[str, int]] = []
        for entry in _words(self._store.value(f"{table}/widths")):
            key, _, width = entry.partition(":")
            if width.isdecimal():
                widths.append((key, int(width)))
        return ColumnChoice(
            shown,
            tuple(widths),
            str(self._store.value(f"{table}/sort", "")),
            str(self._store.value(f"{table}/descending", "false")) == "true",
        )

    def set_columns(self, table: str, choice: ColumnChoice) -> None:
        """Store how the user left the columns of `table`."""
        self._store.setValue(f"{table}/shown", list(choice.shown))
        widths = [f"{key}:{width}" for key, width in choice.widths]
        self._store.setValue(f"{table}/widths", widths)
        self._store.setValue(f"{table}/sort", choice.sort_key)
        self._store.setValue(f"{table}/descending", "true" if choice.descending else "false")

    def number(self, name: str, usual: int) -> int:
        """Return the whole number stored for `name`, or `usual`."""
        value = str(self._store.value(f"window/{name}", ""))
        return int(value) if value.isdecimal() else usual

    def set_number(self, name: str, number: int) -> None:
        """Store a whole number, such as a height in pixels."""
        self._store.setValue(f"window/{name}", number)

    def channel_choice(self, prefix: Path) -> ChannelChoice | None:
        """Return the channels chosen for the environment at `prefix`; None for the usual ones."""
        group = _group_of(prefix)
        channels = _words(self._store.value(f"{group}/channels"))
        if not channels:
            return None
        priority = str(self._store.value(f"{group}/priority", ""))
        known = priority in set(ChannelPriority)
        channels = tuple(self._logins.get(channel, channel) for channel in channels)
        return ChannelChoice(
            channels, ChannelPriority(priority) if known else ChannelPriority.STRICT
        )

    def set_channel_choice(self, prefix: Path, choice: ChannelChoice | None) -> None:
        """Store the channels chosen for an environment; None forgets them.

        Tokens and passwords in addresses are kept in memory alone, until the window is closed.
        """
        group = _group_of(prefix)
        if choice is None:
            self._store.remove(group)
            return
        plain = [without_credentials(channel) for channel in choice.channels]
        self._logins |= {
            bare: channel
            for bare, channel in zip(plain, choice.channels, strict=True)
            if bare != channel
        }
        self._store.setValue(f"{group}/channels", plain)
        self._store.setValue(f"{group}/priority", choice.priority.value)

    def ignored_findings(self, prefix: Path) -> tuple[str, ...]:
        """Return the keys of the health findings that are not to be shown for an environment."""
        return _words(self._store.value(f"{_health_of(prefix)}/ignored"))

    def set_ignored_findings(self, prefix: Path, keys: tuple[str, ...]) -> None:
        """Store which health findings are not to be shown; none forgets the environment."""
        if keys:
            self._store.setValue(f"{_health_of(prefix)}/ignored", list(dict.fromkeys(keys)))
        else:
            self._store.remove(_health_of(prefix))

    def selected(self) -> Path | None:
        """Return the prefix of the environment that was looked at last."""
        value = self._store.value("window/selected", "")
        return Path(value) if isinstance(value, str) and value else None

    def set_selected(self, prefix: Path | None) -> None:
        """Store the prefix of the environment that is looked at."""
        self._store.setValue("window/selected", "" if prefix is None else str(prefix))

    def save(self) -> None:
        """Write everything to disk now."""
        self._store.sync()


def _group_of(prefix: Path) -> str:
    """Return the group of an environment: its path in one word, as a slash begins a sub-group."""
    return f"environments/{quote(os.path.normcase(prefix), safe='')}"


def _health_of(prefix: Path) -> str:
    return f"health/{quote(os.path.normcase(prefix), safe='')}"


def _words(value: object) -> tuple[str, ...]:
    # an ini file turns a list of one into a plain string
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return ()
