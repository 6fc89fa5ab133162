"""Every tab, page and dialog is looked at in turn, and the window never stands still."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.practice import PracticeWorld
from tests.e2e.application import Application, Stage
from tests.e2e.person import Person
from tests.e2e.smoothness import Stall, Steps, hold_to_smoothness
from tests.e2e.test_first_ten_minutes import CHANGE_MENU
from tests.e2e.worlds import served_world

pytestmark = pytest.mark.xserver

FILE = """
name: fromfile
dependencies:
  - almanac
  - numerals
"""


def look_around(person: Person, steps: Steps) -> None:
    """Go to every tab and every page."""
    screen = person.screen
    steps.begin("choose another environment")
    person.click("list item", re.compile("^数据分析,"))
    screen.see("cell", "papyrus")
    steps.begin("choose a broken environment")
    person.click("list item", re.compile("^old-thesis,"))
    screen.see("cell", "record is damaged")
    steps.begin("choose the first again")
    person.click("list item", re.compile("^course-2026,"))
    person.click("cell", "starchart")
    screen.see("label", re.compile("Installed from the channel practice-main"))
    for tab, role, sign in (
        ("Health", "push button", "Check every file"),
        ("History", "tree item", r"\d added"),
        ("Details", "label", r": \S.*course-2026$"),
        ("Packages", "cell", "starchart"),
    ):
        steps.begin(f"look at {tab}")
        person.click("page tab", re.compile(f"^{tab}"))
        screen.see(role, re.compile(sign))
    steps.begin("look at the Pythons outside")
    person.click("check box", re.compile(r"^Python 3"))
    screen.see("push button", "New environment…")
    steps.begin("look at the disk")
    person.click("check box", "Disk and caches")
    screen.see("label", re.compile("^Environments and caches take up"))


def open_dialogs(person: Person, steps: Steps) -> None:
    """Open every dialog about an environment, and close it again."""
    screen = person.screen
    for entry in ("Share", "Clone", "Rename"):
        steps.begin(f"open the dialog: {entry}")
        person.choose_from_menu(CHANGE_MENU, re.compile(f"^{entry}"))
        screen.see("dialog", re.compile(f"^{entry}"))
        screen.see_enabled("push button", re.compile("^(Close|Cancel)$"))
        person.press("Escape")
        screen.see_none("dialog")


def change(person: Person, steps: Steps) -> None:
    """Add a package, look at the preview, and go back."""
    screen = person.screen
    steps.begin("find a package")
    person.click("list item", re.compile("^数据分析,"))
    person.enter("text", re.compile("^Find or add"), "almanac")
    person.click("list item", "Add almanac")
    steps.begin("preview the change")
    person.click("push button", "Review…")
    screen.see_enabled("push button", "Apply")
    person.press("Escape")
    screen.see_none("dialog")


def live_through(stage: Stage, world: PracticeWorld) -> tuple[Stall, ...]:
    """Do everything once, and return the stalls that the watchdog of the event loop saw."""
    steps = Steps()
    steps.begin("open the window with a file")
    file = world.root / "environment.yml"
    file.write_text(FILE, encoding="utf-8")
    with Application(stage, world.root, "--scheme", "dark", str(file)) as app:
        person, screen = app.person, app.screen
        screen.see_enabled("push button", "Review", re.compile("^Install what"))
        steps.begin("preview what a file asks for")
        person.click("push button", "Review", re.compile("^Install what"))
        person.see_preview("Create fromfile")
        person.press("Escape", "Escape")
        screen.see_none("dialog")
        screen.see("list item", re.compile("^course-2026,"))
        look_around(person, steps)
        steps.begin("go back to the packages")
        person.click("list item", re.compile("^course-2026,"))
        screen.see("cell", "starchart")
        open_dialogs(person, steps)
        change(person, steps)
        assert app.close() == 0
        assert app.said() == ""
        return steps.stalls_of(app.watched())


def test_that_every_tab_page_and_dialog_opens_without_a_stall(
    stage: Stage, tmp_path: Path, channels_cache: Path
) -> None:
    def live(run: int) -> tuple[Stall, ...]:
        with served_world(tmp_path / f"views {run}", channels_cache) as world:
            return live_through(stage, world)

    hold_to_smoothness(live)
