"""One person's first ten minutes: make an environment, look at it, copy it, remove both."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from engine.practice import ChannelServer, PracticeWorld
from tests.e2e.application import Application, Stage
from tests.e2e.person import Person

pytestmark = pytest.mark.xserver

NAME = "第一个 env"
COPY = "副本 2"
LONGEST_STALL_MS = 50


def ask_for_environment(person: Person, name: str, *packages: str) -> None:
    """Fill the dialog for a new environment, the second channel asked first."""
    person.click("push button", "New environment")
    person.screen.see("dialog", re.compile("New environment"))
    person.type(name)
    person.click("list item", re.compile("practice-extra"))
    person.click("push button", "Ask this channel earlier")
    person.click("text", re.compile("Packages to begin with"))
    for package in packages:
        person.type(f"{package},")
        person.screen.see("label", package)
    person.screen.see("combo box", re.compile(r"Python 3\."))


def run_python(prefix: Path, code: str) -> str:
    done = subprocess.run(
        [prefix / "bin" / "python", "-c", code],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_that_an_environment_is_made_looked_at_copied_and_removed_by_mouse(
    stage: Stage, world: PracticeWorld, served: ChannelServer
) -> None:
    prefix, copy = world.envs / NAME, world.envs / COPY
    with Application(stage, world.root, "--scheme", "light") as app:
        person, screen = app.person, app.screen
        for environment in world.environments:
            screen.see("list item", re.compile(f"^{environment.name},"))
        ask_for_environment(person, NAME, "papyrus", "tidepool")
        person.take_picture("light-new-environment")

        person.click("push button", "Review")
        person.see_preview(f"Create {NAME}")
        person.take_picture("light-preview-of-creating")
        person.click("push button", "Create")
        screen.see("label", f"{NAME} is ready.")
        screen.see("list item", re.compile(f"^{NAME}, Python {world.python_version}"))
        person.take_picture("light-environment-made")
        code = "import papyrus, tidepool, sys; print(sys.prefix)"
        assert run_python(prefix, code) == str(prefix)

        person.click("page tab", "Details")
        screen.see("label", re.compile(re.escape(str(prefix))))
        person.take_picture("light-details")
        person.click("page tab", "Packages")

        person.choose_from_menu("Clone, rename or remove this environment", re.compile("^Clone"))
        screen.see("dialog", re.compile(f"Clone {NAME}"))
        person.enter("text", "Name", COPY)
        person.take_picture("light-clone")
        person.click("push button", "Review")
        person.see_preview(f"Clone {NAME} as {COPY}")
        person.take_picture("light-preview-of-cloning")
        person.click("push button", "Clone")
        screen.see("label", f"{COPY} is ready.")
        screen.see("list item", re.compile(f"^{COPY}, Python {world.python_version}"))
        assert run_python(copy, code) == str(copy)

        for name in (COPY, NAME):
            person.click("list item", re.compile(f"^{name},"))
            person.choose_from_menu(
                "Clone, rename or remove this environment", re.compile("^Remove")
            )
            person.see_preview(f"Remove {name}")
            person.click("push button", "Remove")
            screen.see("label", f"{name} is gone.")
            screen.see_none("list item", re.compile(f"^{name},"))
            assert not (world.envs / name).exists()
        assert app.close() == 0
        watched = app.watched()
        assert watched["longest_ms"] < LONGEST_STALL_MS, watched
