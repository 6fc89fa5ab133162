"""Mouse and keyboard: what a person at the desktop does to a window."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

from tests.e2e.desktop import Desktop
from tests.e2e.screen import PATIENCE_S, Name, Node, Screen

_KEY_PAUSE_MS = 15  # a very quick typist
_PAUSE_S = 0.05
_TRIES = 20  # a spinner never comes to rest


class Person:
    """Use one program by mouse and keyboard; everything is found by what it is and is called."""

    def __init__(self, desktop: Desktop, screen: Screen, pictures: Path) -> None:
        self._desktop = desktop
        self.screen = screen
        self._pictures = pictures

    def click(self, role: str, name: Name = "", window: Name = "") -> Node:
        """Click on the first such thing as soon as it can be used."""
        node = self.screen.see_enabled(role, name, window)
        self.click_at(*node.centre)
        return node

    def click_into(self, role: str, name: Name = "", window: Name = "") -> None:
        """Click into a field until it has the keyboard: words above it can move it meanwhile."""

        def has_keyboard() -> bool:
            self.click(role, name, window)
            for _ in range(_TRIES):
                found = self.screen.find_all(role, name, window)
                if any("FOCUSED" in node.states for node in found):
                    return True
                time.sleep(_PAUSE_S)
            return False

        self.screen.wait(has_keyboard, PATIENCE_S, f"{name!r} never had the keyboard")

    def click_at(self, x: int, y: int) -> None:
        """Click at a place of the screen."""
        self._do("mousemove", str(x), str(y), "click", "1")

    def hold_at(self, x: int, y: int) -> None:
        """Press the mouse button at a place of the screen, and keep it down."""
        self._do("mousemove", str(x), str(y), "mousedown", "1")

    def move_to(self, x: int, y: int) -> None:
        """Move the mouse, whatever it holds."""
        self._do("mousemove", str(x), str(y))

    def let_go(self) -> None:
        """Let go of the mouse button."""
        self._do("mouseup", "1")

    def point_away(self) -> None:
        """Move the mouse to where it points at nothing."""
        self._do("mousemove", "1", "1")

    def type(self, text: str) -> None:
        """Type `text` into what has the keyboard."""
        self._wait_for_keyboard()
        self._do("type", "--delay", str(_KEY_PAUSE_MS), "--", text)

    def write(self, text: str) -> None:
        """Type `text` into the field that has the keyboard, and see it arrive.

        While a screen reader listens, Qt asks it about every letter, but about no shortcut: one
        that is pressed at once would be faster than the letters before it.
        """
        self.type(text)
        self.screen.wait(
            lambda: any(
                node.text == text and "FOCUSED" in node.states
                for node in self.screen.find_all("text")
            ),
            PATIENCE_S,
            f"{text!r} did not arrive",
        )

    def press(self, *keys: str) -> None:
        """Press keys one after another, such as "Return" or "alt+F4"."""
        self._wait_for_keyboard()
        self._do("key", "--delay", str(_KEY_PAUSE_MS), *keys)

    def enter(self, role: str, name: Name, text: str, window: Name = "") -> None:
        """Click into a field, replace what is in it by `text`, and see it arrive."""
        self.click_into(role, name, window)
        self.press("ctrl+a", "Delete")
        self.type(text)
        self.screen.wait(
            lambda: any(node.text == text for node in self.screen.find_all(role, name, window)),
            PATIENCE_S,
            f"{text!r} did not arrive in {name!r}",
        )

    def choose_from_menu(self, button: Name, entry: Name) -> None:
        """Open the menu of a button and click on an entry."""
        self.click("push button", button)
        self.press("Down")  # readers know a menu from the first time that an entry is current
        self.click("menu item", entry)

    def choose_packages(self, *packages: str) -> None:
        """Enter packages for a new environment; each becomes a chip."""
        self.click_into("text", re.compile("Packages to begin with"))
        for package in packages:
            self.type(f"{package},")
            self.screen.see("label", package)

    def see_preview(self, title: str) -> None:
        """Wait until what would be done is shown."""
        self.screen.see("dialog", re.compile(re.escape(title)))

    def take_picture(self, name: str) -> Path:
        """Save what the whole screen shows as `name`.png, when it has come to rest.

        The server is not asked for it: while it answers, no window can go on.
        """
        self.point_away()
        return self.take_picture_of_drag(name)

    def take_picture_of_drag(self, name: str) -> Path:
        """Save a picture with the mouse left where it is."""
        shown = self._desktop.picture.read_bytes()
        for _ in range(_TRIES):
            time.sleep(_PAUSE_S)
            before, shown = shown, self._desktop.picture.read_bytes()
            if shown == before:
                break
        file = self._pictures / f"{name}.png"
        subprocess.run(["convert", "xwd:-", file], input=shown, check=True, timeout=60)
        return file

    def _wait_for_keyboard(self) -> None:
        """Wait until keys go to the program: the window manager hands them on in its own time."""

        def is_ours() -> bool:
            told = self._try("getwindowfocus", "getwindowpid")
            return told.returncode == 0 and int(told.stdout) == self.screen.pid

        self.screen.wait(is_ours, PATIENCE_S, "the keyboard went to no window of the program")

    def _do(self, *arguments: str) -> None:
        self._try(*arguments).check_returncode()

    def _try(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["xdotool", *arguments],
            env=self._desktop.environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
