"""Every view, light and dark: it says what it should, and its picture is kept for people."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from engine.practice import PracticeWorld
from tests.e2e.application import Application, Stage

pytestmark = pytest.mark.xserver


def brightness(picture: Path) -> float:
    """Return how bright the middle of a picture is, from 0 to 1."""
    told = subprocess.run(
        ["convert", picture, "-gravity", "center", "-crop", "50%x50%+0+0", "-format",
         "%[fx:mean]", "info:"],
        capture_output=True, encoding="ascii", check=True, timeout=30,
    ).stdout  # fmt: skip
    return float(told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_that_every_view_shows_what_it_should(
    stage: Stage, world: PracticeWorld, scheme: str
) -> None:
    with Application(stage, world.root, "--scheme", scheme) as app:
        person, screen = app.person, app.screen
        screen.see("list item", re.compile(r"^course-2026, .* (kB|MB)\b"))
        screen.see("label", "8 packages")
        picture = person.take_picture(f"{scheme}-packages")
        assert (brightness(picture) > 0.8) == (scheme == "light")

        person.click("cell", "starchart")
        screen.see("label", re.compile("Installed from the channel practice-main"))
        person.take_picture(f"{scheme}-package")
        person.click("page tab", "History")
        screen.see("tree item", re.compile(r"\d added"))
        person.take_picture(f"{scheme}-history")
        person.click("page tab", "Details")
        screen.see("label", re.compile(r": \S.*course-2026$"))
        person.take_picture(f"{scheme}-details")
        person.click("page tab", "Packages")
        person.click("list item", re.compile("^old-thesis,"))
        screen.see("cell", "record is damaged")
        person.take_picture(f"{scheme}-damaged")
        person.click("check box", re.compile(r"^Python 3"))
        screen.see("push button", "New environment…")
        person.take_picture(f"{scheme}-outside")
        person.click("check box", "Activity")
        person.take_picture(f"{scheme}-activity-empty")

        person.press("ctrl+n")
        person.enter("text", "Name", "con")
        screen.see("push button", re.compile("^Use "))
        person.choose_packages("nonesuch")
        person.take_picture(f"{scheme}-new-environment-refused")
        person.enter("text", "Name", "sums")
        person.click("push button", "Review")
        screen.see("push button", "Review")
        screen.see("label", re.compile("nonesuch"))
        screen.see_enabled("push button", "Review")
        person.take_picture(f"{scheme}-failure")
        person.press("Escape")
        screen.see_none("dialog")

        person.click("list item", re.compile("^tiny,"))
        person.choose_from_menu(
            "Share, clone, rename or remove this environment", re.compile("^Remove")
        )
        person.see_preview("Remove tiny")
        person.take_picture(f"{scheme}-preview")
        person.press("Escape")
        screen.see_none("dialog")
        assert app.close() == 0
        assert app.said() == ""


def test_that_a_practice_world_is_made_shown_and_thrown_away(stage: Stage, tmp_path: Path) -> None:
    with Application(stage, tmp_path, practice=True) as app:
        app.screen.see("label", re.compile("^Preparing a practice world"))
        app.person.take_picture("light-practice-splash")
        app.screen.see("list item", re.compile("^course-2026,"))
        app.screen.see("label", re.compile("^This is a practice world"))
        assert len(list(app.temporary.glob("envdesk-*"))) == 1
        app.person.take_picture("light-practice")
        assert app.close() == 0
        assert list(app.temporary.glob("envdesk-*")) == []
